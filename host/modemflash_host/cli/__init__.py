"""The command line: parsing and words only; the work is `modemflash_host.api`.

Rules: one file a command, loaded when it is used, because `modemflash --version`
must be quick; every end goes through `main`, so that there is always an exit
code from `exit_codes.EXIT_CODES` and never a traceback.
"""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """The console script."""
    pressed: list[int] = []
    is_usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # else somebody has other plans
    if is_usual:  # a Ctrl-C while all is loaded, too, has an end with words
        signal.signal(signal.SIGINT, lambda number, _frame: pressed.append(number))
    from modemflash_host.cli import app

    if is_usual:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    app.is_process = True
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(app.run(sys.argv[1:], is_stopped=bool(pressed)))
