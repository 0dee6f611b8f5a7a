"""A module as a board stores it: packed by matches within itself, behind one line that unpacks it.

Rules that hold here: the format is that of `modemflash.unpack`, and what is
packed is unpacked by that very code before it is believed; what would not get
smaller stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from modemflash.unpack import ESCAPES, WORDS, unpacked

HEAD = b"from modemflash.unpack import load;load(globals(),%d,'%s')\n#"

_NEAR_BYTES = 1 << 11
_NEAR_LONGEST = 10
_FAR_BYTES = 1 << 14
_FAR_LONGEST = 4 + 255
_LEAST = 3
_GOOD_ENOUGH = 40  # a match longer than this is taken as it is
_LOOKS = 80  # at earlier places with the same three bytes, the last ones first
_ESCAPES = [int(byte in {char[0] for _, char in ESCAPES}) for byte in range(256)]  # bytes that they add


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
    data = _matched(WORDS + program.replace(b"\n", b"\x02"))
    for escape, byte in reversed(ESCAPES):
        data = data.replace(byte, escape)
    packed = HEAD % (len(program), " ".join(needs).encode()) + data + b"\n"
    if unpacked(data, len(program)) != program:
        raise AssertionError("a packed module does not unpack to itself")
    return packed if len(packed) < len(program) else program


def _matched(text: bytes) -> bytes:
    """Bytes and matches, in the fewest bytes: chosen from the end, where the cost of the rest is known."""
    size = len(text)
    costs = [0] * (size + 1)
    choice = [(1, 0)] * size  # length and distance; distance 0 is a byte itself
    for at, found in zip(range(size - 1, -1, -1), reversed(_matches(text)), strict=True):
        best, chosen = 1 + costs[at + 1], (1, 0)
        for shorter, longest, distance in found:
            escaped = _ESCAPES[distance - 1 & 255]
            few = range(shorter, longest + 1) if longest <= _GOOD_ENOUGH else (longest,)
            for length in few:
                if length <= _NEAR_LONGEST and distance <= _NEAR_BYTES:
                    cost = 2 + escaped + costs[at + length]
                elif length > _LEAST:
                    cost = 3 + escaped + _ESCAPES[length - 4] + costs[at + length]
                else:
                    continue
                if cost < best:
                    best, chosen = cost, (length, distance)
        costs[at], choice[at] = best, chosen
    out = bytearray()
    at = len(WORDS)
    while at < size:
        length, distance = choice[at]
        out += _code(length, distance) if distance else text[at : at + 1]
        at += length
    return bytes(out)


def _matches(text: bytes) -> list[list[tuple[int, int, int]]]:
    """At each place (least length, longest length, distance) of what may stand there.

    A match ends before its place, so that nothing overlaps; of two of one length the nearer counts.
    """
    seen: dict[bytes, list[int]] = {}
    found = []
    end = len(WORDS)  # of the last good match: nothing is looked for within it, nor in the words themselves
    for at in range(len(text)):
        starts = seen.setdefault(text[at : at + _LEAST], [])
        here = []
        longest = _LEAST - 1
        for start in starts[: -_LOOKS - 1 : -1] if at >= end else ():
            distance = at - start
            if distance > _FAR_BYTES:
                break
            if text[start + longest : start + longest + 1] != text[at + longest : at + longest + 1]:
                continue
            most = min(distance, _FAR_LONGEST, len(text) - at)
            if most <= longest or text[start : start + longest] != text[at : at + longest]:
                continue
            length = longest + 1
            while length < most and text[start + length] == text[at + length]:
                length += 1
            here.append((longest + 1, length, distance))
            longest = length
        if longest > _GOOD_ENOUGH:
            end = at + longest
        starts.append(at)
        found.append(here)
    return found


def _code(length: int, distance: int) -> bytes:
    back = distance - 1
    if length <= _NEAR_LONGEST and distance <= _NEAR_BYTES:
        return bytes((0x80 | (length - 3) << 3 | back >> 8, back & 255))
    return bytes((0xC0 | back >> 8, length - 4, back & 255))
