"""What happens at power-up, before the board's own program.

Rules that hold here: the board's own program always follows, whatever happens;
where there is nothing to do this costs next to nothing, so of ours it imports
names alone, and reads no more than the card's list of names; a soft reset and a wake
from deep sleep are no power-up. Ctrl-C, a held button and safe boot (which runs
no main.py at all) skip it.
"""

import os

import machine
import pycom

from modemflash import NO_ROOM
from modemflash.interface import FIRMWARE_ENDINGS, LTE_CLAIMED, NVS_LTE_BOOT, NVS_PREFIX, NVS_RESCUE


def start(button: str = "") -> None:
    """Look for a job or an armed rescue and do it; then, or else, return.

    Args:
        button: a pin, such as P10 on an Expansion Board; held down (low) it skips everything.
    """
    try:
        if machine.reset_cause() in (machine.SOFT_RESET, machine.DEEPSLEEP_RESET) or _held(button):
            return
        if _kept(NVS_RESCUE) or _kept(NVS_LTE_BOOT) == LTE_CLAIMED or _card_concerns_us():
            from modemflash.board.startup import act

            act(_kept(NVS_RESCUE))
    except KeyboardInterrupt:
        print("modemflash hook: skipped")
    except MemoryError:
        print("modemflash hook:", NO_ROOM)
    except Exception as error:  # noqa: BLE001 (the board's own program has to run)
        print("modemflash hook:", repr(error))


def _card_concerns_us() -> bool:
    """Whether a card's root looks like a job, or cannot be read. A user's own card is left alone."""
    mounted = "sd" in os.listdir("/")
    if not mounted:
        try:
            card = machine.SD()
        except OSError:
            return False  # no card is no fault
        try:
            os.mount(card, "/sd")  # type: ignore[attr-defined]
        except OSError:
            return True
    try:
        names = os.listdir("/sd")
    except (OSError, UnicodeError):
        return True
    finally:
        if not mounted:
            (getattr(os, "umount", None) or os.unmount)("/sd")  # type: ignore[attr-defined]
            card.deinit()
    for name in names:  # the last two: a folder as it was unpacked from an archive
        low = name.lower()
        if min(name) < " " or low[:10] == "modemflash" or low[-4:] in FIRMWARE_ENDINGS:
            return True
        if low[:5] == "catm1" or low[:3] == "nb1":
            return True
    return False


def _kept(name: str) -> int:
    """A number in NVS; 0 where there is none, or no NVS."""
    try:
        return pycom.nvs_get(NVS_PREFIX + name) or 0
    except (AttributeError, ValueError, OSError, KeyError):
        return 0


def _held(button: str) -> bool:
    if not button:
        return False
    pin = machine.Pin(button, mode=machine.Pin.IN, pull=machine.Pin.PULL_UP)
    return not pin()
