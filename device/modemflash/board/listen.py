"""A rescue that a PC armed: listen for the modem first thing at power-up, and hold its attention for the PC.

Rules that hold here: the modem is asked and never written to, and the card is
left alone, because the PC has the plan; the console repeats what is known,
because a PC's port comes back later than the board; the same stands on /flash
before the next thing happens, which may be a power cut.
"""

import json

from modemflash.board import pycom
from modemflash.board.card import Card
from modemflash.board.led import Led
from modemflash.board.records import Log
from modemflash.board.reporter import Reporter
from modemflash.board.store import Nvs, SlotFiles, sync
from modemflash.board.uart import Clock, Uart
from modemflash.board.words import SHOWN_OTHERWISE_S, light_of
from modemflash.errors import Problem
from modemflash.interface import (
    FOR_PC,
    JOURNAL_FOLDER,
    JOURNAL_NAME,
    MODEM_ANSWERED,
    NVS_BOOTS,
    NVS_RESCUE,
    RESCUE_RECORD,
    RESCUE_SIGN,
)
from modemflash.journal import Journal
from modemflash.line import Line
from modemflash.upgrade import Update

_SAY_MS = 5000
_HOLD_MS = 60000  # so long a modem that answered is kept talking


def arm(minutes: int) -> bool:
    """Listen at each power-up from now on. False where the board cannot keep that."""
    nvs = Nvs()
    return nvs.set(NVS_BOOTS, 0) and nvs.set(NVS_RESCUE, FOR_PC + minutes)


def outcome() -> "dict[str, Any]":
    """What is known of the last power-up, see `Listener`; "boots" alone where the power went meanwhile."""
    boots = Nvs().get(NVS_BOOTS, 0)
    try:
        with open(RESCUE_RECORD) as file:
            found = json.loads(file.read())  # type: dict[str, Any]
            if found["boots"] == boots:
                return found
    except (OSError, ValueError, KeyError):
        pass
    return {"boots": boots}


class Listener(Reporter):
    """One power-up.

    Args:
        clock: the board's.
        led: its light.

    Attributes:
        record: "board", "boots" (power-ups since it was armed), "up_s"; when it is over "after_s" and
            "code": `MODEM_ANSWERED` or an error's; of a modem that answered "state", "baud", "build", too.
    """

    sign = RESCUE_SIGN

    def __init__(self, clock: Clock, led: Led) -> None:
        Reporter.__init__(self, clock, led, pycom.Watchdog(pycom.watchdog_armed()))
        self.log = Log(Card(JOURNAL_FOLDER))
        nvs = Nvs()
        boots = nvs.get(NVS_BOOTS, 0) + 1
        nvs.set(NVS_BOOTS, boots)
        self.record = {"board": pycom.unique_id(), "boots": boots}  # type: dict[str, Any]
        self._said = clock.ticks_ms() - _SAY_MS

    def listen(self, minutes: int) -> None:
        """Look for the modem, so long; then hold it until the PC interrupts."""
        record = self.record
        self.show("working")
        self._keep()
        line = Line(Uart(self._clock, self.tick), self._clock, self)
        journal = Journal(SlotFiles(JOURNAL_FOLDER, JOURNAL_NAME), record["board"])
        update = Update(line, [], set(), journal, {"find_ms": minutes * 60000})
        try:
            modem = update.look()
        except Problem as problem:
            self._over(problem.code)
            self.show(light_of(problem, True))
            self.wait(SHOWN_OTHERWISE_S * 1000)
            return
        record["state"], record["baud"], record["build"] = modem.state, modem.baud, update.identity.build
        self._over(MODEM_ANSWERED)
        start = line.now()
        while line.since(start) < _HOLD_MS:
            modem.at.command("AT", 1000)
            self.wait(1000)

    def tick(self, now: int) -> None:
        """See `Reporter`; the record in between."""
        Reporter.tick(self, now)
        if self._clock.ticks_diff(now, self._said) >= _SAY_MS:
            self._said = now
            self.record["up_s"] = self.elapsed_s()
            print(self.sign, json.dumps(self.record))

    def _over(self, code: str) -> None:
        self.record["after_s"] = self.elapsed_s()
        self.record["code"] = code
        self._said -= _SAY_MS
        self.say("%s after %d s" % (code, self.elapsed_s()))
        self._keep()

    def _keep(self) -> None:
        try:
            with open(RESCUE_RECORD, "w") as file:
                file.write(json.dumps(self.record))
            sync()
        except OSError:
            pass  # a full /flash: the console has it


def listen(minutes: int) -> None:
    """What the hook does at power-up while this is armed."""
    clock = Clock()
    led = Led(clock)
    listener = Listener(clock, led)
    try:
        listener.listen(minutes)
    finally:
        listener.close()
        led.release()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
