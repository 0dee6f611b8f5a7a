"""What is said about a modem that does not talk: from the evidence, in words of hope and truth."""

from __future__ import annotations

import time
from typing import Any

import pytest

from host.reporters.test_reporters import problem_of
from modemflash.builds import PACKAGES
from modemflash.interface import PINS
from modemflash_host.reporters import Reporter, first_aid, plain
from support.sinks import RESULT, spoken

BEGUN = {"step": "send", "route": 2, "target": 41065, "from_build": 38638, "files": ["a.dup"], "part": 1}
(PACKAGE,) = PACKAGES
RECORDS: dict[str, dict[str, Any] | None] = {
    "nothing begun": None,
    "sending": BEGUN,
    "installing": {**BEGUN, "step": "install"},
    "boot ROM": {**BEGUN, "step": "send-boot-rom"},
    "between the parts": {**BEGUN, "step": "check-part-1", "target": PACKAGE},
}


@pytest.mark.parametrize("evidence", ["silence", "nuls", "noise", "text"])
@pytest.mark.parametrize("record", RECORDS)
def test_every_evidence_has_checks_and_a_prognosis(evidence: str, record: str) -> None:
    begun = RECORDS[record]
    titles = [title for title, _ in first_aid.checks(evidence, begun)]
    assert 2 <= len(titles) <= 5
    assert (titles[0] in ("Wait first", "Keep the power on")) == (begun is not None)
    assert first_aid.prognosis(evidence, begun).endswith(".")


@pytest.mark.parametrize("record", ["boot ROM", "between the parts"])
def test_nobody_is_told_to_cut_the_power_where_that_kills(record: str) -> None:
    for evidence in ("silence", "nuls", "noise", "text"):
        titles = [title for title, _ in first_aid.checks(evidence, RECORDS[record])]
        assert "Cut all power" not in titles


def test_each_story_has_its_own_prognosis() -> None:
    stories = {first_aid.prognosis("silence", begun) for begun in RECORDS.values()}
    assert len(stories) == len(RECORDS)
    alone = {first_aid.prognosis(evidence) for evidence in ("silence", "nuls", "noise", "text")}
    assert len(alone) == 4


def screen(code: str, begun: dict[str, Any] | None, state: str, width: int = 80, **fields: Any) -> str:
    def tell(to: Reporter) -> None:
        if begun:
            to.say("unfinished", **begun)
        to.report(problem_of(code, **fields))
        to.report(
            {**RESULT, "status": "failed", "code": code, "modem_state": state, "next": "modemflash info"}
        )

    return spoken(tell, width=width)


@pytest.mark.parametrize("code", first_aid.EVIDENCE)
@pytest.mark.parametrize("width", [40, 80])
def test_the_screen_is_short_and_has_both(code: str, width: int) -> None:
    text = screen(code, RECORDS["installing"], "unknown", width)
    assert text.index("By hand") < text.index("Prognosis") < text.index("Next")
    assert all(len(line) <= width for line in text.split("\n"))
    assert len(text.split("\n")) < (40 if width == 80 else 70)


def test_silence_after_a_write_says_so_and_never_untouched() -> None:
    text = " ".join(screen("modem-lost", RECORDS["sending"], "unknown", evidence="nuls").split())
    assert "an update to build 41065 with a.dup: it has not come to its end" in text
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
    monkeypatch.setattr(plain, "_QUIET_S", 15.0)

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
    text = dict(first_aid.checks("silence"))["Check the wires"]
    tx, rx, rts, cts = PINS[board]
    assert f"{board} TX {tx}, RX {rx}, RTS {rts}, CTS {cts}" in text
