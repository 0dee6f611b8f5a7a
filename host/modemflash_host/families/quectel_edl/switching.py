"""From a running application into EDL: one frame to the module's DM port.

Rules: it changes nothing in the flash, and a module with an intact one leaves EDL
again by a reset; what stands in the port is read away before, so that an old
answer is not taken for this one; a port that is gone is an answer, too. Source:
docs/quectel-edl.md ("The protocol").
"""

from __future__ import annotations

from modemflash.errors import LinkProblem
from modemflash.line import Line
from modemflash_host.families.quectel_edl.diag import SWITCH_TO_EDL, packed

FRAME = packed(SWITCH_TO_EDL)
_STALE_MS = 100
_MOST_STALE = 1 << 16
_ANSWER_MS = 3000
_KEPT_BYTES = 1 << 12


def switch_to_edl(line: Line) -> bool:
    """Ask for EDL; whether the module said that it goes, by the same frame or by leaving.

    Args:
        line: to its DM port.
    """
    buf = bytearray(1 << 12)
    stale = 0
    while stale < _MOST_STALE and (got := line.read(buf, len(buf), _STALE_MS)):
        stale += got
    heard = bytearray()
    try:
        line.write(FRAME)
        start = line.now()
        while (left := _ANSWER_MS - line.since(start)) > 0:
            heard += buf[: line.read(buf, len(buf), left)]
            if FRAME in heard:
                return True
            heard[:-_KEPT_BYTES] = b""
    except LinkProblem:
        return True
    return False
