"""Which record is whose: by the module's number, by what it says, by its port."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from modemflash.identity import Identity
from modemflash.journal import Journal
from modemflash_host.families.sequans.module_journal import ModuleJournal, open_records
from modemflash_host.store.journal_files import SlotFiles, journal_key
from modemflash_host.store.module_notes import ModuleNote, Place, hashed, read_note, write_note

PORT, OTHER = "/dev/ttyUSB0", "/dev/ttyUSB1"
PAST = {
    "step": "send",
    "route": 2,
    "target": 41065,
    "files": ["a.dup"],
    "from_build": 38638,
    "product": "FiPy",
}
IMEI, SECOND = "351234567890123", "351234567890131"


def modem(number: str = "", state: str = "application") -> Any:
    reply = SimpleNamespace(text=number)
    return SimpleNamespace(state=state, at=SimpleNamespace(command=lambda *_: reply))


def identity(product: str = "FiPy", build: int | None = 38638, first: str = "5.1.1.0 [33080]") -> Identity:
    one = Identity()
    one.product, one.build = product, build
    one.bootloaders = [("Bootloader0", first, False)] if first else []
    return one


MUTE = (modem(state="recovery"), identity("", None, ""))


class Warnings:
    def __init__(self) -> None:
        self.codes: list[str] = []

    def __call__(self, kind: str, **fields: Any) -> None:
        self.codes.append(fields["code"])


def found(folder: Path, port: str, who: tuple[Any, Identity]) -> tuple[Any, ModuleJournal, list[str]]:
    """A run that has looked: its record, its journal, its warnings."""
    warnings = Warnings()
    journal = ModuleJournal(folder, port, warnings)
    past = journal.at_module(*who, journal.read())
    return past, journal, warnings.codes


def begin(folder: Path, port: str, who: tuple[Any, Identity]) -> None:
    found(folder, port, who)[1].write(PAST)


FIRST = (modem(IMEI), identity())
STRANGERS = {
    "another number": (modem(SECOND), identity()),
    "another product": (modem(), identity("GPy")),
    "another boot loader": (modem(), identity(first="6.0.0.0 [44556]")),
    "a build that it cannot run": (modem(), identity(build=41019)),
}


@pytest.mark.parametrize("name", STRANGERS)
@pytest.mark.parametrize("first", [FIRST, (modem(), identity())], ids=["numbered", "named"])
def test_a_stranger_at_the_port(tmp_path: Path, name: str, first: tuple[Any, Identity]) -> None:
    """It has no record, it is told so, and what it begins leaves the first one's alone."""
    begin(tmp_path, PORT, first)
    past, journal, warned = found(tmp_path, PORT, STRANGERS[name])
    if name == "another number" and first is not FIRST:  # a number against none: nothing tells them apart
        assert (past, warned) == (PAST, ["record-of-port"])
        return
    assert (past, warned) == (None, ["other-module"])
    journal.write({**PAST, "target": 39529})
    journal.write(None)
    assert found(tmp_path, PORT, first)[0] == PAST
    assert found(tmp_path, PORT, MUTE)[0] == PAST


def test_the_same_module_anywhere(tmp_path: Path) -> None:
    """By its number at any port; one without a number only at its own."""
    begin(tmp_path, PORT, FIRST)
    assert found(tmp_path, OTHER, FIRST)[0] == PAST
    assert found(tmp_path, OTHER, (modem(), identity()))[0] is None


def test_a_mute_module(tmp_path: Path) -> None:
    """The record of its port counts and is said to be that; one of elsewhere is only named."""
    assert found(tmp_path, PORT, MUTE)[::2] == (None, [])
    begin(tmp_path, PORT, FIRST)
    assert found(tmp_path, PORT, MUTE)[::2] == (PAST, ["record-of-port"])
    assert found(tmp_path, OTHER, MUTE)[::2] == (None, ["record-elsewhere"])


def test_what_a_mute_module_began_is_its_own_when_it_speaks(tmp_path: Path) -> None:
    """One record at each moment, under the better name as soon as it is known; the end closes it."""
    begin(tmp_path, PORT, MUTE)
    past, journal, warned = found(tmp_path, PORT, FIRST)
    assert (past, warned) == (PAST, ["record-of-port"])
    journal.write(PAST)
    assert [each.key for each in open_records(tmp_path)] == [journal.key]
    assert journal.key.startswith("module-")
    journal.write(None)
    assert open_records(tmp_path) == []


def test_a_record_of_an_earlier_release(tmp_path: Path) -> None:
    """It lies under the name of its port, without a note: read, taken, and closed."""
    key = journal_key(PORT)
    Journal(SlotFiles(tmp_path, key), key).write(PAST)
    for who in (MUTE, FIRST):
        past, _, warned = found(tmp_path, PORT, who)
        assert (past, warned) == (PAST, ["record-of-port"])
    past, journal, _ = found(tmp_path, PORT, FIRST)
    journal.write(None)
    assert open_records(tmp_path) == []


def test_a_link_counts_before_its_device(tmp_path: Path) -> None:
    """Another link to the same device is another place; the device's own name is either's."""
    one, two = tmp_path / "one", tmp_path / "two"
    for link in (one, two):
        link.symlink_to(PORT)
    begin(tmp_path, str(one), MUTE)
    assert found(tmp_path, str(two), MUTE)[0] is None
    assert found(tmp_path, PORT, MUTE)[0] == PAST
    one.unlink()
    assert found(tmp_path, str(one), MUTE)[0] == PAST


def test_this_runs_own_record_stays(tmp_path: Path) -> None:
    """The module of a second attempt says less than at the first: it is the same."""
    _, journal, _ = found(tmp_path, PORT, FIRST)
    journal.write(PAST)
    assert journal.at_module(*MUTE, journal.read()) == PAST
    begin(tmp_path, PORT, (modem(SECOND), identity()))
    assert journal.read() == PAST


def test_numbers_that_are_none(tmp_path: Path) -> None:
    """Zeros, half a number, words, what many modules have: the module is known by its name."""
    of_many = ("000000000000000", "004999010640000", '+CGSN: "004999010640000"', "123456789012347")
    for text in (*of_many, "12345", "", '+CGSN: "00"', "ERROR 351234567890123"):
        _, journal, _ = found(tmp_path, PORT, (modem(text), identity()))
        assert not journal.key.startswith("module-"), text
    for text in (IMEI, f'+CGSN: "{IMEI}"'):
        assert found(tmp_path, PORT, (modem(text), identity()))[1].key.startswith("module-")


def test_no_number_in_clear(tmp_path: Path) -> None:
    """Neither in a file nor in its name; another computer's hash is another."""
    begin(tmp_path, PORT, FIRST)
    for path in tmp_path.iterdir():
        assert IMEI.encode() not in path.read_bytes() + path.name.encode()
    (tmp_path / "other").mkdir()
    assert hashed(tmp_path, IMEI) != hashed(tmp_path / "other", IMEI)


def test_one_salt_for_all(tmp_path: Path) -> None:
    """Twenty that come first at once agree."""
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.append(hashed(tmp_path, IMEI))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 20
    assert len(set(seen)) == 1


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "1", '{"number": 5, "product": "", "boot_loader": "", "places": []}',
     '{"number": "", "product": "", "boot_loader": "", "places": [5]}', "[" * 3000],
)  # fmt: skip
def test_a_note_that_is_none(tmp_path: Path, text: str) -> None:
    """Is passed over; the record stays that of its port."""
    (tmp_path / "x.note").write_text(text)
    assert read_note(tmp_path, "x") is None


def test_a_note_both_ways(tmp_path: Path) -> None:
    note = ModuleNote("h", "FiPy", "b", (Place("/dev/é", "/dev/ttyUSB0"),))
    write_note(tmp_path, "x", note)
    assert read_note(tmp_path, "x") == note
    assert json.loads((tmp_path / "x.note").read_text())["number"] == "h"
