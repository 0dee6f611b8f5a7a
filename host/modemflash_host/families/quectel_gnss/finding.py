"""Who is at the port: the application at one of its rates, or the boot loader, or nobody.

Rules: it writes nothing: the only words sent are the questions for version and number,
sync words and the query of the boot loader; a boot loader that was entered only
to look is left again by its own reset.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from modemflash.line import Line
from modemflash_host.families.quectel_gnss import frames, nmea
from modemflash_host.families.quectel_gnss.boot_loader import BAUD, BootLoader, drop_until_quiet
from modemflash_host.families.quectel_gnss.nmea import Build

APPLICATION, OTHER_APPLICATION, BOOT_LOADER, NOISE, SILENCE = (
    "application",
    "other-application",
    "boot-loader",
    "noise",
    "silence",
)
_LISTEN_MS = 1200  # sentences come once a second, the answer in between
_ASK_AGAIN_MS = 400
_NUMBER_MS = 600
_LOOK_FOR_BOOT_LOADER_MS = 1500
_KEPT_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Attributes:
        state: one of the five above.
        baud: the rate of the application; 0 where that is not known.
        build: what the application says it is.
        boot: the version of the boot loader.
    """

    state: str
    baud: int = 0
    build: Build | None = None
    boot: str = ""


def rates_from(first: int) -> Sequence[int]:
    """All rates, `first` before the others."""
    return (first, *(rate for rate in nmea.RATES if rate != first)) if first else nmea.RATES


def find(line: Line, boot_loader: BootLoader, who_else: Callable[[bytes], object] = lambda _: None) -> Found:
    """Who is there; a boot loader that listens is entered.

    Where no application talks, an open session is asked for before the rate is changed: it would take words
    at another rate for damaged frames. What it said to the question for the version looks like noise.

    Args:
        line: an open line.
        boot_loader: at that line.
        who_else: see `find_application`.

    Raises:
        Stopped: the user asked to stop.
    """
    first, *others = rates_from(0)
    found = find_application(line, (first,), who_else=who_else)
    if found.state in (SILENCE, NOISE) and (version := boot_loader.boot_version()):
        return Found(BOOT_LOADER, boot=version)
    if found.state in (SILENCE, NOISE):
        at_others = find_application(line, (*others, first), who_else=who_else)  # it may have been starting
        found = at_others if at_others.state != SILENCE else found
    if found.state in (SILENCE, NOISE):
        return find_boot_loader(line, boot_loader) or found
    return found


def find_application(
    line: Line, rates: Sequence[int], turn: int = 1, who_else: Callable[[bytes], object] = lambda _: None
) -> Found:
    """Ask for the version at each rate until it is said.

    Args:
        line: an open line.
        rates: in their order.
        turn: which pass this is.
        who_else: given what no receiver of ours says; it raises where somebody else does.

    Raises:
        Stopped: the user asked to stop.
    """
    best = Found(SILENCE)
    for rate in rates:
        line.checkpoint()
        fixed = not line.set_baud(rate)
        heard = _ask(line)
        build = nmea.build_in(heard)
        if build is not None:
            line.report("probe", baud=rate, round=turn, heard="answer")
            return Found(APPLICATION, rate, build)
        talks = nmea.is_gnss(heard)
        line.report(
            "probe", baud=rate, round=turn, heard="text" if talks else "noise" if heard else "silence"
        )
        if talks:
            return Found(OTHER_APPLICATION, rate)
        who_else(heard)
        if heard:
            best = Found(NOISE)
        if fixed:
            break
    return best


def _ask(line: Line) -> bytes:
    """What comes at this rate, asked twice."""
    buf = bytearray(1024)
    heard = bytearray()
    line.port.drop_input()
    start = line.now()
    asked = 0
    while (passed := line.since(start)) < _LISTEN_MS:
        if passed >= asked * _ASK_AGAIN_MS and asked < 2:
            line.write(nmea.sentence(nmea.VERSION))
            asked += 1
        next_ms = asked * _ASK_AGAIN_MS if asked < 2 else _LISTEN_MS
        heard += buf[: line.read(buf, len(buf), max(1, next_ms - passed))]
        if nmea.build_in(bytes(heard)) is not None:
            break
        del heard[:-_KEPT_BYTES]
    return bytes(heard)


def ask_number(line: Line) -> str:
    """The own number of the module whose application answers at this rate; "" where it does not tell."""
    buf = bytearray(1024)
    heard = bytearray()
    line.port.drop_input()
    start = line.now()
    line.write(nmea.sentence(nmea.NUMBER))
    while (left_ms := _NUMBER_MS - line.since(start)) > 0 and not nmea.number_in(bytes(heard)):
        heard += buf[: line.read(buf, len(buf), left_ms)]
        del heard[:-_KEPT_BYTES]
    return nmea.number_in(bytes(heard))


def talks(line: Line, rate: int) -> bool:
    """Whether an application talks by itself at a rate; nothing is sent to find out."""
    buf = bytearray(1024)
    heard = bytearray()
    line.set_baud(rate)
    line.port.drop_input()
    start = line.now()
    while (left_ms := _LISTEN_MS - line.since(start)) > 0 and not nmea.is_gnss(bytes(heard)):
        heard += buf[: line.read(buf, len(buf), left_ms)]
        del heard[:-_KEPT_BYTES]
    return nmea.is_gnss(bytes(heard))


def find_boot_loader(line: Line, boot_loader: BootLoader) -> Found | None:
    """The boot loader, where it listens: in a session that an update left open, or in its window."""
    line.set_baud(BAUD)
    line.port.drop_input()
    if (version := boot_loader.boot_version()) or boot_loader.enter(_LOOK_FOR_BOOT_LOADER_MS):
        return Found(BOOT_LOADER, boot=version or boot_loader.boot_version())
    return None


def leave_boot_loader(line: Line) -> None:
    """Let the module start anew; whether it answers does not matter."""
    line.write(frames.frame(frames.RESET))
    drop_until_quiet(line, 50, 600)


def details(found: Found) -> dict[str, Any]:
    """What there is to say beside name and version."""
    record = {}
    if found.build is not None:
        record["built"] = f"{found.build.date} {found.build.time}"
    if found.boot:
        record["boot"] = found.boot
    if found.baud:
        record["rate"] = str(found.baud)
    return {"record": record}
