"""Only asks: what happens when a port is opened and closed, and who answers. Nothing is written to a module.

Rule: each answer is one row that a person can read, and that can be sent: of bytes that came only what a
starting board says, and their number.
"""

from __future__ import annotations

from modemflash.errors import Problem
from modemflash.interface import CONSOLE_BAUD
from modemflash_host.api import commands
from modemflash_host.board.console.repl import RESET_SIGNS
from modemflash_host.computer.clock import MonotonicClock
from modemflash_host.families.plan import Request
from modemflash_host.reporters import Reporter
from modemflash_host.run.result import Result
from modemflash_web.inside.browser import Wait
from modemflash_web.inside.jobs import Jobs
from modemflash_web.inside.link import PagePort
from modemflash_web.inside.screen import Post
from modemflash_web.inside.words import said

_LISTEN_MS = 1_500


def port_check(jobs: Jobs, port: PagePort, wait: Wait[object], post: Post, times: int, via: str) -> Result:
    """Open and close a port some times, then ask the board, or the module itself.

    Args:
        jobs: carries out the run.
        port: of the board.
        wait: see there.
        post: gets each row, too.
        times: how often.
        via: see `Request`.
    """

    def row(what: str, text: str, **more: object) -> None:
        post({"kind": "answer", "row": {"what": what, "text": text, **more}})

    def work(reporter: Reporter) -> Result:
        usb = port.device.usb
        row(said("rowPort"), said("usb", usb=usb or said("notNamed")), usb=usb)
        for number in range(1, times + 1):
            opening = _opened(port, wait)
            row(said("rowOpening", number=number), str(opening.pop("text")), **opening)
            reporter.tick(MonotonicClock().ticks_ms())
            if reporter.stop_wanted():
                break
        try:
            found = commands.info(Request(port.name, via, only_look=True), reporter)
        except Problem as problem:
            row(said("rowModem"), f"{problem.code}: {problem.happened}", code=problem.code)
            raise
        named, version = found.product or said("notNamed"), found.version or said("noVersion")
        row(said("rowModem"), f"{named}, {version}, {found.state}")
        return Result("nothing-to-do", "modem-asked", seconds=reporter.at_s).of_module(found)

    return jobs.carry_out(work, "board", ["info"], port.name)


def _opened(port: PagePort, wait: Wait[object]) -> dict[str, object]:
    """Open, listen, close: how long each took, and what came."""
    clock = MonotonicClock()
    wait(port.device.close())
    began_ms = clock.ticks_ms()
    try:
        link = port.open(CONSOLE_BAUD, lambda: None)
    except Problem as problem:
        return {"text": f"{problem.code}: {problem.happened}", "code": problem.code}
    opened_ms = clock.ticks_ms() - began_ms
    heard, buf, start_ms = b"", bytearray(4096), clock.ticks_ms()
    while (left_ms := _LISTEN_MS - (clock.ticks_ms() - start_ms)) > 0:
        heard += bytes(buf[: link.readinto(buf, len(buf), left_ms)])
    closing_ms = clock.ticks_ms()
    wait(port.device.close())
    closed_ms = clock.ticks_ms() - closing_ms
    signs = [sign.decode() for sign in RESET_SIGNS if sign in heard]
    says = said("didRestart", sign=signs[0]) if signs else said("didNotRestart")
    return {
        "text": said("wasOpened", says=says, count=len(heard), opened=opened_ms, closed=closed_ms),
        "restarted": bool(signs),
        "bytes": len(heard),
        "opened_ms": opened_ms,
        "closed_ms": closed_ms,
    }
