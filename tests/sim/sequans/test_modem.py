"""The modem as an endpoint sees it: time, bytes, power, flow control."""

from hypothesis import given, settings
from hypothesis import strategies as st

from modemflash_sim.sequans import faults, profiles
from modemflash_sim.sequans.modem import SimModem

BAUD = 921_600


def test_an_answer_waits_for_its_time() -> None:
    """Nothing before it is due; then all of it, once."""
    modem = SimModem("pycom-catm1")
    modem.feed(1_000, b"AT\r\n", BAUD)
    assert modem.next_due() == 2_000
    assert modem.take(1_999) == []
    assert modem.take(2_000) == [(b"\r\nOK\r\n", BAUD)]
    assert modem.take(9_000) == []
    assert modem.next_due() is None


def test_answers_after_sixteen_milliseconds() -> None:
    """The latency is a setting."""
    modem = SimModem(profiles.with_answers_after(profiles.find("pycom-catm1"), 16_000))
    modem.feed(0, b"AT\r\n", BAUD)
    assert modem.next_due() == 16_000


def test_words_die_with_the_power() -> None:
    """What was not said yet is never said; after power it boots and greets."""
    modem = SimModem("pycom-catm1")
    modem.feed(0, b"AT\r\n", BAUD)
    modem.power(False, 500)
    assert modem.next_due() is None
    modem.feed(600, b"AT\r\n", BAUD)
    assert modem.take(10_000_000) == []
    modem.power(True, 10_000_000)
    assert modem.take(13_999_999) == []
    assert modem.take(14_001_000) == [(b"\r\n+SYSSTART\r\n", BAUD)]


def test_the_modem_waits_for_rts() -> None:
    """Nothing is said, and nothing is due, while the other end is not ready."""
    modem = SimModem("pycom-catm1")
    modem.set_rts(False)
    modem.feed(0, b"AT\r\n", BAUD)
    assert modem.next_due() is None
    assert modem.take(1_000_000) == []
    modem.set_rts(True)
    assert modem.take(1_000_000) == [(b"\r\nOK\r\n", BAUD)]


def test_time_does_not_go_back() -> None:
    """A call with an earlier time changes nothing."""
    modem = SimModem("pycom-catm1", now_us=5_000_000)
    modem.advance(1)
    assert modem.now_us == 5_000_000


def test_revision_grows_with_what_must_be_kept() -> None:
    """A command that changes nothing leaves it; one that does makes it grow."""
    modem = SimModem("pycom-catm1")
    before = modem.revision
    modem.feed(0, b"AT\r\n", BAUD)
    assert modem.revision == before
    modem.feed(0, b"AT+SMSWBOOT=3,0\r\n", BAUD)
    assert modem.revision > before


def test_commands_in_pieces_and_in_one() -> None:
    """A command may come byte by byte, and two of them at once."""
    modem = SimModem("pycom-catm1")
    for byte in b"AT+SMOD?\r":
        modem.feed(0, bytes([byte]), BAUD)
    modem.feed(0, b"\nAT\r\nAT\r\n", BAUD)
    said = b"".join(data for data, _ in modem.take(1_000_000))
    assert said == b"\r\n2\r\nOK\r\n" + b"\r\nOK\r\n" * 2


def test_a_line_without_end_takes_no_memory() -> None:
    """A line that never ends is cut, and answered ERROR when it does."""
    modem = SimModem("pycom-catm1")
    modem.feed(0, b"x" * 100_000, BAUD)
    modem.feed(0, b"\r", BAUD)
    assert modem.take(1_000_000) == [(b"\r\nERROR\r\n", BAUD)]


def test_the_transfer_begins_in_the_same_piece() -> None:
    """Bytes behind the command that opens a transfer belong to the transfer."""
    modem = SimModem("pycom-catm1", faults=faults.parse(""))
    modem.feed(0, b"AT+SMSTPU\r\n" + bytes.fromhex("6661737400000000000000008ae30000"), BAUD)
    said = [data for data, _ in modem.take(1_000_000)]
    assert said[0] == b"\r\nOK\r\n"
    assert said[1][:5] == b"tsaf\x80"


@settings(max_examples=60)
@given(
    st.sampled_from(list(profiles.MODES)),
    st.lists(
        st.tuples(
            st.binary(max_size=60)
            | st.sampled_from(
                [b"AT+SMSTPU\r", b'AT+SMSTPU="ON_THE_FLY"\r', b"AT+STP\r", b"AT^RESET\r", b"+++"]
            ),
            st.sampled_from([921_600, 115_200, 9_600]),
            st.integers(0, 3_000_000),
        ),
        max_size=12,
    ),
)
def test_nothing_that_is_sent_breaks_the_modem(mode: str, pieces: list[tuple[bytes, int, int]]) -> None:
    """Any bytes at any rate in any mode: it goes on, and what it says is due in order."""
    modem = SimModem(profiles.find("gm02s", start_mode=mode))
    now_us = 0
    for data, baud, wait_us in pieces:
        modem.feed(now_us, data, baud)
        now_us += wait_us
        due_us = modem.next_due()
        assert due_us is None or due_us >= 0
        modem.take(now_us)
    modem.power(False, now_us)
    modem.power(True, now_us)
    modem.take(now_us + 10_000_000)
    assert modem.live.phase == "at"
