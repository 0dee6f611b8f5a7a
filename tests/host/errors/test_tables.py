"""The tables of errors and exit codes: every row is whole, listed once, and used."""

from __future__ import annotations

import ast
from collections import Counter
from inspect import signature
from itertools import combinations

import pytest

from modemflash import errors as engine
from modemflash import planning
from modemflash_host import errors as host
from modemflash_host.consents import Consent, flag_of, word_of
from modemflash_host.families.sequans.words import WORDS
from modemflash_host.run import exit_codes
from support.tables import ERROR_TABLES, ROOT, keys, product, tree, used_words
from tools import docs_errors

CLASSES = {
    name
    for name, thing in [*vars(engine).items(), *vars(host).items()]
    if isinstance(thing, type) and issubclass(thing, engine.Problem) and "code" in signature(thing).parameters
}
STATES = (engine.UNTOUCHED, engine.RECOVERABLE, engine.UPDATED, engine.UNKNOWN)
# Codes that the program puts together from two words.
JOINED = {"modem-noise": ("modem-", "noise"), "modem-nuls": ("modem-", "nuls")}


def raised() -> dict[str, str]:
    """code -> where, for every error class that is called with a code."""
    found = {}
    for file in product():
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                code = node.args[0]
                if name in CLASSES and isinstance(code, ast.Constant) and isinstance(code.value, str):
                    found[code.value] = f"{file}:{node.lineno}"
    return found


def test_every_code_that_is_raised_is_listed() -> None:
    found = raised()
    assert len(found) > 60
    assert {code: where for code, where in found.items() if code not in engine.CATALOGUE} == {}


@pytest.mark.parametrize("where", ERROR_TABLES, ids="/".join)
def test_every_code_that_is_listed_is_used(where: tuple[str, str]) -> None:
    """By the code that raises it or ends with it; what only asks for a code does not count."""
    used = used_words()
    assert [code for code in keys(*where) if code not in used and code not in JOINED] == []


def test_joined_codes_are_put_together() -> None:
    """The engine has both halves of them."""
    used = used_words()
    for code, halves in JOINED.items():
        assert "".join(halves) == code
        for half in halves:
            assert any(place.startswith("device/") for place in used[half]), half


@pytest.mark.parametrize("where", ERROR_TABLES, ids="/".join)
def test_every_table_is_part_of_the_catalogue(where: tuple[str, str]) -> None:
    """And no key is written twice in it, where the second would hide the first."""
    listed = keys(*where)
    assert listed
    assert [code for code, times in Counter(listed).items() if times > 1] == []
    assert set(listed) <= set(engine.CATALOGUE)


def test_the_catalogue_is_these_tables() -> None:
    """A table that is missing in the list above would not be looked at."""
    listed = {code for where in ERROR_TABLES for code in keys(*where)}
    assert set(engine.CATALOGUE) == listed


@pytest.mark.parametrize(("one", "other"), list(combinations(ERROR_TABLES, 2)), ids="/".join)
def test_no_table_hides_a_row_of_another(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Two rows of one name would be two stories about one error."""
    assert set(keys(*one)) & set(keys(*other)) == set()


def test_every_row_is_a_sentence_a_hint_and_a_state() -> None:
    for code, (happened, hint, state) in engine.CATALOGUE.items():
        assert happened[0].isupper(), code
        assert not happened.endswith("."), code
        assert hint.endswith((".", "!", "?")), code
        assert state in STATES, code


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


def test_every_exit_code_is_given() -> None:
    """By an error in one of its states, or by a good end."""
    given = {
        exit_codes.of_status(status, state)
        for status in ("updated", "nothing-to-do", "installed-unconfirmed", "failed")
        for state in STATES
    }
    for kind in (thing for name, thing in vars(engine).items() if name in CLASSES):
        for code in engine.CATALOGUE:
            given |= {exit_codes.of_problem(kind(code).stamp(state)) for state in STATES}
    numbers = [number for number, _ in exit_codes.EXIT_CODES]
    assert sorted(given) == sorted(numbers)
    assert [meaning for _, meaning in exit_codes.EXIT_CODES if not meaning] == []


def test_every_consent_is_asked_for_by_the_engine() -> None:
    """A consent that nothing needs is a danger flag that says nothing."""
    used = used_words(
        ("host/modemflash_host/families/sequans/words.py", "DANGERS"),
        ("device/modemflash/planning.py", "DANGERS"),
    )
    written = {word.split(" ")[0] for word in used}
    assert [name for name in WORDS.dangers if name not in written] == []
    assert set(planning.DANGERS) <= set(WORDS.dangers)
    assert {name: flag_of(Consent(name)) for name in WORDS.dangers} == {
        name: f"--{name}" for name in WORDS.dangers
    }


def test_each_danger_is_accepted_by_its_own_word() -> None:
    dangers = WORDS.dangers
    words = [word_of(Consent(name, "1-2"), dangers) for name, danger in dangers.items() if danger.word]
    assert len(set(words)) == len(words)
    for consent in (Consent("change-radio", "nb-iot"), Consent("accept-unproven-path", "41065-48829")):
        assert word_of(consent, dangers) == consent.subject
