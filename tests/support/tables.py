"""The product's tables as its source has them: their rows, and the places that use one.

Rules: a table is named by its file and its name, and read, not imported: importing
merges the error tables into one. A word inside a table, in a comparison or in a list
of codes that something is compared with is no use of a row: it asks, and raises nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The simulator knows no rows of ours.
PRODUCT = ("device/modemflash", "host/modemflash_host", "host/modemflash_web")

# Where each error table stands. The engine's own comes first.
ERROR_TABLES = (
    ("device/modemflash/catalogue.py", "CATALOGUE"),
    ("device/modemflash/board/words.py", "BOARD_CATALOGUE"),
    ("host/modemflash_host/errors/__init__.py", "HOST_CATALOGUE"),
    ("host/modemflash_host/errors/board.py", "BOARD_CATALOGUE"),
    ("host/modemflash_host/errors/card.py", "CARD_CATALOGUE"),
    ("host/modemflash_host/errors/copies.py", "COPY_CATALOGUE"),
    ("host/modemflash_host/errors/edl.py", "EDL_CATALOGUE"),
    ("host/modemflash_host/errors/fleet.py", "FLEET_CATALOGUE"),
    ("host/modemflash_host/errors/gnss.py", "GNSS_CATALOGUE"),
    ("host/modemflash_host/errors/packages.py", "PACKAGE_CATALOGUE"),
    ("host/modemflash_host/errors/page.py", "PAGE_CATALOGUE"),
    ("host/modemflash_host/errors/settings.py", "SETTINGS_CATALOGUE"),
)

# Tables that look a code up: they say more about it, and raise nothing.
_ASKING = (
    ("host/modemflash_host/families/sequans/first_aid.py", "EVIDENCE"),
    ("host/modemflash_host/families/quectel_gnss/first_aid.py", "EVIDENCE"),
)


@cache
def tree(file: str) -> ast.Module:
    """A file of the repository, parsed."""
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def table(file: str, name: str) -> ast.expr:
    """The literal that a module assigns to a name.

    Raises:
        AssertionError: it stands there no more.
    """
    for found, value in _assigned(tree(file)):
        if found == name:
            return value
    raise AssertionError(f"{file} has no table {name}")


def keys(file: str, name: str) -> list[str]:
    """The keys of a table, or the first words of its rows, as they are written: twice if written twice."""
    literal = table(file, name)
    if isinstance(literal, ast.Dict):
        firsts = list(literal.keys)
    else:
        assert isinstance(literal, ast.Tuple | ast.List), f"{file}: {name} is no table"
        firsts = [row.elts[0] if isinstance(row, ast.Tuple) else row for row in literal.elts]
    return [each.value for each in firsts if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def used_words(*besides: tuple[str, str]) -> dict[str, list[str]]:
    """Word -> the places of the product that use it.

    Args:
        besides: more tables (file, name) whose own words do not count.
    """
    ignored = {*ERROR_TABLES, *_ASKING, *besides}
    found: dict[str, list[str]] = {}
    for file in product():
        for node in _uses(tree(file), {name for where, name in ignored if where == file}):
            if isinstance(node.value, str):
                found.setdefault(node.value, []).append(f"{file}:{node.lineno}")
    return found


def product() -> list[str]:
    """Every file of the product."""
    paths = [path for room in PRODUCT for path in sorted((ROOT / room).rglob("*.py"))]
    return [path.relative_to(ROOT).as_posix() for path in paths]


def _uses(module: ast.Module, tables: set[str]) -> Iterator[ast.Constant]:
    asked = {id(value) for name, value in _assigned(module) if name in tables or name.endswith("_CODES")}
    todo: list[ast.AST] = [module]
    while todo:
        node = todo.pop()
        if id(node) in asked or isinstance(node, ast.Compare):
            continue
        if isinstance(node, ast.Constant):
            yield node
        todo.extend(ast.iter_child_nodes(node))


def _assigned(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value
