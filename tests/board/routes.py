"""Every way into a modem that a card knows: what is on the card, which modem, what runs at the end.

Rules: cards are laid out once a session and copied; images are small, because
operations cost what time does not; part 1 of 48829 has its published size, by
which a modem knows it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modemflash_host.consents import Consent
from modemflash_host.families.sequans import card as cards
from modemflash_host.reporters import Reporter
from modemflash_host.run.stop_requests import StopRequests
from modemflash_sim.sequans import images
from modemflash_sim.sequans.assumptions import Assumptions
from modemflash_sim.sequans.modem import SimModem
from support.card_board import IMAGE, PLAIN, UPDATER, quick_modem

FILES = {"CATM1-41065.dup": IMAGE, "updater.elf": UPDATER}
PART_ONE_BYTES = 416_448
PARTS = {
    "CATM1-48829-1.dup": images.make_full_image(39529, size_bytes=PART_ONE_BYTES),
    "CATM1-48829-2.dup": images.make_full_image(48829, size_bytes=31_000, seed=2),
    "updater.elf": UPDATER,
}
PARTS_CONSENTS = [
    Consent("accept-unproven-path", "41065-48829"),
    Consent("accept-unproven-path", "38638-48829"),
]
DIFFERENCE = {"/upgdiff_38638-to-41065.dup": images.make_difference(38638, 41065, size_bytes=30_000)}


def prepared(folder: Path, files: dict[str, bytes], **words: object) -> dict[str, bytes | Path]:
    """What `card prepare` lays out of these files, as the content of a card."""
    sources, card = folder / "sources", folder / "laid-out"
    sources.mkdir(parents=True)
    card.mkdir()
    for name, data in files.items():
        (sources / name).write_bytes(data)
    cards.prepare([sources], card, Reporter([], StopRequests()), **words)  # type: ignore[arg-type]
    return {"/" + path.relative_to(card).as_posix(): path for path in card.rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Route:
    """One way.

    Attributes:
        card: makes the card's content, in a folder of its own.
        target: the build that runs at the end.
        profile, changes: of the modem.
        autostart: the board's own LTE driver starts at power-up.
    """

    card: Callable[[Path], dict[str, bytes | Path]]
    target: int = 41065
    profile: str = "pycom-catm1"
    changes: dict[str, Any] = field(default_factory=dict)
    autostart: bool = False

    def modem(self, **assumptions: Any) -> SimModem:
        """A modem for it."""
        return quick_modem(self.profile, Assumptions(**assumptions) if assumptions else None, **self.changes)


def _plain(folder: Path) -> dict[str, bytes | Path]:
    return PLAIN


def _prepared(folder: Path) -> dict[str, bytes | Path]:
    return prepared(folder, FILES)


ROUTES = {
    "plain": Route(_plain),
    "prepared": Route(_prepared),
    "staged": Route(lambda folder: {**DIFFERENCE, **PLAIN}),
    "recovery": Route(_plain, changes={"start_mode": "recovery", "start_half_written": True}),
    "boot-loader": Route(_plain, changes={"start_mode": "boot-loader", "start_half_written": True}),
    "two-part": Route(
        lambda folder: prepared(folder, PARTS, consents=PARTS_CONSENTS), 48829, changes={"build": 41065}
    ),
    "factory": Route(
        lambda folder: prepared(
            folder, {**FILES, "bootrom.dup": images.make_bootrom()}, consents=[Consent("write-boot-rom")]
        ),
        profile="pycom-factory",
    ),
    "autostart": Route(_prepared, autostart=True),
}
