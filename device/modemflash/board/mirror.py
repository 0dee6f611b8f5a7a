"""The firmware's own bridge between modem and USB, called only where it can work.

Rules that hold here: every condition is measured first, because nothing but a
reset ends the bridge, and a wrong one looks like a dead board; this is the only
place that ever calls `LTE()`. Facts: docs/boards.md ("Mirror mode").
"""

from modemflash.board import pycom
from modemflash.board.modem_info import modem_info
from modemflash.errors import Refusal
from modemflash.interface import MODEM_BAUD


def mirror() -> None:
    """Hand the modem to the PC, at 921600 baud on the USB side. Returns only when that fails.

    Raises:
        Refusal: `mirror-refused`, with the condition that does not hold.
        NoModem: the modem does not answer.
    """
    try:
        from network import LTE

        bridge = LTE.modem_upgrade_mode
    except (ImportError, AttributeError):
        raise Refusal("mirror-refused", "this release of the board's firmware has no modem_upgrade_mode")
    if pycom.watchdog_armed():
        raise Refusal("mirror-refused", "a watchdog may be armed, and nothing would feed it")
    found = modem_info()
    if found["baud"] != MODEM_BAUD:
        raise Refusal(
            "mirror-refused", "the modem is at %s baud, and the bridge has 921600 only" % found["baud"]
        )
    try:
        LTE()  # from 1.20.2.r2 on the bridge stops itself where the LTE driver was never started
    except OSError:
        pass  # it need not succeed
    print("modemflash: mirror. Close this terminal; the PC's side opens the port at 921600 baud.")
    print("modemflash: only a reset or a power cut ends it.")
    bridge()
