"""What the process of a board may say, as one table: the border between a fleet and its processes.

Rules: a line that is no event, or an event that the fleet makes use of and that
lacks a field or has one of another kind, is dropped, so that nothing behind here
ever meets one; events and fields that the fleet makes no use of stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from modemflash.errors import RECOVERABLE, UNKNOWN, UNTOUCHED, UPDATED
from modemflash_host.families.vocabulary import Event, EventFields
from modemflash_host.strict_json import loads

LONGEST_LINE = 256 << 10
_LONGEST_TEXT = 2_000
_STATUSES = ("updated", "nothing-to-do", "refused", "failed", "interrupted", "installed-unconfirmed")
_MODEM_STATES = (UNTOUCHED, RECOVERABLE, UPDATED, UNKNOWN)
_TEXT, _NUMBER = (str,), (int, float)
# Of these events the fleet reads these fields; "?" marks one that may be missing or null.
_FIELDS: Mapping[str, Mapping[str, tuple[type, ...]]] = {
    "phase": {
        "phase": _TEXT, "usual_s?": _NUMBER, "allowed_s?": _NUMBER, "silence_s?": _NUMBER, "note?": _TEXT,
    },
    "progress": {"phase": _TEXT, "done": (int,), "total": (int,)},
    "stall": {"seconds": _NUMBER, "note?": _TEXT},
    "plan": {"from_version": _TEXT, "to_version": _TEXT},
    "identity": {"product": _TEXT, "version": _TEXT},
    "place": {"board?": (dict,)},
    "problem": {"code": _TEXT, "happened": _TEXT, "hint": _TEXT},
    "warning": {"text": _TEXT},
    "retry": {"reason": _TEXT},
    "interrupt": {"text": _TEXT},
    "note": {"text": _TEXT},
    "result": {
        "status": _TEXT, "code": _TEXT, "modem_state": _TEXT,
        "next?": _TEXT, "from_version?": _TEXT, "to_version?": _TEXT,
    },
}  # fmt: skip


def decoded(line: bytes) -> EventFields | None:
    """The event of one line; None where it is none, such as half a line after a kill."""
    try:
        event = loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and _is_sound(event) else None


def _is_sound(event: Event) -> bool:
    kind = event.get("event")
    if not isinstance(kind, str) or not _fits(event.get("at_s", 0), _NUMBER):
        return False
    for name, kinds in _FIELDS.get(kind, {}).items():
        value = event.get(name.rstrip("?"))
        if not _fits(value, kinds) and not (name.endswith("?") and value is None):
            return False
    if kind == "result":
        return event["status"] in _STATUSES and event["modem_state"] in _MODEM_STATES
    if kind == "place" and event.get("board") is not None:
        return all(_fits(event["board"].get(name), _TEXT) for name in ("mac", "name"))
    return kind != "progress" or 0 <= event["done"] <= event["total"]


def _fits(value: object, kinds: tuple[type, ...]) -> bool:
    if type(value) is str:
        return str in kinds and len(value) <= _LONGEST_TEXT
    return type(value) in kinds and (isinstance(value, dict) or value >= 0)  # type: ignore[operator]
