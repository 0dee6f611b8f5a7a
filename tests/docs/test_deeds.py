"""Where the program deletes, opens, writes or starts something: a table, with the check before each."""

from __future__ import annotations

import re
from pathlib import Path

from matrix.safety_page import HOSTILE

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/decisions/0012-what-comes-from-outside.md"
DEED = re.compile(
    r"\.unlink\(|rmtree\(|os\.(open|unlink|remove|rename|replace|chown|mkdir)\(|\.mkdir\(|\.rename\("
    r"|\.open\(\"[rwa]|[^.\w]open\(.*\"[rwa]b?\"|\.write_(text|bytes)\(|\.read_(text|bytes)\("
    r"|TemporaryFile\(|TemporaryDirectory\(|mkdtemp\(|subprocess\.(run|Popen)\("
)
# Fixed places of the system, code that is sent to a board, and a stream that is given up.
ELSEWHERE = (
    "links/ports.py",
    "report/environment.py",
    "install/package.py",
    "install/stub.py",
    "console/files.py",
    "cli/output.py",
)


def test_every_place_stands_in_the_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    places = []
    for path in sorted((ROOT / "host/modemflash_host").rglob("*.py")):
        name = "/".join(path.parts[-2:])
        if DEED.search(path.read_text(encoding="utf-8")) and not name.endswith(ELSEWHERE):
            places.append(name)
    assert len(places) > 8
    known = set(re.findall(r"\w+\.py", page))
    missing = [name for name in places if name.split("/")[-1] not in known]
    assert [name for name in missing if not name.startswith("files/")] == []


def test_every_promise_is_held_by_a_test() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert [row for row in HOSTILE if f"def {row[2]}(" not in text] == []
