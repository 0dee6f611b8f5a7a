"""A child of the lock-step pipe: the engine's dialogue and sender against the simulated modem.

Run as `program child_stp.py DEVICE_FOLDER FILE READ_FD WRITE_FD`: transfers FILE on the fly
into a modem that waits in recovery. Ends with 0 when the modem took it, and prints the
virtual milliseconds and the number of blocks.
"""

import sys

sys.path.insert(0, sys.argv[1])

from pipe_port import PipePort

from modemflash import transfer
from modemflash.at import At
from modemflash.line import Line


class Silent:
    def report(self, event):
        pass

    def tick(self, now):
        pass

    def stop_wanted(self):
        return 0


class File:
    def __init__(self, path):
        self.name = path
        self._file = open(path, "rb")
        self.size = self._file.seek(0, 2)

    def readinto(self, offset, buf):
        self._file.seek(offset)
        return self._file.readinto(buf)


port = PipePort(int(sys.argv[3]), int(sys.argv[4]))
line = Line(port, port, Silent())
assert line.set_baud(921600)
at = At(line)
assert at.resync() is not None
assert at.command("AT+SMOD?").lines == [b"4"]
assert at.command('AT+SMSTPU="ON_THE_FLY"').ok
start = line.now()
sender = transfer.Sender(line)
sender.open()
sender.send(File(sys.argv[2]), transfer.CONTAINER)
sender.close()
print(line.since(start), "ms", sender.blocks, "blocks")
