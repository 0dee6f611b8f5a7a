"""A modem that misbehaves: no hang, no false success, no traceback, bounded memory."""

import random
import tracemalloc
from collections.abc import Callable

import pytest

from matrix.cases import CONSENTS, LIMIT_MS, ROUTES
from matrix.operations import TooLong
from modemflash.at import KEEP_MAX, LINE_MAX, LINES_MAX, At
from modemflash.errors import CATALOGUE, Problem
from modemflash.line import Line
from modemflash_sim.endpoints.virtual import VirtualLine
from modemflash_sim.sequans.profiles import FAST_BAUD
from support.misbehaving_modem import update
from support.world import Reporter, World, full

MINUTES = LIMIT_MS / 60000

# fault: routes on which the update succeeds all the same ("" for none is expected to)
HEALED = [
    "wrong-transaction:0.05",
    "stale-answer:0.05",
    "double-answer:1",
    "double-answer:0.2",
    "delay:0.05:3000",
    "delay-from:0.1:900",
    "refuse:0.2",
    "not-understood:0.2",
    "residue:1",
    "residue:0.3",
    "residue-all:0.3",
    "residue-lie:0.1",
    "max-transfer:48",
    "max-transfer:300",
    "wrong-signature:0.05",
    "stray:1",
    "stray:0.2",
    "urc:1",
    "urc-flood:30",
    "other-mode:boot-loader:1",
    "other-mode:application:1",
    "other-mode:recovery:1",
    "old-build:1",
    "install-fails:1",
    "other-rate",
    "mute:900",
    "crash-dump:60000",
]
ROUTES_HERE = ("staged", "recovery", "boot-loader", "gm02s")


@pytest.mark.parametrize("route", ROUTES_HERE)
@pytest.mark.parametrize("fault", HEALED)
def test_what_is_healed(fault: str, route: str) -> None:
    """The image arrives all the same, and the modem says so; the second command may be needed."""
    told = update(route, fault, seed=3, commands=3, find_ms=1_200_000)
    assert told.wrong == []
    assert told.modem.verdict.violations == ()
    if route == "staged" and told.code == "difference-needs-application":
        assert told.modem.verdict.mode != "application", "true: the fault led it out of its application"
        return
    assert told.code == "updated", (told.code, told.events[-4:])


def test_blocks_of_one_byte() -> None:
    """A session that takes 17 bytes a message, header included, gets its image all the same."""
    image = full(59999, "GM02RB6Q_LR8.0.5.13-59999.dup", 8 * 1024, "GM02S")
    told = update("gm02s", "max-transfer:17", files=[image])
    assert told.wrong == []
    assert told.code == "updated"


NOT_HEALED = [
    "wrong-transaction:1",
    "stale-answer:1",
    "delay:1:4000",
    "refuse:1",
    "not-understood:1",
    "residue-all:1",
    "residue-lie:1",
    "max-transfer:0",
    "max-transfer:16",
    "max-transfer:65535",
    "wrong-signature:1",
    "urc-flood:1",
    "other-mode:boot-loader:99",
    "other-mode:application:99",
    "other-mode:recovery:99",
    "other-mode:mtools:99",
    "other-mode:updater:99",
    "old-build:99",
    "install-fails:99",
    "sticks:99",
    "open-refused:99",
    "switch-refused:99",
    "leftover:200",
    "nuls",
    "mute:100000",
]


MUCH_TO_DO = ("wrong-signature:1", "urc-flood:1")  # on one route only


@pytest.mark.parametrize(
    ("fault", "route"),
    [(f, r) for f in NOT_HEALED for r in (ROUTES_HERE if f not in MUCH_TO_DO else ("recovery",))],
)
def test_what_cannot_be_healed_ends_with_true_words(fault: str, route: str) -> None:
    """It ends, and what is said at the end is what the modem knows."""
    told = update(route, fault, seed=5, answer_ms=60_000)
    assert told.wrong == []
    assert told.minutes < MINUTES


@pytest.mark.parametrize("route", ROUTES_HERE)
@pytest.mark.parametrize("behaviour", ["refused", "stored-twice"])
@pytest.mark.parametrize(
    "fault", ["drop-from:0.05", "flip-from:0.05", "duplicate-to:0.05", "delay-from:0.05:3000"]
)
def test_a_repeated_block_is_stored_twice_or_refused(fault: str, behaviour: str, route: str) -> None:
    """Never a success for a damaged image: the careful attempt heals it, or the words are true."""
    for seed in range(3):
        told = update(route, fault, "repeated_request:" + behaviour, seed)
        assert told.wrong == []
        assert told.minutes < MINUTES


@pytest.mark.parametrize("route", ["staged", "recovery"])
@pytest.mark.parametrize(
    "fault", ["install-fails:1", "install-fails:99", "old-build:1", "old-build:99", "sticks:99"]
)
def test_words_that_were_never_seen(fault: str, route: str) -> None:
    """With an AT+SMUPGRADE? that says nothing known, only the version read back counts."""
    told = update(route, fault, "upgrade_words:unseen")
    assert told.wrong == []
    if fault.endswith(":1") and route == "recovery":
        assert told.code == "updated"


@pytest.mark.parametrize("route", ["staged", "recovery", "boot-loader"])
def test_echo_that_switches_on_midway(route: str) -> None:
    """After every number of commands."""
    for commands in range(0, 40, 3):
        told = update(route, f"echo-on:{commands}")
        assert told.wrong == []
        assert told.code == "updated", commands


@pytest.mark.parametrize("times", [1, 4, 1_000_000])
def test_replies_cut_at_each_byte(times: int) -> None:
    """Every reply of the dialogue ends after so many bytes: it ends with true words."""
    for length in range(0, 30, 1 if times == 1 else 3):
        told = update("recovery", f"reply-cut:{length}:{times}")
        assert told.wrong == []
        if times == 1:
            assert told.code == "updated", length


def test_fifteen_silent_minutes_and_then_life() -> None:
    """A modem that is silent for a quarter of an hour after its install was ordered is waited for."""
    told = update("staged", "mute:900:60")
    assert told.wrong == []
    assert told.code == "updated"


class Babbler:
    """A modem that sends the same bytes for ever, whatever it is told."""

    def __init__(self, words: bytes, every_us: int) -> None:
        self.baud = FAST_BAUD
        self._words = words
        self._every_us = every_us
        self._due_us = 0

    def advance(self, now_us: int) -> None:
        pass

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        pass

    def next_due(self) -> int:
        return self._due_us

    def take(self, now_us: int) -> list[tuple[bytes, int]]:
        if now_us < self._due_us:
            return []
        self._due_us = now_us + self._every_us
        return [(self._words, self.baud)]

    def set_rts(self, level: bool) -> None:
        pass


BABBLE_LIMIT_US = 30 * 60 * 1_000_000


class Limited(VirtualLine):
    """A line that ends a run which hangs."""

    def readinto(self, buf: "bytearray | memoryview", n: int, timeout_ms: int) -> int:
        if self.now_us > BABBLE_LIMIT_US:
            raise TooLong
        return super().readinto(buf, n, timeout_ms)


BABBLE = {
    "OK": b"OK\r\n",
    "ERROR": b"ERROR\r\n",
    "unsolicited": b"\r\n+CEREG: 2\r\n",
    "no line end": b"A" * 20,
    "NULs": b"\0" * 20,
    "ones": b"\xff" * 20,
    "half signature": b"tsa",
    "signature": b"tsaf",
    "a transfer answer": b"tsaf\x80\0\0\0\0\0\0\0\0\0\0\0",
    "an opened session": b"tsaf\x81\1\0\4\0\0\0\1\0\0\0\0\1\1\x20\0",
    "a refusal": b"tsaf\x41\1\0\0\0\0\0\1\0\0\0\0",
    "success": b"\r\n+SMUPGRADE: success\r\n\r\nOK\r\n",
    "the new version": b"\r\nUE5.0.0.0d\r\nLR5.1.1.0-41065\r\n\r\nOK\r\n2\r\n\r\nOK\r\n",
    "control codes": b"\x1b[2J\x1b]0;x\x07\r\nOK\r\n",
    "chance": random.Random(1).randbytes(64),
}


@pytest.mark.parametrize(
    ("words", "every_us"),
    [(words, every_us) for words in BABBLE for every_us in (15_000, 45_000, 400_000)],
)
def test_a_modem_that_never_stops_talking(words: str, every_us: int) -> None:
    """Whatever comes for ever: the command ends, with a problem of ours, and not with a success."""
    world = World()
    world.wire = Limited(Babbler(BABBLE[words], every_us))  # type: ignore[assignment,arg-type]
    result = world.update(ROUTES["recovery"].files, CONSENTS["recovery"])
    if isinstance(result, Problem):
        assert result.code in CATALOGUE
    else:  # it says that it runs the new version already, and nothing was sent
        assert (words, result["status"]) == ("the new version", "nothing-to-do")


@pytest.mark.parametrize("words", BABBLE)
def test_memory_is_bounded_whatever_is_said(words: str) -> None:
    """Ten seconds of talk leave no more than a board can hold."""
    wire = VirtualLine(Babbler(BABBLE[words], 4000))
    line = Line(wire, wire, Reporter())
    at = At(line)
    jobs: list[Callable[[], object]] = [
        lambda: at.resync(10000),
        lambda: at.binary("AT+DUMP"),
        lambda: at.command("AT", 10000),
    ]
    for job in jobs:
        tracemalloc.start()
        job()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 2 * LINES_MAX * (LINE_MAX + 100) + 4 * KEEP_MAX
