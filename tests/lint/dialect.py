"""A lint for the dialect of the boards: what parses everywhere and still fails on a GPy.

The compilers of old MicroPythons see syntax only, and a newer MicroPython has
more than a board. This closes the gap with what an AST shows: modules, names,
methods and calls that some Pycom release from 1.18 on lacks. Rules: a rule is
one row of a table where it can be; a method is judged by its name alone, so a
name that engine classes need for themselves cannot stand here.
"""

import ast
import builtins
from pathlib import Path

from .missing import ATTRIBUTES, MEMBERS, METHODS, MODULES, MODULES_OF_SOME, NAMES, SYNTAX

ERRORS = Path(__file__).resolve().parents[2] / "device" / "modemflash" / "errors.py"
STRUCT_CODES = set("<>!@0123456789bBhHiIlLqQfdsP")
DEAD_METHODS = ("__setattr__", "__delattr__", "__getattribute__", "__set_name__", "__init_subclass__")

_BARE = {name: "u" + name for name in ("io", "collections", "zlib")}


def check_file(path: Path) -> list[str]:
    """The complaints about one file, each "line: words", in the order of the lines."""
    return check(path.read_text(encoding="utf-8"))


def check(source: str) -> list[str]:
    """The complaints about a piece of source, each "line: words", in the order of the lines."""
    tree = ast.parse(source)
    visitor = _Visitor(source, _bound_names(tree))
    visitor.visit(tree)
    return ["%d: %s" % found for found in sorted(visitor.found)]


class _Visitor(ast.NodeVisitor):
    def __init__(self, source: str, bound: set[str]) -> None:
        self.lines = source.split("\n")
        self.bound = bound
        self.found: set[tuple[int, str]] = set()
        self.absence_caught = False  # inside a try that catches what a missing module raises
        self.never_run = False  # inside `if TYPE_CHECKING:`

    def complain(self, node: ast.AST, words: str) -> None:
        self.found.add((getattr(node, "lineno", 0), words))

    def generic_visit(self, node: ast.AST) -> None:
        kind = type(node).__name__
        if kind in SYNTAX:
            self.complain(node, SYNTAX[kind])
        super().generic_visit(node)

    # --- only for the type checker: boards do not run this, but they compile it

    def visit_If(self, node: ast.If) -> None:
        guard = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        outer, self.never_run = self.never_run, self.never_run or guard
        for statement in node.body:
            self.visit(statement)
        self.never_run = outer
        for child in (node.test, *node.orelse):
            self.visit(child)

    def visit_arg(self, node: ast.arg) -> None:
        """Annotations of arguments are parsed and never evaluated."""

    # --- modules

    def visit_Try(self, node: ast.Try) -> None:
        outer = self.absence_caught
        names = [name for handler in node.handlers for name in _names(handler.type)]
        self.absence_caught = outer or "ImportError" in names or "AttributeError" in names
        for child in node.body:
            self.visit(child)
        # A handler of ImportError is itself where the other name is tried.
        for part in (*node.handlers, *node.orelse, *node.finalbody):
            self.visit(part)
        self.absence_caught = outer

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.check_module(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if node.level == 0:
            self.check_module(node, module)
        for alias in node.names:
            self.check_member(node, module, alias.name)

    def check_module(self, node: ast.AST, module: str) -> None:
        first = module.split(".")[0]
        known = first == "modemflash" or module in MODULES
        if known or self.never_run or (first in MODULES_OF_SOME and self.absence_caught):
            return
        if module == "__future__":
            self.complain(node, "from __future__: never")
        elif first in _BARE:
            self.complain(node, "module %s: boards have %s" % (first, _BARE[first]))
        else:
            self.complain(node, "module %s: not on every release" % module)

    def check_member(self, node: ast.AST, module: str, name: str) -> None:
        plain = module[1:] if module.startswith("u") else module
        if (plain, name) in MEMBERS and not self.absence_caught:
            self.complain(node, "%s.%s: use %s" % (module, name, MEMBERS[plain, name]))

    # --- names, attributes, literals

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in NAMES and node.id not in self.bound:
            self.complain(node, "%s: %s" % (node.id, NAMES[node.id]))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name):
            self.check_member(node, node.value.id, node.attr)
        if node.attr in ATTRIBUTES:
            self.complain(node, ".%s: %s" % (node.attr, ATTRIBUTES[node.attr]))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if type(node.value) in (int, float):
            digits = self.lines[node.lineno - 1].encode()[node.col_offset : node.end_col_offset].decode()
            if "_" in digits:
                self.complain(node, "%s: no underscores in numbers before 1.20.1" % digits)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.slice, ast.Slice):
            step = node.slice.step
            if step is not None and not (isinstance(step, ast.Constant) and step.value == 1):
                self.complain(node, "slice with a step: not for bytes and views")
            if isinstance(node.ctx, ast.Del):
                self.complain(node, "del of a slice: buf[a:b] = b'' works")
        self.generic_visit(node)

    # --- statements

    def visit_Module(self, node: ast.Module) -> None:
        for child in node.body:
            if isinstance(child, ast.FunctionDef) and child.name in ("__getattr__", "__dir__"):
                self.complain(child, "%s of a module: not called on a board" % child.name)
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        if node.cause is not None:
            self.complain(node, "raise … from …: prints a warning when it is compiled")
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.args.posonlyargs:
            self.complain(node, "positional-only /")
        node.returns = None  # parsed, never evaluated
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if node.keywords:
            self.complain(node, "class with keywords or a metaclass")
        for child in node.body:
            if isinstance(child, ast.FunctionDef) and child.name in DEAD_METHODS:
                self.complain(child, "%s: not called on a board" % child.name)
        self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        first = node.items[0].context_expr
        opening = "\n".join(self.lines[node.lineno - 1 : first.lineno])[node.col_offset :]
        if len(node.items) > 1 and opening.lstrip("with").lstrip().startswith("("):
            self.complain(node, "with (…, …): no brackets around several")
        self.generic_visit(node)

    # --- stars and calls

    def visit_List(self, node: ast.List) -> None:
        self.check_stars(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        self.check_stars(node)

    def visit_Set(self, node: ast.Set) -> None:
        self.check_stars(node)

    def check_stars(self, node: "ast.List | ast.Tuple | ast.Set") -> None:
        storing = isinstance(getattr(node, "ctx", None), ast.Store)
        if not storing and any(isinstance(item, ast.Starred) for item in node.elts):
            self.complain(node, "* in a display")
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        if None in node.keys:
            self.complain(node, "** in a display")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        stars = [arg for arg in node.args if isinstance(arg, ast.Starred)]
        if len(stars) > 1 or (stars and node.args[-1] is not stars[0]):
            self.complain(node, "f(*a, b): one star, and last")
        if sum(keyword.arg is None for keyword in node.keywords) > 1:
            self.complain(node, "f(**a, **b): one only")
        keywords = {keyword.arg for keyword in node.keywords}
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if keywords and called in _EXCEPTIONS:
            self.complain(node, "keyword for an exception: 1.18 cannot")
        if isinstance(node.func, ast.Name):
            self.check_function(node, node.func.id, keywords)
        elif isinstance(node.func, ast.Attribute):
            self.check_method(node, node.func, keywords)
        self.generic_visit(node)

    def check_function(self, node: ast.Call, name: str, keywords: "set[str | None]") -> None:
        count = len(node.args)
        if name == "print" and "flush" in keywords:
            self.complain(node, "print(flush=): TypeError from 1.20 on")
        elif name in ("next", "iter") and count == 2:
            self.complain(node, "%s with two arguments" % name)
        elif name == "pow" and count == 3:
            self.complain(node, "pow with three arguments")
        elif name == "round" and count + len(keywords) == 2:
            self.complain(node, "round(x, n): round(x * 10) / 10")
        elif name in ("enumerate", "zip", "open", "sum", "int") and keywords - {"mode"}:
            self.complain(node, "%s takes no keywords" % name)
        elif name == "str" and count > 1 and (count > 2 or not _is_utf8(node.args[1])):
            self.complain(node, "every encoding is UTF-8 on a board: keep bytes")

    def check_method(self, node: ast.Call, func: ast.Attribute, keywords: "set[str | None]") -> None:
        name, count = func.attr, len(node.args)
        owner = func.value
        if name in METHODS and not (isinstance(owner, ast.Name) and owner.id in ("self", "cls")):
            self.complain(node, ".%s(): use %s" % (name, METHODS[name]))
        elif name in ("from_bytes", "to_bytes") and keywords:
            self.complain(node, ".%s with keywords: both positional, unsigned" % name)
        elif name in ("from_bytes", "to_bytes") and count != 2:
            self.complain(node, ".%s takes two arguments, and is unsigned" % name)
        elif name == "to_bytes" and isinstance(node.args[1], ast.Constant) and node.args[1].value == "big":
            self.complain(node, '.to_bytes(n, "big"): NotImplementedError on 1.18; struct.pack')
        elif name in ("split", "rsplit", "encode", "decode", "sort") and keywords - {"key", "reverse"}:
            self.complain(node, ".%s takes no keywords" % name)
        elif name in ("startswith", "endswith") and node.args and isinstance(node.args[0], ast.Tuple):
            self.complain(node, ".%s(tuple): one by one" % name)
        elif name in ("encode", "decode") and (count > 1 or (count == 1 and not _is_utf8(node.args[0]))):
            self.complain(node, ".%s(): UTF-8 only, and no `errors`" % name)
        elif name == "format" and _text(owner) is not None and _reaches_in(_text(owner) or ""):
            self.complain(node, '"{0.attr}".format: plain fields only')
        elif name in ("pack", "unpack", "pack_into", "unpack_from", "calcsize") and node.args:
            layout = _text(node.args[0])
            if layout is not None and set(layout) - STRUCT_CODES:
                self.complain(node, "struct %r: x, ?, = and blanks are missing" % layout)


def _bound_names(tree: ast.Module) -> set[str]:
    """Every name that the file itself binds: such a name is no built-in there."""
    bound = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            bound.add(node.name)
    return bound


def _exceptions() -> set[str]:
    """The names of all exceptions that engine code can make: the built-in ones and our own."""
    ours = {node.name for node in ast.parse(ERRORS.read_text()).body if isinstance(node, ast.ClassDef)}
    return ours | {
        name for name, it in vars(builtins).items() if isinstance(it, type) and issubclass(it, BaseException)
    }


_EXCEPTIONS = _exceptions()


def _names(node: "ast.expr | None") -> list[str]:
    """The names of the classes that an `except` catches."""
    if isinstance(node, ast.Tuple):
        return [name for item in node.elts for name in _names(item)]
    return [node.id] if isinstance(node, ast.Name) else []


def _text(node: ast.expr) -> "str | None":
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_utf8(node: ast.expr) -> bool:
    return (_text(node) or "").lower().replace("_", "-") in ("utf-8", "utf8")


def _reaches_in(template: str) -> bool:
    """Whether a format template has a field such as {0.name} or {0[1]}."""
    fields = [piece.split("}")[0].split(":")[0] for piece in template.replace("{{", "").split("{")[1:]]
    return any("." in field or "[" in field for field in fields)
