"""Draws docs/screens/: what an owner sees, from real commands on the simulated modem.

    python tests/tools/docs_screens.py docs/screens

Rules: the commands, the reporters and the modem are the real ones. Only the
console is another, and time is the modem's own, so that the same program gives
the same pictures. What differs from computer to computer (dates, the path of a
report) is replaced. A picture loads nothing from anywhere.
"""

from __future__ import annotations

import dataclasses
import io
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from click.testing import CliRunner
from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

from modemflash_host.cli import app, carry_out
from modemflash_host.cli.shell_words import command_line
from modemflash_host.computer.clock import MonotonicClock
from modemflash_host.report.history import history
from modemflash_host.report.history_table import history_table
from modemflash_host.reporters import Event
from modemflash_host.reporters.terminal import Terminal

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.fleet_picture import fleet_table

_NEW, _UPDATER = "sim://CATM1-41065.dup", "sim://updater.elf"
_MODEM = "sim://pycom-catm1?state=modem.json"
_BROKEN = "sim://pycom-catm1?fault=install-fails:9"
_ZIP = "~/.local/state/modemflash/reports/modemflash-report-20260115-091204-318-4711.zip"
_UPDATE = ("update", _NEW, "--updater", _UPDATER)
_SHARE = 0.62  # of the image, where the running update is caught
_FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
_WIDTH = 80


class _Still(Terminal):
    """A terminal that does not move: the live line is printed once, at one moment.

    Args:
        console: where it writes.
        shows: whether an event is still to be shown.
        catch: how much of the image has been sent at that moment; 2 for never.
    """

    def __init__(self, console: Console, shows: Callable[[Event], bool], catch: float) -> None:
        super().__init__(console, console)
        self._shows, self._catch = shows, catch
        self._caught = False

    def report(self, event: Event, at_s: float) -> None:
        """Show one event."""
        if event["event"] == "report":
            event = {**event, "path": _ZIP}
        if self._caught:
            return
        self.out.quiet = not self._shows(event)
        super().report(event, at_s)

    def tick(self, at_s: float) -> None:
        """It does not move."""

    def moved(self, event: Event, at_s: float) -> None:
        """A phase began or moved: the moment may be there."""
        if event["event"] == "progress" and event["phase"] == "transfer" and self.watch.share >= self._catch:
            self.out.print(self.picture(at_s))
            self._caught = True


class _Folding(Console):
    """A console that breaks long lines where a terminal does, at its edge."""

    def print(self, *objects: Any, soft_wrap: bool | None = None, **options: Any) -> None:
        """Print, as `rich` does."""
        for each in objects:
            if soft_wrap and isinstance(each, Text):
                for line in each.divide(range(self.width, len(each), self.width)):
                    super().print(line, soft_wrap=True, **options)
            else:
                super().print(each, **options)
        if not objects:
            super().print(**options)


def screens(width: int = _WIDTH) -> dict[str, str]:
    """Name -> SVG of every screen.

    Args:
        width: columns of the terminal.
    """
    with _somewhere():
        identify = _command(width, "identify", _NEW, _UPDATER)
        _command(width, "info")
        plan = _command(width, *_UPDATE, "--dry-run")
        update = _command(width, *_UPDATE, "-y", shows=_from_the_plan_on(), catch=_SHARE)
        _command(width, *_UPDATE, "-y")
        error = _command(width, *_UPDATE, "-y", "-p", _BROKEN, shows=_from_the_plan_on())
        return {
            "identify": identify,
            "plan": plan,
            "update": update,
            "error": error,
            "history": _history(width),
            "fleet": _fleet(width),
            **({"help": _help(width)} if width >= _WIDTH else {}),  # a help is as wide as it is
        }


def _command(
    width: int, *words: str, shows: Callable[[Event], bool] = lambda _: True, catch: float = 2.0
) -> str:
    """One command, as it is typed and as it ends."""
    console = _console(width)
    _prompt(console, ["modemflash", *words])
    sink = _Still(console, shows, catch)
    with (
        patch.object(carry_out, "human_sink", lambda *_: sink),
        patch.object(sys, "argv", ["modemflash", *words]),
        patch.object(MonotonicClock, "ticks_ms", lambda _: 0),  # reading a file takes no time
    ):
        app.run(list(words))
    return _svg(console, words[0])


def _from_the_plan_on() -> Callable[[Event], bool]:
    """What comes before, and the plan itself, is another picture."""
    begun = False

    def shows(event: Event) -> bool:
        nonlocal begun
        begun = begun or (event["event"] == "phase" and event["phase"] == "prepare")
        return begun

    return shows


def _history(width: int) -> str:
    """The runs that were carried out until now."""
    rows = history()
    console = _console(width)
    _prompt(console, ["modemflash", "history"])
    dated = [dataclasses.replace(row, started=f"2026-01-15 09:{59 - 7 * n:02}") for n, row in enumerate(rows)]
    console.print(history_table(dated, width))
    return _svg(console, "history")


def _help(width: int) -> str:
    """A help as it is printed."""
    console = _console(width)
    _prompt(console, ["modemflash", "update", "--help"])
    said = CliRunner().invoke(app.modemflash_group, ["update", "--help"], prog_name="modemflash").output
    console.print(Text(said.rstrip()))
    return _svg(console, "help")


def _fleet(width: int) -> str:
    """A fleet at one moment."""
    console = _console(width)
    _prompt(console, ["modemflash", "fleet", "update", "CATM1-41065.dup", "--boards", "fleet.toml"])
    for line in fleet_table(width):
        console.print(line, soft_wrap=True)
    return _svg(console, "fleet")


def _prompt(console: Console, words: list[str]) -> None:
    """What is typed, broken as people break a long line."""
    lines = [""]
    quoted = command_line(words)
    for option in ("-p", "--updater"):
        quoted = quoted.replace(f"{option} ", f"{option}\0")
    for word in (word.replace("\0", " ") for word in quoted.split(" ")):
        if len(quoted) + 2 > console.width and len(lines[-1]) + len(word) + 4 > console.width:
            lines[-1] += "\\"
            lines.append("    ")
        lines[-1] += word + " "
    console.print(Text.assemble(("$ ", "dim"), ("\n".join(lines), "bold")))
    console.print()


@contextmanager
def _somewhere() -> Iterator[None]:
    """A folder of our own, for the runs and the modem, and nobody's settings."""
    before = Path.cwd()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MODEMFLASH_")}
    with (
        tempfile.TemporaryDirectory(prefix="modemflash-screens-") as folder,
        patch.dict(os.environ, {**kept, "MODEMFLASH_HOME": folder, "MODEMFLASH_PORT": _MODEM}, clear=True),
    ):
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def _console(width: int) -> Console:
    return _Folding(
        record=True,
        file=io.StringIO(),
        width=width,
        height=60,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        highlight=False,
        _environ={},
    )


def _svg(console: Console, title: str) -> str:
    """The picture, with the fonts of whoever looks at it."""
    svg = console.export_svg(title=f"modemflash {title}", theme=SVG_EXPORT_THEME, unique_id=title)
    svg = re.sub(r"\s*<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: [^;]*;", f"font-family: {_FONTS};", svg)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(exist_ok=True)
    for name, picture in screens().items():
        (target / f"{name}.svg").write_text(picture, encoding="utf-8")
