"""The site's page of all events, as Markdown: `python tests/tools/docs_events.py` prints it.

Rules: names of events and fields are read from each place of the program that reports one (`events`);
what is said of them is the table of docs/json.md, which a test compares with the same places.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("device/modemflash", "host/modemflash_host")
REPORTS = ("say", "report", "_tell", "_report")
# What a board and a PC tell each other is said anew on the PC.
NOT_OF_JSON = ("device/modemflash/board", "host/modemflash_host/board/relay/messages.py")
_NAME = re.compile(r"[a-z]+(-[a-z]+)*")


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
    return {"result": before, **dict(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", after, re.MULTILINE))}


def page() -> str:
    """The whole page below its title."""
    said, parts = listed(), []
    for name, fields in sorted(events().items()):
        text = "The last line: [its fields](json.md#the-result)." if name == "result" else said[name]
        names = " ".join(f"`{field}`" for field in sorted({"at_s", *fields}))
        parts.append(f"## {name}\n\n{text}\n\nFields: {names}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
