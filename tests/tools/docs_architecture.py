"""Draws docs/architecture.svg: the rooms, their order, and the path of an update through them.

    python tests/tools/docs_architecture.py docs/architecture.svg

Rules: rooms and layers are read (architecture.py), only the path of an update is
told here, and a test holds each of its steps to the imports. The picture has its
own colours for light and dark screens, and loads nothing.
"""

from __future__ import annotations

import sys
import textwrap
from html import escape
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.architecture import Imports, Package, Room, read_imports, read_packages

# Step by step: package, room ("" for the whole package), what happens there.
PATH = (
    ("modemflash_host", "cli", "reads the command line"),
    ("modemflash_host", "api", "the one way in, for the command line and for programs"),
    ("modemflash_host", "files", "opens the firmware, and keeps it what it was"),
    ("modemflash_host", "families", "know the kind of module: its files, its plan, its dangers"),
    ("modemflash_host", "links", "opens the port"),
    ("modemflash_host", "board", "finds the way to the modem: by the board, its mirror mode, or directly"),
    ("modemflash_host", "run", "asks for what the plan needs, and makes the result"),
    ("modemflash", "", "looks, plans and carries out; on the PC, or on the board"),
    ("modemflash_host", "store", "keeps the journal, so that the same command carries on"),
    ("modemflash_host", "reporters", "say what happens"),
    ("modemflash_host", "capture", "keeps what went over the wire"),
)

_WIDTH, _MARGIN = 1040, 16
_GAP, _ROW_GAP = 12, 4  # between layers; between the rows of one layer
_IN_A_ROW = 4
_NAME, _LINE = 17, 13
_STYLE = """
svg { font-family: system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; }
.page { fill: #ffffff; } .group { fill: #f3f5f8; stroke: #c3cad4; } .room { fill: #ffffff; stroke: #5b6b80; }
.loose { stroke-dasharray: 5 4; } .name { fill: #10151c; font-weight: 600; font-size: 14px; }
.title { fill: #10151c; font-weight: 600; font-size: 16px; } .job { fill: #2f3b4a; font-size: 11px; }
.uses { fill: #5a6675; font-size: 10px; } .step { fill: #0b5cad; }
.number { fill: #ffffff; font-size: 11px; font-weight: 600; }
@media (prefers-color-scheme: dark) {
.page { fill: #0e1218; } .group { fill: #171d26; stroke: #3a4554; } .room { fill: #202835; stroke: #8493a8; }
.name, .title { fill: #f0f3f7; } .job { fill: #ccd4de; } .uses { fill: #9aa7b8; } .step { fill: #6cb2f7; }
.number { fill: #0e1218; } }
""".strip()  # fmt: skip


class _Page:
    """Shapes from above to below."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.y = _MARGIN

    def text(self, x: float, y: float, words: str, kind: str, anchor: str = "start") -> None:
        self.parts.append(
            f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'
        )

    def box(self, x: float, y: float, width: float, height: float, kind: str) -> None:
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" class="{kind}"/>'
        )

    def step(self, x: float, y: float, number: int) -> None:
        self.parts.append(f'<circle cx="{x:g}" cy="{y:g}" r="9" class="step"/>')
        self.text(x, y + 4, str(number), "number", "middle")


def drawing(imports: Imports | None = None) -> str:
    """The whole picture."""
    packages = read_packages(imports or read_imports())
    page = _Page()
    _path(page)
    for package in packages:
        _group(page, package)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {page.y:g}">',
            "<title>The rooms of modemflash and the path of an update through them</title>",
            f"<style>{_STYLE}</style>",
            f'<rect width="{_WIDTH}" height="{page.y:g}" class="page"/>',
            *page.parts,
            "</svg>\n",
        ]
    )


def _path(page: _Page) -> None:
    page.text(_MARGIN, page.y + 14, "The path of an update", "title")
    page.y += 30
    half = (len(PATH) + 1) // 2
    for index, (package, room, words) in enumerate(PATH):
        x = _MARGIN + (index // half) * (_WIDTH / 2)
        y = page.y + (index % half) * 22 + 6
        page.step(x + 10, y, index + 1)
        page.text(x + 28, y + 4, f"{room or package}: {words}", "job")
    page.y += half * 22 + _GAP


def _group(page: _Page, package: Package) -> None:
    top, start = page.y, len(page.parts)
    page.text(_MARGIN + 12, top + 22, package.name, "title")
    page.text(_MARGIN + 12, top + 38, package.job, "job")
    numbers = [number for number, step in enumerate(PATH, 1) if step[:2] == (package.name, "")]
    for each in numbers:
        page.step(_WIDTH - _MARGIN - 20, top + 20, each)
    page.y = top + 50
    for layer in package.layers:
        _layer(page, package, layer, "room")
    if package.unplaced:
        if package.layers:
            page.text(_MARGIN + 12, page.y + 10, "not yet in a contract", "uses")
            page.y += 18
        _layer(page, package, package.unplaced, "room loose")
    height = page.y - top
    shapes = page.parts[start:]
    del page.parts[start:]
    page.box(_MARGIN, top, _WIDTH - 2 * _MARGIN, height, "group")
    page.parts += shapes
    page.y += _GAP + 4


def _layer(page: _Page, package: Package, rooms: tuple[Room, ...], kind: str) -> None:
    for first in range(0, len(rooms), _IN_A_ROW):
        row = rooms[first : first + _IN_A_ROW]
        inside = _WIDTH - 2 * _MARGIN - 24
        width = (inside - _GAP * (len(row) - 1)) / len(row)
        texts = [_lines(room, width) for room in row]
        height = 12 + _NAME + _LINE * max(len(lines) for lines in texts)
        for index, (room, lines) in enumerate(zip(row, texts, strict=True)):
            x = _MARGIN + 12 + index * (width + _GAP)
            page.box(x, page.y, width, height, kind)
            page.text(x + 10, page.y + _NAME, room.name, "name")
            for number, (words, style) in enumerate(lines, 1):
                page.text(x + 10, page.y + _NAME + 2 + number * _LINE, words, style)
            steps = [n for n, step in enumerate(PATH, 1) if step[:2] == (package.name, room.name)]
            for place, number in enumerate(steps):
                page.step(x + width - 16 - 22 * place, page.y + 14, number)
        page.y += height + (_GAP if first + _IN_A_ROW >= len(rows) else _ROW_GAP)


def _lines(room: Room, width: float) -> list[tuple[str, str]]:
    """What stands below the name of a room: its job, and what it uses."""
    job = textwrap.wrap(room.job, int(width / 6.6), max_lines=2, placeholder=" …")
    uses = textwrap.wrap("uses " + ", ".join(room.uses), int(width / 6)) if room.uses else []
    return [(line, "job") for line in job] + [(line, "uses") for line in uses]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(drawing(), encoding="utf-8")
