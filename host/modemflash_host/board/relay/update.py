"""An update by way of the board: planned here, carried out there; and the board left as it was.

    RelayedUpdate    the modem is looked at through the board's REPL; `run` lets the board begin
    UpdateAtWork     the board carries it out already, for this very command: it is watched

Rules: nothing is on the board that nobody agreed to; the updater goes there, and
the board's engine begins, in `run`; that engine measures anew, and checks the
consents against its own plan; an updater that an update has put there is taken
off again, unless the modem waits for the next command.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from modemflash import planning
from modemflash.errors import UNKNOWN, UNTOUCHED, Problem
from modemflash.identity import decoded
from modemflash.line import Line
from modemflash.phases import has_written
from modemflash.upgrade import Update
from modemflash_host.board.console.identity import Board
from modemflash_host.board.console.modem_port import ReplPort
from modemflash_host.board.console.safe_boot import put_autostart_back
from modemflash_host.board.console.session import BoardSession
from modemflash_host.board.console.stoppable import stoppable
from modemflash_host.board.engine_result import EngineResult
from modemflash_host.board.install import temporary
from modemflash_host.board.install.deploy import deploy, needed, remove
from modemflash_host.board.location import report_card
from modemflash_host.board.modem_update import (
    DEPLOY_MOST_S,
    EngineRequest,
    EngineUpdate,
    FirstStep,
    Found,
    JournalRecord,
    Options,
)
from modemflash_host.board.relay.conversation import RelayTalk, job_of, start
from modemflash_host.board.relay.journals import BothJournals
from modemflash_host.board.relay.line import RelayLost
from modemflash_host.board.ticking import UNINSTALL, leave, left, reach
from modemflash_host.capture.port import CapturingPort
from modemflash_host.consents import Consent
from modemflash_host.errors import BoardProblem, LinkProblem
from modemflash_host.reporters import Reporter

if TYPE_CHECKING:
    from modemflash.at import At
    from modemflash.contracts import Port
    from modemflash.planning import Plan

REMOVE = "modemflash board remove"
WATCHED = "the board asks its modem itself"


class RelayedUpdate:
    """See `ModemUpdate`.

    Args:
        session: the board, in safe boot.
        reporter: who is told.
        request: what is wanted.
        board: who it is.
    """

    is_under_way = False

    def __init__(
        self, session: BoardSession, reporter: Reporter, request: EngineRequest, board: Board
    ) -> None:
        clock = session.repl.clock
        self._port = ReplPort(session.repl, lambda: reporter.tick(clock.ticks_ms()))
        seen: Port = self._port
        if reporter.recorder is not None:
            seen = CapturingPort(self._port, clock, reporter.recorder)
        self._line = Line(seen, clock, reporter)
        self._here = request.journal_of(self._line, board.mac)
        journals = BothJournals(session, board.mac, self._here)
        self._request = request
        self._engine = EngineUpdate(
            Update(self._line, request.files, set(request.consents), journals, dict(request.options))
        )
        self.first_step: FirstStep | None = None
        self._session = session
        self._reporter = reporter
        self._began_ms = self._line.now()
        self._options = request.options
        self._talk: RelayTalk | None = None
        self._is_temporary = self._ordered = False
        if request.files:
            with stoppable(session.repl, reporter.stop_wanted):
                need = needed(session, board)
            self._is_temporary = need.fresh or temporary.is_temporary(session.repl)
            if need.files:
                self.first_step = FirstStep(need.files, need.bytes, not self._is_temporary)

    @property
    def past(self) -> JournalRecord | None:
        """See `ModemUpdate`."""
        return self._engine.past

    @property
    def sent_bytes(self) -> int:
        """See `ModemUpdate`."""
        return self._talk.sent_bytes if self._talk else 0

    @property
    def found(self) -> Found | None:
        """See `ModemUpdate`."""
        return self._engine.found

    def look(self) -> Found:
        """See `ModemUpdate`. Who only looks is told of the board's card, too."""
        if self._request.only_look and not self._request.files:
            report_card(self._reporter, self._session.repl)
        self._reporter.tick(self._line.now())  # reaching the board has taken its time
        self._port.open()
        try:
            return self._engine.look()
        finally:
            self._port.close()

    @contextmanager
    def talk(self) -> Iterator[At]:
        """See `ModemUpdate`. By the REPL, as the look."""
        if not self._session.repl.enter():  # it was left alone for as long as a person reads
            raise BoardProblem("board-out-of-step")
        self._port.open()
        try:
            self._line.set_baud(self._line.baud)  # a UART that is opened has the usual rate
            with self._engine.talk() as at:
                yield at
        finally:
            self._port.close()

    def plan(self, options: Options) -> Plan:
        """See `ModemUpdate`."""
        self._options = options
        return self._engine.plan(options)

    def run(self, plan: Plan, consents: frozenset[Consent]) -> EngineResult:
        """Put the updater there, let the board do it, and leave the board as it was.

        Raises:
            Problem: as `Update.run`; the board; the line.
        """
        if plan.nothing_to_do:
            return self._engine.run(plan, consents)
        plan.check(set(consents))
        session = self._session
        broken: Problem | None = None
        done: EngineResult | None = None
        if self.first_step is None:
            reach(self._reporter)
        else:
            self._reporter.say(
                "phase", phase="deploy", usual_s=self.first_step.usual_s, allowed_s=DEPLOY_MOST_S, note=""
            )
        try:
            if not session.repl.enter():  # it was left alone for as long as a person reads
                raise BoardProblem("board-out-of-step")
            with session.in_safe_boot():
                try:
                    done = self._relayed(consents)
                except Problem as problem:
                    broken = self._judged(problem)
                    raise
                finally:
                    self._clear_up(broken)
        except Problem as problem:
            if done is None:
                raise (broken or self._judged(problem)) from None  # not what came of the first one afterwards
            text = (
                "The board could not be left as it was: press its reset button. The modem is not concerned."
            )
            self._reporter.say("warning", code=problem.code, text=text)
        return done

    def _relayed(self, consents: frozenset[Consent]) -> EngineResult:
        session, request = self._session, self._request
        if self.first_step is not None:
            if self._is_temporary:
                temporary.mark(session.repl)
            deploy(session, on_bytes=self._deployed, stop_wanted=self._reporter.stop_wanted)
        self._line.checkpoint()
        repl, options = session.repl, dict(self._options)
        talk = RelayTalk(repl.link, repl.clock, self._reporter, request, looked_before=True)
        self._talk = talk
        self._reporter.say("phase", phase="find", usual_s=5, allowed_s=60, note=WATCHED)
        start(repl, job_of(request), request.files, options, self._here.read())
        with _until_over(talk):
            talk.await_look()
            self._ordered = True
            talk.order(consents, options)
            done = talk.await_end()
        seconds = self._line.since(self._began_ms) // 1000  # the board knows only its own part
        return replace(done, seconds=seconds)

    def _deployed(self, done: int, total: int) -> None:
        self._reporter.say("progress", phase="deploy", done=done, total=total)

    def _judged(self, problem: Problem) -> Problem:
        """With what it means for a modem that nobody has ordered to be written yet."""
        if self._ordered:
            return problem.stamp(UNKNOWN)  # what the board itself stated stands on it already
        return problem if has_written(self.past) else problem.stamp(UNTOUCHED)

    def _clear_up(self, broken: Problem | None) -> None:
        """The console back, and the updater off where it was put there for this update alone."""
        leave(self._reporter, failed=broken is not None)
        with suppress(LinkProblem):
            self._session.repl.enter()
        if self._is_temporary:
            uninstall(self._session, self._reporter, broken)


class UpdateAtWork:
    """See `ModemUpdate`: one that the board carries out already. It was agreed to, and is watched.

    Args:
        talk: to the board.
        session: the board; its console is away.
        reporter: who is told.
    """

    first_step: FirstStep | None = None
    is_under_way = True

    def __init__(self, talk: RelayTalk, session: BoardSession, reporter: Reporter) -> None:
        self._talk = talk
        self._session = session
        self._reporter = reporter
        self.past: JournalRecord | None = None
        self.found: Found | None = None

    @property
    def sent_bytes(self) -> int:
        """See `ModemUpdate`."""
        return self._talk.sent_bytes

    def look(self) -> Found:
        """What the board found when it looked."""
        looked = self._talk.await_look()
        self.past = looked.past
        self.found = Found(looked.state, decoded(looked.identity), looked.before)
        return self.found

    def talk(self) -> AbstractContextManager[At]:
        """The board has its modem for itself."""
        raise BoardProblem("relay-occupied")

    def plan(self, options: Options) -> Plan:
        """An empty one: what is under way was planned when it began."""
        return planning.Plan()

    def run(self, plan: Plan, consents: frozenset[Consent]) -> EngineResult:
        """To the end, and the board as it was before that update.

        Raises:
            Problem: as `Update.run`; the line.
        """
        broken: Problem | None = None
        try:
            with _until_over(self._talk):
                return self._talk.await_end()
        except Problem as problem:
            broken = problem.stamp(UNKNOWN)
            raise
        finally:
            with suppress(LinkProblem, BoardProblem):
                self._give_back(broken)

    def _give_back(self, broken: Problem | None) -> None:
        session = self._session
        leave(self._reporter, failed=broken is not None)
        if session.repl.enter():
            put_autostart_back(session.repl)
            if temporary.is_temporary(session.repl):
                uninstall(session, self._reporter, broken)
            session.repl.restart_board()
        left(self._reporter)


def uninstall(session: BoardSession, reporter: Reporter, broken: Problem | None) -> None:
    """The updater off the board, unless the next command needs it; what stays there is said."""
    if broken is not None and (broken.modem_state != UNTOUCHED or broken.code == "port-lost"):
        reporter.say("left-on-board", remove=REMOVE)
        return
    leave(reporter, UNINSTALL)
    session.say("Taking the updater off the board again, as it was not there before.")
    try:
        session.restarted()
        remove(session)
    except Problem as problem:
        if broken is None:
            text = (
                f"The updater could not be taken off the board again ({problem.code}); `{REMOVE}` does that."
            )
            reporter.say("warning", code=problem.code, text=text)
        else:
            reporter.say("left-on-board", remove=REMOVE)


@contextmanager
def _until_over(talk: RelayTalk) -> Iterator[None]:
    """Let the board end after its run, unless it has to hold what it has."""
    try:
        yield
    except (LinkProblem, RelayLost):
        raise
    except BaseException:
        talk.relay.end()
        raise
    talk.relay.end()
