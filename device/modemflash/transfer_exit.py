"""The way out of a transfer that somebody began and did not finish.

Rules that hold here: the modem is asked whether it is in one, never believed to
be; what is sent starts no message, and means nothing to a modem in its AT dialogue.
"""

from modemflash.exchange import Exchange
from modemflash.frames import HEADER, MAX_BLOCK, OPEN_SESSION, RESET
from modemflash.interface import SMALL_RING_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modemflash.line import Line

_KNOCK_MS = 500


def in_transfer(line: "Line") -> bool:
    """Whether a modem waits here inside a transfer, perhaps in the middle of a block.

    Such a modem ignores AT commands: its updater died. Knocks with RESET and
    OPEN_SESSION, then fills what may be missing of a block, burst by burst, and
    knocks after each. The session is closed afterwards, so that the modem goes
    back to its AT dialogue. Takes some 7 s where nothing answers; ask at both rates.
    """
    probe = Exchange(line, 0, True)
    buf = bytearray(HEADER)
    burst = min(line.port.max_burst or SMALL_RING_BYTES, SMALL_RING_BYTES)
    line.port.drop_input()
    missing = HEADER + MAX_BLOCK
    while True:
        probe.session = probe.transaction = 0
        heard = probe.hears_answer(RESET, buf, _KNOCK_MS)
        probe.session = probe.transaction = 1
        if probe.hears_answer(OPEN_SESSION, buf, _KNOCK_MS) or heard:
            probe.transaction = 2
            probe.send_reset(2000)
            return True
        if missing <= 0:
            return False
        probe.fill(burst)
        missing -= burst
