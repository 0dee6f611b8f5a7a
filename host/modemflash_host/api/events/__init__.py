"""Typed events: a frozen dataclass for each event of `--json`.

    for event in module.iter_update(plan):
        if isinstance(event, events.Progress):
            print(event.done, event.total)

Rules: an event is called as its class, in small letters with dashes; what an event
does not say has its default; one of a later release is a plain `Event`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from modemflash_host.api.events.base import Event
from modemflash_host.api.events.boards import (
    Board,
    BoardLeft,
    BoardLog,
    Card,
    CardResult,
    Chip,
    Deployed,
    Firmware,
    LeftOnBoard,
    Place,
    Removed,
    Rescue,
    RescuePlan,
    Slot,
)
from modemflash_host.api.events.others import (
    Advice,
    BoardEnded,
    BoardResult,
    Copy,
    Explanation,
    File,
    Fleet,
    Listed,
    Port,
    Run,
    Setting,
    Similar,
    Waits,
)
from modemflash_host.api.events.running import (
    Before,
    CrashDump,
    Details,
    Efs2Copy,
    Found,
    Identity,
    Interrupt,
    ModemSetting,
    Note,
    Phase,
    Plan,
    Probe,
    Problem,
    Progress,
    Record,
    Report,
    Retry,
    Session,
    Stall,
    Unfinished,
    Verified,
    Waiting,
    Warning,  # noqa: A004
)
from modemflash_host.families.vocabulary import Facts

__all__ = [
    "EVENTS",
    "Advice",
    "Before",
    "Board",
    "BoardEnded",
    "BoardLeft",
    "BoardLog",
    "BoardResult",
    "Card",
    "CardResult",
    "Chip",
    "Copy",
    "CrashDump",
    "Deployed",
    "Details",
    "Efs2Copy",
    "Event",
    "Explanation",
    "File",
    "Firmware",
    "Fleet",
    "Found",
    "Identity",
    "Interrupt",
    "LeftOnBoard",
    "Listed",
    "ModemSetting",
    "Note",
    "Phase",
    "Place",
    "Plan",
    "Port",
    "Probe",
    "Problem",
    "Progress",
    "Record",
    "Removed",
    "Report",
    "Rescue",
    "RescuePlan",
    "Retry",
    "Run",
    "Session",
    "Setting",
    "Similar",
    "Slot",
    "Stall",
    "Unfinished",
    "Verified",
    "Waiting",
    "Waits",
    "Warning",
    "name_of",
    "typed",
]


def name_of(kind: type[Event]) -> str:
    """What the events of a class are called in `--json`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


EVENTS: Mapping[str, type[Event]] = {
    name_of(kind): kind
    for kind in list(globals().values())
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}
"""Every event by its name in `--json`, but for the result, which is `modemflash_host.api.Result`."""


def typed(event: Facts, at_s: float = 0.0) -> Event:
    """An event as its class has it.

    Args:
        event: by its names, as `--json` has it.
        at_s: seconds since the run began.
    """
    kind = EVENTS.get(event["event"], Event)
    known = {each.name for each in dataclasses.fields(kind)} - {"at_s", "fields"}
    said = {name: _frozen(value) for name, value in event.items() if name in known and value is not None}
    return kind(at_s=round(at_s, 3), fields=event, **said)


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, (list, set, frozenset)) else value
