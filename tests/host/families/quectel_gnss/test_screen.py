"""The screen while a GNSS module is looked for, waited for and written: it moves each second."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modemflash_host.api import commands
from modemflash_host.consents import YES
from modemflash_host.families.plan import Outcome, Request
from modemflash_host.reporters import Reporter
from modemflash_host.run.result import Result
from modemflash_host.run.stop_requests import StopRequests
from support.answers import Answers
from support.gnss import VERSION, bench, package
from support.watched_screen import WatchedScreen

MOST_STILL_S = 1.3


@pytest.fixture
def screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WatchedScreen:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    Path(f"{VERSION}.pkg").write_bytes(package())
    return WatchedScreen()


def watched(screen: WatchedScreen, port: str, **options: object) -> Result:
    """An update that is watched all the time."""
    told = Reporter([screen], StopRequests())
    with commands.identify(Path(f"{VERSION}.pkg"), told) as file:
        request = Request(port, files=(file,), consents=frozenset({YES}), options=options)
        return commands.update(request, told, Answers())


def pictures(screen: WatchedScreen, words: str) -> list[str]:
    return [shown for shown in screen.pictures if words in shown]


@pytest.mark.parametrize(
    ("port", "options", "status"),
    [
        ("sim://lg290p", {}, "updated"),
        ("sim://lg290p-115200", {}, "updated"),  # the look at each rate
        ("sim://lg290p?fault=late:last:30000", {}, "updated"),  # the 40 s of the last packet
        ("sim://lg290p?fault=late:erase:10000", {}, "updated"),
        ("sim://lg290p?fault=dead-after", {}, "installed-unconfirmed"),  # the wait for its word
        ("sim://lg290p-interrupted?hand_s=20", {"model": "LG290P"}, "updated"),
        ("sim://lg290p?fault=drop:data=3&assume=half-frame:waits", {}, "updated"),
    ],
)
def test_no_second_is_without_a_change(
    screen: WatchedScreen, port: str, options: dict[str, object], status: str
) -> None:
    assert watched(screen, port, **options).status == status
    assert screen.still_s[0][0] <= MOST_STILL_S, screen.still_s[:5]


def test_the_wait_for_a_hand_counts_down_and_says_what_is_heard(screen: WatchedScreen) -> None:
    """90 s, one by one; the application that was not reset is heard in them."""
    result = watched(screen, "sim://lg290p?assume=command-reset:no-window")
    assert (result.status, result.modem_state) == ("failed", "untouched")
    assert screen.still_s[0][0] <= MOST_STILL_S, screen.still_s[:5]
    waits = pictures(screen, "s left")
    left = [int(found) for each in waits for found in re.findall(r"(\d+) s left", each)]
    assert set(left) >= set(range(1, 90))
    assert left == sorted(left, reverse=True)
    assert any("talks at 460800 baud: it was not reset yet" in " ".join(each.split()) for each in waits)


@pytest.mark.parametrize(
    ("profile", "heard"), [("lg290p", "text"), ("lg290p-115200", "noise"), ("lg290p-interrupted", "silence")]
)
def test_what_is_heard_while_a_hand_is_waited_for(profile: str, heard: str) -> None:
    """An application at our rate, one at another, and none."""
    at = bench(profile, assume="command-reset:no-window", hand_s=25)
    assert isinstance(at.run(model="LG290P"), Outcome)
    waits = [event for event in at.sink.events if event["event"] == "waiting"]
    assert heard in {event["heard"] for event in waits} <= {"silence", heard}
    assert all(0 <= event["left_s"] <= 90 and event["note"] for event in waits)
