"""A child of the lock-step pipe: the engine's `Line` against a modem that echoes after 5 s.

Run as `program child_line.py DEVICE_FOLDER READ_FD WRITE_FD`. Prints what it found; ends
with 0 when all was right.
"""

import sys

sys.path.insert(0, sys.argv[1])

from pipe_port import PipePort

from modemflash.line import Line


class Counter:
    def __init__(self):
        self.ticks = 0

    def tick(self, now):
        self.ticks += 1


port = PipePort(int(sys.argv[2]), int(sys.argv[3]))
counter = Counter()
line = Line(port, port, counter)
assert line.set_baud(100000)
buf = bytearray(16)
line.write(b"xATx", 1, 2)
start = line.now()
assert line.read(buf, 16, 1000) == 0
assert line.since(start) == 1000
assert line.read(buf, 16, 60000) == 2
assert bytes(buf[:2]) == b"AT"
assert port.now_us == 5000400
assert counter.ticks >= 20
line.write(b"lost")
line.sleep(6000)
port.drop_input()
assert line.read(buf, 16, 1000) == 0
line.write(bytes(50))
assert not port.drain(4)
assert port.drain(2)
port.power(False)
print("right until", port.now_us)
