"""What comes from a port unasked: listening before anything is sent.

Rules: nothing is written; a port that says nothing at the first rate is silent at
all of them, because a wrong rate makes garbage, not silence; so a silent port costs
a little over a second.
"""

from __future__ import annotations

from collections.abc import Callable

from modemflash.line import Line

RATES = (115_200, 460_800, 921_600, 9_600, 38_400, 57_600, 250_000)  # the last one not every system has
LISTEN_MS = 1_150  # what speaks by itself mostly does so once a second
_KEPT_BYTES = 8_192


def hear(line: Line, is_enough: Callable[[bytes], bool]) -> bytes:
    """What was heard at the rate that made sense, else at the first one.

    Args:
        line: an open line; its rate is changed.
        is_enough: whether somebody recognises what came at one rate.

    Raises:
        Stopped: the user asked to stop.
    """
    first = b""
    for rate in RATES:
        line.checkpoint()
        fixed = not line.set_baud(rate)
        heard = _at_this_rate(line, is_enough)
        if is_enough(heard):
            return heard
        first = first or heard
        if fixed or not first:
            break
    return first


def _at_this_rate(line: Line, is_enough: Callable[[bytes], bool]) -> bytes:
    buf = bytearray(1024)
    heard = bytearray()
    start = line.now()
    while (left := LISTEN_MS - line.since(start)) > 0 and len(heard) < _KEPT_BYTES:
        got = line.read(buf, len(buf), left)
        heard += buf[:got]
        if got and is_enough(bytes(heard)):
            break
    return bytes(heard)
