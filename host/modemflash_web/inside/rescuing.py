"""A rescue with the board's help from the page: `modemflash_host.rescue` with the page's port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from modemflash.errors import Problem
from modemflash_host.api import commands
from modemflash_host.board.console import session
from modemflash_host.computer.clock import MonotonicClock
from modemflash_host.families.plan import Request
from modemflash_host.families.sequans.journals import unfinished_of_board
from modemflash_host.reporters import Reporter
from modemflash_host.rescue.with_board import BoardRescue, RescueContext
from modemflash_host.run.confirm import Ask
from modemflash_host.run.result import Result
from modemflash_web.inside.browser import Wait
from modemflash_web.inside.link import PagePort

_TRY_S = 60


def rescue(
    request: Request,
    port: PagePort,
    wait: Wait[object],
    reporter: Reporter,
    ask: Ask,
    for_s: int,
    update: Callable[[Request], Result],
) -> Result:
    """See `modemflash_host.rescue.with_board`.

    Args:
        request: with the files, where the update shall go on as soon as the modem answers.
        port: of the board.
        wait: see there.
        reporter: who is told.
        ask: who is asked.
        for_s: no new power cycle begins after so long.
        update: carries one out, as soon as the modem answers.

    Raises:
        Problem: it could not begin.
    """
    request = replace(request, find_timeout_s=_TRY_S)

    def find() -> str | None:
        return port.name if wait(port.device.find()) else None

    def attempt(_name: str) -> Result:
        if request.files:
            return update(request)
        try:
            found = commands.info(request, reporter)
        except Problem as problem:
            return Result.of_problem(problem, seconds=reporter.at_s)
        return Result("nothing-to-do", "modem-asked", seconds=reporter.at_s).of_module(found)

    context = RescueContext(
        port.name,
        find,
        lambda name: session.find_board(name, reporter),
        MonotonicClock(),
        attempt,
        unfinished_of_board,
    )
    return BoardRescue(context, reporter, for_s).run(request.consents, ask)
