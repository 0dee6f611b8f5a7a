"""A link that counts the operations of a run and breaks it at a chosen one.

Rules: an operation is a write, a read that brought bytes, a wait that brought
none (however long), a change of rate, a write of the journal, or a change of
what the modem is doing (its boot mode and whether it boots, transfers or
installs); a cut falls into the middle of its operation: half of the bytes are
written, what was to be read is lost, the record is torn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from modemflash.errors import LinkProblem
from modemflash_host import errors as host_errors  # noqa: F401  (brings the words for port-lost)
from modemflash_sim.endpoints.virtual import VirtualLine
from modemflash_sim.sequans.modem import SimModem

POWER_OFF_S = 10.0

# cut: (the updater dies, the link is lost, the modem's power is cut for ten seconds)
CUTS = {
    "updater killed": (True, False, False),
    "link lost": (False, True, False),
    "modem power lost": (False, False, True),
    "all power lost": (True, False, True),
}
# The same with a board between: it has a battery when the USB plug is pulled, and none when all power goes.
BOARD_CUTS = ("updater killed", "link lost", "board reset", "modem power lost", "all power lost")
CARD_CUTS = ("board reset", "board crashed", "card pulled", "modem power lost", "all power lost")
POWER_CUTS = ("modem power lost", "all power lost")


class Killed(BaseException):
    """The updater is dead: nothing of it runs any more."""


class TooLong(BaseException):
    """The run took longer than any run may: it hangs."""


@dataclass
class Cuts:
    """Which operations are cut, and what was counted.

    Attributes:
        at: number of an operation -> name of the cut, a key of `CUTS`.
        seen: kind of operation -> how many there were.
        count: operations so far; with no cut, those of a clean run.
    """

    at: dict[int, str] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    count: int = 0

    def next(self, kind: str) -> str:
        """Count one operation; the name of the cut that falls into it, or ""."""
        cut = self.at.get(self.count, "")
        self.count += 1
        self.seen[kind] = self.seen.get(kind, 0) + 1
        return cut


class CutLink:
    """A port and clock of the engine over another, with cuts.

    Args:
        line: the link proper: `VirtualLine`, or another with its methods.
        modem: the modem behind it, whose power can be cut.
        cuts: where.
        limit_ms: virtual milliseconds that a run may take.
    """

    def __init__(self, line: VirtualLine, modem: SimModem, cuts: Cuts, limit_ms: int) -> None:
        self._line = line
        self._modem = modem
        self._cuts = cuts
        self._end_us = line.now_us + limit_ms * 1000
        self._lost = False
        self._waiting = False
        self._doing = self._what_it_does()

    @property
    def max_burst(self) -> int:
        return self._line.max_burst

    def ticks_ms(self) -> int:
        return self._line.ticks_ms()

    def ticks_diff(self, end: int, start: int) -> int:
        return self._line.ticks_diff(end, start)

    def sleep_ms(self, ms: int) -> None:
        self._line.sleep_ms(ms)
        self._after()

    def readinto(self, buf: Any, n: int, timeout_ms: int) -> int:
        self._check()
        got = self._line.readinto(buf, n, timeout_ms)
        if got or not self._waiting:
            self._waiting = not got
            if self._cut("read" if got else "wait"):
                got = 0
        self._after()
        return got

    def write(self, buf: Any, off: int, n: int) -> None:
        self._check()
        cut = self._cuts.next("write")
        self._waiting = False
        if not cut:
            self._line.write(buf, off, n)
        else:
            if n > 1:
                self._line.write(buf, off, n // 2)
                self._line.jump(self._line.wire.sent_us())
            self._do(cut)
        self._after()

    def drain(self, timeout_ms: int) -> bool:
        return self._line.drain(timeout_ms)

    def set_baud(self, rate: int) -> bool:
        self._check()
        if self._cut("rate"):
            return False
        return self._line.set_baud(rate)

    def drop_input(self) -> None:
        self._check()
        self._line.drop_input()

    def save(self, slots: dict[int, bytes], slot: int, data: bytes) -> None:
        """A write of the journal."""
        cut = self._cuts.next("journal")
        torn = CUTS[cut][0] if cut else False
        slots[slot] = data[: len(data) // 2] if torn else data
        if cut:
            self._do(cut)

    def _check(self) -> None:
        if self._line.now_us > self._end_us:
            raise TooLong
        if self._lost:
            raise LinkProblem("port-lost", "cut")

    def _after(self) -> None:
        """Has the modem gone on to something else meanwhile?"""
        doing = self._what_it_does()
        if doing != self._doing:
            self._doing = doing
            self._waiting = False
            self._cut("mode")

    def _what_it_does(self) -> tuple[object, ...]:
        live = self._modem.live
        return live.phase, live.mode, live.installing is not None

    def _cut(self, kind: str) -> bool:
        cut = self._cuts.next(kind)
        if cut:
            self._do(cut)
        return bool(cut)

    def _do(self, cut: str) -> None:
        kills, loses, cuts_power = CUTS[cut]
        if cuts_power and self._modem.live.powered:
            self._modem.cut_power(POWER_OFF_S, self._line.now_us)
            self._doing = self._what_it_does()
        if kills:
            raise Killed
        self._lost |= loses  # the next use of the port tells


class CutSlots:
    """The journal's store, written through the link that counts."""

    def __init__(self, slots: dict[int, bytes], link: CutLink) -> None:
        self._slots = slots
        self._link = link

    def load(self, slot: int) -> bytes:
        return self._slots.get(slot, b"")

    def save(self, slot: int, data: bytes) -> None:
        self._link.save(self._slots, slot, data)
