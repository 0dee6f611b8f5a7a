"""A module as a board stores it: packed by matches within itself, behind one line that unpacks it.

Rules that hold here: the format is that of `modemflash.unpack`, and what is
packed is unpacked by that very code before it is believed; what would not get
smaller stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from modemflash.unpack import ESCAPES, unpacked

HEAD = b"from modemflash.unpack import load;load(__file__,globals(),%d,'%s')\n#"

_NEAR_BYTES = 1 << 11
_NEAR_LONGEST = 10
_FAR_BYTES = 1 << 14
_FAR_LONGEST = 4 + 255
_GOOD_ENOUGH = 40  # a match this long is taken without a look at the next byte
_LOOKS = 64  # at earlier places with the same three bytes, the last ones first


class _Match(NamedTuple):
    gain: int = 0
    length: int = 0
    distance: int = 0


def pack(program: bytes, needs: Sequence[str] = ()) -> bytes:
    """The same module in fewer bytes.

    Args:
        program: source in ASCII, without control characters but the line's end.
        needs: what has to be loaded before it, as `modemflash.unpack.load` takes it.

    Raises:
        ValueError: it has other bytes.
    """
    if any(byte > 126 or (byte < 32 and byte != 10) for byte in program):
        raise ValueError("only lines of printable ASCII can be packed")
    data = _matched(program.replace(b"\n", b"\x02"))
    for escape, byte in reversed(ESCAPES):
        data = data.replace(byte, escape)
    packed = HEAD % (len(program), " ".join(needs).encode()) + data + b"\n"
    if unpacked(data, len(program)) != program:
        raise AssertionError("a packed module does not unpack to itself")
    return packed if len(packed) < len(program) else program


def _matched(text: bytes) -> bytes:
    """Bytes and matches; a match waits where the next byte begins a better one."""
    out = bytearray()
    seen: dict[bytes, list[int]] = {}
    at, waiting = 0, None
    while at < len(text):
        match = waiting or _longest(text, at, seen)
        waiting = None
        seen.setdefault(text[at : at + 3], []).append(at)
        if match.gain and match.length < _GOOD_ENOUGH:
            after = _longest(text, at + 1, seen)
            if after.gain > match.gain:
                match, waiting = _Match(), after
        if not match.gain:
            out.append(text[at])
            at += 1
            continue
        out += _code(match)
        for passed in range(at + 1, at + match.length):
            seen.setdefault(text[passed : passed + 3], []).append(passed)
        at += match.length
    return bytes(out)


def _longest(text: bytes, at: int, seen: dict[bytes, list[int]]) -> _Match:
    """The match that saves most; it ends before `at`, so that nothing overlaps."""
    best = _Match()
    for start in seen.get(text[at : at + 3], [])[: -_LOOKS - 1 : -1]:
        distance = at - start
        if distance > _FAR_BYTES:
            break
        longest = min(distance, _FAR_LONGEST, len(text) - at)
        if text[start : start + best.length + 1] != text[at : at + best.length + 1]:
            continue
        length = best.length
        while length < longest and text[start + length] == text[at + length]:
            length += 1
        gain = length - (2 if _is_near(length, distance) else 3)
        if length >= 3 and gain > best.gain:
            best = _Match(gain, length, distance)
    return best


def _is_near(length: int, distance: int) -> bool:
    return length <= _NEAR_LONGEST and distance <= _NEAR_BYTES


def _code(match: _Match) -> bytes:
    back = match.distance - 1
    if _is_near(match.length, match.distance):
        return bytes((0x80 | (match.length - 3) << 3 | back >> 8, back & 255))
    return bytes((0xC0 | back >> 8, match.length - 4, back & 255))
