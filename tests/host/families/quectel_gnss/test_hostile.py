"""A module that means no good, and a bad line: every run ends, and no word about the module is false."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modemflash.errors import RECOVERABLE, UNTOUCHED, UPDATED, Problem
from modemflash_host.families.plan import Outcome, Plan
from modemflash_host.families.quectel_gnss.package import LARGEST_BYTES
from modemflash_sim.quectel_gnss import packages
from modemflash_sim.subprocess_server import serve_in_subprocess
from support.gnss import VERSION, Bench, bench

BEFORE = "LG290P03AANR01A06S"
STAGES = ("query", "info", "erase", "data=0", "data=2", "last", "reset")
KINDS = ("endless", "other-class", "long", "wrong-echo", "twice", "corrupt", "drop", "lose")
LONGEST_S = 600  # three attempts, each with the wait for the last packet, for a hand, and for the version
MOST_MB = 60


def judged(at: Bench, result: Outcome | Problem | Plan, where: str) -> None:
    """What was said of the module is so."""
    assert not isinstance(result, Plan)
    runs = at.module.verdict.version
    if result.modem_state == UPDATED:
        assert runs == VERSION, where
    elif result.modem_state == UNTOUCHED:
        assert runs == BEFORE and not at.module.verdict.erases, where
    elif result.modem_state == RECOVERABLE:
        assert at.journal.begun is not None, where
    assert at.module.now_us < LONGEST_S * 1_000_000, where
    assert at.module.verdict.violations == (), where


def ends_well(at: Bench, where: str) -> None:
    """The line and the module are as they should be again: the same command finishes it."""
    at.module.faults.rows.clear()
    again = at.run()
    assert isinstance(again, Outcome) and again.status in ("updated", "nothing-to-do"), f"{where}: {again}"
    assert at.module.verdict.version == VERSION, where


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_is_none(kind: str, stage: str) -> None:
    """Answers without an end, of other classes, of five kilobytes, for something else: at each stage."""
    where = f"{kind}:{stage},flood"
    at = bench(fault=where, hand_s=40)
    judged(at, at.run(), where)
    ends_well(at, where)


@pytest.mark.parametrize("one_in", [300, 3_000, 30_000, 300_000])
def test_noise_each_way(one_in: int) -> None:
    """One byte in so many is wrong in both directions: from a useless line to a fine one."""
    at = bench(fault=f"noise:{one_in}", hand_s=40, seed=one_in)
    judged(at, at.run(), str(one_in))
    ends_well(at, str(one_in))


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("one_in", [1_000, 10_000, 20_000, 50_000])
def test_noise_of_every_kind(one_in: int, seed: int) -> None:
    at = bench(fault=f"noise:{one_in}", hand_s=40, seed=seed)
    judged(at, at.run(), f"{one_in}, {seed}")
    ends_well(at, f"{one_in}, {seed}")


@settings(max_examples=12, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(STAGES)), min_size=2, max_size=5))
def test_several_at_once(faults: list[tuple[str, str]]) -> None:
    where = ",".join(":".join(each) for each in faults)
    at = bench(fault=where, hand_s=40)
    judged(at, at.run(), where)
    ends_well(at, where)


# The most that a process held; what `resource` says is that of its parent, where that was more.
_MEASURED = """
import sys
from pathlib import Path
from modemflash_host.cli import app
code = app.run(sys.argv[1:])
[most] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
print(int(most.split()[1]) // 1024)
sys.exit(code)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says it so")
def test_memory_of_this_computer(tmp_path: Path) -> None:
    """The whole program, with a file of the size of real ones; the module is in another process."""
    file = tmp_path / f"{VERSION}.pkg"
    file.write_bytes(packages.make_package(size=2_700_000))
    environment = {**os.environ, "MODEMFLASH_HOME": str(tmp_path / "home")}
    with serve_in_subprocess("sim://lg290p", "--unpaced") as server:
        words = ["update", str(file), "-y", "-q", "-p", server.url]
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED, *words],
            env=environment, capture_output=True, text=True, timeout=100,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[-1]) <= MOST_MB


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says it so")
@pytest.mark.parametrize(("more", "ends"), [(-100, 0), (1, 5)])
def test_memory_for_the_largest_file(tmp_path: Path, more: int, ends: int) -> None:
    """The largest that is read stays within the limit, and a larger one is refused before it is read."""
    file = tmp_path / f"{VERSION}.pkg"
    file.write_bytes(packages.make_package(size=LARGEST_BYTES + min(more, 0)))
    with file.open("ab") as end:
        end.truncate(max(file.stat().st_size, LARGEST_BYTES + more if more > 0 else 0))
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, "identify", str(file)],
        env={**os.environ, "MODEMFLASH_HOME": str(tmp_path / "home")},
        capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == ends, done.stdout + done.stderr
    assert int(done.stdout.split()[-1]) <= MOST_MB
