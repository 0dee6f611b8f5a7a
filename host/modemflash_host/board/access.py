"""How a modem is reached, as one table: condition, access, why, and what is left where it fails.

Rules: the first row whose condition holds is taken; `--via` takes what
it names, or says why that cannot be; a port that is no board's is never asked
for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from modemflash.errors import Problem
from modemflash_host.board.console.session import BoardPort
from modemflash_host.board.mirror import mirrored
from modemflash_host.board.modem_update import EngineRequest, ModemUpdate
from modemflash_host.board.relay.open import relayed
from modemflash_host.families.plan import AUTO, DIRECT, MIRROR, RELAY
from modemflash_host.links.names import is_address
from modemflash_host.links.usb_ids import BOARD, Device
from modemflash_host.reporters import Reporter


@dataclass(frozen=True, slots=True)
class Access:
    """One row of the table.

    Attributes:
        condition: what must hold, in words; `CONDITIONS` has it as code.
        via: `RELAY`, `MIRROR` or `DIRECT`.
        why: in words.
        fallback: what is taken when this one cannot begin; "" for none.
        after: the codes of problems after which the fallback is taken. Nothing was written then.
    """

    condition: str
    via: str
    why: str
    fallback: str = ""
    after: tuple[str, ...] = ()


_CANNOT_HOLD = ("board-no-room", "board-foreign-files", "board-no-files")
ACCESS_TABLE = (
    Access(
        "the port is an address or a pseudo terminal, and names no shield",
        DIRECT,
        "no board is known to be there",
    ),
    Access(
        "the port is a Pycom shield",
        RELAY,
        "the modem's safety does not hang on this PC, and any rate will do",
        MIRROR,
        (*_CANNOT_HOLD, "board-in-mirror"),
    ),
    Access(
        "the port is a serial chip that older Pycom boards have",
        RELAY,
        "a board is the usual thing behind it",
        MIRROR,
        (*_CANNOT_HOLD, "board-in-mirror"),
    ),
    Access("any other port", DIRECT, "nothing tells that a board is there"),
)
CONDITIONS: dict[str, Callable[[str, Device], bool]] = {
    "the port is an address or a pseudo terminal, and names no shield": lambda port, device: (
        (is_address(port) or port.startswith("/dev/pts/")) and device.kind != BOARD
    ),
    "the port is a Pycom shield": lambda _, device: device.kind == BOARD,
    "the port is a serial chip that older Pycom boards have": lambda _, device: device.name.startswith(
        "FTDI FT23x"
    ),
    "any other port": lambda *_: True,
}


def access_for(port: str, device: Device, via: str = AUTO) -> Access:
    """The row for a port; with a `via` of the user, that one alone."""
    if via != AUTO:
        return Access(f"--via {via}", via, "you said so")
    return next(row for row in ACCESS_TABLE if CONDITIONS[row.condition](port, device))


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
