"""The ways to the modem, as one table: condition, way, why, and what is left where it fails.

Rules: the first row whose condition holds is taken; `--via` takes the way that
it names, or says why that cannot be; a port that is no board's is never asked
for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from modemflash.errors import Problem
from modemflash.upgrade import Update
from modemflash_host.board.console.session import find_port, open_board_port
from modemflash_host.board.mirror import mirrored
from modemflash_host.board.relay.conversation import JournalOf
from modemflash_host.board.relay.open import Place, relayed
from modemflash_host.links.usb_ids import BOARD, Device
from modemflash_host.reporters import Reporter

if TYPE_CHECKING:
    from modemflash.file_roles import Files

AUTO, RELAY, MIRROR, DIRECT = VIAS = ("auto", "relay", "mirror", "direct")


@dataclass(frozen=True, slots=True)
class Way:
    """One row of the table.

    Attributes:
        condition: what must hold, in words; `CONDITIONS` has it as code.
        way: `RELAY`, `MIRROR` or `DIRECT`.
        why: in words.
        fallback: the way when this one cannot begin; "" for none.
        after: the codes of problems after which the fallback is taken. Nothing was written then.
    """

    condition: str
    way: str
    why: str
    fallback: str = ""
    after: tuple[str, ...] = ()


_CANNOT_HOLD = ("board-no-room", "board-foreign-files", "board-no-files")
WAYS = (
    Way(
        "the port is an address or a pseudo terminal, and names no shield",
        DIRECT,
        "no board is known to be there",
    ),
    Way(
        "the port is a Pycom shield",
        RELAY,
        "the modem's safety does not hang on this PC, and any rate will do",
        MIRROR,
        (*_CANNOT_HOLD, "board-in-mirror"),
    ),
    Way(
        "the port is a serial chip that older Pycom boards have",
        RELAY,
        "a board is the usual thing behind it",
        MIRROR,
        (*_CANNOT_HOLD, "board-in-mirror"),
    ),
    Way("any other port", DIRECT, "nothing tells that a board is there"),
)
CONDITIONS: dict[str, Callable[[str, Device], bool]] = {
    "the port is an address or a pseudo terminal, and names no shield": lambda port, device: (
        ("://" in port or port.startswith("/dev/pts/")) and device.kind != BOARD
    ),
    "the port is a Pycom shield": lambda _, device: device.kind == BOARD,
    "the port is a serial chip that older Pycom boards have": lambda _, device: device.name.startswith(
        "FTDI FT23x"
    ),
    "any other port": lambda *_: True,
}


def way_for(port: str, device: Device, via: str = AUTO) -> Way:
    """The row for a port; with a `via` of the user, that way alone."""
    if via != AUTO:
        return Way(f"--via {via}", via, "you said so")
    return next(way for way in WAYS if CONDITIONS[way.condition](port, device))


def place_of(port: str, say: Callable[[str], object]) -> Place:
    """The board at a port, or at the only one ("auto").

    Raises:
        LinkProblem, Refusal: as `session.find_port`.
    """
    name, device = find_port(port)
    return Place(name, open_board_port(name, say), device)


@contextmanager
def through_board(
    way: Way,
    place: Place,
    reporter: Reporter,
    files: Files,
    consents: set[str],
    options: dict[str, Any],
    journal_of: JournalOf,
    only_look: bool = False,
) -> Iterator[Update]:
    """An `Update` by relay or mirror; where the way cannot begin and the other one may, by that.

    Args:
        way: the row of the table.
        place: see `relayed`.
        reporter: see there.
        files: see there.
        consents: see there.
        options: see there.
        journal_of: see there.
        only_look: see there; it changes nothing on the other way.

    Raises:
        Problem: no way begins; or what the caller raised.
    """
    begun = False
    means: dict[str, Callable[..., AbstractContextManager[Update]]] = {
        RELAY: partial(relayed, only_look=only_look),
        MIRROR: mirrored,
    }
    try:
        with means[way.way](place, reporter, files, consents, options, journal_of) as update:
            begun = True
            yield update
        return
    except Problem as problem:
        if begun or way.fallback not in means or problem.code not in way.after:
            raise
        reason = problem
    reporter.say("note", text=f"{reason.happened} Going by the board's own bridge (mirror mode) instead.")
    with means[way.fallback](place, reporter, files, consents, options, journal_of) as update:
        yield update
