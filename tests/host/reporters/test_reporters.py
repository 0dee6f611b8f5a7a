"""What people and scripts are told."""

from __future__ import annotations

import io
import itertools
import json
import re
import time
from typing import Any

import pytest

from modemflash.errors import CATALOGUE
from modemflash_host.families.sequans.words import WORDS
from modemflash_host.reporters import Reporter
from modemflash_host.reporters.json_lines import JsonLines
from modemflash_host.reporters.people import QUIET
from modemflash_host.reporters.progress import Watch
from modemflash_host.run.stop_requests import StopRequests
from support.sinks import PLAN, RESULT, EventSink, reporter, spoken, story


def problem_of(code: str, **changes: Any) -> dict[str, Any]:
    happened, hint, state = CATALOGUE[code]
    return {
        "event": "problem",
        "code": code,
        "happened": happened,
        "hint": hint,
        "modem_state": state,
        **changes,
    }


@pytest.mark.parametrize("width", [40, 41, 60, 80, 120])
@pytest.mark.parametrize("live", [False, True])
def test_no_block_is_wider_than_the_screen(width: int, live: bool) -> None:
    text = spoken(story, width=width, terminal=live)
    for line in text.replace("\r", "\n").split("\n"):
        shown = without_control_codes(line)
        assert len(shown) <= width or shown.startswith("["), shown  # plain progress lines are never wrapped


def without_control_codes(line: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line)


def test_off_a_terminal_there_are_no_control_codes() -> None:
    text = spoken(story)
    assert not [c for c in text if not c.isprintable() and c != "\n"]


def test_off_a_terminal_progress_takes_at_most_a_line_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 60 reports in 15 s every fourth makes a line: not all of them, and not none."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def tell(to: Reporter) -> None:
        to.say("phase", phase="transfer", usual_s=200, allowed_s=0, silence_s=300, note="")
        for number in range(1, 61):
            now[0] += 0.25
            to.say("progress", phase="transfer", done=number * 1000, total=60_000)

    lines = [line for line in spoken(tell).split("\n") if "% of" in line]
    assert len(lines) == 15
    assert "100% of 60 kB" in lines[-1]


def test_a_terminal_without_unicode_gets_plain_marks() -> None:
    text = spoken(story, encoding="ascii")
    assert "ok Updated: 38638 -> 41065" in text
    assert "\\u" not in text


def test_before_and_after_stand_at_the_end() -> None:
    text = spoken(story)
    assert (
        text.index("LR5.1.1.0-38638") < text.index("LR5.1.1.0-41065") < text.index("Updated: 38638 → 41065")
    )


def test_a_live_line_names_bytes_rate_elapsed_usual_and_allowed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = itertools.count()
    monkeypatch.setattr(time, "monotonic", lambda: float(next(seconds)))  # every event is drawn
    text = spoken(story, terminal=True, width=80)
    lines = [without_control_codes(line) for line in text.replace("\r", "\n").split("\n")]
    at = next(number for number, line in enumerate(lines) if " 50% 3.00/6.00 MB 75 kB/s 0:40" in line)
    assert "usual 4 min, ends after 5 min without an answer" in lines[at + 1]


def test_quiet_says_only_the_end() -> None:
    assert spoken(story, verbosity=QUIET).strip().split("\n") == [
        "✓ Updated: 38638 → 41065 in 4:11, 6.16 MB sent"
    ]


@pytest.mark.parametrize("live", [False, True])
def test_what_a_modem_says_never_becomes_a_control_code(live: bool) -> None:
    """A reply that would clear the screen, ring, or write to the title is shown as text."""
    evil = "\x1b[2J\x07\x1b]0;owned\x07\x9b31m\u202e"

    def tell(to: Reporter) -> None:
        to.say("identity", product=evil, build=None, version=evil, ue=evil)
        to.say("details", bootloaders=[(evil, evil, True)], record={evil: evil})
        to.say("warning", code="x", text=evil)
        to.report(
            {
                **PLAN,
                "warnings": [evil],
                "files": [{"name": evil, "size": 1, "role": "main"}],
                "unused": [evil],
            }
        )
        to.say("phase", phase=evil, usual_s=1, allowed_s=1, note=evil)
        to.say("stall", phase=evil, seconds=10, note=evil)
        to.report(problem_of("port-lost", happened=evil))
        to.report({**RESULT, "status": "failed", "modem_state": "unknown"})

    text = spoken(tell, terminal=live)
    for bad in ("\x1b[2J", "\x07", "\x1b]0", "\x9b", "\u202e"):
        assert bad not in text
    assert "\\x1b[2J" in text


def test_an_error_is_code_sentence_hint_state_and_next_command() -> None:
    def tell(to: Reporter) -> None:
        to.report(problem_of("port-busy"))
        to.report(
            {
                **RESULT,
                "status": "failed",
                "code": "port-busy",
                "modem_state": "untouched",
                "next": "modemflash info",
            }
        )

    text = spoken(tell)
    order = ["Another program has the port", "port-busy", "Close it", "untouched: nothing", "modemflash info"]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


@pytest.mark.parametrize(("before", "after"), [("", ""), ("1", ""), ("", "2"), ("1", "2")])
def test_what_is_not_confirmed_has_no_tick_whatever_is_known_of_it(before: str, after: str) -> None:
    unsure = {
        **RESULT,
        "status": "installed-unconfirmed",
        "code": "edl-unconfirmed",
        "from_version": before,
        "to_version": after,
    }
    text = spoken(lambda to: to.report(unsure))
    assert "✓" not in text and text.lstrip().startswith("! ")


def test_a_silent_modem_ends_with_hand_checks_and_a_prognosis() -> None:
    def tell(to: Reporter) -> None:
        to.report(problem_of("modem-silent"))
        to.report(
            {**RESULT, "status": "failed", "code": "modem-silent", "modem_state": "untouched", "next": "x"}
        )

    text = " ".join(spoken(tell).split())
    assert "Cut all power" in text
    assert "nobody has published a cure" in text


def test_the_last_json_line_is_the_result_and_has_exactly_its_fields() -> None:
    out = io.StringIO()
    story(reporter(JsonLines(out)))
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert lines[-1] == RESULT
    assert list(lines[-1]) == list(RESULT)
    assert all("event" in line and "at_s" in line for line in lines[:-1])


def test_json_shows_bytes_of_the_modem_as_escaped_text() -> None:
    out = io.StringIO()
    reporter(JsonLines(out)).say("problem", heard=b"\x00OK\xff")
    assert json.loads(out.getvalue())["heard"] == "\\x00OK\xff"


def test_a_sink_that_cannot_speak_falls_silent_and_the_others_go_on() -> None:
    """A closed terminal must not tear an update."""

    class Broken(EventSink):
        def report(self, event: dict[str, Any], at_s: float) -> None:
            raise BrokenPipeError

    sink = EventSink()
    tell = reporter(Broken(), sink)
    tell.say("note", text="a")
    tell.say("note", text="b")
    assert len(sink.events) == 2


def test_the_first_stop_request_in_a_transfer_warns_and_the_second_ends_it() -> None:
    stop_requests, sink = StopRequests(), EventSink()
    tell = Reporter([sink], stop_requests)
    tell.use(WORDS)
    tell.say("phase", phase="transfer", silence_s=300)
    for number in (1, 2):
        stop_requests.count = number
        tell.tick(number)
    first, second = (event["text"] for event in sink.events if event["event"] == "interrupt")
    assert "once more" in first
    assert "Ending the transfer as soon as the modem answers, after 300 s at most" in second


def test_a_stop_request_while_looking_again_after_a_write_does_not_claim_that_nothing_was_written() -> None:
    stop_requests, sink = StopRequests(), EventSink()
    tell = Reporter([sink], stop_requests)
    tell.use(WORDS)
    tell.say("phase", phase="transfer")
    tell.say("phase", phase="find")
    stop_requests.count = 1
    tell.tick(1)
    assert "Nothing has been written" not in sink.events[-1]["text"]


def test_the_rate_is_that_of_the_last_seconds() -> None:
    watch = Watch()
    watch.take({"event": "phase", "phase": "transfer"}, 0.0)
    for second in range(20):
        watch.take(
            {"event": "progress", "phase": "transfer", "done": second * 1000, "total": 50_000}, float(second)
        )
    assert watch.rate(19.0) == pytest.approx(1000)
    watch.take({"event": "stall", "phase": "transfer", "seconds": 10}, 30.0)
    assert watch.rate(30.0) == 0


def test_a_stall_is_told_while_it_lasts_and_no_stale_rate_stands_beside_it() -> None:
    """Whether or not anybody reports one; its seconds go on."""
    watch = Watch()
    watch.take({"event": "phase", "phase": "transfer"}, 0.0)
    for second in range(10):
        watch.take({"event": "progress", "phase": "transfer", "done": second, "total": 99}, float(second))
    assert not watch.stall(13.0) and watch.rate(13.0)
    assert (watch.stall(30.0), watch.rate(30.0)) == ("nothing moves (21 s)", 0)
    watch.take({"event": "stall", "phase": "transfer", "seconds": 30, "note": "it erases"}, 39.0)
    assert (watch.stall(39.0), watch.stall(50.0)) == ("it erases (30 s)", "it erases (41 s)")
    watch.take({"event": "progress", "phase": "transfer", "done": 11, "total": 99}, 51.0)
    assert not watch.stall(51.0)


def test_no_clock_takes_the_time_of_a_run_back() -> None:
    """A rescue changes between the clocks of the board, of a simulated modem and of this computer."""
    tell = reporter(EventSink())
    tell.follow(0)
    tell.tick(99_000_000)
    for foreign_ms in (0, 5, -9_000):
        tell.tick(foreign_ms)
        assert tell.at_s == 99_000


def test_time_goes_on_when_the_clock_changes() -> None:
    tell = reporter(EventSink())
    tell.follow(5_000)
    tell.tick(7_000)
    tell.follow(1_000_000)
    tell.tick(1_001_000)
    assert tell.at_s == pytest.approx(3.0)


@pytest.mark.parametrize("live", [False, True])
def test_files_that_were_good_are_not_blamed_for_what_fails_later(live: bool) -> None:
    """A port that does not open comes right after the check of the files."""

    def tell(to: Reporter) -> None:
        to.say("phase", phase="verify", usual_s=0, allowed_s=0, note="")
        to.say("progress", phase="verify", done=5, total=10)
        to.tick(5_000)
        to.say("verified", files=2)
        to.report(problem_of("port-busy"))
        to.report({**RESULT, "status": "failed", "code": "port-busy", "modem_state": "untouched"})

    text = spoken(tell, terminal=live)
    assert "✗ check the files" not in without_control_codes(text)
    assert live == ("✓ check the files" in without_control_codes(text))
