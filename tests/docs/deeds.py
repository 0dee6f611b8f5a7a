"""Finds each place where the program deletes, opens, writes or starts something, by its syntax tree.

Rule: what is not understood counts: a method with the name of a deed is one, whatever it is called on,
but for those names that texts and records have, too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_MODULES = {
    "os": set(
        "chmod chown execv execve execvp fchmod fchown fdopen ftruncate kill killpg link makedirs mkdir "
        "mkfifo open popen posix_spawn remove removedirs rename renames replace rmdir spawnv symlink system "
        "truncate unlink".split()
    ),
    "shutil": {"copy", "copy2", "copyfile", "copytree", "move", "rmtree", "unpack_archive", "chown"},
    "subprocess": {"Popen", "call", "check_call", "check_output", "run"},
    "tempfile": set(
        "NamedTemporaryFile SpooledTemporaryFile TemporaryDirectory TemporaryFile mkdtemp mkstemp".split()
    ),
    "zipfile": {"ZipFile"},
    "tarfile": {"TarFile", "open"},
    "gzip": {"GzipFile", "open"},
    "io": {"FileIO", "open"},
    "runpy": {"run_module", "run_path"},
}
_COMMON = {"copy", "replace", "link"}  # names of other functions, too
_BARE = {"open", "exec", "eval", "__import__"} | set().union(*_MODULES.values()) - _COMMON
_OF_PATHS = set(
    "chmod extract extractall hardlink_to kill mkdir read_bytes read_text rename rmdir symlink_to terminate "
    "unlink write_bytes write_text".split()
)


def deeds_in(path: Path) -> Iterator[tuple[str, str]]:
    """(function, deed) of each deed in a file, such as ("CaptureFile.write", "os.write")."""
    yield from _below(ast.parse(path.read_text(encoding="utf-8")), "")


def _below(node: ast.AST, function: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        name = function
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            name = f"{function}.{child.name}".lstrip(".")
        if isinstance(child, ast.Call) and (deed := _deed(child)):
            yield name, deed
        yield from _below(child, name)


def _deed(call: ast.Call) -> str:
    called = call.func
    if isinstance(called, ast.Name):
        return called.id if called.id in _BARE else ""
    if not isinstance(called, ast.Attribute):
        return ""
    owner = called.value.id if isinstance(called.value, ast.Name) else ""
    if owner in _MODULES:
        return f"{owner}.{called.attr}" if called.attr in _MODULES[owner] else ""
    is_move = called.attr == "replace" and len(call.args) == 1 and not call.keywords  # a text takes two
    opens = called.attr == "open" and bool(call.args) and isinstance(call.args[0], ast.Constant)
    return f".{called.attr}" if called.attr in _OF_PATHS or is_move or opens else ""
