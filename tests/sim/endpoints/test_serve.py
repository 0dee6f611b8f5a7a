"""Rules that hold at every endpoint, asked through pyserial as any client would."""

import threading
import time
from collections.abc import Callable

import pytest
import serial

from modemflash_sim.endpoints.serve import open_endpoint, serve
from support.echo_modem import EchoModem

ENDPOINTS = ["pty", "tcp", "rfc2217"]
RATED_ENDPOINTS = ["pty", "rfc2217"]
# pyserial's RFC 2217 client names its thread in a way that Python has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:set.*deprecated:DeprecationWarning")


def connect(url: str, baud: int = 921_600) -> serial.Serial:
    """A client of an endpoint; reads wait 5 s."""
    return serial.serial_for_url(url, baudrate=baud, timeout=5)


def wait_until(true: Callable[[], bool]) -> None:
    """Fail unless it becomes true within 5 s."""
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.001)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_bytes_pass_whole_both_ways(endpoint: str) -> None:
    """Every byte value goes there and back, in order."""
    every_byte = bytes(range(256)) * 8
    with serve(EchoModem(), endpoint, paced=False) as url, connect(url) as client:
        client.write(every_byte)
        assert client.read(len(every_byte)) == every_byte


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_client_may_leave_and_another_one_come(endpoint: str) -> None:
    """Hanging up leaves the modem alive behind the same endpoint."""
    with serve(EchoModem(), endpoint) as url:
        for word in (b"one", b"two", b"three"):
            with connect(url) as client:
                client.write(word)
                assert client.read(len(word)) == word


@pytest.mark.parametrize("endpoint", RATED_ENDPOINTS)
def test_the_wrong_rate_is_noise_and_the_right_one_is_not(endpoint: str) -> None:
    """The rate that the client sets counts, also when it changes while open."""
    with serve(EchoModem(115_200), endpoint) as url, connect(url, 921_600) as client:
        client.timeout = 0.1
        client.write(b"AT\r\n")
        assert client.read(4) != b"AT\r\n"
        client.timeout = 5
        client.baudrate = 115_200
        client.reset_input_buffer()
        client.write(b"AT\r\n")
        assert client.read(4) == b"AT\r\n"


def test_rfc2217_rate_changes_are_in_order() -> None:
    """Bytes written before a change of rate are heard at the old one, those after at the new one."""
    modem = EchoModem(echo=False)
    with serve(modem, "rfc2217") as url, connect(url) as client:
        for baud in (921_600, 115_200, 921_600):
            client.baudrate = baud
            client.write(b"AT")
        wait_until(lambda: modem.heard.endswith(b"AT"))
    assert modem.heard.startswith(b"AT")
    assert modem.heard.count(b"AT") == 2


def test_rfc2217_carries_rts_and_break() -> None:
    """RTS reaches the modem; a break is heard as one NUL."""
    modem = EchoModem(echo=False)
    with serve(modem, "rfc2217") as url, connect(url) as client:
        client.rts = False
        wait_until(lambda: modem.rts_seen == [False])
        client.rts = True
        wait_until(lambda: modem.rts_seen == [False, True])
        client.break_condition = True
        client.break_condition = False
        wait_until(lambda: bool(modem.heard))
    assert modem.heard == b"\0"


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_rate_is_paced(endpoint: str) -> None:
    """A tenth of a second of bytes takes the modem's clock a tenth of a second."""
    modem = EchoModem(echo=False)
    count = 9_216
    with serve(modem, endpoint) as url, connect(url) as client:
        client.write(bytes(count))
        wait_until(lambda: len(modem.heard) == count)
    assert 0.095 < (modem.last_us - modem.first_us) / 1e6 < 0.3


def test_latency_delays_what_the_client_sees() -> None:
    """With the latency of a USB adapter an answer is seen that much later."""
    with serve(EchoModem(), "pty", latency_us=16_000) as url, connect(url) as client:
        start = time.monotonic()
        client.write(b"AT")
        assert client.read(2) == b"AT"
        assert time.monotonic() - start >= 0.016


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_an_idle_endpoint_sleeps(endpoint: str) -> None:
    """Waiting for a client costs no processor time."""
    with serve(EchoModem(), endpoint) as url, connect(url):
        before = time.process_time()
        time.sleep(0.3)
        assert time.process_time() - before < 0.1


def test_a_client_that_does_not_read_stops_the_modem_not_the_endpoint() -> None:
    """What nobody reads waits without spinning, and arrives whole."""

    class LoudModem(EchoModem):
        def feed(self, now_us: int, data: bytes, baud: int) -> None:
            self.say(now_us, bytes(250_000))

    modem = LoudModem()
    with serve(modem, "pty", paced=False) as url, connect(url) as client:
        client.write(b"?")
        wait_until(lambda: modem.rts_seen == [False])
        before = time.process_time()
        time.sleep(0.2)
        assert time.process_time() - before < 0.1
        assert len(client.read(250_000)) == 250_000
        wait_until(lambda: modem.rts_seen == [False, True])


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_closing_leaves_nothing_behind(endpoint: str) -> None:
    """After the endpoint is closed there is no thread of it and nobody answers there."""
    with serve(EchoModem(), endpoint) as url:
        pass
    assert not [thread for thread in threading.enumerate() if "modem at" in thread.name]
    with pytest.raises((OSError, serial.SerialException)):
        connect(url)


@pytest.mark.parametrize("endpoint", ["pty", "tcp"])
def test_last_words_reach_the_modem(endpoint: str) -> None:
    """What a client wrote before it left and the endpoint closed is heard as a whole."""
    modem = EchoModem(echo=False)
    with serve(modem, endpoint) as url, connect(url) as client:
        client.write(bytes(4_000))
    assert len(modem.heard) == 4_000


def test_what_breaks_behind_a_endpoint_is_told() -> None:
    """An error in the modem ends the endpoint and reaches the one who opened it."""

    class BrokenModem(EchoModem):
        def feed(self, now_us: int, data: bytes, baud: int) -> None:
            raise RuntimeError("broken")

    def open_and_speak() -> None:
        with serve(BrokenModem(), "pty") as url, connect(url) as client:
            client.write(b"AT")
            wait_until(lambda: not [thread for thread in threading.enumerate() if "modem at" in thread.name])

    with pytest.raises(RuntimeError, match="broken"):
        open_and_speak()


def test_an_unknown_endpoint_is_refused() -> None:
    """A name that means no endpoint is said so."""
    with pytest.raises(ValueError, match="no such endpoint"):
        open_endpoint("window")


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_throughput_is_true_within_a_percent(endpoint: str) -> None:
    """Three seconds of bytes at 921600 baud: 92160 a second."""
    modem = EchoModem(echo=False)
    count = 3 * 92_160
    with serve(modem, endpoint) as url, connect(url) as client:
        client.write(bytes(count))
        wait_until(lambda: len(modem.heard) == count)
    assert abs(count / (modem.last_us - modem.first_us) * 1e6 / 92_160 - 1) < 0.01
