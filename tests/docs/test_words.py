"""No old word in code, tests, docs or help: `words.py` in this folder says what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.words import SENTENCES, WORDS, OldWord

ROOT = Path(__file__).resolve().parents[2]
SCANNED = ("device", "host", "tests", "docs", "README.md", "pyproject.toml")
SUFFIXES = (".py", ".pyi", ".md", ".svg", ".toml", ".json")
# The list itself, and the page that says what an option was called before.
EXEMPT = ("tests/docs/words.py", "tests/docs/test_words.py", "docs/changelog.md")
# Folders in which words are still being replaced; each goes from here when its own are gone.
FOUND = [
    "class Teller:",
    "self._teller.say()",
    "each voice hears it",
    "how many wishes a phase needs",
    "every door can serve it",
    "class TcpDoor",
    "two lanes",
    "it climbs its ladder",
    "a belief",
    "_beliefs = {}",
    "vigil.watch()",
    "the updater is a guest",
    "by_hand=True",
    "held_file.open_regular",
    "a known state",
    "This update needs your word first",
    "it has not come to its end",
    "--door tcp",
]
PLAIN = [
    "told apart by rhythm alone",
    "in the course of time",
    "the computer stays awake",
    "is done by hand",
    "the modem is believed to wait",
    "a plane",
    "outdoors",
    "a shyer",
    "the way back",
    "years",
    "an exit code",
    "in the right state: known by its reply",
]


def lines() -> list[tuple[str, int, str]]:
    """Every line that somebody may read: (file, number, text)."""
    found = []
    for name in SCANNED:
        path = ROOT / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in (each for each in files if each.suffix in SUFFIXES):
            where = file.relative_to(ROOT).as_posix()
            text = file.read_text(encoding="utf-8")
            found += [(where, number, line) for number, line in enumerate(text.splitlines(), 1)]
    return found


@pytest.fixture(scope="module")
def scanned() -> list[tuple[str, int, str]]:
    found = lines()
    assert {where.split("/")[0] for where, _, _ in found} == set(SCANNED)
    return [line for line in found if line[0] not in EXEMPT]


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.say)
def test_an_old_word_is_found_nowhere(word: OldWord, scanned: list[tuple[str, int, str]]) -> None:
    hits = [f"{where}:{number}: {line.strip()}" for where, number, line in scanned if word.found_in(line)]
    assert hits == [], f"say: {word.say}"


@pytest.mark.parametrize("line", FOUND)
def test_the_list_finds_what_it_is_for(line: str) -> None:
    assert any(word.found_in(line) for word in WORDS)


@pytest.mark.parametrize("line", PLAIN)
def test_plain_english_passes(line: str) -> None:
    assert [word.say for word in WORDS if word.found_in(line)] == []


def test_every_word_says_what_to_write() -> None:
    for word in WORDS:
        assert word.say
        assert not any(sentence.found_in(word.say) for sentence in SENTENCES)
