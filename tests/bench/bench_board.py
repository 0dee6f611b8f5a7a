"""The transfer on the simulated boards, in virtual time: how much of the line is the file's.

    python tests/bench/bench_board.py [--size BYTES] [--board NAME] [--half-pace]

Rules: the engine, the board's own port and file on a FAT card, on a real 32-bit MicroPython;
answers after 1 ms; the result is the same on every machine, so the boards are measured side by
side. The processor's time is free in the column `share`; the others add what is believed of a
board, 10 µs for a turn of the checksum's loop, for a card with plain files and for a prepared
one. The exit code is 1 when one of these is below 0.86, or a block leaves something on the heap.
`--half-pace` adds the last two for a board at half that pace.
"""

import argparse
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from modemflash.board.manifest import GRID
from modemflash.crc import crc16
from modemflash_sim.board.fat import FatImage
from modemflash_sim.sequans import images
from support.programmed_board import BOARDS, TRANSFER, quick_modem, said, workshop
from tools import fetch

GATE = 0.86
BYTES_A_MS = 92.16  # at 921600 baud
CRC_US, SLOW_CRC_US = 10, 20
COLUMNS, WIDTHS = ("share", "10 us", "prepared", "20 us", "prepared"), (8, 8, 10, 8, 10)


def make_card(file: bytes) -> FatImage:
    """A card with the file and its checksums; it is only read."""
    grid = range(0, len(file) - GRID + 1, GRID)
    sums = b"".join(crc16(file, 0, at, at + GRID).to_bytes(2, "big") for at in grid)
    shop = workshop(fetch.get("micropython-i386"))
    return shop.image({"/firmware.dup": file, "/firmware.dup.crc": sums}, 16 << 20)


def measure(board: str, card: FatImage, settings: str) -> dict[str, int]:
    """One transfer; what the program on the board counted."""
    modem = quick_modem(start_mode="recovery")
    with workshop(fetch.get("micropython-i386")).board(board, modem, card, settings=settings) as table:
        words = said(table, TRANSFER)[-1].split()
    assert not modem.verdict.violations, modem.verdict.violations
    return {words[i]: int(words[i + 1]) for i in range(0, len(words), 2)}


def judge(board: str, size: int, half_pace: bool) -> bool:
    """Measure one board and print its rows; whether they are good."""
    card = make_card(images.make_full_image(41065, size_bytes=size))
    good = True
    for block in (8176, 2016):
        most = f"MAX_BLOCK = {block}\n"
        free = measure(board, card, most + "COUNT_HEAP = True\n")
        shares = [size / BYTES_A_MS / free["ms"]]
        for crc_us in (CRC_US, SLOW_CRC_US) if half_pace else (CRC_US,):
            for ready in (False, True):
                settings = most + f"CRC_US = {crc_us}\nREADY_SUMS = {ready}\n"
                shares.append(size / BYTES_A_MS / measure(board, card, settings)["ms"])
        good &= min(shares[:3]) >= GATE and not free["leaked"]
        heap = free["leaked"] / free["blocks"]
        print(
            f"{board:14}{block:7}{heap:5.1f} B"
            + "".join(f"{share:{width}.3f}" for share, width in zip(shares, WIDTHS, strict=False)),
            flush=True,
        )
    return good


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description="payload share and heap on the simulated boards")
    parser.add_argument("--size", type=int, default=1_200_000, help="bytes of the image")
    parser.add_argument("--board", choices=BOARDS, help="that one alone, in this process")
    parser.add_argument("--half-pace", action="store_true", help="a slower board too")
    given = parser.parse_args()
    if given.board:
        return 0 if judge(given.board, given.size, given.half_pace) else 1
    columns = COLUMNS if given.half_pace else COLUMNS[:3]
    print(f"{'board':14}{'block':>7}{'heap':>7}" + "".join(map(str.rjust, columns, WIDTHS)), flush=True)
    side_by_side = [
        subprocess.Popen([sys.executable, __file__, *sys.argv[1:], "--board", board]) for board in BOARDS
    ]
    return max(process.wait() for process in side_by_side)


if __name__ == "__main__":
    sys.exit(main())
