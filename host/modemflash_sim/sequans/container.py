"""The container format as the modem reads it: headers and sums.

Rules that hold here: a second reading of the protocol page, on purpose
independent of the updater's, so that a misreading on either side shows.
"""

from __future__ import annotations

import itertools
import struct
import zlib

MAGICS = (b"UPGR", b"DIFF", b"SFFF", b"SUFF", b"RASR", b"TEST", b"PACK")
FIXED_HEADER_BYTES = {1: 20, 2: 16, 3: 18}
SIGNATURE_FLETCHER, SIGNATURE_CRC32 = 1, 4
# Signature type -> its size; what only a key could show is assumed good, a size that no key fits is not.
SIGNATURE_BYTES = {0: 0, 1: 4, 2: 64, 3: 256, 4: 4}


class Fletcher:
    """The container's Fletcher-32: big-endian words, both sums from 0xFFFF.

    The folds of the format keep both sums equal modulo 65535 and never 0, so
    the sums are kept modulo 65535 here, with 65535 for 0.
    """

    def __init__(self) -> None:
        self._first = self._second = 0
        self._odd = b""

    def update(self, data: bytes) -> None:
        """More bytes."""
        data = self._odd + data
        even = len(data) & ~1
        self._odd = data[even:]
        words = struct.unpack(f">{even // 2}H", data[:even])
        self._add(words)

    def _add(self, words: tuple[int, ...]) -> None:
        self._second += len(words) * self._first + sum(itertools.accumulate(words))
        self._second %= 65535
        self._first = (self._first + sum(words)) % 65535

    def value(self) -> int:
        """The checksum of all bytes so far."""
        ending = Fletcher()
        ending._first, ending._second = self._first, self._second
        if self._odd:
            ending._add((self._odd[0] << 8,))
        return (ending._second or 65535) << 16 | (ending._first or 65535)


class Container:
    """A container that is being walked: what is left of it, and its sums."""

    def __init__(self, header: bytes) -> None:
        self.magic = header[:4]
        self.format = struct.unpack_from("<H", header, 4)[0]
        self.signature_type = self.signature_bytes = description_bytes = 0
        self.data_crc = 0
        self.left = struct.unpack_from("<I", header, 8)[0]
        self.header_good = True
        if self.format == 1:
            self.data_crc, header_sum = struct.unpack_from("<II", header, 12)
            own = Fletcher()
            own.update(header[:16] + bytes(4))
            self.header_good = own.value() == header_sum
        else:
            self.signature_type, self.signature_bytes = struct.unpack_from("<HH", header, 12)
        if self.format == 3:
            description_bytes = struct.unpack_from("<H", header, 16)[0]
        self.description_left = description_bytes
        self.description = b""
        self.total_bytes = len(header) + description_bytes + self.left + self.signature_bytes
        self._crc = 0
        self._fletcher = Fletcher()
        self._summed = self.signature_type in (SIGNATURE_FLETCHER, SIGNATURE_CRC32)
        if self.format != 1:
            self.sum(header)

    def sum(self, data: bytes) -> None:
        """Bytes that the checksum covers."""
        if self.format == 1 or self.signature_type == SIGNATURE_FLETCHER:
            self._fletcher.update(data)
        elif self.signature_type == SIGNATURE_CRC32:
            self._crc = zlib.crc32(data, self._crc)

    def good(self, signature: bytes) -> bool:
        """Whether the checksum fits. What only a key could show is taken as good."""
        if self.format == 1:
            return self.header_good and self._fletcher.value() == self.data_crc
        if not self._summed:
            return SIGNATURE_BYTES.get(self.signature_type) == self.signature_bytes
        value = self._crc if self.signature_type == SIGNATURE_CRC32 else self._fletcher.value()
        return signature == struct.pack("<I", value)


def header_bytes(head: bytes) -> int:
    """How long the header is whose start is given, its description not counted; 0: no such format."""
    if len(head) < 6:
        return 6
    return FIXED_HEADER_BYTES.get(head[4] | head[5] << 8, 0)
