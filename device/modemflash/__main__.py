"""`python -m modemflash`: the host program's command line (CPython only)."""

from modemflash_host.cli import main

main()
