"""What `import modemflash` and the hook cost, on a real 32-bit MicroPython, beside their peers.

    python tests/bench/bench_import.py

Rules: the package as it is deployed; each import is made anew 200 times in one
process and the best time counts; the peers are an empty module (the price of any
import) and the engine's largest module (the price of a byte, because source is
compiled at each import). This machine is not a board: what holds there as well
is the ratio, so the board's time is worked out from a rate that is only believed,
20 to 100 kB of source a second on an ESP32. The exit code is 1 when the package
would take a board more than 100 ms, or what it loads at power-up more than 300 ms, at
100 kB/s, or when importing it costs more than its bytes and an empty module.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from modemflash_host.board.install.package import deployed
from tools import fetch

BELIEVED_KB_S = (100, 20)
IMPORT_MS, HOOK_MS = 100, 300
ROUNDS = 200
HEAP = "2560k"
PROGRAM = """
import gc, sys, time
def cost(names):
    best = 1 << 29
    for _ in range(ROUNDS):
        for name in list(sys.modules):
            if name == "empty" or name.split(".")[0] == "modemflash":
                del sys.modules[name]
        gc.collect()
        for name in names[:-1]:
            __import__(name)
        gc.collect()
        start = time.ticks_us()
        __import__(names[-1])
        best = min(best, time.ticks_diff(time.ticks_us(), start))
    return best
for names in (["empty"], ["modemflash"], ["modemflash", "modemflash.interface"],
              ["modemflash", "modemflash.board", "modemflash.interface", "modemflash.board.hook"],
              ["modemflash", "modemflash.errors", "modemflash.crc", "modemflash.line", "modemflash.at"]):
    print(names[-1], cost(names))
"""


def measured(package: dict[str, bytes]) -> dict[str, int]:
    """Microseconds of each import here."""
    with tempfile.TemporaryDirectory() as folder:
        files = {**package, "empty.py": b"", "fakes/machine.py": b"", "fakes/pycom.py": b""}
        files["program.py"] = f"ROUNDS = {ROUNDS}\n{PROGRAM}".encode()
        for name, data in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        done = subprocess.run(
            [fetch.get("micropython-i386"), "-X", "heapsize=" + HEAP, Path(folder) / "program.py"],
            env={"MICROPYPATH": f"{folder}:{folder}/fakes:.frozen"},
            capture_output=True,
            text=True,
            check=True,
        )
    return {name: int(us) for name, us in (line.split() for line in done.stdout.splitlines())}


def main() -> int:
    """Measure, print, judge."""
    package = deployed()
    took = measured(package)
    sizes = {
        "empty": 0,
        "modemflash": len(package["modemflash/__init__.py"]),
        "modemflash.interface": len(package["modemflash/interface.py"]),
        "modemflash.board.hook": len(package["modemflash/board/hook.py"]),
        "modemflash.at": len(package["modemflash/at.py"]),
    }
    us_a_byte = (took["modemflash.at"] - took["empty"]) / sizes["modemflash.at"]
    rates = "".join(f"{rate:6} kB/s" for rate in BELIEVED_KB_S)
    print(f"{'import':24}{'bytes':>7}{'us here':>9}{'x empty':>9} {rates}")
    for name, size in sizes.items():
        board_ms = "".join(f"{size / rate:8.0f} ms" for rate in BELIEVED_KB_S)
        print(f"{name:24}{size:7}{took[name]:9}{took[name] / took['empty']:9.1f}{board_ms}")
    by_size_us = took["empty"] + us_a_byte * sizes["modemflash"]
    print(f"a byte costs {us_a_byte:.3f} us here; by its bytes the package would take {by_size_us:.0f} us")
    at_power_up = sum(sizes[name] for name in ("modemflash", "modemflash.interface", "modemflash.board.hook"))
    good = (
        sizes["modemflash"] / BELIEVED_KB_S[0] < IMPORT_MS
        and at_power_up / BELIEVED_KB_S[0] < HOOK_MS
        and took["modemflash"] < 2 * by_size_us
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
