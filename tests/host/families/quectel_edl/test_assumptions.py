"""What is only believed of these modems: either way an update ends well or in words, and EFS2 stays.

Rule: a case counts only where the modem came to ask what it should do, or where the
update is such that no modem ever comes to ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from modemflash.errors import Problem
from modemflash_host.families.plan import FirmwareFile
from modemflash_sim.quectel_edl import assumptions, efs_faults, faults
from modemflash_sim.quectel_edl.assumptions import ASSUMPTIONS
from modemflash_sim.quectel_edl.module import SimQuectel
from modemflash_sim.quectel_edl.packages import erase
from modemflash_sim.quectel_edl.profiles import PROFILES
from support.edl import Bench, code_of, examined, maker_for

Codes = tuple[str, ...]
COPIED = set(efs_faults.ASSUMPTIONS)
"""Those of a copy over DIAG, both ways in `test_efs_copy.py`."""
IN_BOOT, IN_EFS2 = 26, 9
VENDOR_ERASE = erase(36, 1, 'vendor="quectel" c_project_name="x"')
WHOLE_DISK = '<erase SECTOR_SIZE_IN_BYTES="4096" PAGES_PER_BLOCK="64" start_sector="0" label="whole" />'


@dataclass(frozen=True)
class Situation:
    """In which an assumption matters.

    Attributes:
        ends: behaviour -> the code of each run of the same command.
        faults: of the modem; one update each.
        line: a line more in the package.
        is_asked: the modem comes to ask how it is to behave.
    """

    ends: dict[str, Codes]
    faults: tuple[str, ...] = ("",)
    line: str = ""
    is_asked: bool = True


def updated(*behaviours: str) -> dict[str, Codes]:
    """Whichever of them."""
    return dict.fromkeys(behaviours, ("updated",))


SITUATIONS = {
    "echo": Situation(updated("yes", "no")),
    "sahara-reset": Situation(
        {**updated("by-state", "hello"), "restart": ("port-lost", "updated")}, ("stale-end",)
    ),
    "after-sahara": Situation(updated("stays", "re-enumerates")),
    "order": Situation(updated("headers", "backward", "twice")),
    "read": Situation({**updated("yes"), "no": ("edl-no-table",) * 2}),
    "read-blank": Situation(updated("ff", "ee")),
    "read-bad": Situation(updated("ee", "skip"), (f"bad-block:{IN_EFS2}",)),
    "program-bad": Situation(
        {**updated("skip"), "fail": ("firehose-refused",) * 2}, (f"bad-block:{IN_BOOT}",)
    ),
    "storage-info": Situation(updated("json", "nak")),
    "vendor-erase": Situation({**updated("taken"), "refused": ("firehose-refused",) * 2}, line=VENDOR_ERASE),
    "whole-disk": Situation(
        dict.fromkeys(("refused", "erases"), ("package-whole-disk",)), line=WHOLE_DISK, is_asked=False
    ),
    "broken-chain": Situation(
        dict.fromkeys(("edl", "dump"), ("port-lost", "updated")),
        tuple(f"power:{stage}={number}" for stage in ("erase", "program") for number in range(1, 6)),
        is_asked=False,
    ),
    "lost-link": Situation(
        dict.fromkeys(("forgets", "waits"), ("port-lost", "updated")), ("lost-at-byte:20000",)
    ),
}


class Asked(dict[str, str]):
    """Behaviours, and which of them the modem asked for."""

    def __init__(self, chosen: dict[str, str]) -> None:
        super().__init__(chosen)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return super().__getitem__(name)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))


def cases() -> Iterator[str]:
    """Every assumption with every behaviour."""
    for name, (behaviours, _) in ASSUMPTIONS.items():
        if name not in COPIED:
            yield from (f"{name}:{behaviour}" for behaviour in behaviours)


def package_with(line: str) -> FirmwareFile:
    """The usual one, with that line more."""
    maker = maker_for("rm520n")
    maker.lines += [line] if line else []
    return examined("rm520n", maker.contents())


def ends_of(made: Bench, situation: Situation, runs: int) -> Codes:
    """How the same command ended each time."""
    try:
        package = package_with(situation.line)
    except Problem as problem:
        return (problem.code,)  # no byte was sent
    return tuple(code_of(made.run(package)) for _ in range(runs))


@pytest.mark.parametrize("assume", list(cases()))
def test_either_way_it_ends_well_or_in_words_and_efs2_stays(assume: str) -> None:
    name, _, behaviour = assume.partition(":")
    situation = SITUATIONS[name]
    for fault in situation.faults:
        asked = Asked(assumptions.parse(assume))
        made = Bench(SimQuectel(PROFILES["rm520n"], asked, faults.parse(fault)), "rm520n")
        wanted = situation.ends[behaviour]
        assert ends_of(made, situation, len(wanted)) == wanted, fault
        assert (name in asked.names) == situation.is_asked, fault
        verdict = made.module.verdict
        assert verdict.efs2_unchanged and not verdict.changed, fault
        if wanted[-1] == "updated":
            assert verdict.mode == "application" and not verdict.torn, fault


def test_every_assumption_is_tried_every_way() -> None:
    """By its name: one that is added without a situation fails here."""
    assert set(SITUATIONS) | COPIED == set(ASSUMPTIONS) and not set(SITUATIONS) & COPIED
    for name, situation in SITUATIONS.items():
        assert set(situation.ends) == set(ASSUMPTIONS[name][0]), name
