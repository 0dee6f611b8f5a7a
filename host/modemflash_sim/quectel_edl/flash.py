"""The NAND of the modem: blocks that are erased, filled and read, some of them bad, some of them watched.

Rules: a block that is not there is blank; what is written over something else
leaves the bits of both at 0; a change of a watched block is noted with the name
of its partition, whoever made it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable


class Flash:
    """One chip.

    Args:
        page, per_block, blocks: its geometry.
        bad: blocks that cannot be used.

    Attributes:
        watched: block -> the partition that must not change.
        changes: of watched blocks, each kind once.
        overwritten: blocks that were written without an erase.
    """

    def __init__(self, page: int, per_block: int, blocks: int, bad: Collection[int] = ()) -> None:
        self.page = page
        self.block_bytes = page * per_block
        self.blocks = blocks
        self.bad = frozenset(bad)
        self.contents: dict[int, bytearray] = {}
        self.watched: dict[int, str] = {}
        self.changes: list[str] = []
        self.overwritten: set[int] = set()

    def watch(self, name: str, blocks: Iterable[int]) -> None:
        """From now on a change of these is noted."""
        self.watched.update(dict.fromkeys(blocks, name))

    def erase(self, block: int) -> bool:
        """Make a block blank; False where it is bad."""
        self._note("erased", block)
        if block in self.bad:
            return False
        self.contents.pop(block, None)
        self.overwritten.discard(block)
        return True

    def write(self, block: int, offset: int, data: bytes | memoryview) -> None:
        """Fill a part of a block."""
        self._note("written", block)
        content = self.contents.setdefault(block, bytearray())
        if len(content) < offset:
            content += b"\xff" * (offset - len(content))
        if len(content) == offset:
            content += data
            return
        self.overwritten.add(block)
        content += b"\xff" * (offset + len(data) - len(content))
        both = zip(content[offset : offset + len(data)], data, strict=True)
        content[offset : offset + len(data)] = bytes(old & new for old, new in both)

    def read(self, block: int) -> bytes:
        """A whole block."""
        return bytes(self.contents.get(block, b"")).ljust(self.block_bytes, b"\xff")

    def content(self, first: int, blocks: int) -> bytes:
        """Blocks one after the other, without those that are bad."""
        return b"".join(self.read(block) for block in range(first, first + blocks) if block not in self.bad)

    def is_blank(self, first: int, blocks: int) -> bool:
        """Whether nothing stands there."""
        return not any(self.contents.get(block) for block in range(first, first + blocks))

    def digest(self, first: int, blocks: int) -> str:
        """Of what stands there; blank blocks cost nothing."""
        total = hashlib.sha256()
        for block in range(first, first + blocks):
            stands = bytes(self.contents.get(block, b"")).rstrip(b"\xff")
            total.update(block.to_bytes(4, "big") + len(stands).to_bytes(4, "big") + stands)
        return total.hexdigest()

    def _note(self, what: str, block: int) -> None:
        name = self.watched.get(block)
        if name is not None and f"{name} was {what}" not in self.changes:
            self.changes.append(f"{name} was {what}")
