"""The demonstration: the simulated modem of `modemflash demo`, inside the browser.

Rule: its virtual time is let go by at the pace of a clock, some times faster, so that a person can follow.
"""

from __future__ import annotations

import time
from pathlib import Path

from modemflash_host.computer.home import HOME, Opener
from modemflash_sim.demonstration import difficult_modem, write_files
from modemflash_sim.endpoints.virtual import VirtualLine

NAME = "demo://modem"
SPEED = 4
_LEAST_S = 0.02


class PacedLine(VirtualLine):
    """A virtual line whose time does not run ahead of a clock that goes `SPEED` times as fast."""

    _began_s = 0.0

    def jump(self, to_us: int) -> None:
        """See `VirtualLine`; then wait until it is so late."""
        super().jump(to_us)
        now_s = time.monotonic()
        self._began_s = self._began_s or now_s
        ahead_s = self.now_us / 1e6 / SPEED - (now_s - self._began_s)
        if ahead_s > _LEAST_S:
            HOME.sleep(ahead_s)


def prepare(folder: Path) -> list[Path]:
    """Its files; from here on `NAME` can be opened."""
    folder.mkdir(parents=True, exist_ok=True)
    line = PacedLine(difficult_modem())
    HOME.openers["demo"] = Opener(lambda *_: (line, line))  # type: ignore[arg-type]
    return [*write_files(folder)]
