"""Rules of the package as it is deployed."""

import ast
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import modemflash
from modemflash.unpack import load, unpacked
from modemflash_host.board.install.package import LIMIT_BYTES, READABLE, deployed, programs, strip, where
from modemflash_host.board.install.packing import pack

ENGINE = Path(modemflash.__file__).parent
FILES = sorted(path for path in ENGINE.rglob("*.py") if path.name != "__main__.py")


def bare(source: str) -> list[tuple[int, str]]:
    """What a program means, as (line, statement): no docstrings, annotations and imports for types."""

    class Bare(ast.NodeTransformer):
        def visit_If(self, node: ast.If) -> ast.AST | None:
            return None if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)

        def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
            return None if ast.unparse(node.targets[0]) == "TYPE_CHECKING" else node

        def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
            node.returns = None
            return self.generic_visit(node)

        def visit_arg(self, node: ast.arg) -> ast.AST:
            node.annotation = None
            return node

        def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
            return None if isinstance(node.value, ast.Constant) else node

        def visit_Pass(self, node: ast.Pass) -> None:
            return None

    tree = Bare().visit(ast.parse(source))
    return [
        (node.lineno, ast.dump(node)) for node in ast.walk(tree) if isinstance(node, (ast.stmt, ast.expr))
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_means_the_same_in_the_same_lines(path: Path) -> None:
    """Every statement and expression is there, in its line."""
    source = path.read_text()
    assert bare(strip(source)) == bare(source)


def test_what_goes() -> None:
    """Docstrings, comments, annotations and imports for types go; strings of other kinds stay."""
    source = '''"""Words."""

X = "# no comment"  # a comment


class A:
    """Only words."""


def f(a: "int", *, b: int = 1) -> "str":
    """Words
    in two lines."""
    return """text
      as it is"""  # ü


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any  # for types
'''
    assert strip(source) == (
        '\n\nX = "# no comment"\n\n\nclass A:\n pass\n\n\ndef f(a, *, b = 1):\n\n\n return """text\n'
        '      as it is"""\n'
    )


def test_all_that_a_board_needs() -> None:
    """The engine and its board part, and nothing of a PC."""
    names = set(deployed())
    assert {"modemflash/__init__.py", "modemflash/upgrade.py", "modemflash/board/uart.py"} <= names
    assert not [name for name in names if "__main__" in name or not name.endswith(".py")]
    assert not [name for name in names if len("/flash/lib/" + name) > 128]


@pytest.mark.referee
@pytest.mark.parametrize("version", ["1.8.6", "1.9.4", "1.11"])
def test_old_compilers_take_it(tool: Callable[[str], Path], tmp_path: Path, version: str) -> None:
    """Every file goes through the compilers of the releases that boards run."""
    compiler = tool("mpy-cross-" + version)
    for name, content in [*programs().items(), *deployed().items()]:
        path = tmp_path / name.replace("/", "-")
        path.write_bytes(content)
        done = subprocess.run([compiler, "-o", "/dev/null", path], capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), name


@given(st.text(alphabet=[chr(code) for code in (10, *range(32, 127))], max_size=400), st.integers(0, 40))
def test_packed_and_unpacked(piece: str, times: int) -> None:
    """What was packed unpacks to itself, its bytes fit into a comment, and nothing grows."""
    program = (piece * times).encode()
    packed = pack(program)
    assert len(packed) <= len(program)
    if packed != program:
        comment = packed.split(b"\n", 1)[1]
        assert unpacked(comment[1:-1], len(program)) == program
        assert not set(comment[:-1]) & {0, 10, 13}


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b""])
def test_a_packed_module_that_came_as_text(tmp_path: Path, end: bytes) -> None:
    """An FTP app in its text mode writes other line ends, and the module is loaded all the same."""
    program = b"answer = 6 * 7\n" * 20
    first, packed, _ = pack(program).split(b"\n")
    path = tmp_path / "module.py"
    path.write_bytes(first + (end or b"\n") + packed + end)
    names: dict[str, object] = {"__file__": str(path)}
    load(names, len(program), "")
    assert names["answer"] == 42


@pytest.mark.parametrize("program", [b"\x00", b"\x02", b"\r\n", b"\t", "ü".encode()])
def test_what_cannot_be_packed(program: bytes) -> None:
    """Other bytes than lines of ASCII are refused, not mangled."""
    with pytest.raises(ValueError, match="ASCII"):
        pack(program)


def test_readable_at_power_up() -> None:
    """What a board loads at each power-up is not packed."""
    assert {name for name in READABLE if deployed()[name] != programs()[name]} == set()


def test_where_a_traceback_points() -> None:
    """Line and function of a packed module lead to one file."""
    inside = next(
        node
        for node in ast.walk(ast.parse((ENGINE / "transfer.py").read_text()))
        if isinstance(node, ast.FunctionDef) and node.name == "send"
    )
    assert where(inside.lineno, "send") == ["modemflash/transfer.py"]
    assert "modemflash/transfer.py" in where(1, "<module>")


def test_size() -> None:
    """The whole package keeps within its limit."""
    assert sum(map(len, deployed().values())) <= LIMIT_BYTES
