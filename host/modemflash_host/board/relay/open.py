"""Access by relay: the board runs the engine itself; this PC asks, plans, then is its files and its screen.

    with relayed(board_port, reporter, request) as update: …     a `ModemUpdate` like any other

Rules: a board that carries out the same command already is taken up where it
stands, and nobody is asked a second time; who only wants to look leaves a board
that is at work alone; a board that is none of Pycom's is named, and refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from modemflash.interface import LOOKING, RUNNING
from modemflash_host.board.console.connect import INTERRUPTED, MIRROR, REPL, Connection, connect
from modemflash_host.board.console.identity import need_pycom, read_identity
from modemflash_host.board.console.repl import Repl
from modemflash_host.board.console.session import BoardPort, BoardSession
from modemflash_host.board.location import report_location
from modemflash_host.board.modem_update import EngineRequest, ModemUpdate
from modemflash_host.board.relay.conversation import RelayTalk, job_of
from modemflash_host.board.relay.update import WATCHED, RelayedUpdate, UpdateAtWork
from modemflash_host.board.ticking import leave, left, reach, ticking
from modemflash_host.errors import BoardProblem, LinkProblem
from modemflash_host.reporters import Reporter

_HEARTBEAT_MS = 1_300
_FALLBACK_MS = 7_000
_LISTENS = 2  # so often, where a board is left alone because it is at work
_STOPS_MS = 120_000  # longer than any command of a look, after which the board asks for stop requests


@contextmanager
def relayed(board_port: BoardPort, reporter: Reporter, request: EngineRequest) -> Iterator[ModemUpdate]:
    """A board that runs the engine for this command; afterwards it is as it was, its own program runs.

    Args:
        board_port: where the board is.
        reporter: who is told.
        request: what is wanted.

    Raises:
        Problem: the board cannot be reached, or used.
    """
    board_port = ticking(board_port, reporter)
    reach(reporter)
    for left_alone in range(_LISTENS):
        link, clock = board_port.open_port(8)
        try:
            talk = RelayTalk(link, clock, reporter, request)
            at_work = _relays(talk)
            if at_work:
                report_location(reporter, board_port.port, "relay")
            if at_work and _goes_on(talk, job_of(request), request.only_look, reporter.note):
                talk.relay.tell_again()
                connection = Connection(REPL, link, clock, Repl(link, clock), INTERRUPTED)
                session = BoardSession(board_port, connection, reporter.note)
                reporter.say("phase", phase="find", usual_s=5, allowed_s=60, note=WATCHED)
                yield UpdateAtWork(talk, session, reporter)
                return
        finally:
            link.close()
        try:
            connection = connect(board_port.open_port, reporter.note, board_port.device)
            break
        except BoardProblem as problem:
            # One whose PC went away a moment ago is heard at our rate only now: nothing was sent to it.
            if problem.code != "board-updating" or left_alone == _LISTENS - 1:
                raise
    session = BoardSession(board_port, connection, reporter.note)
    failed, is_leaving = True, False
    try:
        if connection.state == MIRROR:
            raise BoardProblem("board-in-mirror", board_port.port)
        board = read_identity(session.repl)
        report_location(reporter, board_port.port, "relay", board)
        need_pycom(board)
        with session.in_safe_boot(board, writes=False):
            try:
                yield RelayedUpdate(session, reporter, request, board)
                failed = False
            finally:
                is_leaving = True
                leave(reporter, failed=failed)
    finally:
        with suppress(LinkProblem):
            session.repl.restart_board()
        session.repl.link.close()
        if is_leaving:
            left(reporter)


def _relays(talk: RelayTalk) -> bool:
    """Whether the board relays already. One whose PC went away falls back to our rate within seconds."""
    relay = talk.relay
    return relay.listen_for_heartbeat(_HEARTBEAT_MS) or (
        relay.heard_noise and relay.listen_for_heartbeat(_FALLBACK_MS)
    )


def _goes_on(talk: RelayTalk, job: str, only_look: bool, say: Callable[[str], object]) -> bool:
    """Whether the board carries out this command; what nobody agreed to is ended.

    Raises:
        BoardProblem: `relay-occupied`, for somebody who only wants to look, or for another command.
    """
    relay = talk.relay
    if relay.state == RUNNING:
        is_ours = relay.job == job
        if only_look or not is_ours:
            raise BoardProblem("relay-occupied", f"{'that of this very' if is_ours else 'another'} command")
        say("The board carries out this update already; watching it.")
        return True
    relay.stops = lambda: 99
    began_ms = talk.line.now()

    def check_time() -> None:
        if talk.line.since(began_ms) > _STOPS_MS:
            raise BoardProblem("relay-occupied", "it goes on looking")

    relay.attend(lambda: relay.state not in (LOOKING, RUNNING), check_time)
    relay.end()
    return False
