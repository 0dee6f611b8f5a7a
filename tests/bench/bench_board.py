"""The transfer on the simulated boards, in virtual time: how much of the line is the file's.

    python tests/bench/bench_board.py [--size BYTES]

Rules: the engine, the board's own port and a FAT card on a real 32-bit MicroPython; answers
after 1 ms; the result is the same on every machine. The exit code is 1 when a share is below
0.86 or a block leaves something on the heap. The processor's time is free in the gated rows;
the last column adds what is believed of a board, 10 µs for a turn of the checksum's loop.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from board.a_board import BOARDS, TRANSFER, quick_modem, said, workshop
from modemflash_host.sim import images
from tools import fetch

GATE = 0.86
BYTES_A_MS = 92.16  # at 921600 baud
CRC_US = 10


def measure(board: str, file: bytes, settings: str) -> dict[str, int]:
    """One transfer; what the program on the board counted."""
    shop = workshop(fetch.get("micropython-i386"))
    modem = quick_modem(start_mode="recovery")
    with shop.board(board, modem, shop.image({"/firmware.dup": file}, 16 << 20), settings=settings) as table:
        words = said(table, TRANSFER)[-1].split()
    assert not modem.verdict.violations, modem.verdict.violations
    return {words[i]: int(words[i + 1]) for i in range(0, len(words), 2)}


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description="payload share and heap on the simulated boards")
    parser.add_argument("--size", type=int, default=1_200_000, help="bytes of the image")
    size = parser.parse_args().size
    file = images.make_full_image(41065, size_bytes=size)
    good = True
    print(f"{'board':14}{'block':>7}{'share':>8}{'heap of a block':>17}{'with checksums':>16}")
    for board in BOARDS:
        for block in (8176, 2016):
            free = measure(board, file, f"MAX_BLOCK = {block}\nCOUNT_HEAP = True\n")
            busy = measure(board, file, f"MAX_BLOCK = {block}\nCRC_US = {CRC_US}\n")
            share = size / BYTES_A_MS / free["ms"]
            good &= share >= GATE and not free["leaked"]
            heap = free["leaked"] / free["blocks"]
            print(
                f"{board:14}{block:7}{share:8.3f}{heap:15.1f} B{size / BYTES_A_MS / busy['ms']:16.3f}",
                flush=True,
            )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
