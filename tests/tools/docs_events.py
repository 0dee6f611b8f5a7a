"""The site's page of all events, as Markdown: `python tests/tools/docs_events.py` prints it.

Rules: names of events and fields are read from each place of the program that reports one (`events`), and
their types from the classes of the Python API; what is said of them is the table of
docs/json.md, which a test compares with the same places.
"""

from __future__ import annotations

import ast
import dataclasses
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from modemflash_host.api.events import EVENTS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("device/modemflash", "host/modemflash_host")
REPORTS = ("say", "report", "_tell", "_report")
# What a board and a PC tell each other is said anew on the PC.
NOT_OF_JSON = ("device/modemflash/board", "host/modemflash_host/board/relay/messages.py")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# A part of a Python type → what it is in JSON; the first that fits.
_IN_JSON = (
    ("Facts", "object"),
    ("bool", "true or false"),
    ("int", "number"),
    ("float", "number"),
    ("str", "text"),
    ("bytes", "text"),
)


def told(path: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """(event, names of its fields) of each place in a file that reports one by its name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "attr", "")
            first = node.args[0]
            if name == "_tell" and "rescue" in path.parts:
                continue  # a step of the event `rescue`
            if name in REPORTS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value, frozenset(each.arg for each in node.keywords if each.arg)
        elif isinstance(node, ast.Dict):
            keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
            if "event" in keys:
                value = node.values[keys.index("event")]
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.value, frozenset(str(key) for key in keys if key not in (None, "event"))


def events() -> dict[str, set[str]]:
    """Event → every field that some place gives it."""
    found: dict[str, set[str]] = {}
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        if not path.relative_to(ROOT).as_posix().startswith(NOT_OF_JSON):
            for name, fields in told(path):
                if _NAME.fullmatch(name):
                    found.setdefault(name, set()).update(fields)
    return found


def listed() -> dict[str, str]:
    """Event → what docs/json.md says of its fields; the result has a part of its own."""
    text = (ROOT / "docs/json.md").read_text(encoding="utf-8")
    before, _, after = text.partition("## The other events")
    return {"result": before, **dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.*) \|$", after, re.MULTILINE))}


def types() -> dict[str, dict[str, str]]:
    """Event → field → what it is in JSON, by the classes of the Python API."""
    return {
        name: {
            each.name: in_json(str(each.type)) for each in dataclasses.fields(kind) if each.name != "fields"
        }
        for name, kind in EVENTS.items()
    }


def in_json(python_type: str) -> str:
    """What a value of this type is in JSON, in words."""
    if python_type.startswith(("tuple[", "Sequence[")):
        return "list"
    said = [word for part in python_type.split(" | ") for start, word in _IN_JSON if part.startswith(start)]
    return " or ".join(dict.fromkeys([*said, *(["null"] if "None" in python_type else [])]))


def page() -> str:
    """The whole page below its title."""
    said, known, parts = listed(), types(), []
    for name, fields in sorted(events().items()):
        if name == "result":
            parts.append("## result\n\nThe last line: [its fields](json.md#the-result).\n")
            continue
        rows = [f"| `{each}` | {known[name][each]} |" for each in sorted({*fields, *known[name]})]
        parts.append("\n".join([f"## {name}\n\n{said[name]}\n\n| field | in JSON |\n|---|---|", *rows, ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
