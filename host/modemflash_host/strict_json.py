"""JSON that comes from outside, read so that all that is made from it can be written again.

Rules: no NaN and no infinity, which are no JSON; no number beyond what every
reader keeps; no text that no encoding takes; no nesting that ends a stack. One
error for everything, `ValueError`.
"""

from __future__ import annotations

import json
import math
from typing import Any

MOST = 1 << 53  # of a number: what every reader of JSON keeps
_DEEPEST = 16  # nothing that this project writes is nested half as deep
_DIGITS = len(str(MOST))


def loads(text: str | bytes | bytearray) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: it is none, or one that this project does not write.
    """
    try:
        value = json.loads(text, parse_int=_whole, parse_float=_finite, parse_constant=_never)
    except RecursionError:
        raise ValueError("nested too deep") from None
    _check(value, _DEEPEST)
    return value


def _check(value: object, depth: int) -> None:
    if isinstance(value, str):
        value.encode()  # half of a surrogate pair ends in a UnicodeEncodeError, which is a ValueError
    elif isinstance(value, (list, dict)):
        if not depth:
            raise ValueError("nested too deep")
        for each in value:
            _check(each, depth - 1)
            if isinstance(value, dict):
                _check(value[each], depth - 1)


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS + 1 or abs(int(digits)) >= MOST:
        raise ValueError("a number that nobody writes")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number that nobody writes")
    return number


def _never(name: str) -> float:
    raise ValueError(name)
