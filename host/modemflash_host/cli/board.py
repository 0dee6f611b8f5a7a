"""`modemflash board`: the board between the PC and the modem."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import rich_click as click
from rich.text import Text

from modemflash_host.board.console.connect import check_idle
from modemflash_host.board.console.identity import Board, read_identity
from modemflash_host.board.console.session import BoardPort, find_port, open_board_port
from modemflash_host.board.console.stoppable import stoppable
from modemflash_host.board.firmware import archive as firmware_archive
from modemflash_host.board.firmware import forecast
from modemflash_host.board.install import deploy as deploying
from modemflash_host.board.install import temporary
from modemflash_host.board.modem_update import DEPLOY_MOST_S
from modemflash_host.board.pic import Open, pic_channel
from modemflash_host.board.ticking import UNINSTALL, at_board, leave, left, reach, ticking
from modemflash_host.board.tools import esptool
from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.help_page import HelpGroup
from modemflash_host.cli.options import Talk, port_name, port_option, talk_options
from modemflash_host.computer.clock import ticker
from modemflash_host.errors import Refusal
from modemflash_host.reporters import Reporter
from modemflash_host.reporters.rows import Rows
from modemflash_host.reporters.steady_console import SteadyConsole
from modemflash_host.reporters.words import printable
from modemflash_host.rescue import arming
from modemflash_host.run.result import Result

POWER_OFF_S = 10
_RESET_WORDS = "The board is reset, not its modem: that has its own power and does not notice."
_POWER_WORDS = "The shield is told to cut the power. It is believed that this reaches the modem; not tried."

_port_option = port_option("A device, COM name or pyserial URL; auto: the one board that is plugged in.")

Shown = list[tuple[str, Text]]


@click.group(cls=HelpGroup)
def board() -> None:
    """The board between the PC and the modem."""


@board.command()
@_port_option
@talk_options
def info(port: str, talk: Talk) -> int:
    """Ask the board who it is. Writes nothing; its program is started again afterwards."""

    def work(reporter: Reporter, shown: Shown) -> Result:
        with at_board(port, reporter) as session:
            found = read_identity(session.repl)
            reporter.say("board", port=session.port, by=session.by, **dataclasses.asdict(found))
        shown += rows_of(found)
        return Result("nothing-to-do", "board-read")

    return _carry_out(work, talk)


@board.command()
@_port_option
@talk_options
def chip(port: str, talk: Talk) -> int:
    """Ask the ESP32's boot loader for chip, revision, MAC and flash. Writes nothing."""

    def work(reporter: Reporter, shown: Shown) -> Result:
        esptool.require()
        name, device = find_port(port)
        open_port = _idle_port(name, reporter)
        found = esptool.chip(name, open_port, device, ticker(reporter))
        left(reporter)
        reporter.say("chip", port=name, **dataclasses.asdict(found))
        shown.append(("Chip", Text(f"{found.name}, revision {found.revision[0]}.{found.revision[1]}")))
        shown.append(("MAC", Text(found.mac)))
        shown.append(("Flash", Text(f"{found.flash_mb} MB" if found.flash_mb else "not detected")))
        return Result("nothing-to-do", "board-read")

    return _carry_out(work, talk)


@board.command()
@click.argument("archive", type=click.Path(path_type=Path), metavar="FILE.tar.gz")
@click.option("--dry-run", is_flag=True, help="Show what a write would do. Nothing else is offered.")
@click.option(
    "-p", "--port", default="", envvar="MODEMFLASH_PORT", callback=port_name,
    help="Check it against this board, too.",
)  # fmt: skip
@talk_options
def firmware(archive: Path, dry_run: bool, port: str, talk: Talk) -> int:
    """Check a Pycom firmware archive: whose it is, what would be written where, what becomes of /flash."""

    def work(reporter: Reporter, shown: Shown) -> Result:
        if not dry_run:
            raise Refusal("firmware-write-not-here")
        found = firmware_archive.read(archive)
        name, core = "", None
        if port:
            with at_board(port, reporter) as session:
                asked = read_identity(session.repl)
            name, core = asked.name, asked.python
        plan = forecast.make(found, name, core)
        reporter.say(
            "firmware",
            file=archive.name,
            board=found.board,
            release=found.release,
            **dataclasses.asdict(plan),
        )
        shown.append(("Archive", Text(f"{found.board or 'some board'} {found.release}, by {plan.script}")))
        for write in plan.writes:
            what = (
                f"{write.what:6}{write.offset:#9x} + {write.size:#x}  {printable(write.file or write.place)}"
            )
            shown.append(("", Text(what)))
        shown.append(("/flash", Text(plan.to_files, "bold red" if plan.loses_files else "")))
        shown += [("Note", Text(printable(each), "yellow")) for each in plan.warnings]
        return Result("nothing-to-do", "firmware-looked-at")

    return _carry_out(work, talk)


@board.command()
@_port_option
@talk_options
def reset(port: str, talk: Talk) -> int:
    """Reset the board. This does not reset its modem: only a power cut does."""

    def work(reporter: Reporter, shown: Shown) -> Result:
        reporter.note(_RESET_WORDS)
        with at_board(port, reporter):
            pass  # giving it back is a reset
        return Result("nothing-to-do", "board-reset")

    return _carry_out(work, talk)


@board.command("power-cycle")
@_port_option
@talk_options
def power_cycle(port: str, talk: Talk) -> int:
    """Cut the power of board and modem for ten seconds, on shields with a PIC (believed, not tried)."""

    def work(reporter: Reporter, shown: Shown) -> Result:
        name, device = find_port(port)
        if not device.cuts_power:
            raise Refusal("pic-needed", device.name)
        open_port = _idle_port(name, reporter)
        reporter.note(_POWER_WORDS)
        with pic_channel(open_port) as pic:
            pic.cut_power(POWER_OFF_S)
        left(reporter)
        return Result("nothing-to-do", "board-power-cycled")

    return _carry_out(work, talk)


@board.command()
@_port_option
@click.option(
    "--hook",
    is_flag=True,
    help="Also put two lines at the start of main.py, so that a card starts an update at power-up.",
)
@click.option("--button", default="P10", show_default=True, help="The hook is skipped while it is held.")
@talk_options
def deploy(port: str, hook: bool, button: str, talk: Talk) -> int:
    """Put the updater on the board. Unchanged files are skipped; `board remove` takes it off again."""
    if not re.fullmatch(r"(P\d{1,2})?", button):
        raise click.BadParameter("a pin's name such as P10, or '' for none", param_hint="--button")

    def work(reporter: Reporter, shown: Shown) -> Result:
        def on_bytes(done: int, total: int) -> None:
            reporter.say("progress", phase="deploy", done=done, total=total)

        with at_board(port, reporter) as session, session.in_safe_boot():
            reporter.say("phase", phase="deploy", usual_s=0, allowed_s=DEPLOY_MOST_S, note="")
            done = deploying.deploy(session, on_bytes=on_bytes, stop_wanted=reporter.stop_wanted)
            temporary.forget(session.repl)
            if hook:
                arming.install_hook(session, button)
        fields = {name: getattr(done, name) for name in ("written", "unchanged", "removed", "bytes")}
        reporter.say("deployed", **fields, hook=hook)
        shown += rows_of(done.board)
        words = f"{done.written} written ({done.bytes} bytes), {done.unchanged} were there"
        shown.append(("Files", Text(f"{words}, {done.removed} removed")))
        if hook:
            shown.append(("Hook", Text("in main.py: looks for a card at power-up, then your program runs")))
        return Result("nothing-to-do", "board-deployed")

    return _carry_out(work, talk)


@board.command()
@_port_option
@talk_options
def remove(port: str, talk: Talk) -> int:
    """Take the updater off the board: every file that was put there, and nothing else."""

    def work(reporter: Reporter, shown: Shown) -> Result:
        with (
            at_board(port, reporter) as session,
            session.in_safe_boot(),
            stoppable(session.repl, reporter.stop_wanted),
        ):
            leave(reporter, UNINSTALL)
            done = deploying.remove(session)
        reporter.say("removed", files=done.files, kept=list(done.kept))
        shown.append(("Files", Text(f"{done.files} removed")))
        shown += [("Kept", Text(f"{printable(path)}: somebody changed it", "yellow")) for path in done.kept]
        return Result("nothing-to-do", "board-removed")

    return _carry_out(work, talk)


def _idle_port(name: str, reporter: Reporter) -> Open:
    """Opens the port of a board that is at no update; every wait at it is shown.

    Raises:
        BoardProblem, LinkProblem: see `check_idle`.
    """
    reach(reporter)
    open_port = ticking(BoardPort(name, open_board_port(name, reporter)), reporter).open_port
    check_idle(open_port)
    return open_port


def _carry_out(work: Callable[[Reporter, Shown], Result], talk: Talk) -> int:
    """Do it, then show people what was found."""
    shown: Shown = []
    code = carry_out(lambda reporter: work(reporter, shown), talk)
    if shown and not talk.as_json and not talk.quiet:
        SteadyConsole().print(Rows(shown))
    return code


def rows_of(found: Board) -> Shown:
    """Who a board is, as people read it."""
    board_words = found.machine or "does not say what it is"
    rows = [("Board", Text(printable(board_words), "" if found.has_modem else "yellow"))]
    if firmware := ", ".join(each for each in (found.release, found.version) if each):
        rows.append(("Firmware", Text(printable(firmware))))
    if found.mac:
        rows.append(("MAC", Text(found.mac)))
    if found.free_kib is not None:
        rows.append(("/flash", Text(f"{found.free_kib} KiB free")))
    if found.last_job:
        code, _, builds = found.last_job.partition(" ")
        words = (
            "began and has not ended" if code == "begun" else f"{code}, build {builds.replace(' ', ' → ')}"
        )
        rows.append(("Last job", Text(printable(words.replace("None", "not known")))))
    if not found.has_modem:
        rows.append(("Note", Text("no Pycom board with a modem: nothing can be done for it here", "yellow")))
    return rows
