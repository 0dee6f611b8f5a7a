"""Containers: walk through them and check every length and checksum on the way.

Rules that hold here: one read from front to back through one small buffer, whatever
the size of the file; checksums of containers inside containers run side by side;
*damaged* is raised (`BadFile`), *not understood* is noted (`Image.doubt`) and read past.
Facts: docs/protocol.md ("Files").
"""

import struct

from modemflash.builds import versions_in
from modemflash.crc import Fletcher32, crc32
from modemflash.errors import BadFile

CHUNK = 4096
_TAIL = 64  # kept from the chunk before, so that no text is cut in two
LARGEST_FILE = 64 << 20
_LARGEST_TEXT = 1024  # description; the ones seen have 24 bytes
_LARGEST_SIGNATURE = 4096  # RSA-2048 has 256
_DEEPEST = 3  # containers inside containers; seen: 2

MAGICS = (b"UPGR", b"DIFF", b"SFFF", b"SUFF", b"RASR", b"TEST", b"PACK")

# signature type: (what can be said, size in bytes or None)
_SIGNATURES = {
    0: ("none", 0),
    1: ("good", 4),  # Fletcher-32
    2: ("modem-only", None),  # ECDSA-256
    3: ("modem-only", 256),  # RSA-2048
    4: ("good", 4),  # zlib's CRC-32
}

_PRODUCT = b"GM02S"  # the only product that was ever seen named inside a file
_BUILT = b" by robot"  # stands behind the version in every firmware seen


def containers(reader: "Reader", end: int, image: "Image", depth: int) -> bool:
    """Walks the containers up to `end`. True when a right checksum covers each of them."""
    covered = True
    while reader.done < end:
        start = reader.done
        magic = reader.take(min(4, end - start))
        if magic not in MAGICS:
            image.doubt("image-trailing-bytes" if depth == 0 or len(magic) < 4 else "image-unknown-magic")
            reader.skip(end - reader.done)
            return False
        covered = _container(reader, end, image, depth, magic) and covered
    return covered


def _container(reader: "Reader", end: int, image: "Image", depth: int, magic: bytes) -> bool:
    """One container, its magic read already. True when a right checksum covers it."""
    head = magic + _take(reader, 4, end)
    version = head[4] | head[5] << 8
    if version not in (1, 2, 3):
        image.doubt("image-unknown-version")
        reader.skip(end - reader.done)
        return False
    head += _take(reader, (0, 12, 8, 10)[version], end)
    size = struct.unpack_from("<I", head, 8)[0]
    sums = b""
    kind = 1
    signature_size = text_size = 0
    if version == 1:
        sums = head[12:20]
    else:
        kind, signature_size = struct.unpack_from("<HH", head, 12)
    if version == 3:
        text_size = head[16] | head[17] << 8
    if size > LARGEST_FILE or text_size > _LARGEST_TEXT or signature_size > _LARGEST_SIGNATURE:
        raise BadFile("file-absurd-length", "at byte %d" % (reader.done - len(head)))
    if size + text_size + signature_size > end - reader.done:
        _cut_short(reader, size + text_size + signature_size, end)
    head += reader.take(text_size)
    part = {
        "magic": magic.decode(),
        "version": version,
        "description": _printable(head[18:].split(b"\0")[0]) if version == 3 else "",
        "size": size,
        "depth": depth,
        "check": "none",
    }  # type: Part
    image.parts.append(part)
    check = None  # type: Check | None
    if version == 1 or kind == 1:
        check = Fletcher32()
    elif kind == 4:
        check = Crc32()
    if version == 1:
        _compare(_fletcher(head[:16] + b"\0\0\0\0"), sums[4:], part)
    elif check:
        check.update(head)
    if check:
        reader.checks.append(check)
    _data(reader, reader.done + size, image, depth, magic)
    if check:
        reader.checks.pop()
    signature = sums[:4] if version == 1 else reader.take(signature_size)
    return _signed(part, kind, signature, check, image)


def _data(reader: "Reader", end: int, image: "Image", depth: int, magic: bytes) -> None:
    if magic == b"PACK" and depth + 1 >= _DEEPEST:
        image.doubt("image-nested-too-deep")
    elif magic == b"PACK":
        containers(reader, end, image, depth + 1)
    reader.skip(end - reader.done)


def _signed(part: "Part", kind: int, signature: bytes, check: "Check | None", image: "Image") -> bool:
    said, its_size = _SIGNATURES.get(kind, ("", None))
    if not said or (its_size is not None and its_size != len(signature)):
        image.doubt("image-unknown-signature")
        return False
    if check:
        _compare(check, signature, part)
    part["check"] = said
    return said == "good"


def _compare(check: "Check", stored: bytes, part: "Part") -> None:
    if check.value() != struct.unpack("<I", stored)[0]:
        raise BadFile("file-checksum", "%s %s" % (part["magic"], part["description"]))


def _take(reader: "Reader", n: int, end: int) -> bytes:
    if n > end - reader.done:
        _cut_short(reader, n, end)
    return reader.take(n)


def _cut_short(reader: "Reader", n: int, end: int) -> None:
    missing = "%d bytes are missing" % (n - (end - reader.done))
    raise BadFile("file-truncated" if end == reader.size else "file-inner-length", missing)


def _printable(data: bytes) -> str:
    """As text, with a blank for whatever does not print."""
    return "".join([chr(byte) if 32 <= byte < 127 else " " for byte in data])


def _fletcher(data: bytes) -> "Check":
    check = Fletcher32()
    check.update(data)
    return check


class Crc32:
    """A running CRC-32."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: "memoryview | bytes") -> None:
        self._value = crc32(data, self._value)

    def value(self) -> int:
        return self._value


class Reader:
    """The file from front to back, once. Whatever is read feeds every running check."""

    def __init__(self, source: "Source", image: "Image", on_progress: "Progress | None") -> None:
        self.size = source.size
        self.done = 0  # bytes handed out
        self.checks = []  # type: list[Check | Digest]
        self._source = source
        self._image = image
        self._on_progress = on_progress
        self._buf = bytearray(_TAIL + CHUNK)
        self._view = memoryview(self._buf)
        self._at = self._end = _TAIL

    def peek(self) -> bytes:
        """The bytes of the first chunk, left where they are."""
        self._fill()
        return bytes(self._view[_TAIL : self._end])

    def take(self, n: int) -> bytes:
        """The next n bytes; for headers."""
        out = b""
        while len(out) < n:
            out += bytes(self._next(n - len(out)))
        return out

    def skip(self, n: int) -> None:
        """Past n bytes; the checks get them."""
        while n:
            n -= len(self._next(n))

    def _next(self, most: int) -> memoryview:
        if self._at == self._end:
            self._fill()
        n = min(most, self._end - self._at)
        piece = self._view[self._at : self._at + n]
        self._at += n
        self.done += n
        for check in self.checks:
            check.update(piece)
        return piece

    def _fill(self) -> None:
        view = self._view
        view[0:_TAIL] = view[CHUNK : CHUNK + _TAIL]
        want = min(CHUNK, self.size - self.done)
        self._at = self._end = _TAIL
        while self._end < _TAIL + want:
            got = self._source.readinto(self.done + self._end - _TAIL, view[self._end : _TAIL + want])
            if not got:
                raise BadFile("file-changed", "nothing comes at byte %d of %d" % (self.done, self.size))
            self._end += got
        self._read_texts()
        if self._on_progress:
            self._on_progress(self.done + want, self.size)

    def _read_texts(self) -> None:
        """Product and version, where the data name them. `in` on a bytearray allocates nothing."""
        image = self._image
        if _PRODUCT in self._buf:
            image.product = _PRODUCT.decode()
        if _BUILT not in self._buf:
            return
        data = bytes(self._buf)
        at = data.find(_BUILT)
        while at >= 0:
            for found in versions_in(_printable(data[max(0, at - 32) : at])):
                if found not in image.inside:
                    image.inside.append(found)
            at = data.find(_BUILT, at + 1)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Protocol, TypedDict

    from modemflash.contracts import Source
    from modemflash.image import Image

    Progress = Callable[[int, int], None]

    class Check(Protocol):
        """A running checksum."""

        def update(self, data: "memoryview | bytes") -> None: ...

        def value(self) -> int: ...

    class Digest(Protocol):
        """A running hash."""

        def update(self, data: "memoryview | bytes") -> None: ...

        def digest(self) -> bytes: ...

    # One container of a file, as `Image.parts` says.
    Part = TypedDict(
        "Part",
        {"magic": str, "version": int, "description": str, "size": int, "depth": int, "check": str},
    )
