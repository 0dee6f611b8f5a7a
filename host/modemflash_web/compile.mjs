// Compiles Python files for the interpreter of the page, by that interpreter itself:
//     node compile.mjs PYODIDE FOLDER
// Each NAME.py below FOLDER becomes NAME.pyc beside it, without docstrings, and without what
// this program never asks: annotations of its own functions, lines of others. The source goes. See build.py.
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [pyodideFolder, folder] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(pyodideFolder, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ indexURL: pyodideFolder + "/" });
pyodide.mountNodeFS("/tree", folder);
pyodide.runPython(`
import ast
from importlib._bootstrap_external import _code_to_hash_pyc
from pathlib import Path
from types import CodeType

OURS = ("modemflash", "modemflash_host", "modemflash_sim", "modemflash_web")  # line numbers are for these

def strip(tree, is_ours):
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            if ast.get_docstring(node, clean=False) is not None:
                first = node.body[0]
                if isinstance(node, ast.ClassDef):
                    # A dataclass without one would make its own, which takes long.
                    first.value = ast.copy_location(ast.Constant("."), first.value)
                else:
                    node.body[0:1] = [] if len(node.body) > 1 else [ast.copy_location(ast.Pass(), first)]
        if is_ours and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
        if is_ours and isinstance(node, ast.arg):
            node.annotation = None
    return tree

def without_lines(code):
    inner = tuple(without_lines(each) if isinstance(each, CodeType) else each for each in code.co_consts)
    units, rest = divmod(len(code.co_code) // 2, 8)
    # "No location", for eight code units each (CPython, InternalDocs/code_objects.md).
    table = bytes([0xFF] * units + ([0xF8 | rest - 1] if rest else []))
    return code.replace(co_linetable=table, co_consts=inner)

for path in sorted(Path("/tree").rglob("*.py")):
    # The name in tracebacks is the place below the folder.
    is_ours = path.relative_to("/tree").parts[0] in OURS
    tree = strip(ast.parse(path.read_bytes()), is_ours)
    code = compile(tree, str(path.relative_to("/tree")), "exec", dont_inherit=True)
    if not is_ours:
        code = without_lines(code)
    # checked=False: nobody asks whether it is out of date.
    path.with_suffix(".pyc").write_bytes(_code_to_hash_pyc(code, bytes(8), False))
    path.unlink()
`);
process.exit(0);
