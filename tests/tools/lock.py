"""Writes down which versions this environment has of everything that the program and its tests need.

python tests/tools/lock.py tests/constraints.txt

Rules: nothing is asked of any registry: what is installed here, and was tested
here, is what is written; it names what modemflash needs with all its extras, and
what that needs, on every system and Python that `pyproject.toml` allows, as far
as it is installed.
"""

from __future__ import annotations

import importlib
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_toml: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
OURS = "modemflash"
OF_THE_ENVIRONMENT = ("pip", "setuptools")  # each environment brings its own
EXTRAS = ("esp32", "test", "lint", "docs", "package")
_HEAD = """# What this was tested with: `pip install -c tests/constraints.txt .` gets just these.
# Made by `python tests/tools/lock.py tests/constraints.txt`; see docs/dependencies.md.
"""


def required(project: Path) -> list[Requirement]:
    """What pyproject.toml asks for, with all extras."""
    table: Any = _toml.loads(project.read_text(encoding="utf-8"))["project"]
    texts = [
        *table["dependencies"],
        *(text for name in EXTRAS for text in table["optional-dependencies"][name]),
    ]
    return [each for text in texts if (each := Requirement(text)).name != OURS]


def locked(project: Path) -> dict[str, str]:
    """Name -> version of everything that is needed, and installed here."""
    found: dict[str, str] = {}
    waiting = [(each.name, each.extras) for each in required(project)]
    while waiting:
        name, extras = waiting.pop()
        key = canonicalize_name(name)
        if key in OF_THE_ENVIRONMENT or (key in found and not extras):
            continue
        try:
            there = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another system or Python
        found[key] = there.version
        for text in there.requires or ():
            need = Requirement(text)
            wanted = [{"extra": extra} for extra in extras] or [{"extra": ""}]
            if need.marker is None or any(need.marker.evaluate(each) for each in wanted):
                waiting.append((need.name, need.extras))
    return found


def text(project: Path) -> str:
    """The file's content."""
    return _HEAD + "".join(f"{name}=={version}\n" for name, version in sorted(locked(project).items()))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(Path(__file__).parents[2] / "pyproject.toml"), encoding="utf-8")
