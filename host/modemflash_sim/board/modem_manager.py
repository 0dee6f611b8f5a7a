"""A program that takes a fresh serial port for a modem, as Linux's ModemManager does.

    python -m modemflash_sim.board.modem_manager PORT [--seconds 12] [--leave TEXT]

Rules: it opens the port for itself, sets its own rate, and asks in bursts with
pauses between them, whatever the other side says; it says "has it" once it has
the port, and "heard …" at its end; it gives the port back with half a line typed,
where that is asked for. The commands are those of ModemManager's probing, in
its order; how long it takes in all is assumed (10 to 30 s).
"""

from __future__ import annotations

import argparse
import fcntl
import os
import select
import sys
import termios
import time
import tty
from collections.abc import Sequence
from pathlib import Path

NAME = "ModemManager"
# (what is sent, how long an answer is waited for, as a part of the whole time)
PROBES = (
    (b"AT\r", 0.12),
    (b"AT\r", 0.12),
    (b"AT\r", 0.12),
    (b"ATE1 E0 V1\r", 0.06),
    (b"AT+CMEE=1\r", 0.03),
    (b"ATX4 &C1\r", 0.03),
    (b"AT+GCAP\r", 0.12),
    (b"ATI\r", 0.06),
    (b"AT+CPIN?\r", 0.06),
    (b"AT+CGMI\r", 0.06),
    (b"AT+CGMM\r", 0.06),
    (b"\x7e\x00\x78\xf0\x7e", 0.10),  # QCDM: another kind of modem
    (b"AT+GCAP\r", 0.06),
)


def probe(port: str, seconds: float, baud: int, leave: bytes) -> bytes:
    """Ask the port for so long; what was heard."""
    heard = b""
    link = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        fcntl.ioctl(link, termios.TIOCEXCL)
        tty.setraw(link)
        settings = termios.tcgetattr(link)
        settings[4] = settings[5] = getattr(termios, f"B{baud}")
        termios.tcsetattr(link, termios.TCSANOW, settings)
        print("has it", flush=True)
        for command, part in PROBES:
            os.write(link, command)
            until_s = time.monotonic() + part * seconds
            while (rest_s := until_s - time.monotonic()) > 0:
                if select.select([link], [], [], rest_s)[0]:
                    heard += os.read(link, 4096)
        os.write(link, leave)
        termios.tcdrain(link)
    finally:
        fcntl.ioctl(link, termios.TIOCNXCL)
        os.close(link)
    return heard


def main(arguments: Sequence[str] | None = None) -> None:
    """Probe once."""
    parser = argparse.ArgumentParser(description="takes a port for a modem, and asks it")
    parser.add_argument("port")
    parser.add_argument("--seconds", type=float, default=12.0, help="in all")
    parser.add_argument("--baud", type=int, default=57_600, help="ModemManager's own default")
    parser.add_argument("--leave", default="", help="typed at the end, without a line end")
    given = parser.parse_args(arguments)
    Path("/proc/self/comm").write_text(NAME)  # what other programs see of it
    heard = probe(given.port, given.seconds, given.baud, given.leave.encode())
    print("heard", heard, file=sys.stdout)


if __name__ == "__main__":
    main()
