"""The results of a fleet as one page: who runs what, who failed and why, one time line for all.

Rules: one file, no script, nothing from a network; light and dark; whatever came
from a board is text, never markup.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from html import escape

from modemflash_host.families.vocabulary import Facts
from modemflash_host.fleet.words import short_name
from modemflash_host.reporters import words as w

_GOOD = ("updated", "nothing-to-do")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_CELLS = 600  # of the time line
_ROW = 22
_LABEL, _LABEL_LETTERS = 130, 18
_KINDS = (("move", "firmware was on its way"), ("", "everything around it"))
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #57606a; --paper: #fff; --line: #d0d7de;
  --good: #116329; --bad: #b3261e; --bar: #8fb8e8; --move: #2f6fb5 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9da7b1; --paper: #12161b;
  --line: #3a424b; --good: #5bd07f; --bad: #ff8a80; --bar: #2d4f77; --move: #79b3f0 } }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem; font: 16px/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--paper) }
h1 { font-size: 1.5rem; margin: 0 0 .25rem } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
p { margin: .25rem 0; color: var(--dim) } ul { padding-left: 1.2rem } li { overflow-wrap: anywhere }
div.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line) }
thead th { font-weight: 600; color: var(--dim) }
th.number, td.number { text-align: right } tbody th { white-space: nowrap }
.good { color: var(--good) } .bad { color: var(--bad); font-weight: 600 }
svg { width: 100%; min-width: 44rem; height: auto }
text { fill: var(--ink); font: 12px system-ui, sans-serif }
text.dim { fill: var(--dim) } rect { fill: var(--bar) } rect.move { fill: var(--move) }
line { stroke: var(--line) }
@media print { body { max-width: none } svg { min-width: 0 } } @page { size: A4; margin: 15mm }
"""


def page(content: Facts) -> str:
    """The page of a kept run, see `modemflash_host.fleet.results`."""
    rows = content["boards"]
    good = sum(row["status"] in _GOOD for row in rows)
    title = f"{good} of {len(rows)} boards run what they should"
    bad = [row for row in rows if row["status"] not in _GOOD]
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1><p>All of it took {w.clock_time(float(content['seconds']))}.</p>",
        *_to_do(bad),
        "<h2>Every board</h2>",
        *_table(rows),
        "<h2>Time line</h2>",
        *_time_line(rows, float(content["seconds"])),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _to_do(bad: Sequence[Facts]) -> Iterator[str]:
    if not bad:
        yield "<p>Nothing is left to do.</p>"
        return
    yield "<h2>What to do next</h2><ul>"
    for row in bad:
        words = _sentence(row["happened"] or row["code"] or "It was not begun")
        state = w.MODEM_STATES.get(row["modem_state"], "")
        told = f"{words} The module is {_sentence(state)}" if state else words
        after = f"<br>{_text(row['next'])}" if row["next"] else ""
        yield f"<li><b>{_text(row['name'])}</b>: {_text(told)}{after}</li>"
    yield "</ul>"


def _table(rows: Sequence[Facts]) -> Iterator[str]:
    yield '<div class="wide"><table><thead><tr>' + "".join(
        f'<th scope="col">{head}</th>' for head in ("board", "result", "before", "after")
    )
    yield "".join(f'<th scope="col" class="number">{head}</th>' for head in ("time", "rate"))
    yield "</tr></thead><tbody>"
    for row in rows:
        tone = "good" if row["status"] in _GOOD else "bad"
        result = row["code"] or row["stage"]
        took = w.clock_time(float(row["seconds"])) if row["code"] else ""
        yield (
            f'<tr><th scope="row">{_text(row["name"])}</th><td class="{tone}">{_text(result)}</td>'
            f"<td>{_text(row['from_version'])}</td><td>{_text(row['to_version'])}</td>"
            f'<td class="number">{took}</td>'
            f'<td class="number">{_text(w.rate(_rate(row)))}</td></tr>'
        )
    yield "</tbody></table></div>"


def _rate(row: Facts) -> float:
    """Bytes a second while its bytes moved."""
    moved_s = moved = 0.0
    for (from_s, before), (to_s, after) in zip(row.get("rates", []), row.get("rates", [])[1:], strict=False):
        if after > before and to_s > from_s:
            moved_s, moved = moved_s + to_s - from_s, moved + after - before
    return moved / moved_s if moved_s else 0.0


def _time_line(rows: Sequence[Facts], seconds: float) -> Iterator[str]:
    scale = _CELLS / max(seconds, 1.0)
    height = _ROW * (len(rows) + 2)
    size = f"0 0 {_LABEL + _CELLS + 10} {height}"
    yield f'<div class="wide"><svg role="img" viewBox="{size}" aria-label="When each board was worked on">'
    for number, row in enumerate(rows):
        top = number * _ROW
        x, wide = _LABEL + row["began_s"] * scale, max(2.0, row["seconds"] * scale)
        yield f'<text x="0" y="{top + 15}">{_text(short_name(row["name"], _LABEL_LETTERS))}</text>'
        if row["code"]:  # it was begun
            yield f'<rect x="{x:.1f}" y="{top + 4}" width="{wide:.1f}" height="14" rx="2"/>'
        for begin_s, end_s in _moving(row):
            x, wide = _LABEL + begin_s * scale, max(1.0, (end_s - begin_s) * scale)
            yield f'<rect class="move" x="{x:.1f}" y="{top + 4}" width="{wide:.1f}" height="14"/>'
    bottom = len(rows) * _ROW
    yield f'<line x1="{_LABEL}" y1="{bottom}" x2="{_LABEL + _CELLS}" y2="{bottom}"/>'
    for share in (0, 0.5, 1):
        x, anchor = _LABEL + _CELLS * share, ("start", "middle", "end")[int(share * 2)]
        told = w.clock_time(seconds * share)
        yield f'<text class="dim" x="{x:.0f}" y="{bottom + 15}" text-anchor="{anchor}">{told}</text>'
    for number, (kind, told) in enumerate(_KINDS):  # dark or light is another one by night
        x = _LABEL + number * _CELLS // 2
        yield f'<rect class="{kind}" x="{x}" y="{bottom + 26}" width="20" height="14"/>'
        yield f'<text x="{x + 26}" y="{bottom + 37}">{told}</text>'
    yield "</svg></div>"


def _moving(row: Facts) -> Iterator[tuple[float, float]]:
    """From when to when its firmware was sent."""
    names = [*row.get("phases", []), [row["began_s"] + row["seconds"], ""]]
    for (at_s, name), (end_s, _) in itertools.pairwise(names):
        if name == "transfer":
            yield at_s, end_s


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _text(value: object) -> str:
    return escape(w.printable(value))
