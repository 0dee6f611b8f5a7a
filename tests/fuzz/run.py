"""Fuzz every parser with atheris: `python tests/fuzz/run.py [--executions N] [--seconds N] [TARGET ...]`.

Needs `pip install atheris` (Linux). By default a target ends after 100 000
executions or 60 seconds, whichever is first: 20 minutes for all of them at most.
Prints the executions of each target and of all; what breaks is written to
tests/fuzz/corpus/ as TARGET.SHA, where the tests find it. A process a target,
because libFuzzer ends its own.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
EXECUTIONS, SECONDS = 100_000, 60  # of each target
LONGEST = 4096  # bytes of one input: kept small, as the corpus is


def fuzz_one(name: str, folder: str, executions: int, seconds: int) -> None:
    """In a process of its own: never returns."""
    import atheris  # type: ignore[import-untyped]

    sys.path.insert(0, str(HERE.parent))
    with atheris.instrument_imports(include=["modemflash", "modemflash_host"]):
        from fuzz.seeds import seeds
        from fuzz.targets import TARGETS

    start = Path(folder)
    for number, data in enumerate(seeds(name, start)):
        (start / f"seed{number}").write_bytes(data)
    arguments = [f"-runs={executions}", f"-max_total_time={seconds}", f"-max_len={LONGEST}"]
    arguments += ["-timeout=20", "-rss_limit_mb=1024"]
    atheris.Setup(
        [sys.argv[0], *arguments, "-print_final_stats=1", f"-artifact_prefix={folder}/broken-", folder],
        TARGETS[name],
    )
    atheris.Fuzz()


def main() -> int:
    """The exit code: 0 when nothing broke."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--executions", type=int, default=EXECUTIONS, help="of each target, at most")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="for each target, at most")
    parser.add_argument("--in", dest="folder", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.folder:
        fuzz_one(options.targets[0], options.folder, options.executions, options.seconds)
    sys.path.insert(0, str(HERE.parent))
    from fuzz.targets import TARGETS

    broken = total = 0
    limits = ["--executions", str(options.executions), "--seconds", str(options.seconds)]
    for name in options.targets or TARGETS:
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, __file__, name, *limits, "--in", folder],
                capture_output=True,
                text=True,
                errors="replace",
            )
            count = re.search(r"number_of_executed_units: *(\d+)", done.stderr)
            executed = int(count[1]) if count else 0
            total += executed
            print(f"{name:20}{executed:10} executions", flush=True)
            for path in sorted(Path(folder).glob("broken-*")):
                data = path.read_bytes()
                kept = HERE / "corpus" / f"{name}.{hashlib.sha256(data).hexdigest()[:12]}"
                kept.write_bytes(data)
                print(f"  broken by {kept}")
                broken += 1
            if done.returncode:
                print(done.stderr[-2000:])
                broken += not broken
    print(f"{'in all':20}{total:10} executions, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
