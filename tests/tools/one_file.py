"""Builds the program as one file: `python3 tests/tools/one_file.py dist/modemflash.pyz`.

Rules: it runs on every system and every Python that pyproject.toml allows, so nothing compiled is in it,
and what only some of them need is in it for all; esptool, which is compiled, is not. It unpacks itself
once to `~/.shiv` (or `SHIV_ROOT`), because parts of the program are files that others read.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tools import fetch, packages
from tools.cache import Unavailable, run

# What a library names for Windows or for an old Python only: pip looks at this computer.
_ELSEWHERE = ("tomli", "typing-extensions", "colorama")
_ANY_SYSTEM = ("--platform=any", "--python-version=3.10", "--implementation=py", "--abi=none")


def build(target: Path, wheel: Path) -> Path:
    """The one file, made of a wheel of ours and the libraries that it needs.

    Raises:
        Unavailable: a program or a library could not be fetched.
    """
    python = fetch.get("packaging")
    target.parent.mkdir(parents=True, exist_ok=True)  # a clone has no dist/
    with tempfile.TemporaryDirectory() as folder:
        words = ("--target", folder, "--no-compile", "--only-binary=:all:", *_ANY_SYSTEM)
        run(python, "-m", "pip", "install", "--disable-pip-version-check", *words, wheel, *_ELSEWHERE)
        # The program starts itself anew for some commands: then its libraries have to be found, too.
        ways = ("--extend-pythonpath", "--reproducible", "--python", "/usr/bin/env python3")
        run(python, "-m", "shiv", *ways, "-c", "modemflash", "--site-packages", folder, "-o", target)
    return target


if __name__ == "__main__":
    try:
        with tempfile.TemporaryDirectory() as beside:
            print(build(Path(sys.argv[1]), packages.build(Path(beside))[1]))
    except Unavailable as why:
        sys.exit(str(why))
