"""The rooms of the project and their order: from the import contracts and from the imports as they are.

Rules: the order of the layers is that of the contracts in pyproject.toml, which
import-linter holds; what a room uses is what its modules import; nothing is
written twice by hand. A room that no contract names yet is kept, as `unplaced`.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grimp

_toml: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("device", "host")


@dataclass(frozen=True, slots=True)
class Room:
    """One part of a package: a folder, or a module that stands alone.

    Attributes:
        name: within its package, such as "board".
        job: the first line of its docstring.
        uses: the rooms that it imports, of its own package by name, of others by "package".
    """

    name: str
    job: str
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """A package and its rooms.

    Attributes:
        name: as it is imported.
        job: the first line of its docstring.
        layers: the rooms of each layer, the highest first: a room imports lower layers only.
        unplaced: rooms that no contract names.
    """

    name: str
    job: str
    layers: tuple[tuple[Room, ...], ...]
    unplaced: tuple[Room, ...]

    def rooms(self) -> list[Room]:
        """All of them, from above."""
        return [*(room for layer in self.layers for room in layer), *self.unplaced]


@dataclass(frozen=True, slots=True)
class Imports:
    """Who imports whom, room by room; a room is (package, name)."""

    direct: frozenset[tuple[tuple[str, str], tuple[str, str]]]

    def of(self, package: str, room: str) -> list[tuple[str, str]]:
        """The rooms that a room imports."""
        return sorted(target for source, target in self.direct if source == (package, room))

    def reach(self, start: tuple[str, str], end: tuple[str, str]) -> bool:
        """Whether a room comes to another by imports; an `end` without a room is any of its package."""
        seen, todo = {start}, [start]
        while todo:
            here = todo.pop()
            if here == end or (not end[1] and here[0] == end[0]):
                return True
            todo += [target for source, target in self.direct if source == here and target not in seen]
            seen |= set(todo)
        return False


def package_names() -> list[str]:
    """The packages of the project."""
    found = [path.parent.name for source in SOURCES for path in (ROOT / source).glob("*/__init__.py")]
    return sorted(found)


def read_imports() -> Imports:
    """The imports of the source, without those for type checking and of what every room may know."""
    leaves = _leaves()
    graph = grimp.build_graph(*package_names(), exclude_type_checking_imports=True, cache_dir=None)
    direct = {
        (_room_of(module), _room_of(target))
        for module in graph.modules
        for target in graph.find_modules_directly_imported_by(module)
        if target not in leaves
    }
    return Imports(frozenset((source, target) for source, target in direct if source != target))


def read_packages(imports: Imports) -> list[Package]:
    """Every package in the order of its contract, those that people meet first above."""
    contracts = _contracts()
    packages = []
    for name in package_names():
        rooms = {room: _room(name, room, imports) for room in _room_names(name)}
        layers = []
        for layer in contracts.get(name, []):
            placed = tuple(rooms.pop(room) for room in layer if room in rooms)
            layers += [placed] if placed else []
        packages.append(Package(name, _job(_source(name, "")), tuple(layers), tuple(rooms.values())))
    return sorted(packages, key=lambda each: (each.name == "modemflash", each.name))


def _room_of(module: str) -> tuple[str, str]:
    package, _, rest = module.partition(".")
    return package, rest.partition(".")[0]


def _room_names(package: str) -> list[str]:
    folder = _source(package, "").parent
    found = [path.parent.name for path in folder.glob("*/__init__.py")]
    found += [path.stem for path in folder.glob("*.py") if not path.name.startswith("__")]
    return sorted(found)


def _room(package: str, name: str, imports: Imports) -> Room:
    uses = [room if where == package else where for where, room in imports.of(package, name)]
    return Room(name, _job(_source(package, name)), tuple(dict.fromkeys(use for use in uses if use)))


def _source(package: str, room: str) -> Path:
    (folder,) = [ROOT / source / package for source in SOURCES if (ROOT / source / package).is_dir()]
    if not room:
        return folder / "__init__.py"
    inside = folder / room / "__init__.py"
    return inside if inside.is_file() else folder / f"{room}.py"


def _job(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split("\n")[0].split()).rstrip(".:")


def _leaves() -> set[str]:
    """Modules that the contracts let every room of a package import."""
    return {
        target
        for contract in _settings()
        if contract["type"] == "layers"
        for source, _, target in (each.partition(" -> ") for each in contract.get("ignore_imports", ()))
        if source.endswith(".**")
    }


def _settings() -> list[dict[str, Any]]:
    """The contracts as they are written."""
    settings: Any = _toml.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return contracts


def _contracts() -> dict[str, list[list[str]]]:
    """Package -> its layers, highest first, by the longest contract about it."""
    found: dict[str, list[list[str]]] = {}
    for contract in _settings():
        if contract["type"] != "layers":
            continue
        layers = [re.findall(r"[\w.]+", layer) for layer in contract["layers"]]
        for package in contract.get("containers") or {layers[0][0].partition(".")[0]}:
            inside = [[name.removeprefix(package + ".") for name in layer] for layer in layers]
            if sum(map(len, inside)) > sum(map(len, found.get(package, []))):
                found[package] = inside
    return found
