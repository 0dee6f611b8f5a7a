"""Cut anywhere: the program killed, the link lost, the power lost; the same command ends updated."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemflash.errors import Problem
from modemflash_host.families.plan import FirmwareFile
from support.edl import Bench, Killed, bench, code_of, examined, maker_for

IMAGE_BYTES = 150_000
COMMANDS = 22  # of Firehose, in a whole update
ALL_BYTES = 4 * (IMAGE_BYTES + 4096)
WAYS = ("lost", "power")


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def package() -> FirmwareFile:
    return examined("rm520n", maker_for("rm520n", image_bytes=IMAGE_BYTES).contents())


def ends_updated(made: Bench, package: FirmwareFile, what: str) -> None:
    codes = made.run_until_updated(package, most=4)
    verdict = made.module.verdict
    assert codes[-1] in ("updated", "edl-already-runs-it"), f"{what}: {codes}"
    assert (verdict.mode, verdict.cfun, verdict.torn) == ("application", 1, ()), what
    assert verdict.efs2_unchanged and not verdict.changed, what


def cut(package: FirmwareFile, fault: str, assume: str = "") -> None:
    made = bench(fault=fault, assume=assume)
    end = made.run(package)
    if isinstance(end, Problem):
        assert end.modem_state in ("untouched", "recoverable", "unknown"), end.code
        if made.module.verdict.counts["erases"]:
            assert end.modem_state != "untouched", f"{fault}: {end.code} of a changed module"
    ends_updated(made, package, fault)


def kill(package: FirmwareFile, at: int, assume: str = "") -> None:
    made = bench(assume=assume)
    with pytest.raises(Killed):
        made.run(package, killed_at=at)
    made.module.advance(made.module.now_us + 20_000_000)
    ends_updated(made, package, f"killed in write {at}")


@pytest.mark.parametrize("assume", ["", "lost-link:waits"])
@pytest.mark.parametrize(
    "fault", ["lost:command=9", "power:command=14", "lost-at-byte:131072", "power-at-byte:400000"]
)
def test_a_link_or_power_that_is_lost_ends_updated(package: FirmwareFile, fault: str, assume: str) -> None:
    cut(package, fault, assume)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.95])
def test_a_program_that_is_killed_ends_updated(package: FirmwareFile, share: float) -> None:
    made = bench()
    assert code_of(made.run(package)) == "updated"
    kill(package, int(made.writes * share), "lost-link:waits")


@pytest.mark.slow
def test_every_command_and_every_64_kb(package: FirmwareFile) -> None:
    for way in WAYS:
        for number in range(1, COMMANDS + 1):
            cut(package, f"{way}:command={number}")
        for at in range(1, ALL_BYTES, 1 << 16):
            cut(package, f"{way}-at-byte:{at}")


@pytest.mark.slow
def test_every_write_of_a_program_that_is_killed(package: FirmwareFile) -> None:
    made = bench()
    assert code_of(made.run(package)) == "updated"
    for at in range(1, made.writes + 1):
        kill(package, at, "lost-link:waits")
        kill(package, at)
