"""Runs inside a simulated board: finds the modem, names it, and sends the card's file into it.

What is sent stands in `/sd/firmware.dup`; the modem waits in recovery. A module `settings` may
say otherwise: `MAX_BLOCK`; `CRC_US`, what a turn of the checksum's loop costs; `READY_SUMS`, from
`/sd/firmware.dup.crc` as on a prepared card; `COUNT_HEAP`. The last line has the results: blocks,
repeats, milliseconds, heap of the whole transfer, and of blocks without a report.
"""

import gc
import os

import utime

from modemflash import block_buffer, crc, frames, modem, transfer
from modemflash.board import card_order
from modemflash.board.card import Card
from modemflash.board.card_order import CardFile
from modemflash.board.led import PATTERNS, Led
from modemflash.board.uart import Clock, Uart
from modemflash.identity import ask_identity
from modemflash.line import Line

try:
    import settings
except ImportError:
    settings = None

CRC_US = getattr(settings, "CRC_US", 0)
COUNT_HEAP = getattr(settings, "COUNT_HEAP", False)
READY_SUMS = getattr(settings, "READY_SUMS", False)
MAX_BLOCK = getattr(settings, "MAX_BLOCK", 8176)


class Reporter:
    """Light and nothing else."""

    reports = 0

    def report(self, event):
        self.reports += 1
        if event["event"] == "warning":
            print("warning", event["code"])

    def tick(self, now):
        led.tick(now)

    def stop_wanted(self):
        return 0


class File(CardFile):
    """The firmware on the card, with the checksums of a prepared card or without."""

    def __init__(self, path, size):
        super().__init__(path, path, size)
        if READY_SUMS:
            with open(path + ".crc", "rb") as file:
                self.bring_sums(file.read())

    def readinto(self, offset, buf):
        if COUNT_HEAP:
            count_heap()
        return super().readinto(offset, buf)


def slow_crc16(data, value=0, start=0, end=None):
    """CRC-16 at the pace of a board: a turn of the loop sums two bytes."""
    if end is None:
        end = len(data)
    utime.sleep_us((end - start) // 2 * CRC_US)
    return crc.crc16(data, value, start, end)


def slow_joined(first, second, zeros):
    """A join at that pace; it has 16 turns."""
    utime.sleep_us(16 * CRC_US)
    return crc.crc16_joined(first, second, zeros)


if CRC_US:
    transfer.crc16 = block_buffer.crc16 = frames.crc16 = slow_crc16
    card_order.crc16_joined = slow_joined


def count_heap():
    """What was taken since the last call, where no report lies in between."""
    now = gc.mem_alloc()
    if sender.blocks > 3 and reporter.reports == last[1]:  # by then what is made once is made
        last[2] += now - last[0]
    last[0] = now
    last[1] = reporter.reports


last = [0, 0, 0]
clock = Clock()
led = Led(clock)
led.show(PATTERNS["working"])
reporter = Reporter()
Card().mount()
line = Line(Uart(clock, reporter.tick), clock, reporter)
line.set_baud(modem.RATE)
found = modem.find(line, 60000)
identity = ask_identity(found)
assert found.at.command('AT+SMSTPU="ON_THE_FLY"').ok
sender = transfer.Sender(line, 300000, False, MAX_BLOCK)
sender.open()
crc.crc16(bytes(64))  # its table is made once
gc.collect()
start = clock.ticks_ms()
file = File("/sd/firmware.dup", os.stat("/sd/firmware.dup")[6])
if COUNT_HEAP:
    gc.disable()
    before = gc.mem_alloc()
sender.send(file, transfer.CONTAINER)
ms = clock.ticks_diff(clock.ticks_ms(), start)
grown = gc.mem_alloc() - before if COUNT_HEAP else 0
sender.close()
print("blocks", sender.blocks, "repeats", sender.exchange.repeats, "ms", ms, "heap", grown, "leaked", last[2])
