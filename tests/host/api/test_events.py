"""The typed events say what the events of `--json` say, no more, no less, and in their types."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Sequence
from pathlib import Path

import pytest

from modemflash_host import api
from modemflash_host.api import events
from modemflash_host.api.events import EVENTS, Event, typed
from modemflash_host.api.opening import port_event
from modemflash_host.board.console.identity import Board
from modemflash_host.board.firmware.forecast import FirmwarePlan
from modemflash_host.board.tools.esptool import Chip
from modemflash_host.links.ports import Port
from modemflash_host.links.usb_ids import NO_DEVICE
from tools import docs_json
from tools.docs_events import events as told

ROOT = Path(__file__).resolve().parents[3]
OURS = {"at_s", "fields"}


def names_of(kind: type[Event]) -> set[str]:
    return {each.name for each in dataclasses.fields(kind)} - OURS


def test_every_event_has_its_class_and_its_fields() -> None:
    """Each event that some place of the program reports, with each field that is given there."""
    reported = {name: fields for name, fields in told().items() if name != "result"}
    assert {*reported, "efs2-copy"} == set(EVENTS)  # a name with a digit
    missing = {name: fields - names_of(EVENTS[name]) for name, fields in reported.items()}
    assert {name: fields for name, fields in missing.items() if fields} == {}


def test_every_field_is_named_where_its_event_is_described() -> None:
    """The docstring is what docs/json.md says."""
    elsewhere = {"board-result"}  # "as those of `result`"
    missing = [
        (name, field)
        for name, kind in EVENTS.items()
        if name not in elsewhere
        for field in names_of(kind)
        if f"`{field}`" not in docs_json.text_of(kind)
    ]
    assert missing == []


def test_the_page_is_made_from_the_classes() -> None:
    page = (ROOT / "docs/json.md").read_text(encoding="utf-8")
    assert page == docs_json.page(page)


def test_all_classes_are_in_the_public_list() -> None:
    classes = {kind.__name__ for kind in EVENTS.values()}
    assert set(events.__all__) == classes | {"EVENTS", "Event", "name_of", "typed"}


@pytest.mark.parametrize(("name", "record"), [("board", Board), ("chip", Chip), ("firmware", FirmwarePlan)])
def test_a_record_that_is_told_whole_has_all_of_its_fields(name: str, record: type) -> None:
    """With their types: no place of the program says their names."""
    said = typing.get_type_hints(EVENTS[name])
    own = typing.get_type_hints(record)
    kinds = {field: typing.get_origin(said.get(field)) or said.get(field) for field in own}
    assert kinds == {field: typing.get_origin(kind) or kind for field, kind in own.items()}


def fits(value: object, wanted: object) -> bool:
    """Whether a value is of a type as it is written down."""
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (types.UnionType, typing.Union):
        return any(fits(value, each) for each in arguments)
    if origin is tuple:
        return isinstance(value, tuple) and all(fits(each, arguments[0]) for each in value)
    if origin is not None:
        return isinstance(value, origin)
    if wanted is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    assert isinstance(wanted, type)
    return isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("port", "files"),
    [
        ("sim://pycom-catm1", ["CATM1-41065.dup", "updater.elf"]),
        ("sim://pycom-catm1?fault=install-fails:9", ["CATM1-41065.dup", "updater.elf"]),
        ("sim://pycom-catm1?fault=crashed", ["CATM1-41065.dup", "updater.elf"]),
        ("sim://lg290p", ["sim://LG290P03AANR02A01S.pkg"]),
        ("sim://lg290p", []),
        ("sim://rm520n", []),
    ],
)
def test_what_a_run_tells_fits_its_types(port: str, files: list[str]) -> None:
    """Every field that is said has its attribute, with a value of its type."""
    heard: list[Event] = []
    try:
        with api.open(port, *files, on_event=heard.append) as module:
            module.info()
            if files:
                module.update(module.plan())
    except api.Problem:
        pass
    assert len(heard) > 3
    check(heard)


def test_what_files_are_fits_its_types(folder: Path) -> None:
    found = api.identify(folder, "sim://LG290P03AANR02A01S.pkg")
    assert {each.name for each in found} > {"LG290P03AANR02A01S.pkg", "CATM1-41065.dup", "updater.elf"}
    check(found)


def test_ports_fit_their_types() -> None:
    check([typed(port_event(Port("/dev/ttyUSB0", NO_DEVICE, "1a86:7523", "1-2", "")))])


def check(heard: Sequence[Event]) -> None:
    for event in heard:
        if event.fields["event"] == "result":
            continue
        assert type(event) is EVENTS[event.fields["event"]]
        assert set(event.fields) - {"event"} <= names_of(type(event)), event
        hints = typing.get_type_hints(type(event))
        wrong = {
            name: value
            for name in names_of(type(event))
            if not fits(value := getattr(event, name), hints[name])
        }
        assert wrong == {}, event


def test_an_event_of_a_later_release_is_an_event() -> None:
    """And a field that this release does not know is in `fields`."""
    assert type(typed({"event": "brand-new", "x": 1})) is Event
    assert typed({"event": "note", "text": "a", "x": 1}).fields["x"] == 1


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        typed({"event": "note", "text": "a"}).text = "b"  # type: ignore[attr-defined]
