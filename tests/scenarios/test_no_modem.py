"""What sits at a port and is no modem: it ends in bounded time, and is not called silence."""

import pytest

from modemflash.errors import NoModem
from modemflash.line import Line
from modemflash.modem import find
from support.world import Reporter

UNASKED_MS = 20


class Endpoint:
    """A port and a clock in virtual time; `answer` makes what comes back of what was sent.

    Args:
        answer: given the bytes just sent; and given nothing every 20 ms, for what comes unasked.
    """

    max_burst = 0

    def __init__(self, answer):
        self._answer = answer
        self._now = self._next = 0
        self._unread = b""

    def ticks_ms(self):
        return self._now

    def ticks_diff(self, end, start):
        return end - start

    def sleep_ms(self, ms):
        self._now += ms

    def readinto(self, buf, n, timeout_ms):
        if not self._unread and timeout_ms:
            self._now += min(timeout_ms, UNASKED_MS)
            self._unread = self._answer(b"") if self._now >= self._next else b""
            if self._unread:
                self._next = self._now + UNASKED_MS
        got = min(n, len(self._unread))
        buf[:got] = self._unread[:got]
        self._unread = self._unread[got:]
        return got

    def write(self, buf, off, n):
        self._unread += self._answer(bytes(buf[off : off + n]))

    def drain(self, timeout_ms):
        return True

    def set_baud(self, rate):
        return True

    def drop_input(self):
        self._unread = b""


CONSOLE = b"\r\nTraceback (most recent call last):\r\nNameError: name 'AT' isn't defined\r\n>>> "


@pytest.mark.parametrize(
    ("answer", "code", "word"),
    [
        (lambda data: b"", "modem-silent", ""),
        (lambda data: data, "modem-out-of-step", "AT"),
        (lambda data: data and data + CONSOLE, "modem-out-of-step", "AT"),
        (lambda data: b'+CEREG: 1,"00AB"\r\n', "modem-out-of-step", "CEREG"),
        (lambda data: b"OK\r\n", "modem-out-of-step", "OK"),
        (lambda data: bytes(range(128, 256)), "modem-noise", "x80"),
        (lambda data: bytes(8), "modem-nuls", "x00"),
    ],
    ids=["nothing", "an echo", "the board's console", "a flood of words", "a flood of OK", "a hiss", "NULs"],
)
def test_each_has_its_own_words(answer, code, word):
    endpoint, reporter = Endpoint(answer), Reporter()
    with pytest.raises(NoModem) as caught:
        find(Line(endpoint, endpoint, reporter), 5000)
    assert caught.value.code == code
    assert word in caught.value.happened
    assert caught.value.modem_state == "untouched"
    assert endpoint.ticks_ms() < 180_000
