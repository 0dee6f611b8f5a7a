"""Checksums: CRC-16 of the transfer protocol, Fletcher-32 and CRC-32 of the firmware files.

Rules that hold here: the same results on every interpreter, held by
`tests/vectors/crc.json`; no slices and no integer of 2**30 or more inside a
loop, because on a board both take heap; tables are made on first use, because
an import must stay cheap.

A PC takes CRC-16 and CRC-32 from `binascii` and `zlib`. A board has neither,
and no native code: there the price is one turn of the interpreter's loop, so
CRC-16 takes 16 bits a turn where the heap has room for 131 kB of table. The
words come as the machine sees them, low byte first: table and running value
are byte-swapped to fit, and swapped back once at the end.
"""

from array import array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

_STAGE_BYTES = 8192  # no block is longer; whoever asks for more is served in pieces
_WORDWISE_FROM = 64  # below this many bytes the copy costs more than it saves

_by_byte = None  # type: Any
_by_word = None  # type: Any  # None: not tried yet, (): no room on this board
_stage = None  # type: Any
_words = None  # type: Any
_view = None  # type: Any


def byte_table() -> "Any":
    """CRC-16 of each single byte, as 256 numbers; made once."""
    global _by_byte
    if _by_byte is None:
        table = array("H", range(256))
        for i in range(256):
            crc = i << 8
            for _ in range(8):
                crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1
            table[i] = crc
        _by_byte = table
    return _by_byte


def _bytewise(data: "Any", crc: int, start: int, end: int) -> int:
    """CRC-16 with 512 bytes of table, for short pieces, odd ends and small heaps."""
    table = byte_table()
    for i in range(start, end):
        crc = (crc << 8 & 0xFF00) ^ table[crc >> 8 ^ data[i]]
    return crc


def _swap(word: int) -> int:
    return (word & 0xFF) << 8 | word >> 8


def _make_word_table() -> None:
    """Fill `_by_word`, or leave () in it where this machine cannot use one.

    The CRC is linear, so each entry is the sum of two: its first byte's and its last byte's.
    """
    global _by_word, _stage, _words, _view
    _by_word = ()
    try:
        from uio import BytesIO

        table = array("H", range(65536))  # a range, because bytes() would need the room twice
        _words = array("H", range(_STAGE_BYTES // 2))
        _stage = BytesIO(bytes(_STAGE_BYTES))
        _stage.write(_words)  # written once in full: from here on it never grows
    except (ImportError, MemoryError):
        _stage = _words = None
        return
    _view = memoryview(_words)
    small = byte_table()
    first = array("H", [_swap((t << 8 & 0xFF00) ^ small[t >> 8]) for t in small])
    i = 0
    for t in small:
        last = _swap(t)
        for entry in first:
            table[i] = entry ^ last
            i += 1
    _by_word = table
    check = bytes(range(256))
    if _wordwise(check, 0, 0, 256) != _bytewise(check, 0, 0, 256):
        _by_word = ()  # a machine with the high byte first


def _wordwise(data: "Any", crc: int, start: int, end: int) -> int:
    """CRC-16, two bytes a turn. A copy into an array is what makes them words.

    Bytes cannot be seen as words in place here (no `memoryview.cast`), but a
    stream copies between the two in C and takes no heap. The view is kept,
    because blocks are of one length nearly always.
    """
    global _view
    count = end - start
    _stage.seek(0)
    _stage.write(data, start, count)
    _stage.seek(0)
    _stage.readinto(_words, count)
    if len(_view) != count >> 1:
        _view = memoryview(_words)[: count >> 1]
    table = _by_word
    crc = _swap(crc)
    for word in _view:
        crc = table[crc ^ word]
    crc = _swap(crc)
    return _bytewise(data, crc, end - 1, end) if count & 1 else crc


def _crc16(data: "Any", crc: int = 0, start: int = 0, end: "Optional[int]" = None) -> int:
    """CRC-16/XMODEM of `data[start:end]`, without making that slice.

    Args:
        data: bytes, bytearray, or a memoryview of bytes.
        crc: the value so far, when the data come in pieces.
        start: first byte, counted from 0.
        end: one past the last byte; to the end by default.

    Source: polynomial 0x1021, initial value 0, not reflected; `123456789` gives 0x31C3.
    """
    if end is None:
        end = len(data)
    while end - start >= _WORDWISE_FROM:
        if not _by_word:
            if _by_word is None:
                _make_word_table()
                continue
            break
        stop = end if end - start <= _STAGE_BYTES else start + _STAGE_BYTES
        crc = _wordwise(data, crc, start, stop)
        start = stop
    return _bytewise(data, crc, start, end) if start < end else crc


def crc16_of_zeros(count: int) -> "Any":
    """What `count` zero bytes make of each bit of a CRC-16: the table for `crc16_joined`."""
    zeros = bytes(count)
    return array("H", [crc16(zeros, 1 << bit) for bit in range(16)])


def crc16_joined(first: int, second: int, zeros: "Any") -> int:
    """The CRC-16 of two pieces from that of each; `zeros` is `crc16_of_zeros` of the second's length.

    The CRC is linear: what follows the first piece moves it on as zeros would, and adds its own.
    """
    for moved in zeros:
        if first & 1:
            second ^= moved
        first >>= 1
    return second


_crc32_high = None  # type: Any
_crc32_low = None  # type: Any


def _crc32(data: "Any", crc: int = 0) -> int:
    """The CRC-32 of zip and zlib, of a piece after pieces that gave `crc`; in two 16-bit halves."""
    global _crc32_high, _crc32_low
    if _crc32_low is None:
        _crc32_high = array("H", range(256))
        _crc32_low = array("H", range(256))
        for i in range(256):
            high, low = 0, i
            for _ in range(8):
                odd = low & 1
                low = low >> 1 | (high & 1) << 15
                high >>= 1
                if odd:
                    high ^= 0xEDB8
                    low ^= 0x8320
            _crc32_high[i] = high
            _crc32_low[i] = low
    highs = _crc32_high
    lows = _crc32_low
    high = crc >> 16 ^ 0xFFFF
    low = crc & 0xFFFF ^ 0xFFFF
    for byte in data:
        i = (low ^ byte) & 0xFF
        low = low >> 8 ^ (high & 0xFF) << 8 ^ lows[i]
        high = high >> 8 ^ highs[i]
    return (high ^ 0xFFFF) << 16 | low ^ 0xFFFF


try:
    from binascii import crc_hqx
    from zlib import crc32 as zlib_crc32
except ImportError:
    crc16 = _crc16
    crc32 = _crc32
else:

    def crc16(data: "Any", crc: int = 0, start: int = 0, end: "Optional[int]" = None) -> int:
        """CRC-16/XMODEM of `data[start:end]`."""
        return crc_hqx(memoryview(data)[start:end], crc)

    def crc32(data: "Any", crc: int = 0) -> int:
        """CRC-32 of a piece after pieces that gave `crc`."""
        return zlib_crc32(data, crc)


def _fold(total: int) -> int:
    return (total & 0xFFFF) + (total >> 16)


class Fletcher32:
    """Fletcher-32 as firmware containers carry it, fed in pieces of any length.

    Both sums begin at 0xFFFF and add big-endian 16-bit words; an odd last byte
    counts as the high byte of a word. The modem's tools fold the sums after
    runs of 360 words. The moment of folding cannot be seen in the value: folding
    keeps a sum's residue modulo 65535 and never makes 0 of a sum that is not,
    and two folds at the end bring any of them into 1..65535. So the runs here
    are short enough for a board's small integers instead: after 128 words the
    second sum is still below 2**30.
    """

    _RUN = 128

    def __init__(self) -> None:
        self._sum1 = 0xFFFF
        self._sum2 = 0xFFFF
        self._high = -1  # the first byte of a word that is still open

    def update(self, data: "Any") -> None:
        """Add one piece: bytes, bytearray, or a memoryview of bytes."""
        i = 0
        end = len(data)
        if end and self._high >= 0:
            sum1 = self._sum1 + (self._high << 8 | data[0])
            self._sum2 = _fold(self._sum2 + sum1)
            self._sum1 = _fold(sum1)
            self._high = -1
            i = 1
        if (end - i) & 1:
            end -= 1
            self._high = data[end]
        while i < end:
            stop = min(i + 2 * self._RUN, end)
            sum1 = self._sum1
            sum2 = self._sum2
            for j in range(i, stop, 2):
                sum1 += data[j] << 8 | data[j + 1]
                sum2 += sum1
            self._sum1 = _fold(sum1)
            self._sum2 = _fold(sum2)
            i = stop

    def _add(self, word: int) -> None:
        sum1 = self._sum1 + word
        sum2 = self._sum2 + sum1
        self._sum1 = (sum1 & 0xFFFF) + (sum1 >> 16)
        self._sum2 = (sum2 & 0xFFFF) + (sum2 >> 16)

    def value(self) -> int:
        """The checksum of all pieces so far; more pieces may follow."""
        sum1 = self._sum1
        sum2 = self._sum2
        if self._high >= 0:
            sum1 += self._high << 8
            sum2 += sum1
        return _fold(_fold(sum2)) << 16 | _fold(_fold(sum1))
