"""`modemflash rescue`: keep trying a silent modem while somebody cuts its power."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import rich_click as click

from modemflash.errors import Problem
from modemflash_host.api import commands
from modemflash_host.api.firmware import select_files
from modemflash_host.board import access
from modemflash_host.board.console import session
from modemflash_host.board.console.session import BoardPort
from modemflash_host.board.ticking import at_board
from modemflash_host.cli.asking import asker
from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.options import Talk, port_options, talk_options
from modemflash_host.computer.clock import MonotonicClock
from modemflash_host.consents import YES
from modemflash_host.families.plan import RELAY, Request
from modemflash_host.families.sequans.journals import unfinished_of_board
from modemflash_host.links import ports
from modemflash_host.links.names import AUTO, is_address
from modemflash_host.links.usb_ids import NO_DEVICE
from modemflash_host.reporters import Reporter
from modemflash_host.rescue.port_monitor import finder
from modemflash_host.rescue.retry import rescue as keep_trying
from modemflash_host.rescue.with_board import BoardRescue, RescueContext, put_back
from modemflash_host.run.result import Result

_UNITS_S = {"s": 1, "m": 60, "h": 3600}
_TRY_S = 60


def duration_s(ctx: click.Context, parameter: click.Parameter, text: str) -> int:
    """`90s`, `30m` or `12h` as seconds."""
    found = re.fullmatch(r"(\d{1,4})([smh])", text)
    if not found:
        raise click.BadParameter("a number with s, m or h, such as 12h")
    return int(found[1]) * _UNITS_S[found[2]]


@click.command(cls=HelpCommand)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[SOURCE]...")
@port_options
@click.option(
    "--for", "for_s", default="1h", show_default=True, metavar="TIME", callback=duration_s,
    help="How long to go on, such as 30m or 12h.",
)  # fmt: skip
@click.option("-y", "--yes", is_flag=True, help="Say yes to the rescue and a plain upgrade, nothing else.")
@click.option(
    "--keep-armed",
    is_flag=True,
    help="At the end leave updater, hook and rescue on the board, for a card in the field.",
)
@click.option("--disarm", is_flag=True, help="Only put a board back that an earlier rescue left armed.")
@talk_options
def rescue(
    files: tuple[Path, ...],
    port: str,
    via: str,
    answer_timeout: int | None,
    for_s: int,
    yes: bool,
    keep_armed: bool,
    disarm: bool,
    talk: Talk,
) -> int:
    """Keep trying a silent modem while you cut its power.

    On a board the plan is shown first: the board itself then listens at each
    power-up, and says when the modem answers. All of it comes off the board at
    the end. With firmware as SOURCE the update goes on as soon as the modem
    answers. A danger is asked for then; off a terminal it is refused.
    """

    def work(reporter: Reporter) -> Result:
        if disarm:
            done = put_back(at_board(port, reporter), reporter)
            return Result("nothing-to-do", "rescue-put-back" if done else "rescue-not-there")
        with ExitStack() as opened:
            request = Request(
                port,
                via,
                select_files(files, port, {}, reporter, opened),
                frozenset({YES} if yes else ()),
                find_timeout_s=answer_timeout or _TRY_S,
            )
            ask = asker(reporter, talk.as_json)

            def attempt(port: str, via: str) -> Result:
                wanted = replace(request, port=port, via=via)
                return commands.update(wanted, reporter, ask) if wanted.files else _look(wanted, reporter)

            board_port, row = _access_to(port, via, reporter)
            if board_port is not None and row.via == RELAY:
                context = RescueContext(
                    board_port.port,
                    finder(board_port.port),
                    lambda name: session.find_board(name, reporter),
                    MonotonicClock(),
                    lambda name: attempt(name, RELAY),
                    unfinished_of_board,
                )
                try:
                    return BoardRescue(context, reporter, for_s, keep_armed).run(request.consents, ask)
                except Problem as problem:
                    if problem.code not in row.after:
                        raise
                    reporter.note(f"{problem.happened} Going on without the board's help.")
            return keep_trying(
                lambda: attempt(port, via), lambda: _is_there(port), MonotonicClock(), reporter, for_s
            )

    return carry_out(work, talk, port)


def _access_to(port: str, via: str, reporter: Reporter) -> tuple[BoardPort | None, access.Access]:
    """How the modem is reached, and the board at the port; None for an address.

    Raises:
        LinkProblem, Refusal: no port, or several.
    """
    if is_address(port):
        return None, access.access_for(port, NO_DEVICE, via)
    board_port = session.find_board(port, reporter)
    return board_port, access.access_to(board_port, via, reporter)


def _look(request: Request, reporter: Reporter) -> Result:
    try:
        found = commands.info(request, reporter)
    except Problem as problem:
        return Result.of_problem(problem, seconds=reporter.at_s)
    return Result("nothing-to-do", "modem-asked", seconds=reporter.at_s).of_module(found)


def _is_there(port: str) -> bool:
    """Whether the port is there; an address always is."""
    if is_address(port):
        return True
    listed = ports.list_ports()
    if port == AUTO:
        return bool(listed)
    return ports.port_at(port, listed) is not None or Path(port).exists()
