"""The page's own files: its words in one place, its names as documented, text that never becomes markup."""

from __future__ import annotations

import ast
import re
from html.parser import HTMLParser

import pytest

from modemflash_web.build import PAGE

HTML = (PAGE / "index.html").read_text(encoding="utf-8")
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(PAGE.glob("*.js"))}


class Elements(HTMLParser):
    """Ids, words, and tags with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(HTML)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append((tag, named))
        self.ids += filter(None, [named.get("id")])
        self.words += filter(None, [named.get("data-word"), named.get("data-label")])


def test_every_word_stands_in_the_one_place() -> None:
    keys = set(re.findall(r"^  (\w+):", SCRIPTS["words.js"], re.MULTILINE))
    assert set(Elements().words) <= keys


# A text that a person would read: two words with a space between, in quotes.
_SENTENCE = re.compile(r"""(?<![\w)])(["\'`])(?=[^"\'`\n]*[a-z]{2,}[,.:]? [a-z]{2,})([^"\'`\n]*)\1""")
_NO_SENTENCES = {
    "modemflash BUILD": "the name of a cache",
    "modemflash session ": "the name of a lock",
    "take over": "a message of one script to another",
    "mark ${what.tone}": "names of classes",
}


@pytest.mark.parametrize("name", sorted(set(SCRIPTS) - {"words.js"}))
def test_no_script_has_a_text_of_its_own(name: str) -> None:
    lines = [line.partition(" // ")[0] for line in SCRIPTS[name].splitlines() if not line.startswith("//")]
    found = {each[1] for line in lines for each in _SENTENCE.findall(line)}
    assert {each for each in found if each not in _NO_SENTENCES and not each.startswith("<link ")} == set()


def test_nor_has_the_page_but_what_no_script_can_say() -> None:
    texts = re.sub(r"<!--.*?-->|<head>.*?</head>|<p id=.not-begun.*?</p>|<[^>]*>", "", HTML, flags=re.DOTALL)
    assert texts.split() == ["modemflash"]


def test_nor_has_python_in_the_page() -> None:
    """But `page_words.py`, which is about texts of the host package."""
    for path in sorted((PAGE.parent / "inside").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
        found = [
            each.value
            for each in ast.walk(tree)
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in docs
        ]
        texts = [text for text in found if re.search(r"[a-z]{2,} | [a-z]{2,}", text)]
        assert path.name == "page_words.py" or texts == [], path.name


def test_what_python_says_is_there_and_said() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (PAGE.parent / "inside").glob("*.py"))
    assert set(
        re.findall(
            r"^    (\w+): \"", SCRIPTS["words.js"].partition("  program: {")[2].partition("  },")[0], re.M
        )
    ) == set(re.findall(r"\bsaid\(\s*\"(\w+)\"", sources))


def test_every_word_is_used() -> None:
    keys = set(re.findall(r"^  (\w+):", SCRIPTS["words.js"], re.MULTILINE))
    others = HTML + "".join(text for name, text in SCRIPTS.items() if name != "words.js")
    assert {key for key in keys if f'"{key}"' not in others and f"WORDS.{key}" not in others} == set()


def test_ids_are_there_once() -> None:
    ids = Elements().ids
    assert len(ids) == len(set(ids))


def test_names_that_are_promised_are_there() -> None:
    comment = HTML[HTML.index("<!--\nWhat stays") : HTML.index("-->")]
    promised = set(re.findall(r"#([a-z][a-z-]*)", comment))
    assert promised
    assert promised <= set(Elements().ids)


def test_what_scripts_look_for_is_there() -> None:
    looked_for = {found for text in SCRIPTS.values() for found in re.findall(r"\$\(\"([a-z-]+)\"\)", text)}
    assert looked_for <= set(Elements().ids)


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_text_never_becomes_markup(name: str) -> None:
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert way not in SCRIPTS[name]


def test_nothing_stands_in_the_page_that_its_policy_forbids() -> None:
    """No script or style but files, none from elsewhere."""
    for tag, attributes in Elements().tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        assert tag != "style"
        if tag == "script":
            assert attributes["src"]
        for name in ("src", "href"):
            assert "//" not in (attributes.get(name) or "")
