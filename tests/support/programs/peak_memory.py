"""The program, with the most memory that it took, in kB, written to the file that is named first."""

import sys

from modemflash_host.cli.app import run

code = run(sys.argv[2:])
with open("/proc/self/status", encoding="ascii") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
with open(sys.argv[1], "w", encoding="ascii") as out:
    out.write(peak)
sys.exit(code)
