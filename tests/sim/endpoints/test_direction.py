"""Rules of `endpoints.direction`: when which byte arrives."""

from hypothesis import given
from hypothesis import strategies as st

from modemflash_sim.endpoints.direction import Direction


def test_a_byte_takes_ten_bits() -> None:
    """At 100000 baud a byte takes 100 µs, and not one less."""
    direction = Direction()
    direction.put(1_000, b"ab", 100_000)
    assert direction.take(1_099) == []
    assert direction.take(1_100) == [(1_100, b"a", 100_000)]
    assert direction.take(5_000) == [(1_200, b"b", 100_000)]


def test_bytes_wait_for_those_before_them() -> None:
    """What is sent while the line is busy follows without a gap, each at its own rate."""
    direction = Direction()
    direction.put(0, b"aa", 100_000)
    direction.put(50, b"b", 10_000)
    assert direction.take(10_000) == [(200, b"aa", 100_000), (1_200, b"b", 10_000)]


def test_latency_is_added_to_each_byte() -> None:
    """A late view of the line delays bytes and does not stretch them."""
    direction = Direction(latency_us=16_000)
    direction.put(0, b"ab", 100_000)
    assert direction.next_us(0, 1) == 16_100
    assert direction.next_us(0, None) == 16_200
    assert direction.take(16_150) == [(16_100, b"a", 100_000)]


def test_unpaced_bytes_arrive_at_once_with_their_rate() -> None:
    """Without pacing a byte arrives when it is sent; the rate is still given."""
    direction = Direction(paced=False)
    direction.put(7, b"ab", 9_600)
    assert direction.take(6) == []
    assert direction.take(7) == [(7, b"ab", 9_600)]
    assert direction.next_us(7, 1) is None


def test_an_empty_direction_has_nothing_to_wait_for() -> None:
    """Nothing sent, nothing under way."""
    direction = Direction()
    direction.put(0, b"", 9_600)
    assert direction.next_us(0, None) is None
    assert len(direction) == 0


@given(
    st.lists(st.tuples(st.integers(0, 300), st.binary(max_size=40)), max_size=20),
    st.sampled_from([9_600, 115_200, 921_600]),
    st.integers(1, 2_000),
)
def test_pieces_do_not_change_when_bytes_arrive(
    pieces: list[tuple[int, bytes]], baud: int, step_us: int
) -> None:
    """Order and moments depend neither on how bytes were cut nor on how often one looks."""
    often, once = Direction(), Direction()
    now_us, seen = 0, bytearray()
    for gap_us, data in pieces:
        now_us += gap_us
        for direction in (often, once):
            direction.put(now_us, data, baud)
        seen += b"".join(piece for _, piece, _ in often.take(now_us))
    assert often.free_us == once.free_us
    total = sum(len(data) for _, data in pieces)
    assert once.free_us <= now_us + total * 10_000_000 // baud + len(pieces) + 1
    while len(often):
        now_us += step_us
        arrived = often.take(now_us)
        assert all(at_us <= now_us for at_us, _, _ in arrived)
        seen += b"".join(piece for _, piece, _ in arrived)
    assert seen == b"".join(piece for _, piece, _ in once.take(now_us)) == b"".join(d for _, d in pieces)


def test_a_long_stream_does_not_drift() -> None:
    """A second of single bytes, each sent when the one before is over, takes its time to the microsecond."""
    direction = Direction()
    direction.put(0, b"x", 921_600)
    for _ in range(92_160 - 1):
        direction.put(direction.free_us, b"x", 921_600)
    assert direction.free_us == 1_000_000
