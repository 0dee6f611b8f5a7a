"""docs/json.md lists each event that the program reports, with the fields that it is given, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/json.md").read_text(encoding="utf-8")
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
    """Event → what the page says of its fields."""
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", PAGE.partition("## The other events")[2], re.MULTILINE)
    return {"result": PAGE.partition("## The other events")[0], **dict(rows)}


def test_every_event_is_listed_and_no_other() -> None:
    assert set(listed()) == set(events())


def test_every_field_is_named_beside_its_event() -> None:
    page = listed()
    missing = {
        (name, field)
        for name, fields in events().items()
        for field in fields
        if f"`{field}`" not in page.get(name, "") and f'"{field}"' not in page.get(name, "")
    }
    assert not missing
