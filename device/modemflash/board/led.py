"""The board's one light: five patterns, told apart by rhythm alone.

Rules that hold here: a pattern is data; nothing is shorter than a tick of the
engine (250 ms), so a late tick cannot swallow a flash; the light is changed
only when its colour changes.
"""

import pycom

# colour and milliseconds, in turn, for ever. Nobody needs to know the colour: a slow even pulse;
# always on; two quick flashes; counted slow flashes; and Pycom's own rare blink, when no updater runs.
_OFF = 0x000000
_WHITE = 0x202020
_GREEN = 0x002000
_YELLOW = 0x202000
_RED = 0x300000

PATTERNS = {
    "working": ((_WHITE, 1000), (_OFF, 1000)),
    "finished": ((_GREEN, 1000),),
    "power-cycle": ((_YELLOW, 250), (_OFF, 250), (_YELLOW, 250), (_OFF, 1250)),
}

# How often red flashes: what the person in the field has to look at.
CAUSES = {"card": 1, "file": 2, "silent": 3, "refused": 4, "power": 5, "pc": 6}


def red(count: int) -> "tuple[tuple[int, int], ...]":
    """The pattern of a cause: `count` slow flashes, then a long pause."""
    return ((_RED, 500), (_OFF, 500)) * (count - 1) + ((_RED, 500), (_OFF, 2500))


class Led:
    """Shows one pattern at a time; lives on `tick`.

    Args:
        clock: the board's clock.
    """

    def __init__(self, clock: "Clock") -> None:
        self._clock = clock
        self._pattern = ()  # type: tuple[tuple[int, int], ...]
        self._step = 0
        self._since = 0
        self._colour = -1

    def show(self, pattern: "tuple[tuple[int, int], ...]") -> None:
        """Show one of `PATTERNS`, or `red(count)`, from its beginning on."""
        if pattern is self._pattern:
            return
        if not self._pattern:
            pycom.heartbeat(False)  # the light is refused while Pycom's own blink owns it
        self._pattern = pattern
        self._step = 0
        self._since = self._clock.ticks_ms()
        self._light(pattern[0][0])

    def tick(self, now: int) -> None:
        """Go on in the pattern; `now` is the clock's time."""
        pattern = self._pattern
        if len(pattern) < 2:
            return
        ms = pattern[self._step][1]
        late_ms = self._clock.ticks_diff(now, self._since) - ms
        if late_ms < 0:
            return
        self._step = (self._step + 1) % len(pattern)
        # A little lateness is made good by the next step; after a long wait the rhythm begins anew.
        self._since = now if late_ms >= ms else self._since + ms
        self._light(pattern[self._step][0])

    def release(self) -> None:
        """Give the light back to Pycom's blink: the updater does not run any more."""
        self._pattern = ()
        self._colour = -1
        pycom.heartbeat(True)

    def _light(self, colour: int) -> None:
        if colour != self._colour:
            self._colour = colour
            pycom.rgbled(colour)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from modemflash.board.uart import Clock
