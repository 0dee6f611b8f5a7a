"""What the modem makes of the bytes of an image: its own walk, its own sums.

Rules that hold here: this is a second reading of the container format, on
purpose independent of the updater's (a misreading must show as a difference);
bytes are looked at as they come and not kept; a walk never raises, it finds
the image damaged.
"""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass

from modemflash_sim.sequans.container import MAGICS, Container, header_bytes

ELF, ELF_HEADER_BYTES = b"\x7fELF", 52
# Named in descriptions; in the data only the first counts: its firmware names the other chip too.
PRODUCTS = ("GM02S", "VZM20Q", "PYCOM", "FIPY")
OVERLAP_BYTES = 40
# Part 1 of the two-part package for 48829: real files are known by their size alone.
TWO_PART_BUILD, PART_ONE_BYTES = 48829, 416_448
BUILD_IN_DATA = re.compile(rb"(\d+\.\d+\.\d+\.\d+) \[(\d{5})\]")
BUILD_IN_TEXT = re.compile(r"(?<!\d)(\d{5})(?:-(\d)(?!\d))?(?!\d)")
VERSION_IN_TEXT = re.compile(r"LR(\d+\.\d+\.\d+\.\d+)-")


@dataclass(frozen=True, slots=True)
class Facts:
    """What an image is, after the walk.

    Attributes:
        kind: "full", "difference", "bootrom", "updater", or "unknown".
        sha256: hex digest of the bytes taken.
        size_bytes: how many.
        complete: it ended where its lengths say.
        damaged: what is wrong with it; "" when nothing is.
        build: the build it leads to; 0 when it names none.
        version: the four numbers of that build; "" when it names none.
        from_build: the build a difference was made for; 0 when it names none.
        part: 1 or 2 of a two-part package; 0 otherwise.
        products: names of products that stand in it.
        uart2: it names the other UART's boot ROM.
    """

    kind: str
    sha256: str
    size_bytes: int
    complete: bool
    damaged: str = ""
    build: int = 0
    version: str = ""
    from_build: int = 0
    part: int = 0
    products: tuple[str, ...] = ()
    uart2: bool = False


class Walk:
    """Takes an image as it comes.

    Args:
        updater: an updater ELF is expected, not a container.
    """

    def __init__(self, updater: bool = False) -> None:
        self._updater = updater
        self._sha256 = hashlib.sha256()
        self._head = b""
        self._signature = b""
        self._open: list[Container] = []
        self._tail = b""
        self._descriptions: list[str] = []
        self._version_in_data = ("", 0)
        self._products: set[str] = set()
        self._ended = False
        self._elf_start = b""
        self.size_bytes = 0
        self.total_bytes = 0
        self.kind = "updater" if updater else ""
        self.damaged = ""

    @property
    def complete(self) -> bool:
        """The image ended where its lengths say."""
        if self._updater:
            return self._elf_start[:4] == ELF and self.size_bytes >= self._elf_extent()
        return self._ended and not self._open and not self._head and self.kind != "unknown"

    def take(self, data: bytes) -> int:
        """Walk over more bytes; how many belonged to the image."""
        pos = 0
        if self._updater:
            self._elf_start += data[: max(0, 64 - len(self._elf_start))]
            pos = len(data)
        while pos < len(data):
            step = self._step(data, pos)
            if not step:
                break
            pos += step
        taken = data[:pos]
        self._sha256.update(taken)
        self.size_bytes += pos
        self._read(taken)
        return pos

    def facts(self) -> Facts:
        """All that is known now."""
        build = part = from_build = 0
        version = ""
        for text in self._descriptions:
            found = BUILD_IN_TEXT.findall(text)
            if found:  # the outermost description comes first, and what it says holds
                build, part = int(found[-1][0]), int(found[-1][1] or 0)
                from_build = int(found[0][0]) if len(found) > 1 else 0
                named = VERSION_IN_TEXT.findall(text)
                version = named[-1] if named else ""
                break
        if build != TWO_PART_BUILD:
            part = 0
        if self.kind == "full" and self.size_bytes == PART_ONE_BYTES:
            part = 1
        if not build:
            version, build = self._version_in_data
        return Facts(
            kind=self.kind or "unknown",
            sha256=self._sha256.hexdigest(),
            size_bytes=self.size_bytes,
            complete=self.complete,
            damaged=self.damaged,
            build=build,
            version=version,
            from_build=from_build,
            part=part,
            products=tuple(sorted(self._products)),
            uart2=any("UART2" in text.upper() for text in self._descriptions),
        )

    def _step(self, data: bytes, pos: int) -> int:
        """Take the next piece of `data` from `pos` on; 0 when it is not ours."""
        inner = self._open[-1] if self._open else None
        if self.kind == "unknown":
            return len(data) - pos
        if inner is None or (inner.magic == b"PACK" and not inner.description_left and inner.left):
            return self._header(data, pos)
        if inner.description_left:
            piece = data[pos : pos + inner.description_left]
            inner.description += piece
            inner.description_left -= len(piece)
            self._cover(piece, in_data=False)
            if not inner.description_left:
                self._name(inner)
        elif inner.left:
            piece = data[pos : pos + inner.left]
            self._cover(piece, in_data=True)
        else:
            piece = data[pos : pos + inner.signature_bytes - len(self._signature)]
            self._signature += piece
            self._cover(piece, in_data=False, own=False)
        self._end_what_ended()
        return len(piece)

    def _header(self, data: bytes, pos: int) -> int:
        """Collect a header; bytes after the end that start no container are not taken."""
        after_the_end = self._ended and not self._open
        piece = data[pos : pos + header_bytes(self._head) - len(self._head)]
        head = self._head + piece
        starts_one = any(magic.startswith(head[:4]) for magic in MAGICS)
        if after_the_end and not self._head and (not starts_one or len(head) < 4):
            return 0
        wanted = header_bytes(head)
        if not starts_one or not wanted:
            return self._give_up("no container where one must begin", len(data) - pos)
        if self._open and self._open[-1].left < wanted:
            return self._give_up("a part is longer than its package", len(data) - pos)
        self._head = head
        if len(head) == wanted:
            self._begin(Container(head), head)
        return len(piece)

    def _give_up(self, what: str, rest: int) -> int:
        """From here on the bytes mean nothing: take them, never be complete."""
        if self._open or self._ended:
            self._damage(what)
        self.kind = "unknown"
        return rest

    def _begin(self, container: Container, head: bytes) -> None:
        self._head = b""
        for outer in self._open:
            outer.sum(head)
            outer.left -= len(head)
        if not self._open and not self.total_bytes:
            self.total_bytes = container.total_bytes
            self.kind = "difference" if container.magic == b"DIFF" else "full"
        if self._open and container.total_bytes - len(head) > self._open[-1].left:
            self._give_up("a part is longer than its package", 0)
        self._open.append(container)
        self._end_what_ended()

    def _cover(self, piece: bytes, in_data: bool, own: bool = True) -> None:
        """Bytes of the innermost container: into its sum, and into those around it."""
        inner = self._open[-1]
        if own and (in_data or inner.format != 1):
            inner.sum(piece)
        if in_data:
            inner.left -= len(piece)
        for outer in self._open[:-1]:
            outer.sum(piece)
            outer.left -= len(piece)

    def _name(self, container: Container) -> None:
        text = container.description.split(b"\0")[0].decode("latin-1")
        self._descriptions.append(text)
        self._products.update(product for product in PRODUCTS if product in text.upper())
        if len(self._open) == 1:
            if "bootrom" in text.lower():
                self.kind = "bootrom"
            elif re.search(r"\d{5}[- ]to[- ]", text):
                self.kind = "difference"

    def _end_what_ended(self) -> None:
        while self._open:
            inner = self._open[-1]
            if inner.description_left or inner.left:
                return
            if len(self._signature) < inner.signature_bytes:
                return
            if not inner.good(self._signature):
                self._damage("a checksum does not fit")
            self._signature = b""
            self._open.pop()
            self._ended = self._ended or not self._open

    def _damage(self, what: str) -> None:
        self.damaged = self.damaged or what

    def _read(self, data: bytes) -> None:
        """Look for names of products and builds, across the borders of pieces too."""
        text = self._tail + data
        if PRODUCTS[0].encode() in text:
            self._products.add(PRODUCTS[0])
        for found in BUILD_IN_DATA.finditer(text) if b" [" in text else ():  # ten times as fast
            self._version_in_data = (found[1].decode(), int(found[2]))
        self._tail = text[-OVERLAP_BYTES:]

    def _elf_extent(self) -> int:
        """Where the section headers of a 32-bit little-endian ELF end; other ELFs end anywhere."""
        head = self._elf_start
        if len(head) < ELF_HEADER_BYTES or head[4:6] != b"\x01\x01":
            return ELF_HEADER_BYTES
        offset = struct.unpack_from("<I", head, 32)[0]
        size, count = struct.unpack_from("<HH", head, 46)
        return max(ELF_HEADER_BYTES, int(offset + size * count))
