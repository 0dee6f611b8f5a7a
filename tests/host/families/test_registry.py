"""Which family is meant: by the port, by what is kept of it, by what it says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modemflash_host.families import registry
from modemflash_host.families.contract import PortFacts
from modemflash_host.families.plan import Request
from modemflash_host.families.quectel_gnss.journal import Begun, Journal
from modemflash_host.families.sequans.module_journal import ModuleJournal
from modemflash_host.families.vocabulary import HARMLESS, NOTHING_WRITTEN
from modemflash_host.links.usb_ids import BOARD, DEVICES
from modemflash_host.store.state_folder import state_folder
from support.processes import another_at_work

PORT, OTHER = "/dev/ttyUSB0", "/dev/ttyUSB7"


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path))


def _begin_sequans(port: str) -> None:
    past = {"step": "send", "route": 2, "target": 41065, "files": ["a.dup"], "from_build": 38638}
    ModuleJournal(state_folder("journal"), port, lambda *_, **__: None).write(past)


def _begun(port: str) -> str | None:
    family = registry.begun_at(Request(port))
    return None if family is None else family.name


def test_an_update_that_was_begun_at_the_port_names_the_family() -> None:
    assert _begun(PORT) is None
    _begin_sequans(PORT)
    assert _begun(PORT) == "sequans"


def test_an_update_that_was_begun_at_another_port_names_nobody() -> None:
    """It is told of where the module does not answer; it does not say what is at this port."""
    _begin_sequans(PORT)
    assert _begun(OTHER) is None
    unfinished = registry.family_named("sequans").unfinished(Request(OTHER))
    assert unfinished is not None and unfinished.facts["begun_at"] == PORT
    Journal(OTHER).save(Begun("erase", "a.pkg", "00", "LG290P03AANR02A01S", "LG290P03AAN", ""))
    assert _begun(OTHER) == "quectel-gnss"
    assert _begun(PORT) == "sequans"


@pytest.mark.parametrize("family", ["sequans", "quectel-gnss"])
def test_a_module_that_is_worked_on_is_at_no_other_port(family: str) -> None:
    """Of a dozen boards one is dead while the others are updated: it is none of those."""
    with another_at_work() as other:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "getpid", lambda: other.pid)
            if family == "sequans":
                _begin_sequans(PORT)
            else:
                Journal(PORT).save(Begun("erase", "a.pkg", "00", "LG290P03AANR02A01S", "LG290P03AAN", ""))
        unfinished = registry.family_named(family).unfinished
        assert unfinished(Request(OTHER)) is None
        assert unfinished(Request(PORT)) is not None
    assert unfinished(Request(OTHER)) is not None


@pytest.mark.parametrize("ids", DEVICES, ids=lambda ids: f"{ids[0]:04x}-{ids[1]:04x}")
def test_only_a_port_that_may_be_anything_is_listened_to(ids: tuple[int, int]) -> None:
    """A Pycom board is known by its numbers: it is not opened a second time to be listened to."""
    facts = PortFacts("/dev/ttyACM0", f"{ids[0]:04x}:{ids[1]:04x}")
    assert registry.is_open(facts) == (DEVICES[ids].kind != BOARD)
    if DEVICES[ids].kind == BOARD:
        assert registry.family_of(facts).name == "sequans"


@pytest.mark.parametrize("name", ["sequans", "quectel-gnss", "quectel-edl"])
def test_what_only_reads_is_harmless_in_every_family(name: str) -> None:
    """Else a copy that is stopped tells of a module that was changed."""
    vocabulary = registry.family_named(name).vocabulary
    assert [phase for phase in HARMLESS if vocabulary.writes(phase)] == []
    assert vocabulary.stop_answer("list-files", 1) == NOTHING_WRITTEN[0]
