"""Cases through a board: relay and mirror, with a real MicroPython on the board and a PC at its console.

Rules: PC and board share one virtual time, so every case is the same each time;
the owner does what the last result says, and no more: the same command again,
the plug back in, the power back on, the reset button where a board stands in
mirror mode; where the mirror refuses a modem that it cannot reach, the relay.
"""

from __future__ import annotations

import dataclasses
import functools
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from matrix.board_operations import BoardOperations
from matrix.cases import LIMIT_MS, ROUTES, RUNS, TIMING, Case, Outcome
from matrix.operations import POWER_CUTS, POWER_OFF_S, Cuts, Killed, TooLong
from matrix.truth import BEYOND_HELP, Flash, lies
from modemflash.errors import Problem
from modemflash.examine import examine
from modemflash.image import Image
from modemflash_host.board.console.session import BoardPort
from modemflash_host.families.plan import FirmwareFile
from modemflash_host.families.sequans import journals
from modemflash_host.run.result import Result
from modemflash_host.store.journal_files import SlotFiles
from modemflash_sim.board.scheduler import Ended
from modemflash_sim.sequans import assumptions
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import find
from support.desk import RUNS as PROGRAM_RUNS
from support.desk import Desk, make_flash
from support.memory_source import MemorySource
from tools import fetch

RELAY_ROUTES = ("staged", "recovery", "from-recovery", "boot-loader", "factory", "two-part")
MIRROR_ROUTES = ("staged", "recovery", "from-recovery", "two-part")  # those at 921600 baud
GAPS_S = (1, 10, 60, 400)  # between two commands; a board that waits for its PC costs real time
UPDATED = ("updated", "nothing-to-do")
MODEM_ALONE = "modem power lost"  # no harm to the line between PC and board
NEED_RESET = ("mirror-dead", "board-in-mirror", "board-not-reached")  # their hint: the reset button


def play(case: Case) -> Outcome:
    """Carry a case out."""
    with tempfile.TemporaryDirectory(prefix="cut-", dir=memory_folder()) as folder, _set_up(folder):
        return _Player(case, Path(folder)).play()


def memory_folder() -> str | None:
    """Where images lie that live for seconds: in memory, where the system has such a board_port."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@functools.cache
def interpreter() -> Path:
    """The MicroPython of the boards."""
    return fetch.get("micropython")


@functools.cache
def _flash() -> bytes:
    """/flash with the updater and a user's program."""
    with tempfile.TemporaryDirectory() as folder:
        return make_flash(Path(folder) / "flash", interpreter()).read_bytes()


@functools.cache
def _examined(source: MemorySource) -> Image:
    return examine(source)


def _set_up(folder: str) -> Any:
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_STATE_HOME", folder + "/state")
    patch.setattr("modemflash_host.api.connection.sleep_inhibited", lambda on_trouble: _Awake())
    return _Undo(patch)


class _Awake:
    """Nobody keeps a computer awake for virtual minutes."""

    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


class _Undo:
    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self._patch.undo()


class CutPort:
    """The PC's end of the cable as one process has it: port and clock; it is gone with its process."""

    max_burst = 0

    def __init__(self, desk: CutDesk) -> None:
        self._desk = desk
        self._pc = desk.pc
        self._hears = False

    def ticks_ms(self) -> int:
        self._desk.check()
        return self._pc.ticks_ms()

    def ticks_diff(self, end: int, start: int) -> int:
        return end - start

    def sleep_ms(self, ms: int) -> None:
        self._desk.check()
        self._pc.sleep_ms(ms)
        self._desk.after()

    def readinto(self, buf: Any, n: int, timeout_ms: int) -> int:
        self._desk.check()
        got = self._pc.readinto(buf, n, timeout_ms)
        self._desk.check()
        if got and not self._hears:  # one answer comes in many pieces
            self._hears = True
            if cut := self._desk.operations.cuts.next("from board"):
                self._desk.strike(cut)
                got = got if cut == MODEM_ALONE else 0
        self._desk.after()
        return got

    def write(self, buf: Any, off: int, n: int) -> None:
        self._desk.check()
        self._hears = False
        cut = self._desk.operations.cuts.next("to board")
        self._pc.write(buf, off, n // 2 if cut and cut != MODEM_ALONE else n)
        if cut:
            self._desk.strike(cut)
        self._desk.after()

    def drain(self, timeout_ms: int) -> bool:
        self._desk.check()
        return self._pc.drain(timeout_ms)

    def set_baud(self, rate: int) -> bool:
        self._desk.check()
        return self._pc.set_baud(rate)

    def drop_input(self) -> None:
        self._desk.check()
        self._pc.drop_input()

    def close(self) -> None:
        self._desk.check()
        self._pc.close()


class CutDesk(Desk):
    """A PC, a cable and a board, each of which can be cut at an operation."""

    def __init__(self, folder: Path, modem: SimModem) -> None:
        (folder / "image").write_bytes(_flash())
        super().__init__(folder, interpreter(), folder / "image", modem=modem)
        self.operations = BoardOperations(self.board, modem, self._strike_on_board)
        self.end_us = 0

    # -- cuts ------------------------------------------------------------------

    def strike(self, cut: str) -> None:
        """Carry a cut out, from the PC's side."""
        self._strike_anywhere(cut)
        if cut == "board reset":
            self.board.press_reset()
        elif cut == "all power lost":
            self.board.cut_power(modem=False)
        self.check()

    def _strike_on_board(self, cut: str) -> None:
        """The same from the board's side, whose turn it is."""
        self._strike_anywhere(cut)
        self.board.ordered = {"board reset": "reset", "all power lost": "cut"}.get(cut)
        if self.board.ordered:
            raise Ended(self.board.ordered)

    def _strike_anywhere(self, cut: str) -> None:
        if cut in POWER_CUTS:
            self.operations.cut_modem_power(comes_back=cut == MODEM_ALONE)
        if cut in ("updater killed", "all power lost"):
            self.pc_is_dead = True
        if cut == "link lost":
            self.board.unplug()

    def check(self) -> None:
        """Raise what makes the PC's next operation impossible."""
        if self.pc_is_dead:
            raise Killed
        if self.board.now_us > self.end_us:
            raise TooLong

    def after(self) -> None:
        """After an operation of the PC."""
        if cut := self.operations.mode_cut():
            self.strike(cut)
        self.check()

    def mend(self) -> None:
        """Power and plug are back, and the PC too."""
        self.pc_is_dead = False
        self.operations.cuts = Cuts()
        if not self.board.powered:
            self.board.pass_s(POWER_OFF_S)
            self.board.switch_on()
            self.board.pass_s(2)
        if not self.cable.plugged:
            self.board.plug_in()

    # -- the command --------------------------------------------------------------

    def board_port(self) -> BoardPort:
        def open_port(data_bits: int) -> tuple[Any, Any]:
            self.check()
            self.pc.check_plug()
            self.pc.close()
            port = CutPort(self)
            return port, port

        return BoardPort("simulated", open_port, self.device)

    def give(self, files: tuple[MemorySource, ...], via: str, cuts: Cuts) -> Result | None:
        """One command: its result, None where it was killed.

        Raises:
            TooLong: it hangs.
        """
        self.operations.cuts = cuts
        self.files = [FirmwareFile("sequans", source, "", _examined(source)) for source in files]
        self.end_us = self.board.now_us + LIMIT_MS * 1000
        self.heard.events.clear()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(journals, "SlotFiles", functools.partial(_PcSlots, self))
            try:
                return self.command(via)
            except Killed:
                return None

    def is_given_back(self, after_mirror: bool) -> bool:
        """Whether the user's program runs again, at the latest after the button that was asked for."""
        if after_mirror:
            self.board.press_reset()
        return PROGRAM_RUNS in self.shows(8)


class _PcSlots(SlotFiles):
    """The PC's journal; a cut tears the record that is being written."""

    def __init__(self, desk: CutDesk, folder: Path, key: str) -> None:
        super().__init__(folder, key)
        self._desk = desk

    def save(self, slot: int, data: bytes) -> None:
        self._desk.check()
        cut = self._desk.operations.cuts.next("journal")
        torn = cut in ("updater killed", "all power lost")
        super().save(slot, data[: len(data) // 2] if torn else data)
        if cut:
            self._desk.strike(cut)


class _Player:
    def __init__(self, case: Case, folder: Path) -> None:
        self.case = case
        self.route = ROUTES[case.route]
        changes = {"timing": TIMING, **self.route.changes}
        self.modem = SimModem(
            dataclasses.replace(find(self.route.profile), **changes), assumptions.parse(case.assumption)
        )
        self.before = Flash.of(self.modem)
        self.desk = CutDesk(folder, self.modem)
        self.codes: list[str] = []
        self.wrong: list[str] = []
        self.first = Cuts()

    def play(self) -> Outcome:
        with self.desk:
            end = self._commands()
            if end in ("updated", "rescued") and not self.wrong:
                via = "relay" if self.codes[-1].startswith("relay ") else self.case.link
                if not self.desk.is_given_back(via == "mirror"):
                    self.wrong.append("the user's program does not run again")
        self.wrong.extend(self.modem.verdict.violations)
        return Outcome(
            end, len(self.codes), self.first.seen, self.first.count, tuple(self.wrong), tuple(self.codes)
        )

    def _commands(self) -> str:
        cuts, files, via = self.case.cuts, self.route.files, self.case.link
        last_cut = max((run for run, _, _ in cuts), default=0)
        for run in range(1 + last_cut + RUNS):
            result = self._command(run, files, via)
            if self.wrong:
                return ""
            if self.modem.memory.bricked:
                return self._dead(files, via)
            if result is not None and result.status in UPDATED:
                return "updated" if (files, via) == (self.route.files, self.case.link) else "rescued"
            code = result.code if result is not None else ""
            if code == "difference-needs-application":
                if self.modem.verdict.mode == "application":
                    self.wrong.append("a difference was refused to a running application")
                files = self.route.rescue
            if code in NEED_RESET:
                self.desk.board.press_reset()
            if code == "mirror-refused" and self.codes.count("mirror-refused") > 1:
                via = "relay"
            self.desk.board.pass_s(GAPS_S[(cuts[0][1] + run) % len(GAPS_S)] if cuts else 1)
        self.wrong.append(f"no end after {len(self.codes)} commands: {self.modem.verdict}")
        return ""

    def _command(self, run: int, files: tuple[MemorySource, ...], via: str) -> Result | None:
        cuts = Cuts({number: cut for its_run, number, cut in self.case.cuts if its_run == run})
        if run == 0:
            self.first = cuts
        try:
            result = self.desk.give(files, via, cuts)
        except TooLong:
            self.codes.append("hangs")
            self.wrong.append(f"hangs: {self.desk.heard.events[-3:]}")
            return None
        self.desk.mend()
        by_other_way = "relay " if via != self.case.link else ""
        self.codes.append(by_other_way + (result.code if result is not None else "killed"))
        if result is not None:
            self._judge(result)
        return result

    def _judge(self, result: Result) -> None:
        told: dict[str, Any] | Problem = result.problem or {
            "code": result.code,
            "modem_state": result.modem_state,
        }
        self.wrong.extend(lies(told, self.modem, self.before, self.route.target))
        verdict = self.modem.verdict
        runs_it = verdict.build == self.route.target and verdict.whole and verdict.mode == "application"
        if result.status in UPDATED and not runs_it:
            self.wrong.append(f"ends with {result.code}, but {verdict}")
        if result.code == "board-error":
            self.wrong.append(f"a defect: {result.problem!r}")

    def _dead(self, files: tuple[MemorySource, ...], via: str) -> str:
        """A dead modem: was anybody able to prevent it, and is the next word about it true?"""
        power_was_cut = any(cut in POWER_CUTS for _, _, cut in self.case.cuts)
        if self.modem.memory.bricked not in BEYOND_HELP or not power_was_cut:
            self.wrong.append("killed it: " + self.modem.memory.bricked)
        self.desk.board.pass_s(1)
        self._command(99, files, via)
        return "dead"
