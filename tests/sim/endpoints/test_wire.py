"""Rules of `endpoints.wire` and `endpoints.virtual`: the order of what happens."""

from modemflash_sim.endpoints.virtual import VirtualLine
from modemflash_sim.endpoints.wire import Wire
from support.echo_modem import EchoModem

BYTE_US = 100  # at 100000 baud


def test_an_answer_comes_after_the_last_byte_of_the_question() -> None:
    """Two bytes there, the modem's delay, two bytes back: 2 + 5 + 2 byte times."""
    wire = Wire(EchoModem(100_000, delay_us=500))
    wire.send(0, b"AT", 100_000)
    assert wire.hear(899, 100_000) == b"A"
    assert wire.hear(900, 100_000) == b"T"


def test_a_late_look_changes_no_moment() -> None:
    """Events that were missed happen at their own time, not at the time of the look."""
    modem = EchoModem(100_000, delay_us=500)
    wire = Wire(modem)
    wire.send(0, b"AT", 100_000)
    assert wire.hear(1_000_000, 100_000) == b"AT"
    assert modem.last_us == 200


def test_next_moment_is_that_of_the_next_event() -> None:
    """Question over, answer due, answer over: three moments, then none."""
    wire = Wire(EchoModem(100_000, delay_us=500))
    wire.send(0, b"AT", 100_000)
    moments, now_us = [], 0
    while (next_us := wire.next_us(now_us)) is not None:
        now_us = next_us
        wire.hear(now_us, 100_000)
        moments.append(now_us)
    assert moments == [200, 700, 900]


def test_the_wrong_rate_is_noise_both_ways() -> None:
    """Each side hears noise when the other one speaks at another rate."""
    modem = EchoModem(921_600, echo=False)
    wire = Wire(modem)
    wire.send(0, b"AT\r\n", 115_200)
    modem.say(2_000, b"\r\nOK\r\n")
    heard = wire.hear(10_000, 115_200)
    assert heard
    assert b"OK" not in heard
    assert modem.heard
    assert b"AT" not in modem.heard


def test_rate_zero_is_the_modems_own() -> None:
    """An endpoint that carries no rate is always right."""
    modem = EchoModem(115_200)
    wire = Wire(modem)
    wire.send(0, b"AT", 0)
    assert wire.hear(10_000, 0) == b"AT"


def test_virtual_read_returns_at_the_answer_or_at_the_deadline() -> None:
    """A read takes as long as the wire does; a vain one takes its time-out, to the microsecond."""
    line = VirtualLine(EchoModem(100_000, delay_us=500))
    line.set_baud(100_000)
    buf = bytearray(8)
    line.write(b"xATx", 1, 2)
    assert line.readinto(buf, 8, 1_000) == 2
    assert (bytes(buf[:2]), line.now_us) == (b"AT", 900)
    assert line.readinto(buf, 8, 1_000) == 0
    assert line.now_us == 1_000_900


def test_virtual_sleep_keeps_input_and_drop_forgets_it() -> None:
    """What came in during a sleep can be read after it, unless it is dropped."""
    line = VirtualLine(EchoModem(100_000))
    line.set_baud(100_000)
    buf = bytearray(8)
    line.write(b"AT", 0, 2)
    line.sleep_ms(5)
    assert line.ticks_ms() == 5
    assert line.readinto(buf, 1, 0) == 1
    line.drop_input()
    assert line.readinto(buf, 8, 0) == 0


def test_virtual_drain_waits_for_the_last_bit() -> None:
    """Drained means sent, not handed over."""
    line = VirtualLine(EchoModem(100_000))
    line.set_baud(100_000)
    line.write(bytes(50), 0, 50)
    assert not line.drain(4)
    assert line.drain(2)
    assert line.now_us == 5_000
