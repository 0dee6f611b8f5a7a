"""The board itself: who it is, its card, its radios, its watchdog, and who else wants the modem.

Rules that hold here: every feature is tried, because releases are no order of
features; what a run switches off it switches on again; the LTE driver is never
started (`LTE()` takes the modem's pins, and hangs where the modem is silent).

Facts: docs/boards.md.
"""

import machine
import pycom
import uos as os
from ubinascii import hexlify

from modemflash.board.card import exists
from modemflash.interface import LTE_CLAIMED, LTE_GIVEN_BACK, MAIN, NVS_LTE_BOOT, WATCHDOG_MS

_RESETS = "lte_resets"  # NVS: hard resets that were made to get the modem alone


def name() -> str:
    """`GPy` or `FiPy`. A G01 runs the GPy's firmware and says `GPy`."""
    return str(os.uname()[0])


def firmware() -> str:
    """The release of the board's own firmware, for the log; nothing may depend on it."""
    return str(os.uname()[2])


def unique_id() -> str:
    """The board's own address as twelve hex digits; USB serial numbers repeat, this does not."""
    return str(hexlify(machine.unique_id()).decode())


def powered_on() -> bool:
    """Whether this boot may have been a power cut. The reset button looks the same, so it proves nothing."""
    return bool(machine.reset_cause() == machine.PWRON_RESET)


class Radios:
    """Wi-Fi and Bluetooth, off for a run: they take heap and time.

    The telnet and FTP servers are left as they are: without Wi-Fi nobody
    reaches them, and starting them anew would undo the user's own password.
    """

    def __init__(self) -> None:
        self._wifi = None  # type: dict[str, object] | None

    def off(self) -> None:
        """Remember how Wi-Fi was, and switch the radios off."""
        try:
            import network
        except ImportError:
            return
        try:
            wlan = network.WLAN()
            self._wifi = {word: getattr(wlan, word)() for word in ("mode", "ssid", "auth", "channel")}
            wlan.deinit()
        except (AttributeError, OSError, TypeError, ValueError):
            self._wifi = None  # it is off already, or this release does not say how it is on
        try:
            network.Bluetooth().deinit()
        except (AttributeError, OSError):
            pass

    def restore(self) -> None:
        """Switch Wi-Fi on as it was."""
        if self._wifi:
            import network

            try:
                network.WLAN().init(**self._wifi)
            except (OSError, TypeError, ValueError):
                pass  # the next boot does it
            self._wifi = None


class Watchdog:
    """A watchdog that somebody armed, set long for a run. One that nobody armed is left alone.

    A running watchdog cannot be stopped, only set anew; arming one here would
    let it bite the user's program afterwards.

    Args:
        armed: whether one runs, see `watchdog_armed`.
    """

    def __init__(self, armed: bool) -> None:
        self._dog = machine.WDT(timeout=WATCHDOG_MS) if armed else None

    def feed(self) -> None:
        """From every tick."""
        if self._dog:
            self._dog.feed()


def watchdog_armed(scripts: "tuple[str, ...]" = ("/flash/boot.py", MAIN)) -> bool:
    """Whether a watchdog may be running: armed by the firmware, or by a script that names it.

    Nothing on the board tells; a wrong yes costs nothing but a longer time-out.
    """
    try:
        if pycom.wdt_on_boot():
            return True
    except (AttributeError, TypeError):
        pass
    if machine.reset_cause() == machine.WDT_RESET:
        return True
    for path in scripts:
        try:
            with open(path, "rb") as file:
                if b"WDT" in file.read():
                    return True
        except OSError:
            pass
    return False


def lte_starts() -> bool:
    """Whether the firmware's own LTE driver talks to the modem after a hard boot."""
    try:
        return bool(pycom.lte_modem_en_on_boot())
    except AttributeError:
        return True  # before 1.18.1 it always does


class Autostart:
    """The firmware's own LTE driver, which talks to the modem after a hard boot if a flag says so.

    The flag acts at the next hard boot only. To get the modem alone: save it,
    clear it, reset once, run, restore. That it has to be restored stands in NVS
    and on the card; NVS wins, and as it says "given back" ever after, what is on
    a card counts only for a board whose NVS was lost.

    Args:
        nvs: a `store.Nvs`.
        card: a `card.Card`, None for no copy.
        path: the copy on it.
    """

    def __init__(self, nvs: "Nvs", card: "Card | None" = None, path: str = "") -> None:
        self._nvs = nvs
        self._card = card
        self._path = path

    def claim(self) -> str:
        """What gives this run the modem: `alone`, `reset` (the board, now) or `wait` (`AUTOSTART_MS`)."""
        nvs = self._nvs
        try:
            starts = pycom.lte_modem_en_on_boot()
        except AttributeError:
            return "wait"  # before 1.18.1 it always starts
        if not starts:
            return "alone"
        if nvs.get(_RESETS, 0) or not (nvs.set(_RESETS, 1) and nvs.set(NVS_LTE_BOOT, LTE_CLAIMED)):
            return "wait"
        if self._card:
            self._card.replace(self._path, b"")
        try:
            pycom.lte_modem_en_on_boot(False)
        except (OSError, TypeError, ValueError):
            pass
        return "wait" if pycom.lte_modem_en_on_boot() else "reset"

    def restore(self) -> None:
        """Put the flag back as the user had it: at the end of a run, and at every boot that has no job."""
        nvs = self._nvs
        saved = nvs.get(NVS_LTE_BOOT, 0)
        copied = bool(self._card) and exists(self._path)
        if saved == LTE_CLAIMED or (copied and not saved):
            pycom.lte_modem_en_on_boot(True)
            nvs.set(NVS_LTE_BOOT, LTE_GIVEN_BACK)
        nvs.erase(_RESETS)
        if self._card and copied:
            self._card.change(os.remove, self._path)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from modemflash.board.card import Card
    from modemflash.board.store import Nvs
