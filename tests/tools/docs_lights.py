"""Draws docs/lights.svg: the board's lights and what they mean, from the tables that the board runs by.

python tests/tools/docs_lights.py docs/lights.svg
"""

from __future__ import annotations

import sys
import types
from html import escape
from pathlib import Path

from modemflash_host.families.sequans.card.lights import LIGHTS, RHYTHMS

_SHOWN_MS = 8000
_PX_PER_MS = 0.035
_ROW = 52
_LEFT, _TEXT = 12, 12 + int(_SHOWN_MS * _PX_PER_MS) + 20
_WIDTH = 1000
# What a drawing needs of a colour that is only 32 of 255 bright on the board.
_COLOURS = {"WHITE": "#ffffff", "GREEN": "#2ecc40", "YELLOW": "#ffdc00", "RED": "#ff4136", "BLUE": "#0074d9"}
_PYCOM_BLINK = ((1, 100), (0, 3900))  # the firmware's own heartbeat

Steps = tuple[tuple[int, int], ...]


def patterns() -> dict[str, Steps]:
    """Light -> (colour, ms) steps, as `modemflash.board.led` has them; it wants a board's `pycom`."""
    sys.modules.setdefault("pycom", types.ModuleType("pycom"))
    from modemflash.board.led import CAUSES, PATTERNS, red

    found: dict[str, Steps] = dict(PATTERNS)
    found |= {name: red(count) for name, count in CAUSES.items()}
    return found | {"pycom": _PYCOM_BLINK}


def drawing() -> str:
    """The whole picture."""
    steps = patterns()
    height = len(LIGHTS) * _ROW + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif">',
        "<title>The board's lights: eight seconds of each, and what they mean</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for number, (name, meaning, do) in enumerate(LIGHTS):
        top = 10 + number * _ROW
        parts.append(_timeline(steps[name], _COLOURS[RHYTHMS[name].split(",")[0]], top))
        parts.append(_text(top + 12, RHYTHMS[name], "bold") + _text(top + 30, f"{meaning} {do}", "normal"))
    seconds = _SHOWN_MS // 1000
    parts.append(f'<text x="{_LEFT}" y="{height - 8}" font-size="12" fill="#555555">{seconds} seconds</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _timeline(steps: Steps, colour: str, top: int) -> str:
    """One light over the time that is drawn: dark where it is off."""
    parts = [
        f'<rect x="{_LEFT}" y="{top}" width="{_SHOWN_MS * _PX_PER_MS:g}" height="34" rx="4" fill="#303030"/>'
    ]
    at_ms = step = 0
    while at_ms < _SHOWN_MS:
        lit, ms = steps[step % len(steps)]
        if len(steps) == 1:
            ms = _SHOWN_MS  # a steady light has no seams
        shown_ms = min(ms, _SHOWN_MS - at_ms)
        if lit:
            x = _LEFT + at_ms * _PX_PER_MS
            parts.append(
                f'<rect x="{x:g}" y="{top + 5}" width="{max(3, shown_ms * _PX_PER_MS):g}" height="24" '
                f'fill="{colour}"/>'
            )
        at_ms += ms
        step += 1
    return "".join(parts)


def _text(y: int, words: str, weight: str) -> str:
    place = f'x="{_TEXT}" y="{y}"'
    return f'<text {place} font-size="14" font-weight="{weight}" fill="#111111">{escape(words)}</text>'


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(drawing(), encoding="utf-8")
