"""The modules that speak these frames, as one table.

Rules: a row is what a vendor's guide or a tool's source says, `verified` only where
guide, tool and report agree; nothing is written to any other. Source:
docs/lg290p.md ("The protocol").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# A version begins with model, hardware and variant: LG290P, 03, AAN, then the release R02A01S.
_VERSION = re.compile(r"((?:LG|LC)\d{2,3}[A-Z]+)(\d{0,2})([A-Z]{0,4}?)R(\d{2}[A-Z]\d{2}\w*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Chip:
    """What its boot loader expects.

    Attributes:
        models: how the names of its models begin.
        frame_class: of every frame.
        block_bytes: of a data packet.
        erase_s, last_packet_s: how long these answers may take.
        verified: it may be written.
        note: where it differs, for people.
    """

    models: tuple[str, ...]
    frame_class: int = 2
    block_bytes: int = 4096
    erase_s: int = 15
    last_packet_s: int = 40
    verified: bool = False
    note: str = ""


LG290P = Chip(("LG290P", "LG293P", "LG580P", "LG680P"), verified=True)
CHIPS = (
    LG290P,
    Chip(("LG69T",), frame_class=1, block_bytes=5120, erase_s=30, note="another info frame, four classes"),
    Chip(("LC26G", "LC76G", "LC86G"), erase_s=60, note="by I2C only; over the UART another protocol"),
    Chip(("LC29H", "LC79H"), note="by I2C only, with padded packets; over the UART another protocol"),
)


@dataclass(frozen=True, slots=True)
class Version:
    """A firmware version, taken apart.

    Attributes:
        model: LG290P.
        hardware: 03.
        variant: AAN; it names the region and the functions.
        release: 02A01S.
    """

    model: str
    hardware: str
    variant: str
    release: str

    @property
    def target(self) -> str:
        """What must be the same in module and file."""
        return self.model + self.hardware + self.variant


def version_of(text: str) -> Version | None:
    """The parts of a version; None where it is none of these modules'."""
    found = _VERSION.fullmatch(text)
    return Version(*found.groups()) if found else None


def chip_of(model: str) -> Chip | None:
    """The row of a model; None for one that is in no row."""
    return next((chip for chip in CHIPS if model.startswith(chip.models)), None)
