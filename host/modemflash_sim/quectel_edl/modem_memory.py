"""What outlives a reset of the modem: its flash, its IMEI, its revision, and the account of what was done.

Rules: EFS2 holds the IMEI, and nothing brings it back; an image counts as whole
from the moment that its last byte was accepted until one of its blocks is erased;
where the modem finds itself after a reset is decided from what stands in the flash.
"""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass, field

from modemflash_sim.quectel_edl.faults import Faults
from modemflash_sim.quectel_edl.flash import Flash
from modemflash_sim.quectel_edl.partition_tables import Layout, mibib, read_mibib
from modemflash_sim.quectel_edl.profiles import APPLICATION, CRASH_DUMP, EDL, Profile

FIRST_BOOTED, TABLE, EFS2 = "SBL", "MIBIB", "EFS2"
NO_CARE = ("usr_data",)  # partitions without an image that may change
_REVISION = re.compile(rb"\0QGMR:([A-Za-z0-9_.\-]{6,60})\0")
_MARK_WITHIN_BYTES = 4096


@dataclass(slots=True)
class Counts:
    """How often what was done; of images how many bytes, and how long they took to come."""

    switches: int = 0
    programmers: int = 0
    erases: int = 0
    programs: int = 0
    reads: int = 0
    resets: int = 0
    image_bytes: int = 0
    image_us: int = 0


@dataclass(slots=True)
class Memory:
    """See the module.

    Attributes:
        profile: which modem.
        flash: its flash.
        layout: of its own table, which may differ from the profile's by a fault.
        revision: as AT+QGMR says it.
        whole: partition -> sha256 of the image that was accepted; "" while it is not whole.
        counts: what was done.
        violations: what a careful program does not do.
    """

    profile: Profile
    flash: Flash
    layout: Layout
    revision: str
    imei: str = "867034040000017"
    whole: dict[str, str] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    violations: list[str] = field(default_factory=list)
    protected: dict[str, str] = field(default_factory=dict)

    def violation(self, text: str) -> None:
        """Note it, once."""
        if text not in self.violations:
            self.violations.append(text)

    def partition_at(self, block: int) -> str:
        """The name of the partition that a block belongs to; "" for none."""
        return next((name for name, at, count, _ in self.layout if at <= block < at + count), "")

    def place(self, name: str) -> tuple[int, int]:
        """First block and blocks of a partition of its own table."""
        return next((at, count) for each, at, count, _ in self.layout if each == name)

    @property
    def torn(self) -> tuple[str, ...]:
        """Partitions whose image is not whole."""
        return tuple(name for name, digest in self.whole.items() if not digest)

    @property
    def changed(self) -> tuple[str, ...]:
        """Protected partitions that are not as they were."""
        return tuple(
            name for name, was in self.protected.items() if self.flash.digest(*self.place(name)) != was
        )

    def erased(self, blocks: range) -> None:
        """Their images are not whole any more."""
        for name in {self.partition_at(block) for block in blocks} & set(self.whole):
            self.whole[name] = ""

    def programmed(self, first: int, digest: str, head: bytes) -> None:
        """An image was accepted whole."""
        name = self.partition_at(first)
        if name in self.whole and self.place(name)[0] == first:
            self.whole[name] = digest
            found = _REVISION.search(head[:_MARK_WITHIN_BYTES])
            if found:
                self.revision = found[1].decode()

    def boots_to(self, behave: dict[str, str]) -> str:
        """The mode after a reset."""
        if not self.whole[FIRST_BOOTED] or not self.whole[TABLE] or not self._table():
            return EDL
        if self.torn:
            return CRASH_DUMP if behave["broken-chain"] == "dump" else EDL
        return APPLICATION

    @property
    def cfun(self) -> int:
        """5 where EFS2 is empty, or the table looks for it elsewhere."""
        place = self._table().get(EFS2)
        if place is None or place[0] != self.place(EFS2)[0] or self.flash.is_blank(*place):
            return 5
        return 1

    def _table(self) -> dict[str, tuple[int, int]]:
        first, _ = self.place(TABLE)
        return read_mibib(self.flash.content(first, 1)[: 4 * self.flash.page], self.flash.page)


def new(profile: Profile, faults: Faults, seed: int = 0) -> Memory:
    """As it left the factory; some hundred kilobytes are filled."""
    page = faults.number("geometry") or profile.page
    flash = Flash(page, profile.per_block, profile.blocks, faults.numbers("bad-block"))
    memory = Memory(profile, flash, _moved(profile.layout, faults.number("moved") or 0), profile.revision)
    noise = random.Random(f"{profile.name} {seed}")
    for name, at, count, image in memory.layout:
        if name == TABLE:
            content = mibib(memory.layout, page)
        elif image:
            content = noise.randbytes(3 * page)
        elif name == EFS2:
            content = noise.randbytes(page * profile.per_block + 5 * page) if profile.has_efs2 else b""
        elif name in NO_CARE:
            continue
        else:
            content = noise.randbytes(page)
        _fill(flash, at, count, content)
        if image:
            memory.whole[name] = hashlib.sha256(content).hexdigest()
        else:
            flash.watch(name, range(at, at + count))
            memory.protected[name] = flash.digest(at, count)
    flash.changes.clear()
    return memory


def _fill(flash: Flash, first: int, count: int, content: bytes) -> None:
    step = flash.block_bytes
    good = [block for block in range(first, first + count) if block not in flash.bad]
    for block, at in zip(good, range(0, len(content), step), strict=False):
        flash.write(block, 0, content[at : at + step])


def _moved(layout: Layout, blocks: int) -> Layout:
    """EFS2 ends later, and all behind it begins later."""
    rows, by = [], 0
    for name, at, count, image in layout:
        grown = blocks if name == EFS2 else 0
        shrunk = min(by, count - 1) if name == layout[-1][0] else 0
        rows.append((name, at + by, count + grown - shrunk, image))
        by += grown
    return tuple(rows)
