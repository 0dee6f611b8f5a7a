"""Whether an event of `--json` is as docs/json.md has it: its name, fields and types, and the names inside.

Rule: the page is made from the classes of `modemflash_host.api.events`, so these are asked.
"""

from __future__ import annotations

import functools
import json
import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence

from modemflash_host import api
from modemflash_host.api.events import EVENTS

_OF_MODULE = ("record", "before", "after")  # command → reply, as the module has them
_TEXTS = (str, bytes)


def faults_of(line: str) -> list[str]:
    """What of a line of `--json` is not as it is said; [] for nothing."""
    said = json.loads(line)
    name = said["event"]
    if name == "result":
        return []  # one record, whose test compares all of its fields
    kind = EVENTS.get(name)
    if kind is None:
        return [f"{name}: no such event"]
    hints = _hints(kind)
    found = []
    for field, value in said.items():
        if field in ("event", "board_name"):
            continue
        if field not in hints:
            found.append(f"{name}: no field {field}")
        elif not _fits(value, hints[field]):
            found.append(f"{name}: {field} is {value!r}, not {hints[field]}")
        elif field in _values_of(kind) and value and value not in _named(kind):
            found.append(f"{name}: {field} is {value!r}, which is not named")
        elif field not in _OF_MODULE:
            found += [f"{name}: {field} has {key}" for key in _keys(value) if key not in _named(kind)]
    return found


@functools.cache
def _hints(kind: type[api.Event]) -> Mapping[str, object]:
    return typing.get_type_hints(kind)


@functools.cache
def _named(kind: type[api.Event]) -> frozenset[str]:
    """Every name in what is said of an event, and in what is said of another one that it is like."""
    names = set(re.findall(r"`([\w-]+)`", kind.__doc__ or ""))
    like = [EVENTS[name] for name in names & set(EVENTS) if EVENTS[name] is not kind]
    return frozenset(names.union(*(re.findall(r"`([\w-]+)`", other.__doc__ or "") for other in like)))


@functools.cache
def _values_of(kind: type[api.Event]) -> frozenset[str]:
    """The fields whose values are listed: a name, and behind it several more without a comma."""
    return frozenset(re.findall(r"`(\w+)`(?: \(|:\s)(?:`[\w-]+`\s*){2,}", kind.__doc__ or ""))


def _keys(value: object) -> Iterator[str]:
    """Every name inside of a value."""
    if isinstance(value, dict):
        for key, inside in value.items():
            yield key
            yield from _keys(inside)
    elif isinstance(value, list):
        for each in value:
            yield from _keys(each)


def _fits(value: object, wanted: object) -> bool:
    """Whether a value of JSON is what a type becomes there."""
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (types.UnionType, typing.Union):
        return any(_fits(value, each) for each in arguments)
    if origin is tuple or (isinstance(origin, type) and issubclass(origin, Sequence)):
        return isinstance(value, list) and all(_fits(each, arguments[0]) for each in value)
    if origin is not None:
        return isinstance(value, dict)
    if wanted is object:
        return True
    if wanted in _TEXTS:
        return isinstance(value, str)
    if wanted is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return type(value) is wanted or (wanted is type(None) and value is None)
