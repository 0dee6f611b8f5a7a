"""What a board's console says, as values: one parser for each kind, and one repeat for all.

    ask(repl, "1 < 2", boolean)      True

Rules: a line may lose or change a character, so an answer that is not of the
kind that was asked for is asked for once more, and then the board is out of
step, whatever it was that could not be read; an expression that is asked here
may be evaluated twice.
"""

from __future__ import annotations

import ast
import base64
import binascii
from collections.abc import Callable
from typing import TypeVar

from modemflash_host.board.console.repl import EXEC_MS, Repl
from modemflash_host.errors import BoardProblem
from modemflash_host.strict_json import MOST

T = TypeVar("T")

_LONGEST_LITERAL = 1 << 16


def ask(
    repl: Repl, expression: str, read: Callable[[str], T], prepare: str = "", deadline_ms: int = EXEC_MS
) -> T:
    """The value of an expression on the board.

    Args:
        repl: in the raw REPL.
        expression: see `Repl.value`; it may be evaluated twice.
        read: its kind: makes the value from its text, or raises `ValueError`.
        prepare: statements to run before, each time.
        deadline_ms: as in `Repl.exec`.

    Raises:
        BoardProblem: `board-out-of-step`: no such value came, twice; and as `Repl.value`.
    """
    heard = b""
    for _ in range(2):
        try:
            text = repl.value(expression, prepare, deadline_ms)
            heard = text.encode("utf-8", "replace")
            return read(text)
        except BoardProblem as problem:
            if problem.code != "board-out-of-step":
                raise
            heard = problem.raw
        except ValueError:
            pass  # once more, or out of step
        repl.enter(1)  # it may stand in the middle of a line
    raise BoardProblem("board-out-of-step", raw=heard[:_LONGEST_LITERAL])


def boolean(text: str) -> bool:
    """A truth value."""
    if text not in ("True", "False"):
        raise ValueError(text)
    return text == "True"


def whole(text: str) -> int:
    """A whole number that is not below 0."""
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise ValueError(text)
    return int(text)


def literal(text: str) -> object:
    """A Python literal of plain kinds."""
    if len(text) > _LONGEST_LITERAL:
        raise ValueError("far too long")
    try:
        value: object = ast.literal_eval(text)
    except (SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError(text[:40]) from error
    return value


def size(value: object) -> int | None:
    """Bytes of a file, -1 for a folder, None for neither."""
    if value is not None and (type(value) is not int or not -1 <= value < MOST):
        raise ValueError("no size")
    return value


def decoded(text: str) -> bytes:
    """Bytes from base64."""
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except binascii.Error as error:
        raise ValueError(text[:40]) from error
