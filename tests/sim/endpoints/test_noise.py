"""Rules of `endpoints.noise`: bytes at a wrong rate."""

from hypothesis import given
from hypothesis import strategies as st

from modemflash_sim.endpoints.noise import noise


@given(st.binary(max_size=50), st.sampled_from([9_600, 115_200, 921_600]))
def test_no_noise_at_the_right_rate(data: bytes, baud: int) -> None:
    """The same rate on both sides: the bytes themselves."""
    assert noise(data, baud, baud) == data


def test_a_break_at_a_low_rate_is_heard_as_nuls() -> None:
    """A zero byte at 115200 lasts 72 bits at 921600, with one start: one NUL."""
    assert noise(b"\0", 115_200, 921_600) == b"\0"


def test_fast_text_heard_slowly_is_short() -> None:
    """A slow receiver finds fewer bytes than were sent, and not those."""
    heard = noise(b"\r\nOK\r\n" * 10, 921_600, 115_200)
    assert 0 < len(heard) < 30
    assert b"OK" not in heard


@given(st.binary(min_size=1, max_size=50))
def test_noise_is_the_same_each_time(data: bytes) -> None:
    """Nothing is random."""
    assert noise(data, 115_200, 921_600) == noise(data, 115_200, 921_600)


RATES = [300, 9_600, 57_600, 115_200, 230_400, 921_600]


@given(st.binary(max_size=20), st.sampled_from(RATES), st.sampled_from(RATES))
def test_noise_is_what_a_uart_samples(data: bytes, sent: int, heard: int) -> None:
    """Each half bit of the receiver looked at in turn finds the same bytes."""
    levels = [level for byte in data for level in (0, *(byte >> bit & 1 for bit in range(8)), 1)]

    def level_at(tick: int) -> int:
        bit = tick * sent // (2 * heard)
        return levels[bit] if bit < len(levels) else 1

    found = bytearray()
    tick, end = 0, len(levels) * 2 * heard // sent
    while tick < end:
        if level_at(tick):
            tick += 1
            continue
        found.append(sum(level_at(tick + 3 + 2 * bit) << bit for bit in range(8)))
        tick += 19
        while tick < end and not level_at(tick):
            tick += 1
    if sent != heard:
        assert noise(data, sent, heard) == found
