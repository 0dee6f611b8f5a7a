"""The flash that a package is made for, and ranges of its blocks.

Rules: a block is what can be erased; everything that protects is counted in whole
blocks. p2K_b128K and p4K_b256K in a file's name say which flash is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAMED = re.compile(r"_p(\d+)K_b(\d+)K", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Geometry:
    """A NAND flash.

    Attributes:
        sector_bytes: of a page, which Firehose calls a sector.
        sectors_per_block: pages that are erased together.
    """

    sector_bytes: int
    sectors_per_block: int

    @property
    def block_bytes(self) -> int:
        """Bytes that are erased together."""
        return self.sector_bytes * self.sectors_per_block


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks from `first` up to, and without, `end`."""

    first: int
    end: int

    def meets(self, other: Blocks) -> bool:
        """Whether a block is in both."""
        return self.first < other.end and other.first < self.end

    def __str__(self) -> str:
        if self.end <= self.first:
            return "no block"
        return (
            f"blocks {self.first} to {self.end - 1}" if self.end - self.first > 1 else f"block {self.first}"
        )


def covered(wanted: Blocks, by: list[Blocks]) -> bool:
    """Whether every block of `wanted` is in one of `by`."""
    reached = wanted.first
    for each in sorted(by, key=lambda blocks: blocks.first):
        if each.first <= reached < each.end:
            reached = each.end
    return reached >= wanted.end


def named_geometry(name: str) -> Geometry | None:
    """What a file's name says, such as `rawprogram_nand_p4K_b256K_update.xml`; None where it says nothing."""
    found = _NAMED.search(name)
    if not found or not int(found[1]):
        return None
    return Geometry(int(found[1]) * 1024, int(found[2]) // int(found[1]))
