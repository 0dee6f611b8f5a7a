"""How a modem is reached, as one table: condition, access, why, and what is left where it fails.

Rules: the first row whose condition holds is taken; `--via` takes what
it names, or says why that cannot be; a port that may be a board's is asked for
one, and neither taken for a board nor for a modem without having been heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache

from modemflash.errors import Problem
from modemflash_host.board.console.session import BoardPort
from modemflash_host.board.detect import BOARD, MODEM, NOBODY, detect
from modemflash_host.board.mirror import mirrored
from modemflash_host.board.modem_update import EngineRequest, ModemUpdate
from modemflash_host.board.relay.open import relayed
from modemflash_host.board.ticking import reach, ticking
from modemflash_host.families.plan import AUTO, DIRECT, MIRROR, RELAY
from modemflash_host.links.names import is_address
from modemflash_host.links.usb_ids import BOARD as SHIELD
from modemflash_host.links.usb_ids import MODULE, Device
from modemflash_host.reporters import Reporter

Ask = Callable[[], str]
"""Asks at the port, see `modemflash_host.board.detect`; asked where nothing else tells."""


@dataclass(frozen=True, slots=True)
class Access:
    """One row of the table.

    Attributes:
        condition: what must hold, in words.
        via: `RELAY`, `MIRROR` or `DIRECT`.
        why: in words.
        holds: (port, device, ask) -> whether the condition holds.
        fallback: what is taken when this one cannot begin; "" for none.
        after: the codes of problems after which the fallback is taken. Nothing was written then.
    """

    condition: str
    via: str
    why: str
    holds: Callable[[str, Device, Ask], bool] = lambda *_: True
    fallback: str = ""
    after: tuple[str, ...] = ()


_NO_RELAY = ("board-no-room", "board-foreign-files", "board-no-files", "board-in-mirror")
ACCESS_TABLE = (
    Access(
        "the port is an address or a pseudo terminal, and names no shield",
        DIRECT,
        "no board is known to be there",
        lambda port, device, _: (is_address(port) or port.startswith("/dev/pts/")) and device.kind != SHIELD,
    ),
    Access(
        "the port is a Pycom shield",
        RELAY,
        "the modem's safety does not hang on this PC, and any rate will do",
        lambda _, device, __: device.kind == SHIELD,
        MIRROR,
        _NO_RELAY,
    ),
    Access(
        "a board answers at the port",
        RELAY,
        "it was asked",
        lambda _, device, ask: device.kind != MODULE and ask() == BOARD,
        MIRROR,
        _NO_RELAY,
    ),
    Access(
        "the port is a serial chip that older Pycom boards have, and no modem is heard at 115200",
        RELAY,
        "a board is the usual thing behind it",
        lambda _, device, ask: device.name.startswith("FTDI FT23x") and ask() != MODEM,
        MIRROR,
        _NO_RELAY,
    ),
    Access("any other port", DIRECT, "no board answers there"),
)


def access_for(port: str, device: Device, via: str = AUTO, ask: Ask = lambda: NOBODY) -> Access:
    """The row for a port; with a `via` of the user, that one alone.

    Args:
        port: its name.
        device: what it hangs on.
        via: what the user said.
        ask: called once at most, where the port may be a board's.

    Raises:
        LinkProblem: as `ask`.
    """
    if via != AUTO:
        return Access(f"--via {via}", via, "you said so")
    asked = cache(ask)
    return next(row for row in ACCESS_TABLE if row.holds(port, device, asked))


def access_to(board_port: BoardPort, via: str, reporter: Reporter) -> Access:
    """The row for a port of this computer, asked where need be.

    Raises:
        LinkProblem: as `detect`.
    """

    def ask() -> str:
        reach(reporter)
        return detect(ticking(board_port, reporter).open_port, board_port.device)

    return access_for(board_port.port, board_port.device, via, ask)


@contextmanager
def through_board(
    access: Access, board_port: BoardPort, reporter: Reporter, request: EngineRequest
) -> Iterator[ModemUpdate]:
    """An update by relay or mirror; where the access cannot begin and its fallback may, by that.

    Args:
        access: the row of the table.
        board_port: where the board is.
        reporter: who is told.
        request: what is wanted.

    Raises:
        Problem: no access begins; or what the caller raised.
    """
    has_begun = False
    begin: dict[str, Callable[[BoardPort, Reporter, EngineRequest], AbstractContextManager[ModemUpdate]]] = {
        RELAY: relayed,
        MIRROR: mirrored,
    }
    try:
        with begin[access.via](board_port, reporter, request) as update:
            has_begun = True
            yield update
        return
    except Problem as problem:
        may_fall_back = access.fallback in begin and problem.code in access.after
        if has_begun or not may_fall_back or reporter.stop_wanted():
            raise
        reason = problem
    reporter.note(f"{reason.happened} Going by the board's own bridge (mirror mode) instead.")
    with begin[access.fallback](board_port, reporter, request) as update:
        yield update
