"""The live lines of a terminal, seen through a terminal that obeys their control codes."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console, Group
from rich.text import Text

from modemflash_host.families.sequans.words import WORDS
from modemflash_host.reporters import Event
from modemflash_host.reporters.live_lines import LiveLines
from modemflash_host.reporters.terminal import Terminal
from support.sinks import PLAN, RESULT

ENDS: tuple[Event, ...] = (
    {**RESULT, "status": "nothing-to-do", "code": "card-good"},
    RESULT,
    PLAN,
)
_CODE = re.compile(r"\x1b\[\??(\d*)[\d;]*([A-Za-z])")


class Screen:
    """A terminal of so many columns: what is on it, and whether it was ever emptier than before and after."""

    def __init__(self, columns: int = 80) -> None:
        self.columns = columns
        self.rows: list[str] = [""]
        self.row = self.column = 0

    def feed(self, text: str) -> None:
        at = 0
        while at < len(text):
            if found := _CODE.match(text, at):
                self._obey(found[2], int(found[1] or 1))
                at = found.end()
                continue
            if text[at] == "\r":
                self.column = 0
            elif text[at] == "\n":
                self._down()
            else:
                if self.column == self.columns:
                    self._down()
                self._put(text[at])
            at += 1

    def _down(self) -> None:
        self.row, self.column = self.row + 1, 0
        if self.row == len(self.rows):
            self.rows.append("")

    def _put(self, letter: str) -> None:
        line = self.rows[self.row].ljust(self.column)
        self.rows[self.row] = line[: self.column] + letter + line[self.column + 1 :]
        self.column += 1

    def _obey(self, code: str, number: int) -> None:
        if code == "A":
            self.row = max(0, self.row - number)
        elif code == "K":
            self.rows[self.row] = self.rows[self.row][: self.column]
        elif code == "J":
            self.rows[self.row] = self.rows[self.row][: self.column]
            del self.rows[self.row + 1 :]


def console(columns: int = 80) -> Console:
    return Console(
        file=io.StringIO(),
        width=columns,
        height=30,
        force_terminal=True,
        color_system="truecolor",
        _environ={},
    )


def written(out: Console) -> str:
    assert isinstance(out.file, io.StringIO)
    text = out.file.getvalue()
    out.file.seek(0)
    out.file.truncate()
    return text


def test_lines_are_drawn_over_and_the_rest_is_erased_afterwards() -> None:
    """No cell of a line that stays is empty for a moment: nothing is erased before it is drawn."""
    out, screen = console(), Screen()
    lines = LiveLines(out)
    lines.draw(Group(Text("a long first line"), Text("second")))
    screen.feed(written(out))
    lines.draw(Group(Text("short"), Text("second")))
    text = written(out)
    for piece in re.split(r"\x1b\[[KJ]", text)[:-1]:
        assert piece.strip("\r\n").endswith(("short", "second"))
    screen.feed(text)
    assert screen.rows == ["short", "second"]
    lines.draw(Text("alone"))
    screen.feed(written(out))
    assert screen.rows == ["alone"]
    lines.clear()
    screen.feed(written(out))
    assert screen.rows == [""]


@pytest.mark.parametrize("columns", [1, 7, 30, 80])
@pytest.mark.parametrize("typed", ["^C", "^C^C"])
def test_what_is_typed_leaves_no_stale_line(columns: int, typed: str) -> None:
    """The terminal itself shows ^C where the cursor is."""
    out, screen = console(columns), Screen(columns)
    sink = Terminal(out, out)
    sink.use_vocabulary(WORDS)
    sink.report({"event": "phase", "phase": "transfer", "usual_s": 227, "silence_s": 300, "note": ""}, 0)
    sink.report({"event": "progress", "phase": "transfer", "done": 1, "total": 6_000_000}, 1)
    screen.feed(written(out))
    if columns > 7:
        screen.feed(typed)
    sink.report({"event": "interrupt", "text": "It goes on.", "phase": "transfer", "stop_requests": 1}, 2)
    screen.feed(written(out))
    assert "".join("".join(screen.rows).split()) == "Itgoeson."
    sink.tick(3)
    sink._drawn = 0
    sink.tick(3)
    sink.close()
    screen.feed(written(out))
    assert "".join("".join(screen.rows).split()) == "Itgoeson."


@pytest.mark.parametrize("took_s", [0.2, 5.0])
@pytest.mark.parametrize("ended", ENDS, ids=lambda event: event["event"])
def test_nothing_is_printed_behind_a_live_line(ended: Event, took_s: float) -> None:
    """A phase of a moment leaves no line of its own, and its live line goes all the same."""
    out, screen = console(), Screen()
    sink = Terminal(out, out)
    sink.use_vocabulary(WORDS)
    sink.report({"event": "phase", "phase": "verify", "usual_s": 0, "allowed_s": 0, "note": "a.dup"}, 0)
    sink.report(ended, took_s)
    screen.feed(written(out))
    assert not [row for row in screen.rows if "a.dup" in row or "0:00" in row], screen.rows
