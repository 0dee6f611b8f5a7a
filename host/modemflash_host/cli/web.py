"""`modemflash web`: the page that updates a board from a browser, served on this computer."""

from __future__ import annotations

import os
import sys
import time
import webbrowser
from pathlib import Path

import rich_click as click
from rich.text import Text

from modemflash.errors import Refusal
from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.options import Number
from modemflash_host.cli.shell_words import command_line
from modemflash_host.computer.programs import Unavailable
from modemflash_host.reporters.steady_console import SteadyConsole
from modemflash_host.store.state_folder import state_folder

_OTHER = (
    "Another program has port {}. What the browser has kept of an update stays with that port: if one did "
    "not finish, end that program and say `modemflash web` again."
)
_NOT_OPENED = (
    "No browser was opened: open the page in Chrome, Edge or Firefox on this computer. Where another one has "
    "the board, say there `ssh -L {0}:127.0.0.1:{0}` and the name of this computer, and open the page there."
)
_EACH_S = 60


@click.command(cls=HelpCommand)
@click.option(
    "--build", "target", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
    help="Put the page into FOLDER, for a web server, and end.",
)  # fmt: skip
@click.option("--no-browser", is_flag=True, help="Do not open the browser; print the address only.")
@click.option(
    "--http-port",
    type=Number(1024, 65535),
    default=None,
    metavar="N",
    help="Instead of the usual port.",
)
def web(target: Path | None, no_browser: bool, http_port: int | None) -> int:
    """Update a board from a page in Chrome, Edge or Firefox.

    The page is served on this computer alone, and the program runs in the browser.
    It is built when it is asked for first: that needs npm and node. Ctrl-C ends it.
    """
    console = SteadyConsole()
    folder = _page(console, target)
    if target is not None:
        console.print(
            Text.assemble("The page is in ", (str(folder), "bold"), "; docs/web.md tells how to host it.")
        )
        return 0
    _serve(console, folder, no_browser, http_port)
    return 0


def _page(console: SteadyConsole, target: Path | None) -> Path:
    """A folder with the page, built where it is not there or out of date.

    Raises:
        Refusal: `page-not-built`.
    """
    from modemflash_web import build

    try:
        folder = target or state_folder("web") / "page"
        if target is None and build.is_of_this_release(folder):
            return folder
        console.print("Building the page: a minute, once.", style="dim")
        return build.build(folder)
    except (Unavailable, OSError) as why:
        raise Refusal("page-not-built", str(why)) from None


def _serve(console: SteadyConsole, folder: Path, no_browser: bool, http_port: int | None) -> None:
    from modemflash_web import serve

    try:
        served = serve.served(folder, http_port or serve.PORT)
        address = served.__enter__()
    except OSError:
        console.print(Text(_OTHER.format(http_port or serve.PORT), "yellow"))
        served = serve.served(folder, 0)
        address = served.__enter__()
    try:
        console.print(Text.assemble(("Page   ", "dim"), (address, "bold")), soft_wrap=True)
        console.print(Text.assemble(("End    ", "dim"), "Ctrl-C, when no update is under way"))
        again = command_line(["modemflash", "web"])
        console.print(Text.assemble(("Again  ", "dim"), (again, "cyan")))
        if not (no_browser or _opened(address)):
            console.print(Text(_NOT_OPENED.format(address.split("/")[2].rpartition(":")[2]), "yellow"))
        _until_interrupted()
    except KeyboardInterrupt:
        pass
    finally:
        served.__exit__(None, None, None)


def _opened(address: str) -> bool:
    """Whether a browser with a window was begun; one for a terminal would take this one, and has no ports."""
    named = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
    if sys.platform not in ("win32", "darwin") and not any(map(os.environ.get, named)):
        return False
    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False


def _until_interrupted() -> None:
    while True:
        time.sleep(_EACH_S)  # on Windows, Ctrl-C ends no wait for an event
