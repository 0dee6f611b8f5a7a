"""Masks an event, field by field.

Rules: a field that holds a module's own words is talk, and of talk only what the
family knows stays; bytes are always talk; every other text is ours; numbers and
checksums of our own making are no texts, and stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modemflash_host.families.vocabulary import Readable
from modemflash_host.privacy.owner import without_passwords
from modemflash_host.privacy.shapes import ESCAPE, escaped, unescaped
from modemflash_host.privacy.talk import mask
from modemflash_host.privacy.words import mask_text

_PLAIN_KEYS = ("module_hash", "sha256")  # of our own making
# event: its fields that hold a module's own words
_TALK = {
    "identity": ("product", "version", "ue"),
    "details": ("bootloaders",),
    "before": ("bootloaders",),
    "crash-dump": ("raw",),
    "modem-setting": ("recorded", "now", "command", "answer"),
    "problem": ("heard",),
}
# fields that hold the reply to one command of 3GPP TS 27.007
_NAMED_BY = {("identity", "product"): "AT+CGMM"}
# event: its fields that hold a module's replies by their commands
_RECORDS = {
    "details": ("record",),
    "before": ("record",),
    "record": ("before", "after"),
}


def mask_event(event: Any, readable: Readable | None = None) -> Any:
    """An event with every text and every bytes in it masked; the original stays as it is.

    Args:
        event: an event, or a value of one.
        readable: what of a module's words stays.
    """
    if isinstance(event, Mapping) and isinstance(kind := event.get("event"), str):
        return {key: _field(kind, key, value, readable) for key, value in event.items()}
    return _ours(event, readable)


def _field(kind: str, key: str, value: object, readable: Readable | None) -> object:
    if key in _TALK.get(kind, ()):
        return _talk(value, readable, _NAMED_BY.get((kind, key), ""))
    if key in _RECORDS.get(kind, ()) and isinstance(value, Mapping):
        return {_talk(name, readable): _talk(reply, readable, name) for name, reply in value.items()}
    return value if key in _PLAIN_KEYS else _ours(value, readable)


def _ours(value: object, readable: Readable | None) -> object:
    """Words of ours, with all that is below them."""
    if isinstance(value, str):
        return mask_text(without_passwords(value), readable)
    if isinstance(value, Mapping):
        return {
            mask_text(str(key), readable): each if key in _PLAIN_KEYS else _ours(each, readable)
            for key, each in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_ours(each, readable) for each in value]
    return _talk(value, readable)


def _talk(value: object, readable: Readable | None, command: str = "") -> object:
    """Words of a module, with all that is below them."""
    if isinstance(value, str):
        masked = mask(unescaped(value), readable, command)
        return escaped(masked) if ESCAPE.search(value) else masked.decode("latin-1")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return mask(bytes(value), readable, command)
    if isinstance(value, Mapping):
        return {_talk(str(key), readable): _talk(each, readable, command) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_talk(each, readable, command) for each in value]
    return value
