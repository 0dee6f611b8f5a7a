"""The next block is made ready in time, from ready checksums where there are any, and without heap."""

from stp_slave import Bench, Image, Slave
from transfers import check, transfer

from modemflash import crc
from modemflash.errors import BadFile, Stopped
from modemflash.line import Line
from modemflash.transfer import CONTAINER, Sender


def test_file_that_becomes_shorter():
    """A file that ends before its size is an error, not a short image."""
    image = Image(9000)
    image.data = image.data[:8500]
    try:
        transfer(Bench(Slave(1)), image)
    except BadFile as problem:
        assert problem.code == "file-changed"
    else:
        raise AssertionError


class Away(Image):
    """A file on a card that is away for `away_ms` from its read number `at` on."""

    def __init__(self, size, bench, at, away_ms):
        Image.__init__(self, size)
        self.bench = bench
        self.at = at
        self.away_ms = away_ms
        self.reads = self.waits = 0
        self.back_us = None

    def readinto(self, offset, buf):
        while True:
            try:
                return self.read_now(offset, buf)
            except OSError:
                self.wait()

    def read_now(self, offset, buf):
        self.reads += 1
        if self.reads >= self.at and (self.back_us is None or self.bench.now_us < self.back_us):
            raise OSError(5)
        return Image.readinto(self, offset, buf)

    def wait(self):
        self.waits += 1
        if self.back_us is None:
            self.back_us = self.bench.now_us + self.away_ms * 1000
        self.bench.sleep_ms(1000)


def halved(bench):
    """The bench's `write` lends time in the middle of a block, as a board's UART does."""
    write = bench.write
    bench.idle = None

    def lend(buf, off, n):
        now_us = bench.now_us
        for _ in range(3):
            if bench.idle:
                bench.idle()
        assert bench.now_us == now_us  # a modem that has half a block gives it up
        write(buf, off, n)

    bench.write = lend


def test_a_card_away_for_moments_costs_no_session():
    """Whichever read fails: half a block never waits for it, and the transfer goes on where it was."""
    for at in range(1, 21):
        slave = Slave(1)
        bench = Bench(slave)
        halved(bench)
        image = Away(20000, bench, at, 3000)
        sender = transfer(bench, image)
        check(slave, image)
        assert (sender.restarts, sender.exchange.repeats) == (0, 0), at
        assert image.waits == 3
        assert bench.now_us < 10000000


def test_a_card_away_for_minutes_costs_no_session():
    """A session that hears nothing for a minute ends: it hears something until the card is back."""
    slave = Slave(1)
    bench = Bench(slave)
    image = Away(20000, bench, 12, 200000)
    sender = transfer(bench, image)
    check(slave, image)
    assert (image.waits, sender.restarts, sender.exchange.repeats) == (200, 0, 0)
    assert bench.now_us < 205000000


def test_ready_checksums_are_used():
    """A source may know the checksums of blocks; -1 where it does not."""
    slave, image = Slave(1), Image(20000)
    asked = []

    def block_crc(offset, n):
        asked.append((offset, n))
        return crc.crc16(image.data, 0, offset, offset + n) if offset else -1

    image.block_crc = block_crc
    transfer(Bench(slave), image)
    check(slave, image)
    assert asked == [(0, 8176), (8176, 8176), (16352, 3648)]


def test_blocks_come_back_to_the_grid():
    """Where checksums are ready on a grid, blocks begin and end there; after a residue one is summed."""
    slave, image = Slave(1, residues={1: 24}), Image(30000)
    ready, summed = [], []

    def block_crc(offset, n):
        if offset % 2016 or n % 2016:
            summed.append((offset, n))
            return -1
        ready.append((offset, n))
        return crc.crc16(image.data, 0, offset, offset + n)

    image.block_crc = block_crc
    image.grid = 2016
    transfer(Bench(slave), image)
    check(slave, image)
    assert ready == [(0, 8064), (8064, 8064), (16128, 8064)]
    assert summed == [(16104, 8088), (24192, 5808)]


class Quiet:
    """Port, clock and reporter that allocate nothing: what is measured is the sender."""

    max_burst = 0

    def __init__(self):
        self.answer = bytearray(b"tsaf" + bytes(16))
        self.left = 0
        self.length = 0
        self.time = 0

    def write(self, buf, off, n):
        op = buf[off + 4]
        answer = self.answer
        answer[4] = op | 0x80
        for i in range(8, 12):
            answer[i] = buf[off + i]
        answer[7] = 4 if op == 1 else 2 if op == 3 else 0
        answer[16] = 1 if op == 1 else 0
        answer[17] = 1 if op == 1 else 0
        answer[18] = 0x08 if op == 1 else 0  # max_transfer 2048
        self.length = self.left = 16 + answer[7]

    def readinto(self, buf, n, timeout_ms):
        if n > self.left:
            n = self.left
        first = self.length - self.left
        for i in range(n):
            buf[i] = self.answer[first + i]
        self.left -= n
        return n

    def drop_input(self):
        pass

    def ticks_ms(self):
        return self.time

    def ticks_diff(self, end, start):
        return end - start

    def sleep_ms(self, ms):
        pass

    def report(self, event):
        pass

    def tick(self, now):
        pass

    def stop_wanted(self):
        return 0


class Endless:
    """A file so long that no hundredth of it passes here, and that looks at the heap on its way."""

    name = "endless.dup"
    size = 100000 * 2032

    def __init__(self, look):
        self.looks = [0] * 700
        self.look = look

    def readinto(self, offset, buf):
        self.looks[offset // 2032] = self.look()
        return len(buf)


def test_no_heap_a_block():
    """The block loop allocates nothing: 0 bytes over 500 blocks."""
    import gc

    if not hasattr(gc, "mem_alloc"):
        return  # a PC counts no bytes; the 32-bit build has a board's figures
    port = Quiet()
    source = Endless(gc.mem_alloc)
    port.stop_wanted = lambda: 1 if source.looks[650] else 0
    sender = Sender(Line(port, port, port))
    sender.open()
    gc.collect()
    gc.disable()
    try:
        sender.send(source, CONTAINER)
    except Stopped:
        pass
    finally:
        gc.enable()
    assert sender.max_transfer == 2048 and sender.blocks > 600
    steps = [source.looks[i + 1] - source.looks[i] for i in range(100, 600)]
    assert steps == [0] * 500, steps
