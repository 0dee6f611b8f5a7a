"""What the board's Python asks of the simulator, over the pipe: one request, one answer.

Rules that hold here: a request is 20 bytes, `op u8, 0, length u16, a u32, b u32, looks u32,
looks_us u32`, then `length` bytes; an answer is 24 bytes, `status u8, 0, length u16, number
u32, ticks_ms u32, ticks_us u16, most_looks u16, cost_us u32, still_us u32`, then `length` bytes
(status 2: Ctrl-C instead); all big-endian, so that the board's side needs neither struct nor large
integers. `inside/sim_link.py` has the same numbers, and a test holds them together.

A program that waits asks the same over and over. So an answer says for how long (`still_us`) nothing
can happen by itself, and what the request cost; until then the board's side answers sleeps and
repeated looks itself, `most_looks` of them at most, and the next request says how many they were.
"""

from __future__ import annotations

import struct
from enum import IntEnum

REQUEST = struct.Struct(">BxHIIII")
ANSWER = struct.Struct(">BxHIIHHII")
MOST_LOOKS = 0xFFFF
MOST_STILL_US = 1 << 28  # fits a small integer of a 32-bit board


class Op(IntEnum):
    """What is asked. Where nothing else stands, the answer has no number and no bytes."""

    HELLO = 1
    """-> JSON: the profile, what to run, which drives there are."""
    SLEEP = 2
    """a: microseconds."""
    UART_OPEN = 3
    """b: which UART, here and below; bytes: JSON of what UART() was given."""
    UART_CLOSE = 4
    UART_READ = 5
    """a: at most so many -> bytes; status 1: none."""
    UART_WRITE = 6
    """bytes; status 1: the 5 ms ran out."""
    UART_ANY = 7
    """-> number."""
    UART_SENT = 8
    """a: milliseconds -> number 1 or 0."""
    BLOCKS_READ = 10
    """a: drive, and from bit 8 on how many; b: first sector -> bytes; status 1: it fails."""
    BLOCKS_WRITE = 11
    """a: drive, b: sector; its bytes; status 1: it fails."""
    CARD = 12
    """-> number of sectors; status 1: there is no card."""
    LED = 20
    """a: 0xRRGGBB; status 1: the heartbeat owns it."""
    HEARTBEAT = 21
    """a: 1 or 0; 2 asks -> number."""
    NVS = 22
    """a: 0 get, 1 set, 2 erase, 3 erase all; bytes: JSON -> JSON; status 1: no such key, or no room."""
    FLAG = 23
    """a: 2 asks; bytes: name -> number."""
    WATCHDOG = 24
    """a: milliseconds, 0 feeds."""
    HASH = 25
    """a: 1 begins, 0 ends, 2 works on b bytes; status 1: another one is alive."""
    RESET = 26
    """a: 0 hard, 1 deep sleep of b milliseconds."""
    RESET_CAUSE = 27
    """-> number."""
    UNIQUE_ID = 28
    """-> bytes."""
    PIN = 29
    """a: the level when nothing outside holds it; bytes: name -> number, its level."""
    LTE = 30
    """a: 0 LTE(), 1 modem_upgrade_mode(), 2 reconnect_uart() -> bytes: what it complains; status 1."""
    RADIO = 31
    """a: 1 on, 0 off, 2 asks; bytes: name -> number."""
    CODE = 32
    """-> what was typed, once there is something; number 1: at the prompt."""
    ENDED = 33
    """What was typed (or boot.py and main.py) has ended; bytes: its traceback."""
    CONSOLE = 34
    """a: 0 detach, 1 attach, 2 deaf to Ctrl-C, 3 hears."""
    OVER = 40
    """The program has ended; a: 0 well, 1 by an exception, 2 soft reset."""
