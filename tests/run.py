"""All tests and checks, for a person and for CI: `python3 tests/run.py`.

Needs nothing but Python 3.10: it makes its own environment in `.venv-tests`
and fetches what the tests ask (real MicroPythons, old compilers) to `.cache/`.
Without options the tests run; `--all` adds the linters. Rules: every stage
runs, whatever the ones before it did; a stage that this machine cannot provide
is listed with the reason, and under CI (CI=true) it counts as a failure.
"""

import sys

if sys.version_info < (3, 10):
    sys.exit("The tests need Python 3.10 or newer; this is %d.%d." % sys.version_info[:2])

import argparse
import hashlib
import os
import platform
import re
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lint import dialect, trimmed_types
from tools import SLOW_MARK, fetch, in_ci
from tools.cache import CACHE, ROOT, Unavailable, made_once

ENVIRONMENT = ROOT / ".venv-tests"
DEVICE = ROOT / "device"
PC_ONLY = {DEVICE / "modemflash" / "__main__.py"}  # `python -m modemflash`; never deployed
TESTS = ROOT / "tests"
ENGINE_TESTS = TESTS / "engine"
BENCHES = TESTS / "bench"
BOARD_HEAP = "2560k"  # the heap of a GPy; objects of the i386 build have a board's size
MODULE_TIMEOUT_S = 120


@dataclass
class Count:
    """How many checks of a stage came out how."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    note: str = ""

    def __str__(self) -> str:
        return "%d passed, %d failed, %d skipped" % (self.passed, self.failed, self.skipped)


@dataclass(frozen=True)
class Stage:
    """One line of the task list. `run` gets the words after `--`, for pytest."""

    name: str
    title: str
    run: Callable[[list[str]], Count]
    linter: bool = False


def run_pytest(extra: list[str]) -> Count:
    """Every test that is neither slow nor a sweep, three at a time: half of their time they wait."""
    words = ["-n", "3", "--dist", "worksteal", "-m", "not slow and not sweep", *extra]
    return _pytest("pytest", words, may_be_empty=bool(extra))


def run_slow(extra: list[str]) -> Count:
    """The tests that are paced in real time, five at a time: they mostly wait.

    Only files that have some are read; tests/conftest.py sees that no other has one.
    """
    files = [path for path in sorted(TESTS.rglob("test_*.py")) if SLOW_MARK in path.read_text("utf-8")]
    words = ["-n", "5", "--dist", "worksteal", "--timeout", "300", "-m", "slow and not sweep"]
    return _pytest("slow", [*words, *(extra or map(str, files))], may_be_empty=True)


def _pytest(name: str, words: list[str], may_be_empty: bool) -> Count:
    results = CACHE / (name + "-results.xml")
    results.unlink(missing_ok=True)
    code = _call("-m", "pytest", "-q", "--junitxml", results, *words)
    count = Count()
    if results.is_file():
        suite = ElementTree.parse(results).getroot()[0]
        number = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
        count.failed, count.skipped = number["failures"] + number["errors"], number["skipped"]
        count.passed = max(0, number["tests"] - count.failed - count.skipped)
    nothing_to_do = code == 5 and may_be_empty
    if code and not nothing_to_do and not count.failed:
        count.failed, count.note = 1, "pytest ended with exit code %d" % code
    return count


def run_micropython(tool: str, heap: str) -> Count:
    """The engine tests on one real MicroPython, a process a module."""
    interpreter = fetch.get(tool)
    print(interpreter)
    total = Count()
    for path in sorted(ENGINE_TESTS.glob("test_*.py")):
        command: list[str | Path] = [
            interpreter,
            "-X",
            "heapsize=" + heap,
            ENGINE_TESTS / "run_micropython.py",
            path.stem,
        ]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=MODULE_TIMEOUT_S)
            code, output = done.returncode, (done.stdout + done.stderr).decode(errors="replace")
        except subprocess.TimeoutExpired as late:
            code, output = -1, (late.stdout or b"").decode(errors="replace") + "ran out of time\n"
        counted = re.search(r"^(\d+) passed, (\d+) failed$", output, re.MULTILINE)
        passed, failed = map(int, counted.groups()) if counted else (0, 1)
        if code:
            print("--", path.stem, "\n" + output, end="")
        total.passed += passed
        total.failed += failed or bool(code)
    return total


def run_mpy_cross(extra: list[str]) -> Count:
    """Every file of device/ through the compilers of the releases that boards run."""
    total = Count()
    for version in fetch.MPY_CROSS_VERSIONS:
        compiler = fetch.get("mpy-cross-" + version)
        for path in sorted(DEVICE.rglob("*.py")):
            command: list[str | Path] = [compiler, "-o", CACHE / "compiled.mpy", path.relative_to(ROOT)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            if done.returncode or done.stdout or done.stderr:
                print("-- mpy-cross", version, "\n" + done.stdout + done.stderr, end="")
                total.failed += 1
            else:
                total.passed += 1
    return total


def run_dialect(extra: list[str]) -> Count:
    """Every file of device/ that goes to a board, against the list of what boards lack."""
    total = Count()
    for path in sorted(set(DEVICE.rglob("*.py")) - PC_ONLY):
        complaints = dialect.check_file(path)
        for complaint in complaints:
            print("%s:%s" % (path.relative_to(ROOT), complaint))
        total.failed += bool(complaints)
        total.passed += not complaints
    return total


def run_types(extra: list[str]) -> Count:
    """The host and this against the ordinary type stubs, the engine against those of a board."""
    return _linters(
        ["-m", "mypy", "--follow-imports=silent", "host"],
        ["-m", "mypy", "--cache-dir", ".cache/mypy-engine", *trimmed_types.options(python()), "device"],
        [
            "-m",
            "mypy",
            "--follow-imports=silent",
            "tests/run.py",
            "tests/conftest.py",
            "tests/tools",
            "tests/lint",
        ],
    )


def run_benches(extra: list[str]) -> Count:
    """The figures of a board, with their gates: checksums, unpacking, share of the line."""
    crc = subprocess.run(
        [fetch.get("micropython-i386"), "-X", "heapsize=" + BOARD_HEAP, BENCHES / "bench_crc.py"], cwd=ROOT
    ).returncode
    codes = [
        crc,
        _call(BENCHES / "bench_import.py"),
        _call(BENCHES / "bench_unpack.py"),
        _call(BENCHES / "bench_board.py", "--size", 300_000),
        _call(BENCHES / "bench_lg290p.py", "--size", 150_000),
        _call(BENCHES / "bench_edl.py", "--size", 20_000_000),
    ]
    return Count(passed=codes.count(0), failed=len(codes) - codes.count(0))


def run_imports(extra: list[str]) -> Count:
    """import-linter's contracts, which stand in pyproject.toml."""
    return _linters([str(python().parent / "lint-imports"), "--cache-dir", ".cache/import-linter"])


def _linters(*commands: list[str]) -> Count:
    codes = [_call(*command) for command in commands]
    return Count(passed=codes.count(0), failed=len(codes) - codes.count(0))


STAGES = (
    Stage("pytest", "tests on CPython", run_pytest),
    Stage("slow", "slow tests, five at a time", run_slow),
    Stage(
        "micropython", "engine tests on MicroPython", lambda extra: run_micropython("micropython", "16384k")
    ),
    Stage(
        "micropython-i386",
        "engine tests on MicroPython, with a board's heap",
        lambda extra: run_micropython("micropython-i386", BOARD_HEAP),
    ),
    Stage("mpy-cross", "the boards' syntax: mpy-cross " + ", ".join(fetch.MPY_CROSS_VERSIONS), run_mpy_cross),
    Stage("dialect", "what boards lack", run_dialect),
    Stage("benches", "figures and their gates", run_benches),
    Stage("ruff", "ruff check", lambda extra: _linters(["-m", "ruff", "check"]), linter=True),
    Stage("format", "ruff format", lambda extra: _linters(["-m", "ruff", "format", "--check"]), linter=True),
    Stage("types", "mypy --strict, host and engine", run_types, linter=True),
    Stage("imports", "imports go one way", run_imports, linter=True),
)


def python() -> Path:
    """The interpreter of the tests' environment, which is made when it is not there or out of date."""
    project = (ROOT / "pyproject.toml").read_text().split("\n[tool.")[0]
    key = platform.python_version() + " " + hashlib.sha256(project.encode()).hexdigest()

    def make(folder: Path) -> None:
        print("== making the environment of the tests in", folder.name, flush=True)
        fetch.make_environment(folder, "--editable", str(ROOT) + "[test,lint]")

    return fetch.python_of(made_once(ENVIRONMENT, key, make))


def _call(*words: object) -> int:
    sys.stdout.flush()
    return subprocess.run([python(), *map(str, words)], cwd=ROOT).returncode


def run_stage(stage: Stage, extra: list[str]) -> tuple[Count, float]:
    """Runs one stage between its title line and its outcome: the count, and seconds."""
    print("\n==", stage.name + ":", stage.title, flush=True)
    start = time.monotonic()
    try:
        count = stage.run(extra)
    except Unavailable as why:
        count = Count(note="did not run: " + str(why))
        if in_ci():
            count.failed = 1
        else:
            count.skipped = 1
    seconds = time.monotonic() - start
    print("--", stage.name + ":", count.note or count, "in %.1f s" % seconds, flush=True)
    return count, seconds


def main() -> int:
    """The exit code: 0 when nothing failed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], epilog="words after -- go to pytest")
    parser.add_argument("--only", metavar="STAGE", action="append", choices=[stage.name for stage in STAGES])
    parser.add_argument("--all", action="store_true", help="the linters too")
    parser.add_argument("--list", action="store_true", help="name the stages and end")
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    options, extra = parser.parse_args(words[:cut]), words[cut + 1 :]
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each of some thousand processes would compile all anew
    if options.list:
        for stage in STAGES:
            print("%-18s%s%s" % (stage.name, stage.title, " (--all)" if stage.linter else ""))
        return 0

    try:
        python()
    except Unavailable as why:
        print("The tests cannot run:", why)
        return 1
    chosen = [s for s in STAGES if (s.name in options.only if options.only else options.all or not s.linter)]
    outcomes = [(stage, *run_stage(stage, extra)) for stage in chosen]

    print("\n%-18s%8s%8s%9s%9s" % ("", "passed", "failed", "skipped", "time"))
    total = Count()
    for stage, count, seconds in outcomes:
        row = (stage.name, count.passed, count.failed, count.skipped, seconds, "  " + count.note)
        print(("%-18s%8d%8d%9d%7.1f s%s" % row).rstrip())
        total.passed += count.passed
        total.failed += count.failed
        total.skipped += count.skipped
    print(total)
    return 1 if total.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("stopped")
        sys.exit(130)
