"""Rescue with the board's help: it listens at each power-up, the PC watches, tells, carries on.

Rules: nothing is put on the board before the plan was shown and agreed to, and
it comes off again at the end, whatever that is; where that cannot be done, it
is said what stays and how it ends. What counts as a power cut is the table in
`power_cycle`. Nobody is asked to cut the power where that kills modems: what an
earlier update left in the journals of board and PC decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from modemflash.errors import UNTOUCHED, Problem, Stopped
from modemflash.interface import RESCUE_MINUTES
from modemflash_host.board.console.identity import read_identity
from modemflash_host.board.console.session import BoardPort, BoardSession, at_console
from modemflash_host.board.console.stoppable import stoppable
from modemflash_host.board.modem_update import JournalRecord
from modemflash_host.board.ticking import reach, ticking
from modemflash_host.consents import YES, Consent
from modemflash_host.errors import BoardProblem, ConsentMissing
from modemflash_host.families.plan import Need, Unfinished
from modemflash_host.reporters import Reporter
from modemflash_host.rescue import arming
from modemflash_host.rescue.port_monitor import Find, PortMonitor, PortState
from modemflash_host.rescue.power_cycle import ANSWERED, NO_CUT, NO_WORD, PowerCycle, words
from modemflash_host.rescue.retry import MENDED_BY_POWER, MODEM_IS_SILENT, UnfinishedUpdate, failed_in_run
from modemflash_host.run.confirm import Ask
from modemflash_host.run.result import Result

if TYPE_CHECKING:
    from modemflash.contracts import Clock

_NO_CUT_S = 600  # without a power cut for so long the PC asks the modem itself
_SETTLE_S = 5
_LOG_CHARS = 20_000
_BOARD_GOES_ON = ("port-lost", "relay-silent", "relay-occupied")  # without us, and is not disturbed


@dataclass(frozen=True, slots=True)
class RescueContext:
    """What a rescue works with.

    Attributes:
        port: where the board is now.
        find: where it is later.
        board_at: the board at a port.
        clock: of this PC.
        attempt: one whole try with the board at a port.
        unfinished_of: what is known of a board's modem, by the board's address and its own journal's record.
    """

    port: str
    find: Find
    board_at: Callable[[str], BoardPort]
    clock: Clock
    attempt: Callable[[str], Result]
    unfinished_of: Callable[[str, JournalRecord | None], Unfinished | None]


class BoardRescue:
    """One command.

    Args:
        context: see there.
        reporter: who is told.
        for_s: no new power cycle begins after so long.
        stay_armed: at the end leave the board armed for a card.
    """

    def __init__(
        self, context: RescueContext, reporter: Reporter, for_s: int, stay_armed: bool = False
    ) -> None:
        self._context = context
        self._reporter = reporter
        self._for_s = for_s
        self._stay_armed = stay_armed
        self._start_ms = context.clock.ticks_ms()
        self._unfinished = UnfinishedUpdate()
        self._is_watching = False

    def run(self, consents: frozenset[Consent], ask: Ask) -> Result:
        """Show, ask, arm; work until it is over; put everything back.

        Raises:
            Problem: it could not begin; then nothing stays on the board but what the problem names.
        """
        self._reporter.follow(self._context.clock.ticks_ms())
        board = self._arm(consents, ask)
        self._reporter.listen(self._unfinished)
        try:
            result = self._work(board)
        except Problem as problem:
            result = Result.of_problem(problem, seconds=self._reporter.at_s)
        except BaseException:
            self._put_back(board, None)
            raise
        self._put_back(board, result)
        return result

    # -- before ------------------------------------------------------------------------------

    def _arm(self, consents: frozenset[Consent], ask: Ask) -> str:
        """The board's address, once it is armed."""
        context, reporter = self._context, self._reporter
        with self._at(context.port) as session:
            before = arming.look(session)
            mac = before.board.mac
            self._unfinished = UnfinishedUpdate(context.unfinished_of(mac, before.past))
            reporter.say(
                "rescue-plan",
                port=session.port,
                board=before.board.name,
                mac=mac,
                updater_bytes=before.to_write_bytes,
                has_hook=before.has_hook,
                stays=["updater", "hook"] if self._stay_armed else before.stays,
                listen_minutes=RESCUE_MINUTES,
                for_s=self._for_s,
                power_may_be_cut=not self._unfinished.power_must_stay,
            )
            if YES not in consents:
                ask.consent(Need(YES, ""), ConsentMissing("-y", (YES,)))
            with session.in_safe_boot():
                try:
                    with stoppable(session.repl, reporter.stop_wanted):
                        arming.arm(session, before)
                except BaseException as broken:
                    try:
                        session.repl.enter()
                        arming.put_back(session)
                    except Problem:
                        self._tell("still-armed", why=broken)
                    raise
        self._tell("armed")
        return mac

    # -- power cycles ------------------------------------------------------------------------

    def _work(self, board: str) -> Result:
        context, reporter = self._context, self._reporter
        port = context.port
        port_monitor = PortMonitor(
            context.find, lambda name: context.board_at(name).open_port, context.clock, board
        )
        cuts = 0
        while True:
            result = context.attempt(port)
            problem = result.problem
            if result.code == "modem-asked":
                self._tell("alive")
            if problem is None or problem.code not in MENDED_BY_POWER:
                return result
            if must_stay := self._unfinished.forbids(problem):
                return Result.of_problem(must_stay, seconds=reporter.at_s)
            wants_cut = problem.code in MODEM_IS_SILENT and not failed_in_run(result)
            if not wants_cut:
                self._not_yet(problem)
            while not self._is_over():
                this = PowerCycle(cuts, self._tell, _NO_CUT_S if wants_cut else _SETTLE_S)
                if wants_cut:
                    self._tell("cut-now" if not cuts else "cut-again", cuts=cuts)
                port_monitor.start_over()
                reporter.follow(context.clock.ticks_ms())  # the attempt had a clock of its own
                self._is_watching = True
                self._watch()
                port_monitor.watch(partial(self._look, this))
                self._is_watching = False
                cuts = this.cuts
                if this.end == NO_WORD:
                    self._ask_board(port_monitor, board)
                if this.end in (ANSWERED, NO_WORD, NO_CUT):
                    break
            if self._is_over():
                if cuts:
                    self._tell("gave-up", cuts=cuts)
                return self._ended(result)
            port = port_monitor.seen.port or port

    def _look(self, this: PowerCycle, seen: PortState) -> bool:
        self._reporter.tick(self._context.clock.ticks_ms())
        return self._is_over() or this.look(seen)

    def _not_yet(self, problem: Problem) -> None:
        """A try failed for a reason that is not the modem's silence."""
        self._tell("not-yet", why=problem.happened.rstrip("."), code=problem.code)

    def _ask_board(self, port_monitor: PortMonitor, board: str) -> None:
        """The port came back and nobody spoke: what does the board know?

        Raises:
            BoardProblem: `rescue-other-board`.
        """
        if port_monitor.seen.port is None:
            return
        self._tell("no-word", away_s=port_monitor.seen.away_s)
        try:
            with self._at(port_monitor.seen.port) as session:
                found = arming.outcome(session)
        except Problem as problem:
            self._not_yet(problem)  # the next try may fare better
            return
        if found.board != board:
            raise BoardProblem("rescue-other-board", f"{found.board} instead of {board}")
        if found.has_answered:
            self._tell(ANSWERED, **found.answer())

    def _is_over(self) -> bool:
        passed_ms = self._context.clock.ticks_diff(self._context.clock.ticks_ms(), self._start_ms)
        return bool(self._reporter.stop_wanted()) or passed_ms >= self._for_s * 1000

    def _ended(self, result: Result) -> Result:
        """The time is over, or the user stopped a wait."""
        if self._reporter.stop_wanted() and result.modem_state == UNTOUCHED:
            return Result.of_problem(Stopped("stopped-before-write"), seconds=self._reporter.at_s)
        return result

    # -- after -------------------------------------------------------------------------------

    def _put_back(self, board: str, result: Result | None) -> None:
        """What was put on the board comes off, or it is said that it is still there."""
        if result is not None and result.code in _BOARD_GOES_ON and result.modem_state != UNTOUCHED:
            return self._tell("still-armed", why="the board holds the update and is not disturbed now")
        port = self._context.find()
        if port is None:
            return self._tell("still-armed", why="the board is not plugged in")
        try:
            if not put_back(self._at(port), self._reporter, self._stay_armed, board):
                self._tell("still-armed", why="another board is plugged in now")
        except Problem as problem:
            self._tell("still-armed", why=problem.happened)

    @contextmanager
    def _at(self, port: str) -> Iterator[BoardSession]:
        reporter = self._reporter
        reach(reporter)
        with at_console(ticking(self._context.board_at(port), reporter), reporter.note) as session:
            yield session

    def _watch(self) -> None:
        """Show that the port is watched."""
        self._reporter.say("phase", phase="watch-power", usual_s=0, allowed_s=0, note="")

    def _tell(self, what: str, **fields: object) -> None:
        tell(self._reporter, what, **fields)
        if self._is_watching:
            self._watch()


def put_back(
    at: AbstractContextManager[BoardSession], reporter: Reporter, stay_armed: bool = False, board: str = ""
) -> bool:
    """Take a rescue off a board. Whether there was one.

    Args:
        at: the board.
        reporter: who is told.
        stay_armed: see `BoardRescue`.
        board: the address of the one that is meant; another one is left alone. "" for any.

    Raises:
        Problem: the board.
    """
    with at as session:
        if board and read_identity(session.repl).mac != board:
            return False
        with session.in_safe_boot():
            if text := arming.log(session):
                reporter.say("board-log", text=text[-_LOG_CHARS:])
            was_armed = arming.put_back(session, stay_armed=stay_armed)
    if was_armed:
        tell(reporter, "stays-armed" if stay_armed else "put-back")
    return was_armed


def tell(reporter: Reporter, what: str, **fields: object) -> None:
    """One step, in words and for scripts."""
    reporter.say("rescue", what=what, **fields, text=words(what, **fields))
