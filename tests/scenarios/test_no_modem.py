"""What sits at a port and is no modem: it ends in bounded time, and is not called silence."""

import pytest

from modemflash.errors import LinkProblem, NoModem, Problem
from modemflash.line import Line
from modemflash.modem import find
from modemflash_host.links.talkers import refuse_others
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
        (lambda data: data and data + CONSOLE, "board-console", "Python prompt"),
        (
            lambda data: b"$GNGGA,092725.00,A*5B\r\n",
            "other-device",
            "GNSS",
        ),
        (lambda data: data and b"\r\nraspberrypi login: ", "other-device", "login"),
        (
            lambda data: data and b"ets Jun  8 2016 00:22:57\r\nrst:0x1\r\n",
            "board-console",
            "ESP32",
        ),
        (lambda data: b'+CEREG: 1,"00AB"\r\n', "modem-out-of-step", "CEREG"),
        (lambda data: b"OK\r\n", "modem-out-of-step", "OK"),
        (lambda data: bytes(range(128, 256)), "modem-noise", "x80"),
        (lambda data: bytes(8), "modem-nuls", "x00"),
    ],
    ids=[
        "nothing",
        "an echo",
        "the board's console",
        "a GNSS receiver",
        "a login",
        "an ESP32",
        "a flood of words",
        "a flood of OK",
        "a hiss",
        "NULs",
    ],
)
def test_each_has_its_own_words(answer, code, word):
    endpoint, reporter = Endpoint(answer), Reporter()
    with pytest.raises(Problem) as caught:
        find(Line(endpoint, endpoint, reporter), 5000, who_else=refuse_others)
    assert caught.value.code == code
    assert word in caught.value.happened
    assert caught.value.modem_state == "untouched"
    assert endpoint.ticks_ms() < 180_000


@pytest.mark.parametrize("answer", [lambda data: data and data + CONSOLE, lambda data: b"pi login: "])
def test_nothing_binary_goes_to_another_talker(answer):
    """0x01 puts a Python prompt into its raw mode: only lines of text were sent, and it ended soon."""
    sent = bytearray()

    def listening(data):
        sent.extend(data)
        return answer(data)

    endpoint = Endpoint(listening)
    with pytest.raises(LinkProblem):
        find(Line(endpoint, endpoint, Reporter()), 60_000, who_else=refuse_others)
    assert set(bytes(sent)) <= set(b"AT\r\n")
    assert endpoint.ticks_ms() < 60_000


@pytest.mark.parametrize("late", [b"", b"\xfe\xff"])
def test_the_best_evidence_of_all_passes_counts(late):
    """Words of the first pass, and silence or noise afterwards: the words."""
    endpoint = None

    def once(data):
        return data and (b"\r\nhello\r\n" if endpoint.ticks_ms() < 1500 else late)

    endpoint = Endpoint(once)
    with pytest.raises(NoModem) as caught:
        find(Line(endpoint, endpoint, Reporter()), 5000)
    assert caught.value.code == "modem-out-of-step"
    assert "hello" in caught.value.happened


def test_words_of_a_modem_are_nobody_elses():
    """Of its results, its starts, its crashes and its names none is another talker's."""
    for words in (
        b"\r\nOK\r\n\r\nERROR\r\n",
        b"AT\r\r\n+SYSSTART\r\n+SYSFFH\r\n",
        b"\r\n^EXIT: File: rfcChar.c@107\r\n",
        b"\r\nSEQUANS Communications\r\nVZM20Q\r\nUE6.0.0.0\r\n\r\nOK\r\n",
        bytes(range(128, 256)),
    ):
        refuse_others(words)
