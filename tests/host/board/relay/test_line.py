"""The line between PC and board over a wire that loses and changes bytes: all arrives as it was."""

from __future__ import annotations

import json
from collections import deque
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemflash.board.pc_line import PcLine
from modemflash.interface import AWAY_MS, CONSOLE_BAUD
from modemflash_host.board.console.repl import RESET_SIGNS
from modemflash_host.board.relay.line import RelayLine, RelayLost

FILE = bytes(range(251)) * 200
BYTES_A_MS = 92
RATES = (921_600, 460_800, 230_400, 115_200)
Corruption = dict[int, int]
"""Which byte, counted from the start -> what becomes of it: 256 lost, else the bits that flip."""


class Wire:
    """One direction: bytes in order, each with the rate it was sent at; some come damaged."""

    def __init__(self, damage: Corruption) -> None:
        self.bytes: deque[tuple[int, int]] = deque()
        self.ring_bytes = 0  # 0: nobody counts
        self.arrived = 1 << 30  # of `bytes`; the rest is under way
        self._damage = damage
        self._count = 0

    def put(self, data: bytes, rate: int) -> None:
        for byte in data:
            fate = self._damage.get(self._count, 0)
            self._count += 1
            if fate < 256:
                self.bytes.append((byte ^ fate, rate))

    def pass_ms(self) -> None:
        """What 921600 baud bring in a millisecond; what the ring has no room for is lost."""
        for _ in range(min(BYTES_A_MS, len(self.bytes) - self.arrived)):
            if self.arrived < self.ring_bytes:
                self.arrived += 1
            else:
                del self.bytes[self.arrived]

    def take(self, count: int, rate: int) -> bytes:
        got = [self.bytes.popleft() for _ in range(min(count, self.there()))]
        if self.ring_bytes:
            self.arrived -= len(got)
        return bytes(byte if sent == rate else byte ^ 0x5A for byte, sent in got)

    def there(self) -> int:
        """How many can be taken."""
        return min(self.arrived, len(self.bytes))


class World:
    """Time, both wires, and both sides in turns."""

    def __init__(
        self,
        to_board: Corruption,
        to_pc: Corruption,
        small_ring: bool,
        most_baud: int,
        late_ms: int = 0,
    ) -> None:
        self.now_ms = 0
        self.late_ms = late_ms  # of a network, each way
        self.under_way: deque[tuple[int, Wire, bytes, int]] = deque()
        self.to_board, self.to_pc = Wire(to_board), Wire(to_pc)
        self.small_ring = small_ring
        self.to_board.ring_bytes = 512 if small_ring else 4096
        self.to_board.arrived = 0
        self.pauses: list[int] = []
        self.rates = {"board": CONSOLE_BAUD, "pc": CONSOLE_BAUD}
        self.most_baud = most_baud
        self.heard: list[Any] = []
        self.present = True
        self.line = PcLine(lambda *_, **words: Uart(self, words), self, b"12345678")
        self.pc = RelayLine(
            Link(self),  # type: ignore[arg-type]
            self,
            serve,
            lambda words: self.heard.append(json.loads(words)),
            block_bytes=lambda file, start: 8176,
        )

    def ticks_ms(self) -> int:
        return self.now_ms

    def ticks_diff(self, end: int, start: int) -> int:
        return end - start

    def sleep_ms(self, ms: int) -> None:
        """The board waits: the PC has its turn in every millisecond of it."""
        for _ in range(ms):
            self.now_ms += 1
            while self.under_way and self.under_way[0][0] <= self.now_ms:
                _, wire, data, rate = self.under_way.popleft()
                wire.put(data, rate)
            self.to_board.pass_ms()
            if self.present:
                self.pc.step(0)

    def send(self, wire: Wire, data: bytes, rate: int) -> None:
        """Through the network, where there is one."""
        if self.late_ms:
            self.under_way.append((self.now_ms + self.late_ms, wire, data, rate))
        else:
            wire.put(data, rate)

    def run(self, until: Any, most_ms: int = 60_000) -> bool:
        """Both go on until something is so."""
        deadline = self.now_ms + most_ms
        while not until():
            if self.now_ms > deadline:
                return False
            if not self.line.pull():
                self.line.keep_up()
                self.sleep_ms(self.pauses.pop() if self.pauses else 1)
        return True


class Uart:
    """UART 0 of the board."""

    def __init__(self, world: World, words: dict[str, Any]) -> None:
        if world.small_ring and "rx_buffer_size" in words:
            raise TypeError
        self._world = world

    def any(self) -> int:
        return self._world.to_board.there()

    def readinto(self, buf: Any, n: int) -> int | None:
        data = self._world.to_board.take(n, self._world.rates["board"])
        buf[: len(data)] = data
        return len(data) or None

    def write(self, data: bytes) -> None:
        self._world.send(self._world.to_pc, bytes(data), self._world.rates["board"])

    def wait_tx_done(self, ms: int) -> bool:
        return True

    def init(self, baudrate: int, **_: Any) -> None:
        self._world.rates["board"] = baudrate
        self._world.to_board.bytes.clear()
        self._world.to_board.arrived = 0


class Link:
    """The PC's port."""

    def __init__(self, world: World) -> None:
        self._world = world

    def readinto(self, buf: bytearray, n: int, timeout_ms: int) -> int:
        data = self._world.to_pc.take(n, self._world.rates["pc"])
        buf[: len(data)] = data
        return len(data)

    def write(self, buf: bytes, off: int, n: int) -> None:
        self._world.send(self._world.to_board, bytes(buf[off : off + n]), self._world.rates["pc"])

    def drain(self, timeout_ms: int) -> bool:
        return True

    def set_baud(self, rate: int) -> bool:
        if rate > self._world.most_baud:
            return False
        self._world.rates["pc"] = rate
        return True


def serve(file: int, start: int, count: int) -> bytes:
    return FILE[start : start + count]


damages = st.dictionaries(st.integers(0, 12_000), st.integers(1, 256), max_size=25)


@settings(max_examples=60)
@given(
    damages,
    damages,
    st.booleans(),
    st.lists(st.integers(1, 8176), min_size=1, max_size=3),
    st.lists(st.integers(1, 80), max_size=30),
)
def test_blocks_arrive_whole(
    to_board: Corruption, to_pc: Corruption, small_ring: bool, sizes: list[int], pauses: list[int]
) -> None:
    """Bytes lost and changed, both ways, and a board that pauses: every block arrives as it is on the PC."""
    world = World(to_board, to_pc, small_ring, CONSOLE_BAUD)
    world.pauses = pauses
    start = 0
    for size in sizes:
        world.line.begin(0, start, size)
        assert world.run(lambda size=size: world.line.got >= size)
        buf = bytearray(size)
        world.line.copy(0, size, buf, 0)
        assert bytes(buf) == FILE[start : start + size]
        start += size


def test_a_loss_makes_it_wait_longer() -> None:
    """After a loss no more is asked for than a small ring holds, in each run of losses for twice as long."""
    world = World({}, {}, True, CONSOLE_BAUD)
    line = world.line
    widths = []
    for number in range(12):
        world.pauses = [20] if number < 6 else []  # the ring holds 5 ms of the line
        line.begin(0, number, 8176)
        widths.append(line._window)
        before = line.repeats
        assert world.run(lambda: line.got == 8176)
        assert (line.repeats > before) == (widths[-1] > 512 and number < 6)
    wide = widths[0]
    assert [width == wide for width in widths] == [
        number in (0, 1, 3, 7, 8, 9, 10, 11) for number in range(12)
    ]


@settings(max_examples=60)
@given(damages, damages, st.integers(1, 30))
def test_events_arrive_once_and_in_order(to_board: Corruption, to_pc: Corruption, count: int) -> None:
    """Lost and changed bytes, both ways: the PC hears every event once, in order."""
    world = World(to_board, to_pc, False, CONSOLE_BAUD)
    for number in range(count):
        world.line.send_event(json.dumps(number).encode())
    assert world.run(lambda: not world.line._events)
    assert world.heard == list(range(count))


def test_more_events_than_wait() -> None:
    """Of events that nobody takes the oldest are given up, never the memory."""
    world = World({}, {}, False, CONSOLE_BAUD)
    world.present = False
    for number in range(100):
        world.line.send_event(json.dumps(number).encode())
    world.present = True
    assert world.run(lambda: not world.line._events)
    assert world.heard[-1] == 99
    assert len(world.heard) <= 42


@settings(max_examples=20)
@given(damages, st.sampled_from(RATES))
def test_a_rate_is_found_or_left(damage: Corruption, most_baud: int) -> None:
    """Whatever the adapter passes, and whatever breaks: both sides end at one rate, and blocks arrive."""
    world = World(damage, damage, False, most_baud)
    world.run(lambda: world.pc.state != "", 2_000)
    for rate in RATES[:3]:
        if world.pc.baud == CONSOLE_BAUD:
            world.pc.send_control(0xF2, rate // 100 >> 8, rate // 100 & 0xFF)
            world.pc.set_baud(rate)
            if not world.run(lambda: bool(world.pc.echo), 3_000):
                world.pc.set_baud(CONSOLE_BAUD)
                world.run(lambda: False, AWAY_MS + 1_000)
    world.line.begin(0, 0, 3000)
    assert world.run(lambda: world.line.got >= 3000)
    assert world.rates["board"] == world.rates["pc"] <= most_baud


def test_a_pc_that_comes_back() -> None:
    """A PC that is silent is away; when it is back the block goes on where it stood."""
    world = World({}, {}, True, CONSOLE_BAUD)
    world.line.begin(0, 0, 8176)
    assert world.run(lambda: world.line.got > 2000)
    world.present = False
    assert world.run(lambda: world.line.away)
    had = world.line.got
    world.present = True
    assert world.run(lambda: world.line.got == 8176)
    assert had > 2000


@pytest.mark.parametrize(
    ("last_words", "code"), [(b"", "relay-silent"), *((sign, "relay-restarted") for sign in RESET_SIGNS)]
)
def test_a_board_that_says_no_more_is_lost(last_words: bytes, code: str) -> None:
    """Within seconds, and whether it started anew where that is heard."""
    world = World({}, {}, False, CONSOLE_BAUD)
    assert world.run(lambda: world.pc.state != "", 2_000)
    began_ms = world.now_ms
    world.to_pc.put(b"\r\n" + last_words + b"\r\n", CONSOLE_BAUD)

    def time_passes() -> None:
        world.now_ms += 20

    with pytest.raises(RelayLost) as lost:
        world.pc.attend(lambda: False, time_passes)
    assert lost.value.code == code
    assert world.now_ms - began_ms < 20_000


def late_world(late_ms: int, small_ring: bool = False, damage: Corruption | None = None) -> World:
    """Both ends of a slow network; the PC reckons with the rate that the wire has."""
    world = World(damage or {}, damage or {}, small_ring, CONSOLE_BAUD, late_ms)
    world.pc.baud = RATES[0]
    return world


def bring(world: World, start: int) -> int:
    """A block, which must come as it is; how many milliseconds that takes."""
    before_ms = world.now_ms
    world.line.begin(0, start, 8176)
    assert world.run(lambda: world.line.got == 8176)
    buf = bytearray(8176)
    world.line.copy(0, 8176, buf, 0)
    assert bytes(buf) == FILE[start : start + 8176]
    return world.now_ms - before_ms


@pytest.mark.parametrize(
    ("late_ms", "small_ring"), [(40, False), (40, True), (100, False), (100, True), (400, False)]
)
def test_over_a_late_network_a_block_costs_one_round_trip(late_ms: int, small_ring: bool) -> None:
    """Once it is known that requests are late; the board needs no other program for that."""
    world = late_world(late_ms, small_ring)
    took_ms = [bring(world, number) for number in range(8)]
    on_the_line_ms = 8176 // BYTES_A_MS
    assert min(took_ms[:3]) > on_the_line_ms + 4 * late_ms
    assert max(took_ms[4:]) < on_the_line_ms + 2 * late_ms + 25
    assert world.line.repeats == 0


def test_who_asks_for_the_same_for_ever_does_not_move() -> None:
    """A network beyond what a board waits for: each request has another number, and nothing comes of it."""
    world = late_world(480)
    world.line.begin(0, 0, 8176)
    assert not world.run(lambda: world.line.got > 0, 40_000)
    assert world.pc.in_vain_ms > 30_000
    world.now_ms += 10_000
    assert world.pc.in_vain_ms == 0  # it does not ask any more
    assert world.line.repeats > 20 and world.now_ms - world.pc.moved_ms > 40_000


def test_a_line_that_is_not_late_gets_what_it_asks_for() -> None:
    world = late_world(5)
    for number in range(8):
        bring(world, number)
        assert world.pc._ahead._is_ahead is False


def test_after_a_loss_no_more_is_sent_than_is_asked_for() -> None:
    """A board that pauses for longer than its ring holds: in each run of losses for twice as long."""
    world = late_world(60)
    ahead = []
    for number in range(10):
        world.pauses = [150] * 3 if number in (4, 5, 6) else []
        bring(world, number)
        ahead.append(world.pc._ahead._is_ahead)
    assert ahead == [number in (3, 7, 8, 9) for number in range(10)]


@settings(max_examples=40, derandomize=True, database=None)
@given(damages, st.booleans(), st.lists(st.integers(1, 80), max_size=30), st.integers(20, 100))
def test_blocks_arrive_whole_over_a_late_network(
    damage: Corruption, small_ring: bool, pauses: list[int], late_ms: int
) -> None:
    """Whatever is lost or changed on the way, also of what was sent ahead."""
    world = late_world(late_ms, small_ring, damage)
    world.pc._ahead._late_blocks, world.pc._ahead._late_ms = 3, 2 * late_ms
    world.pauses = pauses
    for number in range(3):
        bring(world, number * 8176)
