"""Fletcher-32 is the one of the file format, whatever the data and the pieces."""

from hypothesis import given
from hypothesis import strategies as st

from modemflash import crc


def fold(value: int) -> int:
    return (value & 0xFFFF) + (value >> 16)


def literal_fletcher32(data: bytes) -> int:
    """The format's own words: folds after runs of up to 360 words, after an odd byte, at the end."""
    sum1 = sum2 = 0xFFFF
    words = [data[i] << 8 | data[i + 1] for i in range(0, len(data) - 1, 2)]
    for start in range(0, len(words), 360):
        for word in words[start : start + 360]:
            sum1 += word
            sum2 += sum1
        sum1, sum2 = fold(sum1), fold(sum2)
    if len(data) % 2:
        sum1 += data[-1] << 8
        sum2 += sum1
        sum1, sum2 = fold(sum1), fold(sum2)
    return fold(sum2) << 16 | fold(sum1)


STRETCHES = st.lists(
    st.tuples(st.binary(max_size=40), st.integers(1, 100)).map(lambda pair: pair[0] * pair[1]), max_size=6
)


@given(STRETCHES)
def test_folding_early_gives_the_formats_value(pieces: list[bytes]) -> None:
    """Short runs and any cuts give the value of the literal definition."""
    fletcher = crc.Fletcher32()
    for piece in pieces:
        fletcher.update(piece)
    assert fletcher.value() == literal_fletcher32(b"".join(pieces))


@given(st.binary(max_size=300), st.integers(0, 0xFFFF), st.integers(0, 300), st.integers(0, 300))
def test_crc16_of_a_part_is_that_of_the_slice(data: bytes, so_far: int, start: int, end: int) -> None:
    """The board's way and the PC's way agree on every part of every piece."""
    end = min(end, len(data))
    start = min(start, end)
    assert crc._bytewise(data, so_far, start, end) == crc.crc16(data, so_far, start, end)
