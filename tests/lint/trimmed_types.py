"""Type stubs of a board: mypy's own, without the built-in methods that boards lack.

The dialect lint knows names; this knows types: `find` is fine on bytes and
missing on a bytearray. Rules: made once for each version of mypy, in `.cache/`;
what a class inherits in the stub cannot be taken away (`bytearray.pop`).
"""

import ast
import shutil
from pathlib import Path

from tools.cache import CACHE, made_once, run

# Class of builtins.pyi -> methods that some release lacks (Pycom 1.18 to 1.20.2).
MISSING = {
    "bytearray": "find rfind index rindex count startswith endswith copy "
    "replace strip lstrip rstrip split rsplit splitlines join upper lower partition rpartition translate "
    "maketrans removeprefix removesuffix hex fromhex center ljust rjust zfill title capitalize swapcase "
    "expandtabs isalnum isascii decode __mod__ __mul__",
    "bytes": "hex fromhex splitlines partition rpartition translate maketrans removeprefix removesuffix "
    "ljust rjust zfill title capitalize swapcase expandtabs isalnum isascii",
    "str": "splitlines partition rpartition translate maketrans removeprefix removesuffix ljust rjust zfill "
    "title capitalize casefold swapcase expandtabs isalnum isascii isdecimal isidentifier isnumeric "
    "isprintable istitle format_map",
    "int": "bit_length bit_count as_integer_ratio is_integer conjugate",
    "float": "hex fromhex is_integer as_integer_ratio conjugate",
    "memoryview": "tobytes tolist cast toreadonly hex release __enter__ __exit__ __contains__ count index "
    "itemsize nbytes shape strides format",
    "function": "__name__ __qualname__ __module__ __code__ __defaults__ __dict__ __globals__ __closure__",
    "BaseException": "with_traceback add_note __cause__ __context__ __suppress_context__ __traceback__",
    "OSError": "errno strerror filename filename2",
}


def options(python: Path) -> list[str]:
    """The options of mypy that make it see a board's built-ins.

    Args:
        python: the interpreter whose mypy it is.
    """
    ask = "import mypy.version; print(mypy.version.__version__, mypy.__path__[0])"
    version, package = run(python, "-c", ask).strip().split(" ", 1)

    def make(folder: Path) -> None:
        shutil.copytree(Path(package) / "typeshed", folder, dirs_exist_ok=True)
        stub = folder / "stdlib" / "builtins.pyi"
        stub.write_text(trimmed(stub.read_text(), MISSING))

    key = version + " " + repr(MISSING)
    return ["--custom-typeshed-dir", str(made_once(CACHE / "typeshed-dialect", key, make))]


def trimmed(stub: str, missing: dict[str, str]) -> str:
    """A stub without some definitions of its classes."""
    lines = stub.split("\n")
    classes = {node.name: node for node in ast.parse(stub).body if isinstance(node, ast.ClassDef)}
    for name, members in missing.items():
        for node in _definitions(classes[name].body):
            if _name(node) in members.split():
                first = min(part.lineno for part in (node, *getattr(node, "decorator_list", [])))
                last = node.end_lineno or first
                blank = " " * node.col_offset + "pass"
                lines[first - 1 : last] = [blank] + [""] * (last - first)
    return "\n".join(lines)


def _definitions(body: list[ast.stmt]) -> list[ast.stmt]:
    """The definitions of a class, those under `if sys.version_info …` too."""
    flat: list[ast.stmt] = []
    for node in body:
        flat += _definitions(node.body) + _definitions(node.orelse) if isinstance(node, ast.If) else [node]
    return flat


def _name(node: ast.stmt) -> str:
    """The name that a definition in a class defines."""
    if isinstance(node, ast.FunctionDef):
        return node.name
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return target.id if isinstance(target, ast.Name) else ""
