"""Tables that other things are made from: exit codes, consents, the catalogue."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from modemflash import errors as engine
from modemflash_host import errors as host
from modemflash_host.consents import Consent, flag_of, word_of
from modemflash_host.families.sequans.words import WORDS
from modemflash_host.run import exit_codes
from tools import docs_errors

ROOT = Path(__file__).resolve().parents[3]
CLASSES = {
    name
    for name, thing in vars(engine).items()
    if isinstance(thing, type) and issubclass(thing, engine.Problem)
}

CATALOGUES = ("catalogue.py", "errors.py", "card_errors.py", "words.py")


def program() -> Iterator[tuple[Path, ast.Module]]:
    """Engine, board and host; the simulator knows no errors of ours."""
    for path in sorted([*ROOT.glob("device/**/*.py"), *ROOT.glob("host/**/*.py")]):
        if "sim" not in path.parts:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def raised() -> dict[str, str]:
    """code -> where, for every error class that is called with a code."""
    found = {}
    for path, tree in program():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                code = node.args[0]
                if name in CLASSES and isinstance(code, ast.Constant) and isinstance(code.value, str):
                    found[code.value] = f"{path.name}:{node.lineno}"
    return found


def words_of_the_program() -> set[str]:
    """Every text constant outside the catalogues themselves."""
    found = set()
    for path, tree in program():
        if path.name in CATALOGUES:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_every_code_that_is_raised_is_listed() -> None:
    unlisted = {code: where for code, where in raised().items() if code not in engine.CATALOGUE}
    assert not unlisted


def test_every_code_that_is_listed_is_raised_somewhere() -> None:
    """By name, or put together from its parts as `modem-noise` is."""
    words = words_of_the_program()
    made = {f"modem-{kind}" for kind in ("noise", "nuls")}
    assert set(engine.CATALOGUE) - words - made == set()


def test_every_row_is_a_sentence_a_hint_and_a_state() -> None:
    for code, (happened, hint, state) in engine.CATALOGUE.items():
        assert happened[0].isupper(), code
        assert not happened.endswith("."), code
        assert hint.endswith((".", "!", "?")), code
        assert state in (engine.UNTOUCHED, engine.RECOVERABLE, engine.UPDATED, engine.UNKNOWN), code


def test_no_host_code_hides_one_of_the_engine() -> None:
    """Two rows of one name would be two stories about one error."""
    tree = ast.parse((ROOT / "device/modemflash/catalogue.py").read_text(encoding="utf-8"))
    table = next(
        n for n in tree.body if isinstance(n, ast.Assign) and getattr(n.targets[0], "id", "") == "CATALOGUE"
    )
    assert isinstance(table.value, ast.Dict)
    own = {key.value for key in table.value.keys if isinstance(key, ast.Constant)}
    assert not own & set(host.HOST_CATALOGUE)


def test_the_page_of_errors_is_up_to_date() -> None:
    assert (ROOT / "docs/errors.md").read_text(encoding="utf-8") == docs_errors.page()


@pytest.mark.parametrize(
    ("problem", "state", "number"),
    [
        (engine.LinkProblem("port-absent"), None, 3),
        (engine.LinkProblem("port-not-permitted"), None, 3),
        (engine.LinkProblem("port-busy"), None, 3),
        (engine.LinkProblem("port-lost"), "untouched", 6),
        (engine.LinkProblem("port-lost"), None, 9),
        (engine.NoModem("modem-silent"), None, 4),
        (engine.NoModem("modem-silent"), "recoverable", 7),
        (engine.Refusal("consent-missing"), None, 5),
        (engine.BadFile("no-such-file"), None, 5),
        (engine.ModemProblem("mode-switch-refused"), "untouched", 6),
        (engine.TransferProblem("mode-switch-refused"), "recoverable", 7),
        (engine.UpdateFailed("modem-lost"), "unknown", 9),
        (engine.Stopped("stopped-before-write"), None, 130),
        (engine.Stopped("stopped-in-transfer"), None, 7),
        (engine.Stopped("stopped-watching"), None, 9),
        (engine.Problem("unexpected"), None, 1),
        (engine.Problem("usage"), None, 2),
    ],
)
def test_every_error_has_its_exit_code(problem: engine.Problem, state: str | None, number: int) -> None:
    if state:
        problem.stamp(state)
    assert exit_codes.of_problem(problem) == number
    assert number in dict(exit_codes.EXIT_CODES)


@pytest.mark.parametrize(
    ("status", "number"), [("updated", 0), ("nothing-to-do", 0), ("installed-unconfirmed", 8)]
)
def test_every_good_end_has_its_exit_code(status: str, number: int) -> None:
    assert exit_codes.of_status(status, "updated") == number


def test_every_consent_of_the_engine_is_known_with_its_flag() -> None:
    from modemflash.planning import DANGERS

    assert set(DANGERS) <= set(WORDS.dangers)
    for name in WORDS.dangers:
        assert flag_of(Consent(name)) == f"--{name}"


def test_each_danger_is_accepted_by_its_own_word() -> None:
    dangers = WORDS.dangers
    words = [word_of(Consent(name, "1-2"), dangers) for name, danger in dangers.items() if danger.word]
    assert len(set(words)) == len(words)
    for consent in (Consent("change-radio", "nb-iot"), Consent("accept-unproven-path", "41065-48829")):
        assert word_of(consent, dangers) == consent.subject
