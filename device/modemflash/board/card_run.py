"""One run on a board, from the card to the light at its end.

It reads from top to bottom: the card, its order, the tries, the files, the modem.
Rules that hold here: files are whole before the modem is touched; whatever
happens ends in words, a light and a line of results; the card may vanish at any
time, and only the firmware on it is waited for.
"""

import os

import machine

from modemflash.board import pycom
from modemflash.board.card import Card, exists
from modemflash.board.card_order import find
from modemflash.board.card_wait import CardWait
from modemflash.board.led import Led
from modemflash.board.records import Log, Results
from modemflash.board.reporter import Reporter
from modemflash.board.store import Nvs, SlotFiles
from modemflash.board.tries import STATE, Stores, Tries, autostart
from modemflash.board.uart import Clock, Uart
from modemflash.board.words import CardProblem, light_of, on_a_board, sentence
from modemflash.errors import UNTOUCHED, Problem, Refusal, Stopped
from modemflash.interface import AUTOSTART_MS, JOURNAL_FOLDER, JOURNAL_NAME, NVS_END
from modemflash.journal import Journal
from modemflash.line import Line
from modemflash.modem_state import judged
from modemflash.phases import STEPS
from modemflash.upgrade import Update

RESET = "reset"  # the status of a run that needs a hard reset first
_DONE = ("updated", "nothing-to-do", "installed-unconfirmed")  # doing it again would not help
_SAY_NOTHING_NEW = ("job-done", "tries-used-up")  # of a card whose end was said when it came


class CardRun:
    """Everything that a run needs. `do` is called once, with one of `update`, `plan`, `rescue`.

    Args:
        path: where the card's order is.
        interactive: somebody typed it: then tries are not limited, and the board is not reset.
        order: what `order.find` found at `path`, where somebody has looked already.

    Attributes:
        order: a `card_order.CardOrder`, None where the card has none.
        touched: whether the modem's pins were taken.
    """

    def __init__(
        self, path: str = "/sd", interactive: bool = False, order: "CardOrder | None" = None
    ) -> None:
        self.interactive = interactive
        self.clock = Clock()
        self.nvs = Nvs()
        self.led = Led(self.clock)
        self.radios = pycom.Radios()
        self.reporter = Reporter(self.clock, self.led, pycom.Watchdog(pycom.watchdog_armed()))
        self.card = Card(path)
        self.order = order
        self.tries = None  # type: Tries | None
        self.touched = False
        self.engine = None  # type: Update | None
        self._begun = False
        self._results = None  # type: Results | None
        self._imei = ""

    def do(self, program: "Callable[[], Plan | dict[str, Any]]") -> "dict[str, Any]":
        """Carry out what a program has planned, and say how it ended, whatever happens.

        Args:
            program: `update`, `plan` or `rescue`; the plan to carry out, or how it ended without one.

        Returns:
            The engine's result, or that of the problem; with "light" and "text".
        """
        reporter = self.reporter
        reporter.show("working")
        try:
            outcome = program()
            if isinstance(outcome, dict):
                result = outcome
            else:
                assert self.engine
                result = self.engine.run(outcome)
                result["text"] = sentence(result["code"])
                result["light"] = "finished"
        except Problem as problem:
            result = self._of_problem(problem)
        except KeyboardInterrupt:
            past = self.engine.past if self.engine else None
            step = STEPS.get(past.get("step"), STEPS["send"]) if past else STEPS["prepare"]
            result = self._of_problem(Stopped(step[3]))
        except Exception as error:  # noqa: BLE001 (a defect of ours: the board's own program has to run)
            if reporter.log:
                reporter.log.trace(error)
            result = self._of_problem(Problem("board-error", repr(error)))
        reporter.close()
        self._close(result)
        return result

    def update(self) -> "Plan | dict[str, Any]":
        """Carry the card's order out."""
        tries = self._begin()
        if not self.interactive:
            if tries.done:
                return self._nothing_done("job-done")
            if not tries.left:
                raise Refusal("tries-used-up")
            if machine.reset_cause() == getattr(machine, "BROWN_OUT_RESET", None):
                raise Refusal("power-weak")
        claimed = autostart(self.nvs, self.card).claim()
        if claimed == "reset" and not self.interactive:
            return {"status": RESET, "code": "", "light": "working", "text": ""}
        self._count(tries)
        self._check_files()
        return self._planned(self.line_after(claimed))

    def plan(self) -> "Plan | dict[str, Any]":
        """What `update` would do; writes nothing to the modem."""
        self._begin()
        claimed = autostart(self.nvs, self.card).claim()
        order = self._check_files()
        plan = self._planned(self.line_after(claimed))
        plan.check(order.consents)
        result = self._nothing_done(plan.why or "plan-shown")
        result["text"] += " Plan: " + _summary(plan)
        return result

    def rescue(self, listen_ms: int) -> "Plan | dict[str, Any]":
        """Look for the modem first, so long; then as `update`."""
        line = self.open_line()
        self._listen(line, listen_ms)
        self._count(self._begin())
        self._check_files()
        return self._planned(line)

    def _check_files(self) -> "CardOrder":
        """Every file is whole, or this raises; from here on a card that vanishes is waited for."""
        reporter, order = self.reporter, self.order
        assert order
        self.radios.off()
        reporter.report({"event": "phase", "phase": "verify", "usual_s": 10, "allowed_s": 900, "note": ""})
        order.check(self._progress)
        waiting = CardWait(self.card, order, reporter, self.clock)
        for _, source in order.files:
            source.comes_back = waiting.comes_back
        return order

    def line_after(self, claimed: str) -> Line:
        """The line to the modem, once the firmware's own driver has let go of it."""
        if claimed != "alone":
            self.reporter.say("waiting for the board's own LTE driver")
            self.reporter.wait(AUTOSTART_MS - self.reporter.elapsed_s() * 1000)
        return self.open_line()

    def _planned(self, line: Line) -> "Plan":
        order = self.order
        assert order
        journal = self.journal_of(line)
        update = self.engine = Update(line, order.files, order.consents, journal, order.options)
        update.look()
        if order.with_imei and update.modem.state == "application":
            self._imei = digits(update.modem.at.command("AT+CGSN").text)
        plan = update.plan()
        self.reporter.say("plan: " + _summary(plan))
        return plan

    def _begin(self) -> Tries:
        """The card's order, its tries, its log."""
        card = self.card
        names = card.mount()
        self.reporter.log = Log(card)  # first: what is wrong with the order has to be read somewhere, too
        order = self.order = self.order or find(card.path, names)
        if order is None:
            raise CardProblem("card-no-firmware")
        state = card.root + STATE
        if not exists(state):
            card.change(os.mkdir, state)
        board = pycom.unique_id()
        self.tries = Tries(self.nvs, card, state + "/" + board + ".tries", order.id)
        self._results = Results(card, board, pycom.name())
        self.reporter.say(
            "board %s %s, firmware %s, job %s" % (pycom.name(), board, pycom.firmware(), order.id)
        )
        return self.tries

    def _count(self, tries: Tries) -> None:
        """One more try, before anything can go wrong."""
        if not self.interactive:
            tries.begin()
            if not tries.kept and not pycom.powered_on():
                raise Refusal("tries-used-up", "nothing here can count them")
        self._begun = True
        self.nvs.set(NVS_END, "begun None None")
        assert self._results and self.order
        self._results.begin({"result": "begun", "job": self.order.id})

    def open_line(self) -> Line:
        """Take the modem's pins."""
        self.touched = True
        return Line(Uart(self.clock, self.reporter.tick), self.clock, self.reporter)

    def _listen(self, line: Line, listen_ms: int) -> None:
        """A rescue listens first thing: a modem that is ill may answer for moments only."""
        self.reporter.log = Log(Card(JOURNAL_FOLDER))
        self.reporter.say("rescue: listening for %d s" % (listen_ms // 1000))
        self.engine = Update(line, [], set(), self.journal_of(line), {"find_ms": listen_ms})
        self.engine.look()

    def journal_of(self, line: Line) -> Journal:
        """The journal of this board; a package in parts needs one that is kept."""
        board = pycom.unique_id()
        on_card = SlotFiles(self.card.root + STATE, board)
        stores = Stores(SlotFiles(JOURNAL_FOLDER, JOURNAL_NAME), on_card, self.card)
        journal = Journal(stores, board, line.report)
        if self.order and self.order.in_parts:
            journal.write(journal.read())
            if not stores.kept:
                raise Refusal("journal-needed")
        return journal

    def _progress(self, done: int, total: int) -> None:
        reporter = self.reporter
        reporter.tick(self.clock.ticks_ms())
        reporter.report({"event": "progress", "phase": "verify", "done": done, "total": total})

    def _of_problem(self, problem: Problem) -> "dict[str, Any]":
        tries, engine = self.tries, self.engine
        if engine:
            problem = judged(problem, engine.past, UNTOUCHED, engine.modem is not None)
        else:
            problem = judged(problem, None)
        if self._begun and tries and not self.interactive and _costs_no_try(problem):
            tries.give_back()
        return {
            "status": "refused" if isinstance(problem, Refusal) else "failed",
            "code": problem.code,
            "modem_state": problem.modem_state,
            "from_build": engine.identity.build if engine else None,
            "to_build": None,
            "light": light_of(problem, bool(self.interactive or not tries or tries.left)),
            "text": on_a_board(problem),
        }

    def _nothing_done(self, code: str) -> "dict[str, Any]":
        text = sentence(code)
        return {
            "status": "nothing-to-do",
            "code": code,
            "modem_state": UNTOUCHED,
            "light": "finished",
            "text": text,
        }

    def _close(self, result: "dict[str, Any]") -> None:
        """Results, the last words, the light; the card is let go."""
        reporter = self.reporter
        if result["status"] != RESET:
            if self._begun or not (self.interactive or result["code"] in _SAY_NOTHING_NEW):
                ended = (result["code"], result.get("from_build"), result.get("to_build"))
                self.nvs.set(NVS_END, "%s %s %s" % ended)
            if self._results and self._begun:
                words = {name: result.get(name) for name in ("code", "modem_state", "from_build", "to_build")}
                words.update(
                    {"result": result["status"], "seconds": reporter.elapsed_s(), "phases": reporter.phases}
                )
                if self._imei:
                    words["imei"] = self._imei
                self._results.end(words)
                if self.tries and result["status"] in _DONE:  # after the results: a cut loses no line
                    self.tries.succeed()
            autostart(self.nvs, self.card).restore()
            self.radios.restore()
            reporter.say("%s (%s): %s" % (result["status"], result["code"], result["text"]))
            reporter.show(result["light"])
        for _, source in self.order.files if self.order else ():
            source.close()
        self.card.unmount()
        reporter.log = None


def _summary(plan: "Plan") -> str:
    minutes = sum([usual_s for _, usual_s, _ in plan.phases()]) // 60 + 1
    return "build %s to %s, %s, about %d min" % (plan.origin, plan.target, plan.direction, minutes)


def _costs_no_try(problem: Problem) -> bool:
    return isinstance(problem, Refusal) or problem.code == "stopped-before-write"


def digits(text: str) -> str:
    """The first run of fifteen digits: an IMEI, however it is wrapped."""
    found = ""
    for letter in text:
        found = found + letter if letter.isdigit() else ""
        if len(found) == 15:
            return found
    return ""


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from modemflash.board.card_order import CardOrder
    from modemflash.planning import Plan
