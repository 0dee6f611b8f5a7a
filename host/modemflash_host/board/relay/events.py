"""What a board may tell the PC that it works for, as one table.

Rules: a board may run another release of the engine, or none of ours: an event
that is not in the table, or holds something of another kind, is dropped, so
that no screen ever meets one that it cannot show; fields that are more stay.
What a look or an end is made of is all there, or it is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeGuard

from modemflash.errors import RECOVERABLE, UNKNOWN, UNTOUCHED, UPDATED
from modemflash.identity import decoded
from modemflash.journal import is_record
from modemflash.modem import STATES
from modemflash_host.board.engine_result import EngineResult
from modemflash_host.strict_json import MOST

if TYPE_CHECKING:
    from modemflash_host.reporters import Event

_TEXT, _WHOLE, _YES = (str,), (int,), (bool,)
_MAYBE_WHOLE = (int, type(None))
_FIELDS: dict[str, dict[str, tuple[type, ...]]] = {
    "phase": {"phase": _TEXT, "usual_s": _WHOLE, "allowed_s": _WHOLE, "note": _TEXT},
    "progress": {"phase": _TEXT, "done": _WHOLE, "total": _WHOLE},
    "stall": {"phase": _TEXT, "seconds": _WHOLE, "note": _TEXT},
    "retry": {"what": _TEXT, "attempt": _WHOLE, "reason": _TEXT},
    "probe": {"baud": _WHOLE, "round": _WHOLE, "heard": _TEXT},
    "found": {"state": _TEXT, "baud": _WHOLE, "resumed": _YES},
    "identity": {"product": _TEXT, "build": _MAYBE_WHOLE, "version": _TEXT, "ue": _TEXT},
    "record": {"before": (dict,), "after": (dict,)},
    "session": {"version": _WHOLE, "max_transfer": _WHOLE, "packed": _YES},
    "crash-dump": {"size": _WHOLE, "raw": _TEXT},
    "warning": {"code": _TEXT, "text": _TEXT},
    "journal": {"record": (dict, type(None))},
    "looked": {
        "board": _TEXT,
        "state": _TEXT,
        "baud": _WHOLE,
        "resumed": _YES,
        "identity": (dict,),
        "before": (dict,),
        "past": (dict, type(None)),
    },
    "ended": {},
}
_OF_A_PROBLEM = ("kind", "code", "detail", "raw", "modem_state")
_MODEM_STATES = (UNTOUCHED, RECOVERABLE, UPDATED, UNKNOWN)


def is_sound(event: object) -> TypeGuard[Event]:
    """Whether an event is one that the PC knows what to do with."""
    if not isinstance(event, dict):
        return False
    kind = event.get("event")
    fields = _FIELDS.get(kind) if isinstance(kind, str) else None
    if fields is None or not all(_fits(event.get(name, ...), kinds) for name, kinds in fields.items()):
        return False
    if not _fits(event.get("silence_s", 0), _WHOLE) or event.get("state", "silence") not in STATES:
        return False
    if kind == "record":
        return _all_texts(event["before"]) and _all_texts(event["after"])
    if kind == "looked":
        known = _all_texts(event["before"]) and _is_identity(event["identity"])
        return known and _is_past(event["past"])
    if kind == "journal":
        return _is_past(event["record"])
    return _is_end(event) if kind == "ended" else True


def _fits(value: object, kinds: tuple[type, ...]) -> bool:
    return type(value) in kinds and (type(value) is not int or abs(value) < MOST)


def _is_past(record: object) -> bool:
    return record is None or is_record(record)


def _all_texts(replies: Mapping[str, object]) -> bool:
    return all(type(reply) is str for reply in replies.values())


def _is_identity(record: Mapping[str, object]) -> bool:
    try:
        return abs(decoded(record).build or 0) < MOST
    except ValueError:
        return False


def _is_end(event: Event) -> bool:
    """A result, a problem in words that are known, or nothing, where the PC asked for the end."""
    result = event.get("result")
    if result is not None:
        try:
            EngineResult.of_fields(result if isinstance(result, dict) else {})
        except ValueError:
            return False
        return "code" not in event
    if "code" not in event:
        return not any(name in event for name in _OF_A_PROBLEM)
    texts = all(_fits(event.get(name), _TEXT) for name in _OF_A_PROBLEM)
    return texts and event["modem_state"] in _MODEM_STATES and _fits(event.get("bytes", 0), _WHOLE)
