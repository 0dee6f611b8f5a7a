"""What is said about a modem that does not talk: from the evidence, in words of hope and truth."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from host.reporters.test_reporters import problem_of
from modemflash.builds import PACKAGES
from modemflash.errors import CATALOGUE
from modemflash.interface import PINS
from modemflash.phases import STEPS
from modemflash_host.cli.app import run
from modemflash_host.families.sequans.first_aid import EVIDENCE, first_aid
from modemflash_host.families.sequans.plan import unfinished_of
from modemflash_host.reporters import Reporter
from support.sinks import RESULT, spoken
from support.tables import keys

BEGUN = {"step": "send", "route": 2, "target": 41065, "from_build": 38638, "files": ["a.dup"], "part": 1}
_ABOUT_POWER = re.compile(r"(?i)\b(cut|unplug|leave|keep)\b[^.:#]{0,30}\bpower\b")  # as an instruction
EVIDENCES = ("silence", "nuls", "noise", "text")
FIRST_AID = "host/modemflash_host/families/sequans/first_aid.py"
(PACKAGE,) = PACKAGES
JOURNALS: dict[str, dict[str, Any] | None] = {
    "nothing begun": None,
    "sending": BEGUN,
    "installing": {**BEGUN, "step": "install"},
    "boot ROM": {**BEGUN, "step": "send-boot-rom"},
    "between the parts": {**BEGUN, "step": "check-part-1", "target": PACKAGE},
}
RECORDS = {
    name: unfinished.event() if (unfinished := unfinished_of(record)) else None
    for name, record in JOURNALS.items()
}


def titles_of(evidence: str, record: str) -> list[str]:
    aid = first_aid(evidence, RECORDS[record])
    assert aid is not None
    return [title for title, _ in aid.checks]


def power(evidence: str, record: str, code: str = "") -> str:
    aid = first_aid(evidence, RECORDS[record], code)
    assert aid is not None
    return aid.power or "Cut"


def prognosis(evidence: str, record: str = "nothing begun") -> str:
    aid = first_aid(evidence, RECORDS[record])
    assert aid is not None
    return aid.prognosis


@pytest.mark.parametrize("evidence", EVIDENCES)
@pytest.mark.parametrize("record", RECORDS)
def test_every_evidence_has_checks_and_a_prognosis(evidence: str, record: str) -> None:
    assert 2 <= len(titles_of(evidence, record)) <= 5
    assert power(evidence, record).startswith(("Leave", "Keep")) == (RECORDS[record] is not None)
    assert prognosis(evidence, record).endswith(".")


@pytest.mark.parametrize("record", ["boot ROM", "between the parts"])
def test_nobody_is_told_to_cut_the_power_where_that_kills(record: str) -> None:
    for evidence in EVIDENCES:
        for code in CATALOGUE:
            aid = first_aid(evidence, RECORDS[record], code)
            assert aid is not None and not aid.power.startswith("Cut")


@pytest.mark.parametrize("width", [60, 120])
@pytest.mark.parametrize("code", EVIDENCE)
@pytest.mark.parametrize("record", RECORDS)
def test_a_screen_has_one_instruction_about_the_power_and_it_stands_first(
    code: str, record: str, width: int
) -> None:
    """`explain` gives the same one, as far as it can know it."""
    state = "unknown" if RECORDS[record] else CATALOGUE[code][2]
    text = screen(code, RECORDS[record], state, width)
    lines = [line for line in text.splitlines() if _ABOUT_POWER.search(line)]
    aid = first_aid(EVIDENCE[code], RECORDS[record], code)
    assert aid is not None
    if not aid.power:
        return
    assert text.index("Power ") < text.index("Code ")
    flat = " ".join(text.split())
    assert " ".join(aid.power.split()) in flat
    assert not _ABOUT_POWER.search(flat[flat.index("Code ") :]), lines


def test_explain_says_the_same_about_the_power(capsys: pytest.CaptureFixture[str]) -> None:
    for code, evidence in EVIDENCE.items():
        assert run(["explain", code]) == 0
        said = " ".join(capsys.readouterr().out.split())
        aid = first_aid(evidence, None, code)
        assert aid is not None
        assert (" ".join(aid.power.split()) in said) and (("Power" in said) == bool(aid.power)), code


def test_each_story_has_its_own_prognosis() -> None:
    stories = {prognosis("silence", record) for record in RECORDS}
    assert len(stories) == len(RECORDS)
    alone = {prognosis(evidence) for evidence in EVIDENCES}
    assert len(alone) == 4


def test_every_row_of_first_aid_is_reached() -> None:
    """Each check is named for some evidence, each evidence is heard somewhere, each error is one of ours."""
    assert set(EVIDENCE) <= set(CATALOGUE)
    assert set(EVIDENCE.values()) == set(EVIDENCES)
    for table in ("_ORDER", "_BY_EVIDENCE"):
        assert set(keys(FIRST_AID, table)) == set(EVIDENCES)
    shown = {title for evidence in EVIDENCES for record in RECORDS for title in titles_of(evidence, record)}
    assert len(shown) == len(keys(FIRST_AID, "_CHECKS"))
    stories = {step: prognosis_at(step) for step in STEPS}
    installs = {step for step, story in stories.items() if story == stories["install"]}
    assert installs == set(keys(FIRST_AID, "_INSTALLS"))


def prognosis_at(step: str) -> str:
    unfinished = unfinished_of({**BEGUN, "step": step})
    assert unfinished is not None
    aid = first_aid("silence", unfinished.event())
    assert aid is not None
    return aid.prognosis


def screen(code: str, begun: dict[str, Any] | None, state: str, width: int = 80, **fields: Any) -> str:
    def tell(to: Reporter) -> None:
        if begun:
            to.say("unfinished", **begun)
        to.report(problem_of(code, **fields))
        to.report(
            {**RESULT, "status": "failed", "code": code, "modem_state": state, "next": "modemflash info"}
        )

    return spoken(tell, width=width)


@pytest.mark.parametrize("code", EVIDENCE)
@pytest.mark.parametrize("width", [40, 80])
def test_the_screen_is_short_and_has_both(code: str, width: int) -> None:
    text = screen(code, RECORDS["installing"], "unknown", width)
    assert text.index("By hand") < text.index("Prognosis") < text.index("Next")
    assert all(len(line) <= width for line in text.split("\n"))
    assert len(text.split("\n")) < (40 if width == 80 else 70)


def test_silence_after_a_write_says_so_and_never_untouched() -> None:
    text = " ".join(screen("modem-lost", RECORDS["sending"], "unknown", evidence="nuls").split())
    assert "an update to 41065 with a.dup did not finish" in text
    assert "waiting in recovery or in its boot loader" in text
    assert "nothing was written" not in text
    found = " ".join(screen("port-busy", RECORDS["sending"], "untouched").split())
    assert "the update begun earlier is not finished" in found


def test_a_modem_that_talks_gets_no_prognosis() -> None:
    assert "Prognosis" not in screen("install-failed", None, "recoverable")


def test_off_a_terminal_a_long_wait_says_that_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most a line in fifteen seconds; nobody has to guess whether it hangs."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def tell(to: Reporter) -> None:
        to.say("phase", phase="find", usual_s=5, allowed_s=1200, note="")
        for second in range(60):
            now[0] += 1
            to.tick(second * 1000)
        to.say("found", state="application", baud=921600, resumed=False)
        now[0] += 100
        to.tick(200_000)

    lines = [line for line in spoken(tell).split("\n") if "still: find the modem" in line]
    assert len(lines) == 4


@pytest.mark.parametrize("board", sorted(PINS))
def test_the_wires_are_those_that_the_board_uses(board: str) -> None:
    """The pins in the advice are those of `interface`, each under its own signal's name."""
    advice = first_aid("silence")
    assert advice is not None
    tx, rx, rts, cts = PINS[board]
    assert f"{board} TX {tx}, RX {rx}, RTS {rts}, CTS {cts}" in " ".join(text for _, text in advice.checks)
