"""Writes the table of events into docs/json.md, from the classes of `modemflash_host.api.events`.

    python tests/tools/docs_json.py docs/json.md

Rule: what the page says of an event is the docstring of its class, so both say the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from modemflash_host.api.events import Event, boards, name_of, others, running

_HEAD = "| event | fields |\n|---|---|\n"


def kinds() -> Iterator[type[Event]]:
    """The classes of all events, in the order in which they are written down."""
    for module in (running, others, boards):
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event:
                yield kind


def text_of(kind: type[Event]) -> str:
    """What is said of an event, in one line."""
    return " ".join((kind.__doc__ or "").split())


def table() -> str:
    """The table of all events."""
    return _HEAD + "".join(f"| `{name_of(kind)}` | {text_of(kind)} |\n" for kind in kinds())


def page(before: str) -> str:
    """The page with the table as it is now."""
    front, title, rest = before.partition("\n## The other events\n")
    said, head, _ = rest.partition(_HEAD)
    if not (title and head):
        raise ValueError("the page has no table of events")
    return front + title + said + table()


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")
