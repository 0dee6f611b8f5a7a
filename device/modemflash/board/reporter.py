"""The board's reporter: light, console and log, fed by the engine's events.

Rules that hold here: at most one line a second goes to the console, because it
blocks while it prints, and one in three while a phase runs, by which a PC at the
console knows to leave the board alone; progress is for the console only, everything else goes
to the log as well; once the modem is being written Ctrl-C is held back,
because nothing may tear a block.
"""

import micropython

from modemflash.at import printable
from modemflash.board.led import CAUSES, PATTERNS, red
from modemflash.interface import CONSOLE_LIFE_MS, CONSOLE_SIGN

_HARMLESS = ("find", "identify", "verify", "prepare")  # phases in which Ctrl-C may strike
_LOG_ONLY = ("record", "session", "crash-dump")  # long, and for whoever reads the log
_CONSOLE_MS = 1000
_MOST_LINES = 16  # that wait for the console; a flood of warnings is in the log
_CTRL_C = 3
_STALL_S = 10


class Reporter:
    """See `modemflash.line` for what the engine asks of it.

    Args:
        clock: the board's.
        led: a `led.Led`.
        watchdog: fed with every tick.

    Attributes:
        log: a `records.Log`, or None before there is a card.
        phases: phase -> seconds spent in it.
        light: what is shown.
    """

    sign = CONSOLE_SIGN  # what a PC knows a board by that is not to be disturbed

    def __init__(self, clock: "Clock", led: "Led", watchdog: "Watchdog") -> None:
        self._clock = clock
        self._led = led
        self._watchdog = watchdog
        self._start = self._printed = self._phase_start = clock.ticks_ms()
        self._phase = ""
        self._lines = []  # type: list[str]
        self._progress = ""
        self._moved = self._start  # when something went forward last
        self._told_s = 0  # of the time since then
        self._moves = False  # this phase tells its progress
        self._held = False
        self._head = ""  # of the last line, and how many were alike
        self._alike = 0
        self.log = None  # type: Any
        self.phases = {}  # type: dict[str, int]
        self.light = ""

    def show(self, light: str) -> None:
        """Show a pattern or a cause of `led`."""
        self.light = light
        self._led.show(PATTERNS[light] if light in PATTERNS else red(CAUSES[light]))

    def report(self, event: "dict[str, Any]") -> None:
        """One event of the engine."""
        kind = event["event"]
        if kind == "progress":
            self._moved = self._clock.ticks_ms()
            self._told_s = 0
            self._moves = True
            if event["total"]:
                percent = event["done"] // (event["total"] // 100 or 1)
                self._progress = "%s %d %%" % (event["phase"], min(percent, 100))
            return
        if kind == "probe":
            return
        if kind == "phase":
            self._begin(event["phase"])
            line = "%s: usual %d s, at most %d s" % (
                event["phase"],
                event["usual_s"],
                event["allowed_s"] or event["silence_s"],
            )
            if not event["allowed_s"]:
                line += " without an answer"
            if event["phase"] == "install":
                line += ". You can remove the card, but keep the power on"
        elif kind == "stall":
            self._told_s = seconds = event["seconds"]
            line = "%s: nothing moved for %d s" % (event["phase"], seconds)
            if seconds < 20:
                line += ". " + event["note"]
        elif kind == "record":
            before, after = event["before"], event["after"]
            changed = [name for name in sorted(before) if before[name] != after.get(name)]
            line = "record: %d answers as before the update" % (len(before) - len(changed))
            for name in changed:
                line += "; %s was %s" % (name, " ".join(before[name].split())[:60])
        else:
            words = ["%s=%s" % (name, _plain(event[name])) for name in sorted(event) if name != "event"]
            line = kind + ": " + event.get("text", " ".join(words))
        self.say(line, kind not in _LOG_ONLY)

    def say(self, line: str, aloud: bool = True) -> None:
        """One line for log and console."""
        head = _before_digits(line)
        self._alike = self._alike + 1 if head == self._head else 1
        self._head = head
        if self.log and not self._alike & (self._alike - 1):  # of many alike the 1st, 2nd, 4th, 8th
            self.log.write("%6d s  %s" % (self.elapsed_s(), line))
        if aloud and len(self._lines) < _MOST_LINES:
            self._lines.append(line)

    def tick(self, now: int) -> None:
        """A sign of life."""
        self._led.tick(now)
        self._watchdog.feed()
        still_s = self._clock.ticks_diff(now, self._moved) // 1000
        if self._moves and still_s >= self._told_s + _STALL_S:  # the engine cannot while its line is held
            self._told_s = still_s
            self.say("%s: nothing moved for %d s" % (self._phase, still_s))
        silent_ms = self._clock.ticks_diff(now, self._printed)
        if silent_ms >= _CONSOLE_MS and (self._lines or self._progress):
            self._printed = now
            print(self.sign, self._lines.pop(0) if self._lines else self._progress)
            if not self._lines:
                self._progress = ""
        elif silent_ms >= CONSOLE_LIFE_MS and self._phase:
            self._printed = now
            print(self.sign, self._phase, self.elapsed_s(), "s")

    def stop_wanted(self) -> int:
        """Nobody can be asked: Ctrl-C works while nothing was written, and is held back after that."""
        return 0

    def wait(self, ms: int) -> None:
        """Let time pass with light, watchdog and console alive."""
        start = self._clock.ticks_ms()
        while True:
            now = self._clock.ticks_ms()
            self.tick(now)
            left_ms = ms - self._clock.ticks_diff(now, start)
            if left_ms <= 0:
                return
            self._clock.sleep_ms(min(left_ms, 250))

    def elapsed_s(self) -> int:
        """Seconds since the run began."""
        return self._clock.ticks_diff(self._clock.ticks_ms(), self._start) // 1000

    def close(self) -> None:
        """The run is over: its times are complete, Ctrl-C works again."""
        self._begin("")
        self._progress = ""
        self._hold(False)

    def _begin(self, phase: str) -> None:
        now = self._clock.ticks_ms()
        if self._phase:
            seconds = self._clock.ticks_diff(now, self._phase_start) // 1000
            self.phases[self._phase] = self.phases.get(self._phase, 0) + seconds
        self._phase = phase
        self._moves = False
        self._phase_start = now
        if phase and phase not in _HARMLESS:
            self._hold(True)

    def _hold(self, hold: bool) -> None:
        if hold != self._held:
            self._held = hold
            try:
                micropython.kbd_intr(-1 if hold else _CTRL_C)
            except AttributeError:
                pass  # before 1.18.2: a Ctrl-C then ends the run, and the next one carries on


def _before_digits(line: str) -> str:
    for at in range(len(line)):
        if line[at].isdigit():
            return line[:at]
    return line


def _plain(value: "Any") -> str:
    return printable(bytes(value)) if isinstance(value, (bytes, bytearray)) else str(value)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modemflash.board.led import Led
    from modemflash.board.pycom import Watchdog
    from modemflash.board.uart import Clock
