"""A board at a port, from opening to giving it back.

    with at_console(find_board("auto", reporter), say) as session:
        session.repl.run("print('hello')")

Rules: a board is given back running: its program was stopped to talk to it, so
it is started again by a reset (of the board, not of its modem); a board in
mirror mode has no Python that could be talked to, and is refused here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modemflash_host.board.console.connect import MIRROR, Connection, connect
from modemflash_host.board.console.files import BoardFiles
from modemflash_host.board.console.identity import Board
from modemflash_host.board.console.safe_boot import safe_boot
from modemflash_host.board.pic import DATA_BITS, Open
from modemflash_host.computer.clock import MonotonicClock
from modemflash_host.computer.home import HOME
from modemflash_host.errors import BoardProblem, LinkProblem
from modemflash_host.links import ports
from modemflash_host.links.names import AUTO, is_address
from modemflash_host.links.open import open_console
from modemflash_host.links.usb_ids import NO_DEVICE, Device, device_of_url
from modemflash_host.links.wait import open_patiently
from modemflash_host.reporters import Reporter

if TYPE_CHECKING:
    from modemflash.contracts import Clock
    from modemflash_host.links.open import Console

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class BoardPort:
    """Where a board is.

    Attributes:
        port: its name, for words and for other programs.
        open_port: opens it.
        device: what the board hangs on.
    """

    port: str
    open_port: Open
    device: Device = NO_DEVICE


class BoardSession:
    """A board that listens; see `at_console`.

    Attributes:
        port: what was opened.
        device: what the board hangs on.
        by: how it was connected, see `connect.Connection`.
        repl: its raw REPL.
    """

    def __init__(self, board_port: BoardPort, connection: Connection, say: Say) -> None:
        self.port = board_port.port
        self.device = board_port.device
        self.by = connection.by
        self.say = say
        self.repl = connection.repl
        self._files: BoardFiles | None = None

    @property
    def files(self) -> BoardFiles:
        """Its file system."""
        if self._files is None:
            self._files = BoardFiles(self.repl)
        return self._files

    def restarted(self) -> None:
        """The board's Python was reset: what was prepared in it is gone."""
        self._files = None

    @contextmanager
    def in_safe_boot(self, board: Board | None = None, *, writes: bool = True) -> Iterator[Board]:
        """The board in safe boot, see `safe_boot`; nothing is prepared in its Python then."""
        with safe_boot(self.repl, self.say, board, writes=writes) as known:
            self.restarted()
            yield known


@contextmanager
def at_console(board_port: BoardPort, say: Say, *, may_reset: bool = True) -> Iterator[BoardSession]:
    """A board in its raw REPL; afterwards its own program runs again.

    Args:
        board_port: where it is.
        say: told what is done, in words.
        may_reset: see `connect.connect`.

    Raises:
        LinkProblem: the port.
        BoardProblem: `board-not-reached`, `board-deaf`, `board-binary`, `board-in-mirror`.
    """
    connection = connect(board_port.open_port, say, board_port.device, may_reset=may_reset)
    if connection.state == MIRROR:
        connection.link.close()
        raise BoardProblem("board-in-mirror", board_port.port)
    session = BoardSession(board_port, connection, say)
    try:
        yield session
    finally:
        with suppress(LinkProblem):  # it was lost, and what broke was raised already
            session.repl.restart_board()
        session.repl.link.close()


def find_board(port: str, reporter: Reporter) -> BoardPort:
    """The board at a port, or at the only one ("auto"); nothing is opened.

    Raises:
        LinkProblem, Refusal: see `find_port`.
    """
    name, device = find_port(port)
    return BoardPort(name, open_board_port(name, reporter), device)


def find_port(port: str) -> tuple[str, Device]:
    """The port that is meant, and what it is; an address may say that, see `device_of_url`.

    Raises:
        LinkProblem, Refusal: see `ports.choose`.
    """
    if is_address(port):
        device = device_of_url(port)
        opener = HOME.opener_of(port)
        if opener is not None and DATA_BITS not in opener.data_bits:
            device = replace(device, is_pic=False)
        return port, device
    listed = ports.list_ports()
    if port == AUTO:
        chosen = ports.choose(listed)
        return chosen.name, chosen.device
    known = ports.port_at(port, listed)
    return port, known.device if known else NO_DEVICE


def open_board_port(name: str, reporter: Reporter) -> Callable[[int], tuple[Console, Clock]]:
    """Opens the port with so many data bits; a grab by ModemManager is waited out."""

    def open_it(data_bits: int) -> tuple[Console, Clock]:
        return open_patiently(lambda: open_console(name, data_bits=data_bits), MonotonicClock(), reporter)

    return open_it
