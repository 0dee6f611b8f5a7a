"""The engine as a board gets it: the installed package without what only people and PCs need.

Rules that hold here: docstrings, comments, annotations and what stands under
`if TYPE_CHECKING:` go, a step of indentation becomes one space, and every
statement stays in its line, so a line number on a board is the line number in
this repository; the program means the same (a test compares the syntax trees).
What is loaded at every power-up stays readable; the rest is packed.

    python -m modemflash_host.board.install.package [FOLDER]        prints sizes; writes the package to FOLDER
    python -m modemflash_host.board.install.package LINE FUNCTION   which file a board's traceback means
"""

from __future__ import annotations

import ast
import functools
import io
import sys
import tokenize
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import modemflash
from modemflash_host.board.install import packing
from modemflash_host.board.install.kept_package import kept
from modemflash_host.board.install.packing import pack
from modemflash_host.computer.home import HOME

LIMIT_BYTES = 80_000  # docs/decisions/0007
NOT_FOR_BOARDS = {"__main__.py"}  # `python -m modemflash` starts there
READABLE = {
    "modemflash/__init__.py",
    "modemflash/interface.py",
    "modemflash/unpack.py",
    "modemflash/board/hook.py",
}
_STEP = 4  # spaces of indentation


class _Cut(NamedTuple):
    """A piece of source that goes, lines from 1, columns in bytes from 0."""

    line: int
    column: int
    end_line: int
    end_column: int
    instead: bytes = b""


@functools.cache
def deployed() -> Mapping[str, bytes]:
    """Every file that a board gets: path below its library folder -> content."""
    if HOME.board_package is not None:
        return HOME.board_package
    ours = {path.name: path.read_bytes() for path in map(Path, (__file__, packing.__file__))}
    sources = {name: path.read_bytes() for name, path in _sources().items()}
    return MappingProxyType(dict(kept({**ours, **sources}, _packed)))


def _packed() -> dict[str, bytes]:
    texts = programs()
    needs = {name: _needs(text, texts) for name, text in texts.items()}
    return {
        name: text if name in READABLE else pack(text, _leaves_first(name, needs))
        for name, text in texts.items()
    }


def programs() -> dict[str, bytes]:
    """The same files before they are packed: stripped source."""
    return {name: strip(path.read_text(encoding="utf-8")).encode() for name, path in _sources().items()}


def where(line: int, function: str) -> list[str]:
    """The files that a traceback can mean, which says `<string>` for a packed module.

    Args:
        line: its line.
        function: its function; `<module>` outside of all.
    """
    return [
        name
        for name, path in _sources().items()
        if function in _functions_at(line, ast.parse(path.read_text(encoding="utf-8")))
    ]


def _functions_at(line: int, tree: ast.Module) -> set[str]:
    around = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0)
    }
    return around or {"<module>"}


def _sources() -> dict[str, Path]:
    folder = Path(modemflash.__file__).parent
    return {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.rglob("*.py"))
        if path.name not in NOT_FOR_BOARDS
    }


def _needs(program: bytes, files: Container[str]) -> list[str]:
    """The files of ours that a program imports before it does anything."""
    found = []
    for node in ast.parse(program).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            path = node.module.replace(".", "/")
            inside = [f"{path}/{alias.name}.py" for alias in node.names]
            found += [name for name in inside if name in files] or [f"{path}.py"]
    return [name for name in found if name in files]


def _leaves_first(name: str, needs: Mapping[str, list[str]]) -> list[str]:
    """All that a file needs, as `modemflash.unpack.load` takes it, each behind what it needs itself."""
    order: dict[str, None] = {}

    def visit(file: str) -> None:
        for need in needs[file]:
            if need in READABLE:
                continue  # it needs nothing itself, and no stack to be unpacked
            visit(need)
            order[need.split("/", 1)[1][: -len(".py")].replace("board/", ".")] = None

    visit(name)
    return list(order)


def strip(source: str) -> str:
    """The same program in the same lines, without words for people."""
    lines = [line.encode() for line in source.split("\n")]
    for cut in sorted([*_comments(source), *_dispensable(source)], reverse=True):
        head, tail = lines[cut.line - 1][: cut.column], lines[cut.end_line - 1][cut.end_column :]
        lines[cut.line - 1 : cut.end_line] = [head + cut.instead + tail] + [b""] * (cut.end_line - cut.line)
    return _narrow("\n".join(line.decode() for line in lines))


def _comments(source: str) -> list[_Cut]:
    blocks = [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.If) and _is_for_types(node)
    ]
    dropped = [(node.lineno, node.end_lineno or 0) for node in blocks]
    cuts = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        row = token.start[0]
        if token.type == tokenize.COMMENT and not any(first <= row <= last for first, last in dropped):
            start = len(token.line[: token.start[1]].encode())
            cuts.append(_Cut(row, start, row, start + len(token.string.encode())))
    return cuts


def _dispensable(source: str) -> list[_Cut]:
    """Docstrings, annotations, and the imports of annotations with what guards them."""
    lines = [line.encode() for line in source.split("\n")]
    cuts: list[_Cut] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and _is_for_types(node):
            cuts.append(_cut(node)._replace(end_column=len(lines[(node.end_lineno or 0) - 1])))
            return
        if isinstance(node, ast.Assign) and _names_types(node.targets):
            cuts.append(_cut(node))
            return
        if (
            isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
            and ast.get_docstring(node) is not None
        ):
            alone = len(node.body) == 1 and not isinstance(node, ast.Module)
            cuts.append(_cut(node.body[0], b"pass" if alone else b""))
        if isinstance(node, ast.arg) and node.annotation is not None:
            name_ends = node.col_offset + len(node.arg.encode())
            cuts.append(_cut(node.annotation)._replace(line=node.lineno, column=name_ends))
        if isinstance(node, ast.FunctionDef) and node.returns is not None:
            arrow = lines[node.returns.lineno - 1].rindex(b" -> ", 0, node.returns.col_offset)
            cuts.append(_cut(node.returns)._replace(column=arrow))
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(source))
    return cuts


def _is_for_types(node: ast.If) -> bool:
    return _names_types([node.test])


def _names_types(nodes: Sequence[ast.expr]) -> bool:
    return all(isinstance(node, ast.Name) and node.id == "TYPE_CHECKING" for node in nodes)


def _cut(node: ast.stmt | ast.expr, instead: bytes = b"") -> _Cut:
    return _Cut(node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0, instead)


def _narrow(source: str) -> str:
    """One space for a step of indentation, none at the ends of lines; strings of several lines stay."""
    begin_in_string: set[int] = set()
    end_in_string: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.STRING:
            begin_in_string.update(range(token.start[0] + 1, token.end[0] + 1))
            end_in_string.update(range(token.start[0], token.end[0]))
    lines = source.split("\n")
    for row, line in enumerate(lines, 1):
        if row not in begin_in_string:
            bare = line.lstrip(" ")
            line = " " * ((len(line) - len(bare)) // _STEP) + bare
        lines[row - 1] = line if row in end_in_string else line.rstrip()
    return "\n".join(lines).rstrip("\n") + "\n"


def main() -> int:
    """Print the sizes, 1 when the package has grown too large; or the files that a traceback means."""
    if len(sys.argv) == 3:
        print("\n".join(where(int(sys.argv[1]), sys.argv[2])))
        return 0
    files = deployed()
    for name, content in files.items():
        print(f"{len(content):7d}  {name}")
        for folder in sys.argv[1:2]:
            target = Path(folder) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    total = sum(map(len, files.values()))
    print(f"{total:7d}  of {LIMIT_BYTES}")
    return int(total > LIMIT_BYTES)


if __name__ == "__main__":
    sys.exit(main())
