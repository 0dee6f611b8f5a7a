"""Who sits before the page: a danger by its own typed word alone, and what was agreed to by which board."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modemflash.errors import Refusal
from modemflash_host.consents import YES, Consent
from modemflash_host.families.plan import ModuleInfo, Need
from modemflash_host.reporters import Reporter
from modemflash_web.inside.people import NOTHING, Agreed, AskOnPage
from support.page_browser import StandInBrowser, wait
from support.sinks import reporter

PATH = Consent("accept-unproven-path", "38638-50523")
DANGER = Need(PATH, "nobody has reported that this step works")
PLAN = Need(YES, "")
REFUSAL = Refusal("consent-missing")
AGREED = '{"consents": [{"consent": "yes", "subject": ""}], "mac": "%s", "onlyIt": true}'
MAC, OTHER_MAC = "240ac4010203", "240ac4040506"


class Desk:
    """A page with a board at it."""

    def __init__(self, agreed: Agreed = NOTHING, mac: str = MAC) -> None:
        self.browser = StandInBrowser()
        self.posted: list[dict[str, object]] = []
        as_browser: Any = self.browser
        self.reporter: Reporter = reporter()
        self.ask = AskOnPage(as_browser, wait, self.posted.append, self.reporter, agreed)
        board = {"mac": mac, "name": "GPy"} if mac else None
        self.reporter.say("place", board=board)

    def answers(self, *, yes: bool, word: str = "") -> None:
        self.browser.answers.append(json.dumps({"yes": yes, "word": word}))

    def posts(self, kind: str) -> list[dict[str, object]]:
        return [each for each in self.posted if each["kind"] == kind]


def test_a_danger_is_accepted_by_its_word() -> None:
    desk = Desk()
    desk.answers(yes=True, word=PATH.subject)
    desk.ask.consent(DANGER, REFUSAL)
    [question] = desk.posts("ask")
    assert (question["what"], question["word"]) == ("danger", PATH.subject)
    assert question["text"] == "Nobody has reported that this step works."
    assert desk.posts("consent") == [{"kind": "consent", **PATH.fields(), "mac": MAC}]


@pytest.mark.parametrize(
    "word",
    [
        "",
        " ",
        "yes",
        "38638-50523 ",
        " 38638-50523",
        "38638",
        "38638-50524",
        "ACCEPT-UNPROVEN-PATH",
        "\u0663",
    ],
)
def test_by_no_other_word(word: str) -> None:
    desk = Desk()
    desk.answers(yes=True, word=word)
    with pytest.raises(Refusal) as caught:
        desk.ask.consent(DANGER, REFUSAL)
    assert caught.value.code == "not-confirmed" and desk.posts("consent") == []


def test_case_counts() -> None:
    desk = Desk()
    desk.answers(yes=True, word="NB-IOT")
    with pytest.raises(Refusal):
        desk.ask.consent(Need(Consent("accept-radio", "nb-iot"), "another radio"), REFUSAL)


@pytest.mark.parametrize(("need", "word"), [(DANGER, PATH.subject), (PLAN, "")])
def test_no_is_no_whatever_was_typed(need: Need, word: str) -> None:
    """Stop, while a question is open, is no, too."""
    desk = Desk()
    desk.answers(yes=False, word=word)
    with pytest.raises(Refusal):
        desk.ask.consent(need, REFUSAL)


def test_a_plan_is_agreed_to_by_a_click_alone() -> None:
    """A word that was typed for something else says nothing about a plan."""
    desk = Desk()
    desk.answers(yes=True)
    desk.ask.consent(PLAN, REFUSAL)
    assert desk.posts("ask")[0]["word"] == ""


def test_where_a_board_is_looked_for_nobody_is_asked_about_another() -> None:
    agreed = Agreed.of_json(AGREED % MAC)
    desk = Desk(agreed, OTHER_MAC)
    with pytest.raises(Refusal) as caught:
        desk.ask.consent(PLAN, REFUSAL)
    assert caught.value.code == "other-module" and desk.posts("ask") == []
    Desk(agreed).ask.consent(PLAN, REFUSAL)


@pytest.mark.parametrize(("mac", "is_asked"), [(MAC, False), (OTHER_MAC, True), ("", True)])
def test_what_was_agreed_to_counts_for_that_board(mac: str, is_asked: bool) -> None:
    desk = Desk(Agreed(frozenset({YES, PATH}), MAC), mac)
    for need in (DANGER, PLAN):
        if is_asked:
            desk.answers(yes=False)
            with pytest.raises(Refusal):
                desk.ask.consent(need, REFUSAL)
        else:
            desk.ask.consent(need, REFUSAL)
    assert bool(desk.posts("ask")) is is_asked


@pytest.mark.parametrize("goes_on", [True, False])
@pytest.mark.parametrize("is_begun", [True, False])
@pytest.mark.parametrize("mac", ["", MAC])
def test_a_module_without_a_board_is_known_by_its_update(mac: str, goes_on: bool, is_begun: bool) -> None:
    """And only where the page goes on by itself; else another one may have been put there."""
    desk = Desk(Agreed(frozenset({YES, PATH}), goes_on=goes_on), mac)
    if is_begun:
        desk.reporter.say("unfinished", target="41065", files=[], power_must_stay=False)
    is_asked = bool(mac) or not (goes_on and is_begun)
    for need in (DANGER, PLAN):
        desk.answers(yes=True, word=PATH.subject if need is DANGER else "")
        desk.ask.consent(need, REFUSAL)
    assert bool(desk.posts("ask")) is is_asked


def test_what_was_begun_is_never_called_unwritten() -> None:
    desk = Desk()
    desk.reporter.say("unfinished", target="41065", files=[], power_must_stay=False)
    desk.answers(yes=True)
    desk.ask.consent(PLAN, REFUSAL)
    assert desk.posts("ask")[0]["what"] == "goOn"


@pytest.mark.parametrize(
    ("mac", "strict", "lenient"),
    [
        (MAC, "", ""),
        (OTHER_MAC, "other-module", "other-module"),
        ("", "module-not-recognised", ""),
    ],
)
def test_a_board_at_work_may_be_the_one_that_is_looked_for(mac: str, strict: str, lenient: str) -> None:
    """It does not say its address then; one that says another is never taken for it."""
    for is_strict, code in ((True, strict), (False, lenient)):
        expected = Agreed(mac=MAC, only_it=True, is_strict=is_strict).expected
        told = ""
        try:
            expected.check_module(ModuleInfo("application"), {"mac": mac, "name": "GPy"})
        except Refusal as refusal:
            told = refusal.code
        assert told == code
