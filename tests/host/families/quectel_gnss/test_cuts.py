"""Cut an update at every write, in every way: the same command ends well, and no word was false."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modemflash.errors import Problem
from modemflash_host.errors import LinkProblem
from modemflash_host.families.plan import Outcome
from modemflash_sim.quectel_gnss.address import GnssLine
from modemflash_sim.quectel_gnss.boot_frames import SYNC_1
from support.gnss import VERSION, Bench, bench, package

DATA = package(size=14_000)
BEFORE = "LG290P03AANR01A06S"


class Killed(BaseException):
    """The program is gone: nothing of it runs any more."""


class CutPort:
    """A port that is cut at one write; sync words count once a row.

    Args:
        line: what is behind it.
        at: which write, from 0; -1 for none.
        share: how much of that write still goes out, in quarters.
        cut: what happens then.
    """

    def __init__(self, line: GnssLine, at: int, share: int, cut: Callable[[GnssLine], None]) -> None:
        self.line = line
        self.writes = 0
        self._at, self._share, self._cut = at, share, cut
        self._syncing = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.line, name)

    def write(self, buf: bytes, off: int, n: int) -> None:
        is_sync = bytes(buf[off : off + n]) == SYNC_1
        if is_sync and self._syncing:
            self.line.write(buf, off, n)
            return
        self._syncing = is_sync
        if self.writes == self._at:
            self.writes += 1
            self.line.write(buf, off, n * self._share // 4)
            self.line.drain(1000)
            self._cut(self.line)
        self.writes += 1
        self.line.write(buf, off, n)


def kill(_line: GnssLine) -> None:
    raise Killed


def lose_link(_line: GnssLine) -> None:
    raise LinkProblem("port-lost", "gone")


def reset_module(line: GnssLine) -> None:
    line.module.advance(line.now_us)
    line.module.reset()


def lose_power(line: GnssLine) -> None:
    line.module.power(False, line.now_us)
    line.jump(line.now_us + 1_000_000)
    line.module.power(True, line.now_us)


CUTS = {"killed": kill, "link": lose_link, "reset": reset_module, "power": lose_power}


def writes_of_a_good_run(profile: str) -> int:
    at = bench(profile, hand_s=40)
    ports: list[CutPort] = []

    def wrap(line: GnssLine) -> CutPort:
        ports.append(CutPort(line, -1, 0, kill))
        return ports[-1]

    at.wrap = wrap
    result = at.run(DATA, model="LG290P")
    assert isinstance(result, Outcome), result
    return ports[0].writes


def cut_run(at: Bench, write: int, share: int, kind: str) -> Outcome | Problem | None:
    """The run that is cut; None where the program was killed."""
    at.wrap = lambda line: CutPort(line, write, share, CUTS[kind])
    try:
        return at.run(DATA, model="LG290P")
    except Killed:
        return None
    finally:
        at.wrap = lambda line: line


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("profile", ["lg290p", "lg290p-115200", "lg290p-interrupted"])
@pytest.mark.parametrize("kind", CUTS)
def test_the_same_command_ends_well_after_any_cut(kind: str, profile: str) -> None:
    """At every write, before it, within it and behind it."""
    for write in range(writes_of_a_good_run(profile)):
        for share in (0, 2, 4):
            at = bench(profile, hand_s=40)
            first = cut_run(at, write, share, kind)
            where = f"{kind} at write {write}, {share}/4"
            runs = at.module.verdict.version
            if isinstance(first, Outcome):
                assert (first.status == "updated") == (runs == VERSION), where
            elif first is not None and first.modem_state == "untouched":
                assert runs == (BEFORE if profile != "lg290p-interrupted" else ""), where
            at.module.advance(at.module.now_us + 2_000_000)
            at.module.take(at.module.now_us)
            again = at.run(DATA, **({"model": "LG290P"} if at.journal.begun is None else {}))
            assert isinstance(again, Outcome), f"{where}: {again}"
            assert again.status in ("updated", "nothing-to-do"), where
            assert at.module.verdict.version == VERSION, where
            assert at.journal.begun is None, where


def test_an_update_knows_what_was_begun() -> None:
    """A module that is silent after a cut needs no model to be named: the computer knows it."""
    at = bench(hand_s=40)
    cut_run(at, writes_of_a_good_run("lg290p") - 4, 2, "killed")
    at.module.start()
    assert at.module.verdict.version == ""
    assert at.journal.begun is not None
    assert (at.journal.begun.version, at.journal.begun.target) == (VERSION, "LG290P03AAN")
    again = at.run(DATA)
    assert isinstance(again, Outcome) and again.status == "updated"
    assert at.journal.begun is None
