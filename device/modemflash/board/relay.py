"""The engine on the board, its files on the PC.

Rules that hold here: the console is given away for the time of a run and is
restored in every case; what the modem is in the middle of never hangs on the
PC: a PC that goes away is waited for, 30 minutes long, with light and with the
session kept open; then the session ends with RESET and the board starts anew,
into its own program.
"""

import gc
import json
import os

import machine

from modemflash import __version__, consent, errors
from modemflash.at import printable
from modemflash.board import pycom
from modemflash.board.card_order import as_image
from modemflash.board.led import CAUSES, PATTERNS, Led, red
from modemflash.board.pc_line import PcLine
from modemflash.board.store import Nvs, SlotFiles
from modemflash.board.uart import Clock, Uart
from modemflash.errors import Problem, Stopped
from modemflash.exchange import KEEP_ALIVE_MS, Exchange
from modemflash.frames import MAX_BLOCK
from modemflash.identity import encoded
from modemflash.interface import (
    COMMAND_BYTES,
    COMMAND_FILE,
    CONSOLE_BAUD,
    ENDED,
    JOURNAL_FOLDER,
    JOURNAL_NAME,
    LOOKED,
    RUNNING,
)
from modemflash.journal import Journal
from modemflash.line import Line
from modemflash.upgrade import Update

SPAN = MAX_BLOCK  # of a file at a time
_PATIENCE_MS = 1800000
_FILL = b"\xff" * 16
_LOSSY = ("progress", "probe")
# What tells the PC which class a problem is of: the first that fits.
KINDS = (
    "BadFile",
    "Refusal",
    "NoModem",
    "TransferProblem",
    "ModemProblem",
    "UpdateFailed",
    "Stopped",
    "LinkProblem",
    "Problem",
)


class PcFile:
    """A firmware file on the PC. It comes in spans; the next begins to come when one was read to its end.

    Args:
        relay: the run.
        number: of the file.
        row: facts about it.
    """

    grid = SPAN  # blocks that fill a span have their CRC-16 from the PC, checked on the way

    def __init__(self, relay: "Relay", number: int, row: "dict[str, Any]") -> None:
        self.name = row["name"]
        self.size = row["size"]
        self._relay = relay
        self._number = number
        # Where a span begins: of the one that comes, and of the last whole one.
        self._begun = self._summed = -1
        self._crc = 0

    def at_hand(self, offset: int, n: int) -> bool:
        """Whether these bytes are there; makes them come."""
        self._turn_to(offset)
        pc = self._relay.pc
        return bool(pc.got >= min(offset + n, self.size) - self._begun)

    def readinto(self, offset: int, buf: "Writable") -> int:
        """See `contracts.Source`; ends at the end of a span."""
        if offset >= self.size:
            return 0
        done = 0
        while done < len(buf) and offset + done < self.size:
            done += self._read(offset + done, buf, done)
        return done

    def block_crc(self, offset: int, size: int) -> int:
        """The CRC-16 of a span that was just read, -1 for any other block."""
        return self._crc if offset == self._summed and size == min(SPAN, self.size - offset) else -1

    def _read(self, offset: int, buf: "Writable", done: int) -> int:
        """From one span."""
        pc = self._relay.pc
        self._turn_to(offset)
        begun = self._begun
        at = offset - begun
        size = min(SPAN, self.size - begun)
        n = min(len(buf) - done, size - at)  # type: int
        self._relay.wait_for(at + n)
        pc.copy(at, n, buf, done)
        if at + n == size:
            self._summed, self._crc = begun, pc.crc
            if begun + size < self.size:
                self._turn_to(begun + size)
        return n

    def _turn_to(self, offset: int) -> None:
        """Let the span with this byte come, if it does not already."""
        begun = offset - offset % SPAN
        if self._begun != begun or not self._relay.pc.brings(self._number, begun):
            self._begun = begun
            self._relay.pc.begin(self._number, begun, min(SPAN, self.size - begun))


class Relay:
    """One run; also the engine's reporter.

    Args:
        job: "id", "files" (rows as in a card's manifest), "options", and "past", the PC's own journal.
    """

    def __init__(self, job: "dict[str, Any]") -> None:
        self.clock = Clock()
        self.pc = PcLine(machine.UART, self.clock, job["id"].encode())
        self.gave_up = False
        self._job = job
        self.led = Led(self.clock)
        self._dog = pycom.Watchdog(pycom.watchdog_armed())
        self._looked = self._last = b""
        self._line = None  # type: Line | None
        self._sending = False

    def run(self) -> None:
        """Look at the modem, wait for the PC's word, update, wait for the PC to know."""
        self.led.show(PATTERNS["working"])
        pycom.Radios().off()
        self._last = json.dumps(self._work()).encode()
        self._sending = False
        self.pc.state = ENDED.encode()
        self.pc.send_event(self._last)
        try:
            self.wait(self._is_over)
        except Stopped:
            pass

    def _work(self) -> "dict[str, Any]":
        job, pc = self._job, self.pc
        update = None
        try:
            port = Uart(self.clock, self.tick)
            port.pump = pc.pump
            line = self._line = Line(port, self.clock, self)
            files = [(as_image(row), PcFile(self, i, row)) for i, row in enumerate(job["files"])]
            update = Update(line, files, set(), _Journal(self, line, job["past"]), job["options"])
            update.look()
            self._report_look(update)
            self.wait(self._is_ordered)
            if pc.ended:
                return {"event": "ended"}
            pc.begin(COMMAND_FILE, 0, COMMAND_BYTES)
            self.wait_for(COMMAND_BYTES)
            order = bytearray(COMMAND_BYTES)
            pc.copy(0, COMMAND_BYTES, order, 0)
            words = json.loads(bytes(order).decode())
            update.consents = consent.decoded(words["consents"])
            update.options.update(words["options"])
            pc.state = RUNNING.encode()
            self._sending = True
            gc.collect()  # not in the middle of a span: a pause costs what the small ring does not hold
            return {"event": "ended", "result": update.run(update.plan())}
        except Problem as problem:
            if self.gave_up and self._sending and self._line:
                Exchange(self._line, 0, True).send_reset(2000)
            return self._of_problem(problem, update)
        except Exception as error:  # noqa: BLE001 (a defect of ours: the PC has the words for it)
            return self._of_problem(Problem("board-error", repr(error)), update)

    def _of_problem(self, problem: Problem, update: "Update | None") -> "dict[str, Any]":
        kind = ""
        for kind in KINDS:
            if isinstance(problem, getattr(errors, kind)):
                break
        return {
            "event": "ended",
            "kind": kind,
            "code": problem.code,
            "detail": problem.detail,
            "raw": printable(problem.raw),
            "modem_state": problem.modem_state,
            "consents": consent.encoded(getattr(problem, "consents", ())),
            "bytes": update.sent_bytes if update else 0,
        }

    def _report_look(self, update: Update) -> None:
        modem = update.modem
        self._looked = json.dumps(
            {
                "event": "looked",
                "board": pycom.unique_id(),
                "state": modem.state,
                "baud": modem.baud,
                "resumed": modem.resumed,
                "identity": encoded(update.identity),
                "before": update.before,
                "past": update.past,
                "release": __version__,
            }
        ).encode()
        self.pc.state = LOOKED.encode()
        self.pc.send_event(self._looked)

    def _is_ordered(self) -> bool:
        return self.pc.commands > 0 or self.pc.ended

    def _is_over(self) -> bool:
        return self.pc.ended

    # -- waiting, and the engine's reporter -------------------------------------------

    def wait_for(self, count: int) -> None:
        """Until so many bytes of the span are there; raises as `wait`."""
        pc = self.pc
        if pc.got < count:
            self.wait(lambda: pc.got >= count)

    def wait(self, done: "Callable[[], bool]") -> None:
        """Until `done`, with the session kept open and the light on.

        Raises:
            Stopped: `pc-away`, after 30 minutes without a PC.
        """
        clock, pc = self.clock, self.pc
        fed = heard = clock.ticks_ms()
        while not done():
            if pc.pull():
                continue
            now = clock.ticks_ms()
            self.tick(now)
            if not pc.away:
                heard = now
            elif self.gave_up or clock.ticks_diff(now, heard) > _PATIENCE_MS:
                self.gave_up = True
                raise Stopped("pc-away")
            if self._sending and self._line and clock.ticks_diff(now, fed) >= KEEP_ALIVE_MS:
                fed = now
                self._line.write(_FILL)
            clock.sleep_ms(20 if pc.away else 1)  # a small ring holds 44 ms of the console's rate

    def report(self, event: "dict[str, Any]") -> None:
        """One event of the engine, for the PC."""
        for name in event:
            if isinstance(event[name], (bytes, bytearray)):
                event[name] = printable(bytes(event[name]))
        self.pc.send_event(json.dumps(event).encode(), event["event"] in _LOSSY)

    def tick(self, now: int) -> None:
        """A sign of life."""
        pc = self.pc
        pc.keep_up()
        self.led.show(self._away_light if pc.away else PATTERNS["working"])
        self.led.tick(now)
        self._dog.feed()
        if pc.asked_again:
            pc.asked_again = False
            for words in (self._looked, self._last):
                if words:
                    pc.send_event(words)

    def stop_wanted(self) -> int:
        """As often as on the PC."""
        return self.pc.stops

    _away_light = red(CAUSES["pc"])


class _Journal(Journal):
    """The board's own journal; the PC keeps another one, which counts where this one knows nothing."""

    def __init__(self, relay: Relay, line: Line, past: "Any") -> None:
        board = pycom.unique_id()
        Journal.__init__(self, SlotFiles(JOURNAL_FOLDER, JOURNAL_NAME), board, line.report)
        self._relay = relay
        self._past = past

    def read(self) -> "dict[str, Any] | None":
        return Journal.read(self) or self._past

    def write(self, record: "dict[str, Any] | None") -> None:
        self._past = record
        self._relay.report({"event": "journal", "record": record})
        Journal.write(self, record)


def run(job: str) -> None:
    """What the PC starts. Returns to the console, or restarts the board when nobody is there."""
    os.dupterm(None)  # type: ignore[attr-defined]
    relay = None  # type: Relay | None
    try:
        relay = Relay(json.loads(job))
        relay.run()
    finally:
        os.dupterm(machine.UART(0, CONSOLE_BAUD))  # type: ignore[attr-defined]
        if relay is not None:
            relay.led.release()
            if relay.gave_up:
                pycom.Autostart(Nvs()).restore()
                machine.reset()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from modemflash.contracts import Writable
