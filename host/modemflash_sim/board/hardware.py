"""A board's hardware beside UART and drives: light, memory, flags, watchdog, hash, radios, LTE driver.

Rules that hold here: what survives which reset is decided in `forget` alone;
every refusal of the real firmware is a `Refused`; the LTE driver is here only
for the harm that it does.
"""

from __future__ import annotations

import json
from functools import partial

from modemflash_sim.board.profiles import BoardProfile
from modemflash_sim.board.scheduler import Ended, Scheduler
from modemflash_sim.board.uart import Uart

POWER_ON, HARD, WATCHDOG, DEEP_SLEEP, SOFT = range(5)  # machine.reset_cause()
NVS_KEY_CHARS = 15
LTE_WAIT_US = 6_000_000
LTE_BAUD = 921_600

# What the LTE driver says to the modem after a hard boot, and when; nobody waits for the answers here.
AUTOSTART = (
    (500_000, b"+++"),
    (1_650_000, b"AT\r\n"),
    (1_950_000, b"ATE0\r\n"),
    (2_250_000, b"AT+CPSMS=0\r\n"),
    (2_550_000, b"AT+CEREG=1\r\n"),
    (2_850_000, b"AT+CFUN?\r\n"),
    (3_150_000, b"AT+CFUN=4\r\n"),
    (3_900_000, b"AT+CPIN?\r\n"),
    (4_800_000, b'AT!="setlpm airplane=1 enable=1"\r\n'),
    (5_700_000, b"AT+SQNIBRCFG?\r\n"),
)


class Refused(Exception):
    """The firmware answers with an exception; its text is that of the OSError, or empty."""


class Hardware:
    """What a board is made of.

    Args:
        profile: the board.
        scheduler: its time.
        uart: UART 1.
        unique_id: `machine.unique_id()`.

    Attributes:
        nvs: the NVS; survives everything.
        flags: the boot flags of the configuration sector; survive everything.
        radios: name -> on.
        pins: name -> level, as held from outside.
        light: (when, colour) of every change; -1 is Pycom's own heartbeat.
        cause: of the last reset.
        hash_alive: one hash object has not given its digest.
    """

    def __init__(self, profile: BoardProfile, scheduler: Scheduler, uart: Uart, unique_id: bytes) -> None:
        self.profile = profile
        self.unique_id = unique_id
        self.nvs: dict[str, int | str] = {}
        self.flags = {
            "lte_modem_en_on_boot": False,
            "wdt_on_boot": False,
            "wifi_on_boot": True,
            "heartbeat_on_boot": True,
            "pybytes_on_boot": False,
        }
        self.radios: dict[str, bool] = {}
        self.pins: dict[str, int] = {}
        self.light: list[tuple[int, int]] = []
        self.cause = POWER_ON
        self.hash_alive = False
        self._heartbeat = True
        self._lte_made = False
        self._watchdog_us = 0
        self._scheduler = scheduler
        self._uart = uart

    def forget(self, cause: int) -> None:
        """A reset of this cause: what does not survive it is gone."""
        self.cause = cause
        self._heartbeat = self.flags["heartbeat_on_boot"]
        self._show(-1 if self._heartbeat else 0)
        if cause == SOFT:
            self._uart.close()
            return
        self._scheduler.clear()
        self.hash_alive = False
        self._watchdog_us = 0
        self._uart.hard_reset()
        self.radios = {"wifi": self.flags["wifi_on_boot"], "bluetooth": False, "servers": True}
        self._lte_made = self.flags["lte_modem_en_on_boot"] or not self.profile.lazy_lte
        if self.flags["wdt_on_boot"]:
            self.watchdog(15_000)
        if self.flags["lte_modem_en_on_boot"]:
            for after_us, text in AUTOSTART:
                self._scheduler.at(self._scheduler.now_us + after_us, partial(self._lte_says, text))

    def led(self, colour: int) -> None:
        """`pycom.rgbled`."""
        if self._heartbeat:
            raise Refused("the requested operation is not possible")
        self._show(colour)

    def heartbeat(self, what: int) -> int:
        """`pycom.heartbeat`: 1 on, 0 off, 2 asks."""
        if what < 2 and bool(what) != self._heartbeat:
            self._heartbeat = bool(what)
            self._show(-1 if what else 0)
        return int(self._heartbeat)

    def access_nvs(self, what: int, request: bytes) -> bytes:
        """`pycom.nvs_get` and the others."""
        key, value = json.loads(request)
        if what == 3:
            self.nvs.clear()
        elif len(key) > NVS_KEY_CHARS or (what != 1 and key not in self.nvs):
            raise Refused
        elif what == 1:
            self.nvs[key] = value
        elif what == 2:
            del self.nvs[key]
        else:
            return json.dumps(self.nvs[key]).encode()
        return b"null"

    def flag(self, what: int, name: str) -> int:
        """One of the boot flags: 1, 0, or 2 to ask."""
        if what < 2:
            self.flags[name] = bool(what)
        return int(self.flags[name])

    def watchdog(self, timeout_ms: int) -> None:
        """Set it, which starts it for good; 0 feeds it."""
        if timeout_ms:
            self._watchdog_us = timeout_ms * 1000
        self._scheduler.end_at("watchdog", self._scheduler.now_us + self._watchdog_us)

    def hash(self, what: int, count: int) -> None:
        """The one hash: 1 begins, 0 ends, 2 works on `count` bytes."""
        if what == 1 and self.hash_alive:
            raise Refused("only one active hash operation is permitted at a time")
        if what < 2:
            self.hash_alive = bool(what)
        self._scheduler.spend(count * self.profile.hash_us_per_kib // 1024)

    def radio(self, what: int, name: str) -> int:
        """A radio: 1 on, 0 off, 2 asks."""
        if what < 2:
            self.radios[name] = bool(what)
        return int(self.radios[name])

    def reset(self, what: int, sleep_ms: int) -> None:
        """`machine.reset` and `machine.deepsleep`."""
        if what == 1:
            self._scheduler.spend(sleep_ms * 1000)
        raise Ended("deep-sleep" if what == 1 else "reset")

    def lte(self, what: int) -> None:
        """The LTE class: 0 LTE(), 1 modem_upgrade_mode(), 2 reconnect_uart()."""
        if what == 0:
            self._lte_made = True
            self._scheduler.spend(LTE_WAIT_US)
            raise Refused(self.profile.lte_error)
        if what == 1:
            # Either it freezes Python and copies bytes for ever, or its task suspends itself.
            raise Ended("mirror" if self._lte_made else "hung")
        if not self._lte_made:
            raise Ended("panic")

    def _lte_says(self, text: bytes) -> None:
        if self._uart.settings is None:  # whoever opens UART 1 takes the pins away
            self._uart.inject(text, LTE_BAUD)

    def _show(self, colour: int) -> None:
        if not self.light or self.light[-1][1] != colour:
            self.light.append((self._scheduler.now_us, colour))
