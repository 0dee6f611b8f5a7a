"""A simulated board with card and modem, ready to boot: what the tests of whole runs share.

Rules: /flash is made once a session and copied; times of the modem are short,
because time is virtual but operations are not.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from modemflash_host.board.install.package import deployed
from modemflash_sim.board.drives import FLASH_BYTES
from modemflash_sim.board.fat import FatFailed, FatImage
from modemflash_sim.board.process import BoardProcess
from modemflash_sim.sequans import images, profiles
from modemflash_sim.sequans.assumptions import Assumptions
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.verdict import Verdict

SECOND_US = 1_000_000
USER = b"""import os
print("the user's program runs" if "sd" not in os.listdir("/") else "the card is still mounted")
"""
RUNS = "the user's program runs"
HOOK = (
    b'try: __import__("modemflash").hook(button="P10")\n'
    b'except Exception as error: print("modemflash:", repr(error))\n'
)
QUICK = profiles.Timing(
    boot_us=2 * SECOND_US,
    updater_start_us=3 * SECOND_US,
    stalls=((30, 5 * SECOND_US),),
    install_us=8 * SECOND_US,
    bootrom_install_us=2 * SECOND_US,
)
WHITE, GREEN, YELLOW, RED, BLUE = 0x202020, 0x002000, 0x202000, 0x300000, -1

IMAGE = images.make_full_image(41065, size_bytes=30_000)
UPDATER = images.make_updater_elf(66_000)
PLAIN: dict[str, bytes | Path] = {"/CATM1-41065.dup": IMAGE, "/updater.elf": UPDATER}


def make_flash(
    path: Path, interpreter: Path, package: dict[str, bytes] | None = None, main: bytes = HOOK + USER
) -> Path:
    """A /flash with the updater and the hook."""
    files: dict[str, bytes | Path] = {f"/lib/{name}": data for name, data in (package or deployed()).items()}
    files |= {"/main.py": main, "/boot.py": b"", "/sys/x": b"", "/cert/x": b""}
    FatImage(path, interpreter).make(FLASH_BYTES).put(files)
    return path


def quick_modem(
    name: str = "pycom-catm1", assumptions: Assumptions | None = None, **changes: object
) -> SimModem:
    """A modem of that profile which does not take its time."""
    return SimModem(replace(profiles.find(name), timing=QUICK, **changes), assumptions)  # type: ignore[arg-type]


def fill(image: FatImage) -> None:
    """Leave no free cluster in an image."""
    size = 2 << 20
    number = 0
    while size >= 512:
        try:
            number += 1
            image.put({f"/filler{number}": bytes(size)})
        except FatFailed:
            size //= 2


class Mute:
    """A modem that never says a word, whatever happens to it."""

    baud = 921600

    def power(self, on: bool, now_us: int) -> None: ...
    def advance(self, now_us: int) -> None: ...
    def feed(self, now_us: int, data: bytes, baud: int) -> None: ...
    def set_rts(self, ready: bool) -> None: ...

    def next_due(self) -> int | None:
        return None

    def take(self, now_us: int) -> list[tuple[bytes, int]]:
        return []


class Bench:
    """One board on the table.

    Args:
        folder: for its images.
        interpreter: a MicroPython.
        flash: a /flash as `make_flash` made it; it is copied.
        card: what is on the card, or the image of one, which is copied; None for no card.
        modem: at its pins.
        profile: the board.
    """

    def __init__(
        self,
        folder: Path,
        interpreter: Path,
        flash: Path,
        card: dict[str, bytes | Path] | Path | None = PLAIN,
        modem: SimModem | None = None,
        profile: str = "gpy-1.20.0",
        card_bytes: int = 2 << 20,
        heap: str = "5120k",
    ) -> None:
        self.interpreter = interpreter
        self.modem = modem or quick_modem()
        shutil.copyfile(flash, folder / "flash")
        self.flash = FatImage(folder / "flash", interpreter)
        self.card = FatImage(folder / "card", interpreter)
        if isinstance(card, Path):
            shutil.copyfile(card, self.card.path)
        elif card is not None:
            self.card.make(card_bytes)
            if card:
                self.card.put(card)
        self.board = BoardProcess(
            profile,
            self.modem,
            interpreter=interpreter,
            flash=self.flash.path,
            card=self.card.path if card is not None else None,
            heap=heap,
        )

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self.board.close()

    @property
    def verdict(self) -> Verdict:
        """The modem's own account."""
        return self.modem.verdict

    @property
    def log(self) -> str:
        """modemflash.log of the card."""
        return self.card.get("/modemflash.log").decode()

    def results(self) -> list[dict[str, object]]:
        """The board's lines on the card."""
        name = next(name for name in self.card.names() if name.endswith(".jsonl"))
        return [json.loads(line) for line in self.card.get(name).decode().splitlines()]

    def silence(self, silent: bool = True) -> None:
        """Put a dead modem in the place of the other, or take it away again."""
        self.board.modem = self.board.uart.modem = Mute() if silent else self.modem

    def boot(self) -> str:
        """Power for board and modem."""
        return self.board.boot()

    def off(self) -> None:
        """All power away for ten seconds."""
        self.board.power_off()
        self.board.wait(10 * SECOND_US)

    def colours(self, since: int = 0) -> list[int]:
        """The light's colours without darkness, each run of one once."""
        found: list[int] = []
        for _, colour in self.board.hardware.light[since:]:
            if colour and (not found or found[-1] != colour):
                found.append(colour)
        return found

    def rhythm(self, colour: int) -> list[tuple[bool, int]]:
        """(lit, ms) in turn while a colour was shown, as somebody sees it who knows no colours."""
        light = self.board.hardware.light
        first = next(at for at, (_, shown) in enumerate(light) if shown == colour)
        seen: list[tuple[bool, int]] = []
        for (at_us, shown), (next_us, _) in pairwise(light[first:]):
            if shown not in (colour, 0):
                break
            seen.append((bool(shown), (next_us - at_us) // 1000))
        return seen

    def flashes(self, colour: int) -> set[int]:
        """How many flashes of a colour stand between pauses, partial groups at the end left out."""
        counts: set[int] = set()
        count, last_us = 0, 0
        for at_us, shown in self.board.hardware.light:
            if shown != colour:
                continue
            if count and at_us - last_us > 1_500_000:
                counts.add(count)
                count = 0
            count += 1
            last_us = at_us
        return counts
