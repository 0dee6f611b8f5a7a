"""What the worker gives Python when it begins: the page's own English."""

from __future__ import annotations

import json
import re

from modemflash_web.build import PAGE
from modemflash_web.inside import words

_LINES = re.search(
    r"^  program: \{\n(.*?)^  \},", (PAGE / "words.js").read_text(encoding="utf-8"), re.S | re.M
)
assert _LINES is not None
words.take(json.dumps(dict(re.findall(r'^    (\w+): "(.*)",$', _LINES[1], re.M))))
