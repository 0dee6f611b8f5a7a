"""The command line: parsing and words only; the work is `modemflash_host.api`.

Rules: one file a command, loaded when it is used, because `modemflash --version`
must be quick; every end goes through `main`, so that there is always an exit
code from `exit_codes.EXIT_CODES` and never a traceback.
"""

from __future__ import annotations

import sys


def main() -> None:
    """The console script."""
    from modemflash_host.cli import app

    app.is_process = True
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(app.run(sys.argv[1:]))
