"""A small program that a board gets first, so that files then come to it as bytes, fast and checked.

The board asks, the PC answers; nobody holds the line, so one block is under way
at a time, and it fits the ring of most releases whole:

    board: A5 "K" number (2) status sum ~sum        the block that is wanted; status 1: it is over, and how
                                                    follows on the console, at the console's rate
    PC:    A5 "B" number (2) length (2) records, and four bytes of the SHA-256 of all after A5
    record: kind (1), length (2), that many bytes

Rules: it runs on every release from 1.8.6 on (`tests/lint/dialect.py`); a file is
written under another name, read back, hashed, and put in place when it is whole;
a rate at which three blocks in a row fail is left for the console's; whatever
ends it, the console comes back. The PC's side is `file_sender`.
"""

from __future__ import annotations

from modemflash.interface import CONSOLE_BAUD, SYNC, UART_RING_BYTES
from modemflash_host.board.console.repl import PART

ASK, BLOCK = b"K", b"B"
BLOCK_BYTES = 2048  # of records
SUM_BYTES = 4
ASK_BYTES = 7
CHANGE_MS = 300
ASK_MS = 400  # without a byte, before the board asks again
TRIES = 3  # at one rate
GIVES_UP = 10  # tries at the console's
# Kinds of records.
OPEN, DATA, CLOSE, FOLDER, REMOVE, RATE, END = b"O", b"W", b"C", b"M", b"D", b"R", b"E"

STUB = f"""\
import os, gc, time, machine, hashlib
def _stat(p):
    try:
        return os.stat(p)
    except OSError:
        return None
class _Receiver:
    def __init__(self):
        self.more = {{'timeout_chars': 2, 'rx_buffer_size': {UART_RING_BYTES}}}
        try:
            self.uart = machine.UART(0, {CONSOLE_BAUD}, **self.more)
        except TypeError:
            del self.more['rx_buffer_size']
            self.uart = machine.UART(0, {CONSOLE_BAUD}, **self.more)
        self.rate = {CONSOLE_BAUD}
        self.buf = bytearray({6 + BLOCK_BYTES + SUM_BYTES})
        self.view = memoryview(self.buf)
        self.page = bytearray(512)
        self.number = 0
        self.file = self.path = None
    def ask(self, status):
        m = bytes([{SYNC}, {ASK[0]}, self.number >> 8, self.number & 255, status])
        s = sum(m) & 255
        self.uart.write(m + bytes([s, 255 - s]))
    def set_rate(self, rate):
        self.uart.wait_tx_done(200)
        if rate != self.rate:
            self.rate = rate
            self.uart.init(baudrate=rate, **self.more)
    def block(self):
        tries = 0
        while True:
            self.ask(0)
            size = self.receive()
            if size >= 0:
                self.number = (self.number + 1) & 65535
                return size
            tries += 1
            if tries >= {TRIES} and self.rate != {CONSOLE_BAUD}:
                self.set_rate({CONSOLE_BAUD})
                tries = 0
            elif tries >= {GIVES_UP}:
                raise OSError('the PC is not heard')
    def receive(self):
        uart, buf, view = self.uart, self.buf, self.view
        got, want = 0, 6
        last = time.ticks_ms()
        while time.ticks_diff(time.ticks_ms(), last) < {ASK_MS}:
            n = uart.any()
            if not n:
                time.sleep_ms(1)
                continue
            got += uart.readinto(view[got:], n if n < want - got else want - got) or 0
            last = time.ticks_ms()
            if got == 6 and want == 6:
                want = 6 + (buf[4] << 8 | buf[5]) + {SUM_BYTES}
                if buf[0] != {SYNC} or buf[1] != {BLOCK[0]} or want > len(buf):
                    break
            if got == want and want > 6:
                end = want - {SUM_BYTES}
                if hashlib.sha256(view[1:end]).digest()[:{SUM_BYTES}] != bytes(view[end:want]):
                    break
                if buf[2] << 8 | buf[3] != self.number:
                    break
                return end
        while uart.any():
            uart.read()
            time.sleep_ms(20)
        return -1
    def run(self):
        while True:
            end = self.block()
            at = 6
            while at < end:
                kind, size = self.buf[at], self.buf[at + 1] << 8 | self.buf[at + 2]
                at += 3
                data = self.view[at:at + size]
                at += size
                if kind == {DATA[0]}:
                    self.file.write(data)
                elif kind == {END[0]}:
                    return
                elif kind == {RATE[0]}:
                    self.set_rate(int(bytes(data)))
                    time.sleep_ms(30)
                elif kind == {CLOSE[0]}:
                    self.close(bytes(data))
                else:
                    path = str(bytes(data), 'utf-8')
                    if kind == {OPEN[0]}:
                        self.path = path
                        self.file = open(path + '{PART}', 'wb')
                    elif kind == {FOLDER[0]}:
                        if _stat(path) is None:
                            os.mkdir(path)
                    elif kind == {REMOVE[0]} and _stat(path) is not None:
                        os.remove(path)
    def close(self, digest):
        self.file.close()
        part = self.path + '{PART}'
        hash = hashlib.sha256()
        with open(part, 'rb') as file:
            while True:
                n = file.readinto(self.page)
                if not n:
                    break
                hash.update(memoryview(self.page)[:n])
        if hash.digest() != digest:
            raise OSError('differs: ' + self.path)
        if _stat(self.path) is not None:
            os.remove(self.path)
        os.rename(part, self.path)
def _receive():
    gc.collect()
    time.sleep_ms(20)  # what the console still says is on its way
    os.dupterm(None)
    receiver = None
    try:
        receiver = _Receiver()
        receiver.run()
    finally:
        if receiver:
            receiver.ask(1)
            receiver.set_rate({CONSOLE_BAUD})
            time.sleep_ms({CHANGE_MS})  # the PC changes, too
        os.dupterm(machine.UART(0, {CONSOLE_BAUD}))
_receive()
"""
