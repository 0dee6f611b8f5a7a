"""Records from plain data: what JSON gave becomes the dataclass that it was, or is refused.

Rules that hold here: every field must be there, none may be over, each of exactly its type;
nothing is repaired. The other direction is `dataclasses.asdict`.
"""

from __future__ import annotations

import dataclasses
import typing
from types import UnionType
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]


def made(kind: Any, value: object, where: str) -> Any:
    """`value` as JSON gave it, made into what the type says.

    Args:
        kind: a dataclass, a plain type, a list, tuple or dict of these, or one of them or None.
        value: what JSON gave.
        where: its name, for the error.

    Raises:
        ValueError: it does not fit.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is UnionType:
        return None if value is None else made(arguments[0], value, where)
    if origin in (list, tuple):
        if not isinstance(value, list):
            raise ValueError(f"{where} is no list")
        return origin(made(arguments[0], item, where) for item in value)
    if origin is dict:
        if not isinstance(value, dict):
            raise ValueError(f"{where} is no table")
        return {str(key): made(arguments[1], item, f"{where}.{key}") for key, item in value.items()}
    if dataclasses.is_dataclass(kind):
        return _record(kind, value, where)
    if type(value) is not kind:
        raise ValueError(f"{where} is {value!r:.60}")
    return value


def _record(kind: Any, value: object, where: str) -> Any:
    hints = typing.get_type_hints(kind)
    if not isinstance(value, dict) or set(value) != set(hints):
        raise ValueError(f"{where} does not have the fields {', '.join(hints)}")
    return kind(**{name: made(hint, value[name], f"{where}.{name}") for name, hint in hints.items()})
