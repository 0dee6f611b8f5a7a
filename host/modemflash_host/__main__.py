"""`python -m modemflash_host`: the same as `python -m modemflash`, by the name of the package."""

from modemflash import __main__  # noqa: F401 (it runs the command line)
