"""`machine` of a Pycom board."""

import json

import sim_link
from sim_blocks import Blocks
from sim_link import link, profile

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET, BROWN_OUT_RESET = range(6)


class UART:
    """UART 1, or UART 0, which is the console while `os.dupterm` says so."""

    def __init__(self, id=0, *args, **kwargs):
        if id == 2:
            raise OSError("resource not available")  # the LTE driver's
        self._id = id
        self.init(*args, **kwargs)

    def init(self, baudrate=9600, bits=8, parity=None, stop=None, *, pins=None, timeout_chars=2, **more):
        size = more.pop("rx_buffer_size", None) if profile["ring_can_be_set"] else None
        if more:
            raise TypeError("extra keyword arguments given")
        if size is not None and size <= 128:
            raise ValueError("invalid argument(s) value")
        about = {
            "baudrate": baudrate,
            "pins": pins,
            "timeout_chars": timeout_chars,
            "rx_buffer_size": size,
        }
        link.ask(sim_link.UART_OPEN, 0, self._id, json.dumps(about).encode())

    def deinit(self):
        link.ask(sim_link.UART_CLOSE, 0, self._id)

    def any(self):
        return link.ask(sim_link.UART_ANY, 0, self._id)

    def readinto(self, buf, n=-1):
        link.ask(sim_link.UART_READ, len(buf) if n < 0 else n, self._id, b"", 0, -1, buf)
        if link.status:
            link.refuse()
        return link.length or None

    def read(self, n=4096):
        room = bytearray(n)
        got = self.readinto(room)
        return got and bytes(memoryview(room)[:got])

    def readline(self):
        line = b""
        while not line.endswith(b"\n"):
            byte = self.read(1)
            if not byte:
                break
            line += byte
        return line or None

    def write(self, buf, off=-1, n=-1):
        if off < 0:
            off, n = 0, len(buf)
        elif n < 0:
            off, n = 0, off
        if n > len(buf) - off:
            n = len(buf) - off
        if n:
            link.ask(sim_link.UART_WRITE, 0, self._id, buf, off, n)
            if link.status:
                link.refuse()
        return n

    def wait_tx_done(self, timeout_ms):
        return link.ask(sim_link.UART_SENT, timeout_ms, self._id) == 1


class SD:
    """The card in its slot."""

    def __init__(self, id=0):
        sectors = link.ask(sim_link.CARD)
        if link.status:
            raise OSError("the requested operation failed")
        self._blocks = Blocks(1, sectors)
        if profile["readable_card"]:
            self.readblocks = self._blocks.readblocks
            self.writeblocks = self._blocks.writeblocks
            self.ioctl = self._blocks.ioctl

    def init(self, id=0):
        pass

    def deinit(self):
        pass


class WDT:
    """Once made it runs for good; made again it is set anew."""

    def __init__(self, id=0, timeout=5000):
        self.init(timeout)

    def init(self, timeout=5000):
        link.ask(sim_link.WATCHDOG, timeout)

    def feed(self):
        link.ask(sim_link.WATCHDOG, 0)


class Pin:
    """A pin that a hand holds at a level."""

    IN, OUT, PULL_DOWN, PULL_UP = range(4)

    def __init__(self, id, mode=0, pull=None):
        self._id = id.encode()
        self._free = int(pull == self.PULL_UP)

    def value(self):
        return link.ask(sim_link.PIN, self._free, 0, self._id)

    __call__ = value


def reset():
    link.ask(sim_link.RESET, 0)


def deepsleep(ms=0):
    link.ask(sim_link.RESET, 1, ms)


def reset_cause():
    return link.ask(sim_link.RESET_CAUSE)


def unique_id():
    return link.fetch(sim_link.UNIQUE_ID)


def freq():
    return 160000000
