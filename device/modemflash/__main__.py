"""`python -m modemflash`: the host program's command line (CPython only)."""

import os
import sys

if sys.path and os.path.realpath(sys.path[0]) == os.path.realpath(os.curdir):
    del sys.path[0]  # `-m` put the current folder there: a `click.py` among unpacked firmware would be run

from modemflash_host.cli import main

main()
