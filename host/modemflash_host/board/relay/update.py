"""An update by way of the board: planned here, carried out there; and the board left as it was.

Rules: the modem is looked at through the board's REPL, so nothing is on the
board that nobody agreed to; the updater goes there, and the board's engine
begins, in `run`; that engine measures anew, and checks the consents against its
own plan; an updater that an update has put there is taken off again, unless the
modem waits for the next command.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from modemflash.errors import UNTOUCHED, Problem
from modemflash.identity import decoded
from modemflash.line import Line
from modemflash.phases import has_written
from modemflash.upgrade import Update
from modemflash_host.board.console.identity import Board
from modemflash_host.board.console.modem_port import ReplPort
from modemflash_host.board.console.safe_boot import put_autostart_back, safe_boot
from modemflash_host.board.console.session import Session
from modemflash_host.board.install import temporary
from modemflash_host.board.install.deploy import deploy, needed, remove
from modemflash_host.board.location import tell_card
from modemflash_host.board.relay.conversation import JournalOf, RelayTalk, job_of, start
from modemflash_host.board.relay.journals import BothJournals
from modemflash_host.capture.port import CapturingPort
from modemflash_host.errors import BoardProblem, LinkProblem
from modemflash_host.reporters import Reporter

if TYPE_CHECKING:
    from modemflash.file_roles import Files
    from modemflash.modem import Modem
    from modemflash.planning import Plan

BYTES_PER_S = 2_500  # of the package, over the REPL
DEPLOY_S = 15  # what it takes beside the bytes
DEPLOY_MOST_S = 600
REMOVE = "modemflash board remove"


@dataclass(frozen=True, slots=True)
class FirstStep:
    """What is done to the board before its modem: a part of the plan.

    Attributes:
        files, bytes: what is put there.
        stays: it was there before, and is brought up to date.
    """

    files: int
    bytes: int
    stays: bool

    @property
    def usual_s(self) -> int:
        """How long it usually takes."""
        return DEPLOY_S + self.bytes // BYTES_PER_S


class RelayedUpdate(Update):
    """An update that is planned here, over the board's REPL, and carried out by the board.

    Args:
        session: the board, in its quiet state.
        reporter: who is told.
        files, consents, options: as in `Update`.
        journal_of: see there.
        board: who it is.

    Attributes:
        first_step: None where the board has all that it needs.
    """

    def __init__(
        self,
        session: Session,
        reporter: Reporter,
        files: Files,
        consents: set[str],
        options: dict[str, Any],
        journal_of: JournalOf,
        board: Board,
    ) -> None:
        clock = session.repl.clock
        self._port = ReplPort(session.repl, lambda: reporter.tick(clock.ticks_ms()))
        seen: Any = self._port
        if reporter.recorder is not None:
            seen = CapturingPort(self._port, clock, reporter.recorder)
        line = Line(seen, clock, reporter)
        here = journal_of(line, board.mac)
        super().__init__(line, files, consents, BothJournals(session, board.mac, here), options)
        self.first_step: FirstStep | None = None
        self._here = here
        self._session = session
        self._reporter = reporter
        self._journal_of = journal_of
        self._job_name = job_of(files, options)
        self._talk: RelayTalk | None = None
        self._is_temporary = self._ordered = False
        if files:
            need = needed(session, board)
            self._is_temporary = need.fresh or temporary.is_temporary(session.repl)
            if need.files:
                self.first_step = FirstStep(need.files, need.bytes, not self._is_temporary)

    @property
    def sent_bytes(self) -> int:
        """See `Update`."""
        return self._talk.sent_bytes if self._talk else 0

    def tell_card(self) -> None:
        """What is in the board's slot for a card."""
        tell_card(self._reporter, self._session.repl)

    def look(self) -> Modem:
        """See `Update`."""
        self._reporter.tick(self.line.now())  # reaching the board has taken its time
        self._port.open()
        try:
            return super().look()
        finally:
            self._port.close()

    def run(self, plan: Plan) -> dict[str, Any]:
        """Put the updater there, let the board do it, and leave the board as it was.

        Raises:
            Problem: as `Update.run`; the board; the line.
        """
        if plan.nothing_to_do:
            return super().run(plan)
        plan.check(self.consents)
        session = self._session
        broken: Problem | None = None
        done: dict[str, Any] = {}
        try:
            if not session.repl.enter():  # it was left alone for as long as a person reads
                raise BoardProblem("board-out-of-step")
            with safe_boot(session.repl, session.say):
                session.restarted()
                try:
                    done = self._relayed()
                except Problem as problem:
                    broken = self._judged(problem)
                    raise
                finally:
                    self._clear_up(broken)
        except Problem as problem:
            if not done:
                raise (broken or self._judged(problem)) from None  # not what came of the first one afterwards
            text = (
                "The board could not be left as it was: press its reset button. The modem is not concerned."
            )
            self._reporter.say("warning", code=problem.code, text=text)
        return done

    def _relayed(self) -> dict[str, Any]:
        session = self._session
        if self.first_step is not None:
            self._reporter.say(
                "phase", phase="deploy", usual_s=self.first_step.usual_s, allowed_s=DEPLOY_MOST_S, note=""
            )
            if self._is_temporary:
                temporary.mark(session.repl)
            deploy(session)
        self.line.checkpoint()
        repl = session.repl
        talk = RelayTalk(
            repl.link, repl.clock, self._reporter, self.files, self._journal_of, looked_before=True
        )
        self._talk = talk
        start(repl, self._job_name, self.files, self.options, self._here.read())
        with _until_over(talk):
            talk.await_look()
            self._ordered = True
            talk.order(self.consents, self.options)
            done = talk.await_end()
        done["seconds"] = self.line.since(self._start) // 1000  # the board knows only its own part
        return done

    def _judged(self, problem: Problem) -> Problem:
        """With what it means for a modem that nobody has ordered to be written yet."""
        if self._ordered or has_written(self.past):
            return problem
        return problem.stamp(UNTOUCHED)

    def _clear_up(self, broken: Problem | None) -> None:
        """The console back, and the updater off where it is a guest that nobody needs any more."""
        with suppress(LinkProblem):
            self._session.repl.enter()
        if self._is_temporary:
            uninstall(self._session, self._reporter, broken)


class HeldUpdate(Update):
    """An update that the board carries out already, for this very command: it was agreed to, and is watched.

    Args:
        talk: to the board.
        session: the board; its console is away.
        reporter: who is told.
        files, consents: as in `Update`.
        journal: this PC's.
    """

    def __init__(
        self,
        talk: RelayTalk,
        session: Session,
        reporter: Reporter,
        files: Files,
        consents: set[str],
        journal: Any,
    ) -> None:
        super().__init__(talk.line, files, consents, journal, {})
        self._talk = talk
        self._session = session
        self._reporter = reporter

    @property
    def sent_bytes(self) -> int:
        """See `Update`."""
        return self._talk.sent_bytes

    def look(self) -> Any:
        """What the board found when it looked; see `Update`."""
        seen = self._talk.await_look()
        self.modem = SimpleNamespace(state=seen["state"], baud=seen["baud"], resumed=seen["resumed"])
        self.identity = decoded(seen["identity"])
        self.before = seen["before"]
        self.past = seen["past"]
        return self.modem

    def go_on(self) -> dict[str, Any]:
        """To the end, and the board as it was before that update.

        Raises:
            Problem: as `Update.run`; the line.
        """
        broken: Problem | None = None
        try:
            with _until_over(self._talk):
                return self._talk.await_end()
        except Problem as problem:
            broken = problem
            raise
        finally:
            with suppress(LinkProblem, BoardProblem):
                self._give_back(broken)

    def _give_back(self, broken: Problem | None) -> None:
        session = self._session
        if not session.repl.enter():
            return
        put_autostart_back(session.repl)
        if temporary.is_temporary(session.repl):
            uninstall(session, self._reporter, broken)
        session.repl.restart_board()


def uninstall(session: Session, reporter: Reporter, broken: Problem | None) -> None:
    """The updater off the board, unless the next command needs it; what stays there is said."""
    if broken is not None and (broken.modem_state != UNTOUCHED or broken.code == "port-lost"):
        reporter.say("left-on-board", remove=REMOVE)
        return
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
    except LinkProblem:
        raise
    except BoardProblem as problem:
        if not problem.code.startswith("relay-"):
            talk.relay.end()
        raise
    except BaseException:
        talk.relay.end()
        raise
    talk.relay.end()
