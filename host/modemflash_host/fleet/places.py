"""Where a board of a fleet is: the words of `fleet.toml` as a port that can be opened.

/dev/ttyACM0, COM5, rfc2217://…     as they are
serial:NUMBER                       the port of this computer whose USB device has that serial number
labgrid:PLACE, labgrid:tags(a=b)    see `modemflash_host.fleet.labgrid`

Rule: where nothing can be written down, a place of labgrid is not taken; a port is, as by any
other command, whose update then says what it cannot keep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from modemflash_host.errors import LinkProblem, Refusal
from modemflash_host.fleet import labgrid
from modemflash_host.fleet.place_record import Waiting, held, wait_for
from modemflash_host.fleet.worker import Reached
from modemflash_host.links.linux import holder_pid
from modemflash_host.links.names import device_name, is_address
from modemflash_host.links.open import port_names, what_instead
from modemflash_host.links.ports import Port, list_ports

_SERIAL = "serial:"


@contextmanager
def reached(
    place: str, stop_wanted: Callable[[], int], tick: Callable[[str], object], must_be_there: bool = False
) -> Iterator[Reached]:
    """The port to open, held as long as it is needed.

    Args:
        place: as in `fleet.toml`.
        stop_wanted: how often the user asked to stop.
        tick: told what is waited for, several times a second.
        must_be_there: a device that is away is not reached, and no process is started to find that out.

    Raises:
        Problem: it cannot be reached; see `port_of`, `place_record.held` and `labgrid.place`.
    """
    waiting = Waiting(stop_wanted, tick)
    with ExitStack() as places:
        mine = None
        is_of_labgrid = place.startswith(labgrid.SCHEME)
        try:
            mine = places.enter_context(held(place, waiting))
        except OSError:
            if is_of_labgrid:  # nobody would find it again and give it back
                raise

        def works(pid: int) -> None:
            if mine is not None:
                mine.note(pid=pid)

        if mine is not None and is_of_labgrid:
            port = places.enter_context(labgrid.place(place[len(labgrid.SCHEME) :], mine, waiting))
            yield Reached(port, works)
        else:
            port = port_of(place)
            if not is_address(port):
                if must_be_there and not Path(port).exists() and device_name(port) not in port_names():
                    raise LinkProblem("port-absent", what_instead(port))
                wait_for(holder_pid(port), waiting)
            yield Reached(port, works)


def port_of(place: str, ports: Callable[[], Iterable[Port]] = list_ports) -> str:
    """The port to open; looked for anew each time, because a cable may have moved.

    Raises:
        LinkProblem: `port-absent`.
        Refusal: `port-ambiguous`: several have that number.
    """
    if not place.startswith(_SERIAL):
        return place
    number = place[len(_SERIAL) :]
    found = [port.name for port in ports() if port.serial == number and port.name]
    if not found:
        raise LinkProblem("port-absent", f"no USB device with the serial number {number}")
    if len(found) > 1:
        raise Refusal("port-ambiguous", f"{', '.join(found)} have the serial number {number}")
    return found[0]
