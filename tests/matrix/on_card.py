"""Cases on a board with a card and no PC, in virtual time: a real MicroPython runs the whole updater.

Rules: a command is a power-up, or what follows when somebody presses the reset
button; it may end by its own resets, as on a real board; the rows on the card,
the light and the console are its words. After a refusal nobody does more than
cutting the power, because nobody can read it in the field.
"""

from __future__ import annotations

import atexit
import functools
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from board.routes import ROUTES as CARDS
from matrix.board_operations import BoardOperations
from matrix.cases import LIMIT_MS, RUNS, Case, Outcome
from matrix.operations import POWER_CUTS, Cuts
from matrix.through_board import interpreter, memory_folder
from matrix.truth import BEYOND_HELP, Flash, dies_of_a_power_cut, lies
from modemflash_sim.board.fat import FatFailed, FatImage
from modemflash_sim.board.scheduler import Ended
from modemflash_sim.sequans import assumptions
from support.card_board import RUNS as PROGRAM_RUNS
from support.card_board import SECOND_US, YELLOW, Bench, make_flash, quick_modem

# Route of `cases.ROUTES` -> card of `board.routes`. A card has whatever may be needed, so nothing is fetched.
ROUTES = {
    "staged": "staged",
    "recovery": "prepared",
    "from-recovery": "recovery",
    "boot-loader": "boot-loader",
    "factory": "factory",
    "two-part": "two-part",
}
CARD_BYTES = 2 << 20
CARD_AWAY_US = 20 * SECOND_US
UPDATED = ("updated", "nothing-to-do")


def play(case: Case) -> Outcome:
    """Carry a case out."""
    with tempfile.TemporaryDirectory(prefix="cut-", dir=memory_folder()) as folder:
        return _Player(case, Path(folder)).play()


@functools.cache
def _folder() -> Path:
    """For the images that all cases copy."""
    folder = Path(tempfile.mkdtemp(prefix="cards-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def _flash() -> Path:
    return make_flash(_folder() / "flash", interpreter())


@functools.cache
def _card(name: str) -> Path:
    folder = _folder() / name
    folder.mkdir()
    image = FatImage(folder / "image", interpreter()).make(CARD_BYTES)
    image.put(CARDS[name].card(folder))
    return image.path


class _Player:
    def __init__(self, case: Case, folder: Path) -> None:
        self.case = case
        self.route = CARDS[ROUTES[case.route]]
        self.modem = quick_modem(self.route.profile, assumptions.parse(case.assumption), **self.route.changes)
        self.before = Flash.of(self.modem)
        card = _card(ROUTES[case.route])
        self.bench = Bench(folder, interpreter(), _flash(), card, self.modem)
        self.board = self.bench.board
        self.operations = BoardOperations(self.board, self.modem, self._strike)
        self.rows: list[dict[str, Any]] = []
        self.codes: list[str] = []
        self.wrong: list[str] = []
        self.first = Cuts()

    def play(self) -> Outcome:
        with self.bench:
            end = self._power_ups()
        self.wrong.extend(self.modem.verdict.violations)
        return Outcome(
            end, len(self.codes), self.first.seen, self.first.count, tuple(self.wrong), tuple(self.codes)
        )

    def _power_ups(self) -> str:
        last_cut = max((run for run, _, _ in self.case.cuts), default=0)
        for run in range(1 + last_cut + RUNS):
            result = self._power_up(run)
            if self.wrong:
                return ""
            if self.modem.memory.bricked:
                return self._dead()
            if result in UPDATED:
                return "updated"
            if self.codes[-1] == "cut":
                self.board.wait(10 * SECOND_US)
            else:
                self.bench.off()
        self.wrong.append(f"no end after {len(self.codes)} power-ups: {self.modem.verdict}")
        return ""

    def _power_up(self, run: int) -> str:
        """One command: the `result` of its last row; "" where it has none."""
        cuts = Cuts({number: cut for its_run, number, cut in self.case.cuts if its_run == run})
        if run == 0:
            self.first = cuts
        self.operations.cuts = cuts
        printed, light = len(self.board.printed), len(self.board.hardware.light)
        assert self.board.card is not None
        self.board.card.present = True
        ending = self._boot()
        self.operations.cuts = Cuts()
        said = self.board.printed[printed:]
        rows = self._new_rows()
        if ending == "cut":
            self.codes.append("cut")
        elif ending != "over":
            self.codes.append(ending)
            self.wrong.append(f"{ending}: {said[-300:]}")
        elif "board-error" in said or "Traceback" in said:
            self.codes.append("board-error")
            self.wrong.append("a defect: " + said[-600:])
        else:
            if not said.rstrip().endswith(PROGRAM_RUNS):
                self.wrong.append("the user's program does not run: " + said[-300:])
            self.codes.append(_code(said))
        for row in rows:
            self.wrong.extend(lies(row, self.modem, self.before, self.route.target))
        if YELLOW in self.bench.colours(light) and dies_of_a_power_cut(self.modem):
            self.wrong.append("the light asks for a power cut, which would kill the modem")
        return self._result(rows, ending)

    def _boot(self) -> str:
        """Power for board and modem, until the board's own program is over or a cut ended it."""
        ending = self.board.boot(for_us=LIMIT_MS * 1000)
        return "hangs" if ending == "running" else ending

    def _result(self, rows: list[dict[str, Any]], ending: str) -> str:
        result = str(rows[-1]["result"]) if rows else ""
        if ending == "over" and self.codes[-1] == "job-done":
            result = "nothing-to-do"
        if result in UPDATED and ending == "over":
            verdict = self.modem.verdict
            if (verdict.build, verdict.mode) != (self.route.target, "application") or not verdict.whole:
                self.wrong.append(f"ends with {self.codes[-1]}, but {verdict}")
            return result
        return "" if ending == "cut" else result

    def _new_rows(self) -> list[dict[str, Any]]:
        """What the card tells since the last time, begun attempts left out."""
        rows = []
        try:
            names = [name for name in self.bench.card.names() if name.endswith(".jsonl")]
            lines = self.bench.card.get(names[0]).decode().splitlines() if names else []
        except FatFailed as failed:
            self.wrong.append(f"the card is damaged: {failed}")
            lines = []
        for line in lines:
            try:
                rows.append(json.loads(line))
            except ValueError:
                self.wrong.append("a torn row: " + line)
        new, self.rows = rows[len(self.rows) :], rows
        return [row for row in new if row["result"] != "begun"]

    def _strike(self, cut: str) -> None:
        """Carry a cut out, in the board's course of time."""
        board = self.board
        if cut == "modem power lost":
            self.operations.cut_modem_power(comes_back=True)
        elif cut == "card pulled":
            assert board.card is not None
            board.card.present = False
            if self.operations.cuts.count % 2:  # else it comes back at the next power-up
                board.scheduler.at(board.now_us + CARD_AWAY_US, self._put_card_back)
        elif cut == "board crashed":
            raise Ended("panic")
        else:
            board.cut_at_operation(0, modem=cut == "all power lost")
            raise Ended("cut")

    def _put_card_back(self) -> None:
        assert self.board.card is not None
        self.board.card.present = True

    def _dead(self) -> str:
        """A dead modem: was anybody able to prevent it, and is the next word about it true?"""
        power_was_cut = any(cut in POWER_CUTS for _, _, cut in self.case.cuts)
        # A board without a PC has only its light to ask with, and is answered with the power switch.
        asked_for = YELLOW in self.bench.colours()
        if self.modem.memory.bricked not in BEYOND_HELP or not (power_was_cut or not asked_for):
            self.wrong.append("killed it: " + self.modem.memory.bricked)
        self.bench.off()
        self._power_up(99)
        return "dead"


def _code(said: str) -> str:
    """The code in the last words of a run: `status (code): text`."""
    words = [line for line in said.splitlines() if "): " in line and " (" in line]
    return words[-1].split(" (", 1)[1].split(")", 1)[0] if words else "nothing"
