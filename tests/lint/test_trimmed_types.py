"""The trimmed stubs take away what boards lack, and nothing else."""

import ast

from lint.trimmed_types import trimmed

STUB = """\
import sys

class bytes:
    @overload
    def find(self, a: int) -> int: ...
    @overload
    def find(self, a: bytes) -> int: ...
    if sys.version_info >= (3, 8):
        def hex(self, sep: str = ...,
                bytes_per_sep: int = 1) -> str: ...
    else:
        def hex(self) -> str: ...
    title: int
    def __len__(self) -> int: ...

class str:
    def hex(self) -> str: ...
"""


def members(stub: str, name: str) -> list[str]:
    """The names that a class of a stub defines, anywhere inside."""
    classes = [node for node in ast.parse(stub).body if isinstance(node, ast.ClassDef) and node.name == name]
    inside = [node for node in ast.walk(classes[0]) if isinstance(node, (ast.FunctionDef, ast.AnnAssign))]
    return [node.name if isinstance(node, ast.FunctionDef) else ast.unparse(node.target) for node in inside]


def test_overloads_conditions_and_attributes_go() -> None:
    """However a member is defined, it goes, and what is left still parses."""
    assert members(trimmed(STUB, {"bytes": "find hex title"}), "bytes") == ["__len__"]


def test_other_classes_keep_theirs() -> None:
    """Only the class that is named loses the member."""
    assert members(trimmed(STUB, {"bytes": "hex"}), "str") == ["hex"]


def test_lines_stay_where_they_were() -> None:
    """A message of the type checker about a stub still names its line."""
    assert trimmed(STUB, {"bytes": "find hex title"}).count("\n") == STUB.count("\n")
