"""Builds the packages of a release, and has them checked: `python3 tests/tools/packages.py dist`.

Needs nothing but Python: what builds and checks is fetched once, by the list in pyproject.toml.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tools import fetch
from tools.cache import ROOT, Unavailable, run


def build(target: Path) -> tuple[Path, Path]:
    """The source package and the wheel that was built from it, both checked.

    Args:
        target: the folder for them; it is made.

    Raises:
        Unavailable: a program could not be fetched, or one of them complains.
    """
    python = fetch.get("packaging")
    run(python, "-m", "build", "--no-isolation", "--outdir", target, ROOT)
    [source], [wheel] = target.glob("*.tar.gz"), target.glob("*.whl")
    run(python, "-m", "twine", "check", "--strict", source, wheel)
    return source, wheel


if __name__ == "__main__":
    try:
        print(*build(Path(sys.argv[1])), sep="\n")
    except Unavailable as why:
        sys.exit(str(why))
