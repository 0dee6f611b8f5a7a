"""The line keeps its deadlines and its ticks, whatever the port does."""

from modemflash.line import TICK_MS, Line


class Bench:
    """Port, clock and reporter in one, in virtual time: a read jumps to the next due byte."""

    max_burst = 0

    def __init__(self, due=()):
        self.now_ms = 0
        self.due = list(due)  # (at_ms, bytes), in order
        self.written = b""
        self.events = []
        self.stops = 0
        self.ticks = []
        self.rates = (921600,)

    def readinto(self, buf, n, timeout_ms):
        end = self.now_ms + timeout_ms
        if not self.due or self.due[0][0] > end:
            self.now_ms = end
            return 0
        at_ms, data = self.due.pop(0)
        self.now_ms = max(self.now_ms, at_ms)
        if len(data) > n:
            self.due.insert(0, (at_ms, data[n:]))
        buf[: len(data[:n])] = data[:n]
        return len(data[:n])

    def write(self, buf, off, n):
        self.written += bytes(buf[off : off + n])

    def drain(self, timeout_ms):
        return True

    def drop_input(self):
        self.due = [item for item in self.due if item[0] > self.now_ms]

    def set_baud(self, rate):
        return rate in self.rates

    def ticks_ms(self):
        return self.now_ms

    def ticks_diff(self, end, start):
        return end - start

    def sleep_ms(self, ms):
        self.now_ms += ms

    def report(self, event):
        self.events.append(event)

    def tick(self, now):
        self.ticks.append(now)

    def stop_wanted(self):
        return self.stops


def bench_line(due=()):
    bench = Bench(due)
    return bench, Line(bench, bench, bench)


def longest_silence(bench):
    longest = 0
    for i in range(1, len(bench.ticks)):
        longest = max(longest, bench.ticks[i] - bench.ticks[i - 1])
    return longest


def test_read_returns_at_the_first_bytes():
    """A read does not wait for more than what came first."""
    bench, line = bench_line([(10, b"OK"), (20, b"more")])
    buf = bytearray(8)
    assert line.read(buf, 8, 1000) == 2
    assert buf == b"OK" + bytes(6), "the rest of the buffer is left alone"
    assert bench.now_ms == 10


def test_read_gives_up_at_its_deadline():
    """A read in silence ends at its deadline, not before and not later."""
    bench, line = bench_line()
    assert line.read(bytearray(8), 8, 1100) == 0
    assert bench.now_ms == 1100


def test_read_with_no_time_takes_what_is_there():
    """A time-out of 0 still looks once."""
    bench, line = bench_line([(0, b"x")])
    assert line.read(bytearray(1), 1, 0) == 1
    assert line.read(bytearray(1), 1, 0) == 0
    assert bench.now_ms == 0


def test_long_waits_tick():
    """No wait goes longer than TICK_MS without a tick."""
    bench, line = bench_line()
    line.read(bytearray(1), 1, 2000)
    line.sleep(2000)
    assert bench.now_ms == 4000
    assert bench.ticks[0] == 0
    assert longest_silence(bench) == TICK_MS


def test_sleep_leaves_input_alone():
    """What comes during a sleep is there after it."""
    _, line = bench_line([(5, b"late")])
    line.sleep(300)
    buf = bytearray(4)
    assert line.read(buf, 4, 0) == 4
    assert buf == b"late"


def test_write_sends_the_piece_that_was_named():
    """Offset and length choose the piece; without a length it is the rest."""
    bench, line = bench_line()
    line.write(b"abcdef", 1, 2)
    line.write(b"abcdef", 4)
    line.write(b"", 0)
    assert bench.written == b"bcef"


def test_baud_is_kept_only_when_the_link_took_it():
    """A rate that the link refuses does not become the line's rate."""
    _, line = bench_line()
    assert line.set_baud(921600)
    assert not line.set_baud(115200)
    assert line.baud == 921600


def test_report_names_the_event():
    """An event is one dict, named by its kind."""
    bench, line = bench_line()
    line.report("stall", phase="transfer", seconds=10)
    assert bench.events == [{"event": "stall", "phase": "transfer", "seconds": 10}]


def test_since_takes_the_clock_at_its_word():
    """Time gone by is the clock's own difference, so a clock may wrap."""
    bench, line = bench_line()
    bench.ticks_diff = lambda end, start: (end - start) & 0xFF
    bench.now_ms = 250
    start = line.now()
    bench.now_ms = 4
    assert line.since(start) == 10
