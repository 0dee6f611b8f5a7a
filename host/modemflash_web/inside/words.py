"""The page's own English that Python says. It stands with all the rest of it in `page/words.js`.

Rule: no other module here has a sentence of its own (a test looks for them), so one file is translated.
"""

from __future__ import annotations

import json

_table: dict[str, str] = {}


def take(text: str) -> None:
    """From the worker: `WORDS.program` as JSON."""
    _table.update(json.loads(text))


def said(key: str, **fields: object) -> str:
    """The text of that name, with its `{names}` filled in."""
    return _table[key].format(**fields)
