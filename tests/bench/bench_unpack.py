"""What packing costs a board: unpacking the package against compiling it, on one MicroPython.

    python tests/bench/bench_unpack.py [MICROPYTHON]

Gate: unpacking all modules takes less than compiling them (docs/decisions/0007).
"""

import ast
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from modemflash_host.board.install.package import READABLE, deployed
from tools import fetch

INSIDE = """
import gc, sys, time
sys.path.insert(0, FOLDER)
from modemflash.unpack import unpacked
unpack_us = compile_us = 0
for name, size in FILES:
    with open(FOLDER + "/" + name, "rb") as file:
        data = file.read()
    data = data[data.find(b"#") + 1 : -1]
    gc.collect()
    begun = time.ticks_us()
    program = unpacked(data, size)
    unpack_us += time.ticks_diff(time.ticks_us(), begun)
    program = str(program, "utf-8")
    gc.collect()
    begun = time.ticks_us()
    compile(program, name, "exec")
    compile_us += time.ticks_diff(time.ticks_us(), begun)
print(unpack_us, compile_us)
"""


def main() -> int:
    """Measure, print, and 1 when unpacking takes longer than compiling."""
    interpreter = sys.argv[1] if len(sys.argv) > 1 else fetch.get("micropython-i386")
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, content in deployed().items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            if name not in READABLE and b"#" in content:
                call = ast.parse(content.split(b"\n")[0]).body[1].value
                files.append((name, call.args[1].value))
        program = Path(folder) / "measure.py"
        program.write_text(INSIDE.replace("FOLDER", repr(folder)).replace("FILES", repr(files)))
        done = subprocess.run([interpreter, program], capture_output=True, text=True, check=True)
    unpack_us, compile_us = map(int, done.stdout.split())
    print(
        f"{len(files)} modules: unpacking {unpack_us / 1000:.1f} ms, compiling {compile_us / 1000:.1f} ms, "
        f"{unpack_us / compile_us:.2f} of it (gate 1.00)"
    )
    return int(unpack_us >= compile_us)


if __name__ == "__main__":
    sys.exit(main())
