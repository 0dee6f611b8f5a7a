"""Makes docs/errors.md from the catalogue and the exit codes.

python tests/tools/docs_errors.py docs/errors.md
"""

from __future__ import annotations

import sys
from pathlib import Path

from modemflash.errors import RECOVERABLE, UNKNOWN, UNTOUCHED, UPDATED
from modemflash_host.errors import CATALOGUE
from modemflash_host.reporters.words import MODEM_STATES
from modemflash_host.run.exit_codes import EXIT_CODES

_HEAD = """# Errors and exit codes

Made from the program's own tables by `python tests/tools/docs_errors.py docs/errors.md`; do not edit.
`modemflash explain CODE` says the same in a terminal.
"""
_STATES = (UNTOUCHED, RECOVERABLE, UPDATED, UNKNOWN)


def page() -> str:
    """The whole page."""
    parts = [_HEAD, "## Exit codes\n", "| code | meaning |\n|---|---|"]
    parts += [f"| {number} | {meaning} |" for number, meaning in EXIT_CODES]
    parts += ["\n## The state of the modem\n", "| state | meaning |\n|---|---|"]
    parts += [f"| `{state}` | {MODEM_STATES[state].split(': ', 1)[1]} |" for state in _STATES]
    parts += [
        "\n## Codes\n",
        "The state is the one that holds when nothing better is known; an error of a run names its own.\n",
    ]
    for code in sorted(CATALOGUE):
        happened, hint, state = CATALOGUE[code]
        parts.append(f"### {code}\n\n{happened}.\n\n*What to do:* {hint}\n\n*Modem:* `{state}`\n")
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
