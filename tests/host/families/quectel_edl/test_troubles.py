"""Trouble on the way of an update: each has words, the same command goes on, and EFS2 is never touched."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from modemflash.errors import RECOVERABLE, UNKNOWN, UNTOUCHED, UPDATED, Problem
from modemflash_host.families.plan import Plan
from modemflash_sim.quectel_edl import assumptions, efs_faults, faults
from modemflash_sim.quectel_edl.module import SimQuectel
from modemflash_sim.quectel_edl.profiles import PROFILES
from support.edl import Bench, bench, code_of


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))


# faults of the module, by commas: the code of each run of the same command
TROUBLES: list[tuple[str, list[str]]] = [
    ("no-edl", ["edl-not-entered"] * 2),
    ("stays", ["edl-not-entered"] * 2),
    ("crash-dump", ["edl-crash-dump"] * 2),
    ("hello-lost", ["updated"]),
    ("hello-lost-response", ["updated"]),
    ("hello-lost-deaf", ["edl-silent", "updated"]),
    ("stale-end", ["updated"]),
    ("stale-read", ["updated"]),
    ("programmer-runs", ["updated"]),
    ("end-status:8", ["sahara-refused"] * 2),
    ("die-in-sahara:1000", ["sahara-no-answer", "updated"]),
    ("lost-in-sahara:1000", ["port-lost", "updated"]),
    ("power-in-sahara:1000", ["port-lost", "updated"]),
    ("nak-payload:4096", ["updated"]),
    ("nak:configure=1", ["firehose-refused", "updated"]),
    ("nak:erase=3", ["firehose-refused", "updated"]),
    ("nak:program=2", ["firehose-refused", "updated"]),
    ("nak:data=2", ["firehose-refused", "updated"]),
    ("die:program=2", ["firehose-silent", "updated"]),
    ("late:erase=2:60000", ["firehose-silent", "updated"]),
    ("endless-xml", ["firehose-endless"] * 2),
    ("malformed-logs,noise-log", ["updated"]),
    ("merge-xml,lowercase-ack,no-greeting,no-power-ack", ["updated"]),
    ("bad-block:26,bad-block:9", ["updated"]),
    ("no-boot", ["edl-came-back", "updated"]),
    ("not-updated", ["edl-other-version"] * 2),
    ("other-imei", ["edl-other-imei", "edl-already-runs-it"]),
    ("silent", ["edl-silent"] * 2),
    ("silent-after-hello", ["sahara-no-answer"] * 2),
    ("garbage:5000", ["port-lost", "updated"]),
    ("image:36", ["sahara-other-image"] * 2),
    ("huge-read", ["sahara-out-of-bounds"] * 2),
    ("read-outside", ["sahara-out-of-bounds"] * 2),
    ("endless-reads", ["sahara-out-of-bounds"] * 2),
    ("packet:99", ["sahara-no-answer"] * 2),
    ("no-programmer", ["firehose-silent"] * 2),
    ("log-flood:400", ["updated"]),
    ("nak-configure", ["firehose-refused"] * 2),
    ("split-xml:1", ["updated"]),
    ("short-read", ["firehose-silent"] * 2),
    ("lost:program=1", ["port-lost", "updated"]),
    ("power:program=1", ["port-lost", "updated"]),
    ("die-at-byte:5000", ["firehose-silent", "updated"]),
    ("lost-at-byte:5000", ["port-lost", "updated"]),
    ("power-at-byte:5000", ["port-lost", "updated"]),
    ("geometry:2048", ["edl-geometry"] * 2),
    ("moved:2", ["edl-layout-differs"] * 2),
    ("model:RM502Q-AE", ["edl-other-model"] * 2),
]


@pytest.mark.parametrize(("fault", "codes"), TROUBLES)
def test_each_trouble_has_words_and_the_same_command_goes_on(fault: str, codes: list[str]) -> None:
    made = bench(fault=fault)
    assert made.run_until_updated(most=2) == codes
    assert made.is_untouched


@pytest.mark.parametrize(
    ("phase", "stops", "code", "state"),
    [
        ("load-programmer", 1, "stopped-before-write", UNTOUCHED),
        ("copy", 1, "stopped-before-write", UNTOUCHED),
        ("erase", 1, "updated", UPDATED),
        ("erase", 2, "edl-stopped", RECOVERABLE),
        ("transfer", 1, "updated", UPDATED),
        ("transfer", 2, "edl-stopped", RECOVERABLE),
        ("reboot", 1, "updated", UPDATED),
        ("reboot", 2, "stopped-watching", RECOVERABLE),
    ],
)
def test_a_stop_request_ends_it_where_the_phase_says(phase: str, stops: int, code: str, state: str) -> None:
    """Before the first erase at once, and the module is sent back; behind it twice, between two commands."""
    made = bench()
    end = made.run(stop_in=phase, stops=stops)
    assert not isinstance(end, Plan)
    assert (end.code, end.modem_state) == (code, state)
    assert made.run_until_updated()[-1] in ("updated", "edl-already-runs-it") and made.is_untouched


def test_a_stop_request_on_the_way_into_edl_is_kept() -> None:
    """The module answers the switch and is seconds away: it is found, sent back, and nothing was erased."""
    slow = dataclasses.replace(PROFILES["rm520n"], reenumerate_us=8_000_000)
    made = Bench(SimQuectel(slow, assumptions.parse("")), "rm520n")
    end = made.run(stop_in="switch", stops=1)
    assert not isinstance(end, Plan)
    assert (end.code, end.modem_state) == ("stopped-before-write", UNTOUCHED)
    assert made.module.verdict.counts["erases"] == 0
    assert made.run_until_updated()[-1] == "updated"


@pytest.mark.parametrize(("stops", "code"), [(1, "edl-unconfirmed"), (2, "stopped-watching")])
def test_a_stop_request_while_only_a_dm_port_is_waited_for(stops: int, code: str) -> None:
    """Nobody is told that nothing was written."""
    made = bench()
    assert code_of(made.run(stop_in="reboot", stops=stops, ports_shown=False)) == code


@pytest.mark.parametrize("stage", [f"command={number}" for number in range(1, 23)])
def test_a_command_that_is_refused_anywhere_has_words(stage: str) -> None:
    made = bench(fault=f"nak:{stage}")
    assert made.run_until_updated(most=2)[-1] == "updated"
    assert made.is_untouched


@pytest.mark.parametrize(
    ("fault", "code", "state"),
    [
        ("not-updated", "edl-other-version", UNKNOWN),
        ("other-imei", "edl-other-imei", UPDATED),
        ("not-updated,other-imei", "edl-other-imei", UNKNOWN),
        ("no-boot", "edl-came-back", RECOVERABLE),
        ("nak:power=1", "edl-came-back", RECOVERABLE),
    ],
)
def test_no_end_claims_more_than_the_module_says(fault: str, code: str, state: str) -> None:
    """One that names what ran before proves no new firmware; one that never left EDL did not come back."""
    end = bench(fault=fault).run()
    assert isinstance(end, Problem)
    assert (end.code, end.modem_state) == (code, state)
    assert ("did not restart" in end.detail) == fault.startswith("nak:power")


@pytest.mark.parametrize(
    ("profile", "fault"),
    [
        ("rm520n", "nak-configure"),
        ("rm520n", "end-status:8"),
        ("rm520n", "moved:2"),
        ("rm520n-edl", "moved:2"),
    ],
)
def test_where_the_module_is_afterwards_is_said_as_it_is(profile: str, fault: str) -> None:
    """That it left EDL where it did, and nowhere that it waits there."""
    made = bench(profile, fault)
    end = made.run(model="RM520N-GLAA")
    assert isinstance(end, Problem) and "The module waits in EDL" not in end.hint
    made.module.advance(made.module.now_us + 60_000_000)
    is_told = any("has left EDL" in event.get("text", "") for event in made.sink.events)
    assert is_told == (made.module.mode == "application") == (profile == "rm520n")


def test_every_fault_of_the_simulator_is_among_the_troubles() -> None:
    """Those of its file system have a test of their own."""
    played = {fault.partition(":")[0] for faults_, _ in TROUBLES for fault in faults_.split(",")}
    assert set(faults.FAULTS) - set(efs_faults.FAULTS) == played
