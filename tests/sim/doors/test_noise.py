"""Rules of `doors.noise`: bytes at a wrong rate."""

from hypothesis import given
from hypothesis import strategies as st

from modemflash_host.sim.doors.noise import noise


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
