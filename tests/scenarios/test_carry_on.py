"""The same command again: what an earlier run began is found, watched or finished, never begun twice."""

from typing import Any

import pytest

from modemflash.errors import Problem
from modemflash.journal import Journal
from modemflash_sim.sequans import install
from modemflash_sim.sequans.images import container
from support.memory_source import MemorySource
from support.world import Reporter, World, assert_updated, difference, ended, full, parts, updater


def files():
    return [full(41065), updater()]


def stop_in(phase, at=None):
    """Two stop requests, in a phase; `at`: only from this share of a transfer on."""

    def on_event(reporter, event):
        if event.get("phase") == phase and not reporter.stops:
            if (event["event"] == "phase" and at is None) or (
                event["event"] == "progress" and at is not None and event["done"] >= at * event["total"]
            ):
                reporter.stops = 2

    return on_event


def phases(world):
    return [event["phase"] for event in world.reporter.all("phase")]


@pytest.mark.parametrize("sink", ["answers", "silent"])
def test_a_second_command_watches_an_install_that_goes_on(sink):
    """It is not sent anew; a modem that is silent while it installs is waited for."""
    world = World(assumption="install_output:" + sink)
    assert ended(world.update(files(), on_event=stop_in("install"))) == "stopped-watching"
    result = world.update(files())
    assert_updated(world, result, 41065)
    if sink == "answers":
        assert len(world.verdict.images) == 1
        assert [event["code"] for event in world.reporter.all("warning")][-1] == "install-goes-on"


def test_a_staged_install_that_ended_unwatched_is_seen_and_named():
    world = World()
    assert ended(world.update([difference(38638, 41065)], on_event=stop_in("install"))) == "stopped-watching"
    result = world.update([difference(38638, 41065)])
    assert (ended(result), result["status"]) == ("finished-meanwhile", "updated")
    assert len([image for image in world.verdict.images if image.complete]) == 1


def test_the_journal_is_empty_after_a_good_end_and_kept_after_a_bad_one():
    world = World()
    world.update(files(), on_event=stop_in("transfer", 0.5))
    assert b'"step": "send"' in world.slots.slots[0] + world.slots.slots[1]
    assert_updated(world, world.update(files()), 41065)
    assert ended(world.update(files())) == "already-runs-it", "nothing is open: this is no finished-meanwhile"


def test_an_open_journal_waits_twenty_minutes_for_a_silent_modem():
    """Silence after a write is no sixty-second verdict, and its words are about an update that was begun."""
    world = World()
    world.update(files(), on_event=stop_in("install"))
    world.modem.power(False, world.wire.now_us)
    result = world.update(files())
    assert isinstance(result, Problem)
    assert (result.code, result.modem_state) == ("modem-lost", "unknown")
    (find,) = world.reporter.all("phase")
    assert find["allowed_s"] == 1200


def test_part_2_follows_in_a_second_command():
    """A run that stopped between the parts goes on with part 2, and does not write part 1 again."""
    world = World(build=41065)
    consent = [("accept-unproven-path", "41065-48829")]

    def between(reporter, event):
        if event["event"] == "phase" and event["phase"] == "read-back" and not reporter.stops:
            reporter.stops = 2

    first = world.update(parts(), consent, on_event=between)
    assert isinstance(first, Problem), first
    assert world.verdict.build == 39529
    result = world.update(parts(), consent)
    assert_updated(world, result, 48829)
    assert [image.size_bytes for image in world.verdict.images if image.complete].count(416448) == 1


def outcome(build):
    """The install ends with this build, whatever the image says."""
    return lambda *_: install.Outcome("success", "", build, "5.1.1.0", "5.0.0.0d")


def test_another_build_than_the_files_is_installed_but_not_confirmed(monkeypatch):
    monkeypatch.setattr(install, "outcome_of", outcome(39529))
    world = World()
    result = world.update(files())
    assert (ended(result), result["status"]) == ("other-build", "installed-unconfirmed")
    assert (result["modem_state"], result["to_build"]) == ("updated", 39529)


def test_a_file_that_names_no_build_is_installed_but_not_confirmed(monkeypatch):
    monkeypatch.setattr(install, "outcome_of", outcome(41065))
    world = World()
    inner = container("UPGR", bytes(range(256)) * 300, description="fff upgrade package")
    nameless = MemorySource(container("PACK", inner, description="firmware"), "firmware.dup")
    result = world.update([nameless, updater()], all_consents=True)
    assert (ended(result), result["status"]) == ("build-not-predicted", "installed-unconfirmed")
    assert (result["from_build"], result["to_build"]) == (38638, 41065)
    predicted = World().update([nameless, updater()], all_consents=True, expect_build=41065)
    assert ended(predicted) == "updated", "--expect-build is a prediction"


def test_the_journal_tells_where_this_update_began() -> None:
    """A modem that was changed by other hands since an unfinished run is remembered as it is now."""
    world = World()
    journal = Journal(world.slots, "here")
    journal.write({"step": "send", "route": 2, "target": 41065, "from_build": 33080})
    told = []

    def on_event(reporter: Reporter, event: dict[str, Any]) -> None:
        if event["event"] == "phase" and event["phase"] == "enter-recovery":
            told.append((journal.read() or {}).get("from_build"))

    world.update([full(41065), updater()], all_consents=True, on_event=on_event)
    assert told == [38638]
