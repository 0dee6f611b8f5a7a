"""Paths on the screen can be copied: no line end of ours stands in them."""

from __future__ import annotations

import io

import pytest
from rich.text import Text

from modemflash_host.reporters.rows import Paragraph, Rows
from modemflash_host.reporters.steady_console import SteadyConsole
from support.sinks import spoken

PATH = "/home/someone/a/folder/whose/name/is/long/and/which/is/deep/" + "deeper/" * 6 + "CATM1-41065.dup"
BLANKS = "/media/Anna Maria/USB DISK/firmware of the old boards/CAT M1 only/CATM1-41065 from the zip.dup"
COMMAND = f"`modemflash update '{BLANKS}' --via relay`"
WINDOWS = PATH.replace("/", "\\")
PATHS = [PATH, WINDOWS, f"({PATH}).", BLANKS, f"({BLANKS}).", "C:" + BLANKS.replace("/", "\\"), COMMAND]


def shown(what: object, width: int) -> str:
    paper = io.StringIO()
    SteadyConsole(file=paper, width=width).print(what)
    return paper.getvalue()


@pytest.mark.parametrize("width", [30, 40, 80])
@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_never_broken(path: str, width: int) -> None:
    """In a sentence, as a value, in a block that is set in; the words around it are wrapped as ever."""
    words = Text(f"Taken from {path} because nothing else lies there that could be meant by it.")
    for what in (Paragraph(words), Rows([("File", words)]), Rows([("File", words)], hanging=2)):
        lines = shown(what, width).splitlines()
        assert [line.strip().removeprefix("File").strip() for line in lines].count(path) == 1
        assert all(len(line) <= width for line in lines if path not in line)


def test_what_is_no_path_stays_within_the_screen() -> None:
    """A module's endless word is folded."""
    for what in (Paragraph(Text("x" * 300)), Rows([("Model", Text("x" * 300))])):
        assert max(map(len, shown(what, 40).splitlines())) <= 40


@pytest.mark.parametrize("live", [False, True])
def test_notes_errors_and_copies_keep_their_paths_whole(live: bool) -> None:
    """Through the sinks that people have, on a terminal and off it."""

    def story(reporter: object) -> None:
        reporter.say("note", text=f"Its updater was taken from {PATH}")  # type: ignore[attr-defined]
        reporter.say("warning", code="x", text=f"Nothing is kept in {PATH}: it is read-only")  # type: ignore[attr-defined]
        reporter.say("copy", path=PATH, files=2, bytes=3, left_out=0)  # type: ignore[attr-defined]

    assert spoken(story, width=80, terminal=live).count(PATH) == 3
