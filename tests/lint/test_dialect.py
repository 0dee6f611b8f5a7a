"""Each rule of the dialect lint flags what it must, and lets its neighbour pass."""

import pytest

from lint import dialect, missing

# rule: (what must be flagged, what must pass)
RULES = {
    "f-string": ('f"{x}"', '"%s" % x'),
    "walrus": ("if (n := 1): pass", "n = 1"),
    "annotated variable": ("x: int = 1", "x = 1  # type: int"),
    "annotated attribute": ("class A:\n    x: int", "class A:\n    x = 0"),
    "match": ("match x:\n    case 1: pass", "if x == 1: pass"),
    "matrix product": ("a @ b", "a * b"),
    "async": ("async def f(): pass", "def f(): yield"),
    "underscore in a number": ("x = 1_000", "x_1 = 1000"),
    "underscore in hex": ("x = 0xFF_00", "x = 0xFF00"),
    "star in a list": ("[*a]", "a, *b = c"),
    "star in a tuple": ("x = *a, b", "(*a, b) = x"),
    "star in a set": ("{*a}", "set(a)"),
    "stars in a dict": ("{**a}", "dict(**a)"),
    "two stars": ("f(*a, *b)", "f(*a)"),
    "star before a value": ("f(*a, b)", "f(b, *a)"),
    "two double stars": ("f(**a, **b)", "f(*a, **b)"),
    "positional only": ("def f(a, /): pass", "def f(a, *, b=1): pass"),
    "brackets around with": ("with (a() as b, c() as d): pass", "with a() as b, c() as d: pass"),
    "brackets over lines": ("with (\n    a() as b,\n    c() as d,\n): pass", "with (a()) as b: pass"),
    "raise from": ("raise A() from b", "raise A()"),
    "keyword for an exception": ('raise ValueError(text="a")', 'raise ValueError("a")'),
    "keyword for our own": ('error = errors.Refusal("a", consent="b")', 'error = Refusal("a", "", "b")'),
    "metaclass": ("class A(metaclass=B): pass", "class A(B): pass"),
    "dead hook": ("class A:\n    def __setattr__(s, n, v): pass", "class A:\n    def set(s): pass"),
    "getattr of a module": ("def __getattr__(name): pass", "class A:\n    def __getattr__(self, n): pass"),
    "missing module": ("import logging", "import binascii"),
    "missing module, from": ("from functools import partial", "from struct import unpack_from"),
    "dotted module": ("import os.path", "import os"),
    "future": ("from __future__ import annotations", "from modemflash import errors"),
    "module with a u": ("import io", "import uio"),
    "module of some": ("import uzlib", "try:\n    import uzlib\nexcept ImportError:\n    uzlib = None"),
    "guard of another error": (
        "try:\n    import zlib\nexcept ValueError:\n    pass",
        "try:\n    import uzlib\nexcept ImportError:\n    import zlib",
    ),
    "typing at run time": ("from typing import Any", "if TYPE_CHECKING:\n    from typing import Any"),
    "else of the type checker": (
        "if TYPE_CHECKING:\n    pass\nelse:\n    import io",
        "if x:\n    pass\nelse:\n    import os",
    ),
    "syntax for the type checker": (
        "if TYPE_CHECKING:\n    x: int",
        "if TYPE_CHECKING:\n    x = 1  # type: int",
    ),
    "unguarded member": (
        "try:\n    from zlib import crc32\nexcept KeyError:\n    pass",
        "try:\n    from binascii import crc32\nexcept ImportError:\n    pass",
    ),
    "missing class of errors": ("try: pass\nexcept TimeoutError: pass", "try: pass\nexcept OSError: pass"),
    "missing built-in": ("format(x)", "def f(format): return format"),
    "names in annotations": ("x = NotImplemented", "def f(a: memoryview) -> slice: pass"),
    "missing member": ("struct.Struct('<H')", "struct.unpack_from('<H', b)"),
    "missing member, from": ("from binascii import crc32", "from binascii import hexlify"),
    "missing member, with a u": ("ubinascii.crc32(b)", "ubinascii.hexlify(b)"),
    "no emitter": ("@micropython.native\ndef f(): pass", "@micropython.bytecode\ndef f(): pass"),
    "missing method": ("data.hex()", "hex(data)"),
    "own method": ("text.splitlines()", "self.splitlines()"),
    "errno of an error": ("e.errno == 2", "e.args[0] == errno.ENOENT"),
    "name of a function": ("f.__name__", "x = __name__"),
    "print flush": ("print(1, flush=True)", "print(1, end='')"),
    "next with default": ("next(it, None)", "next(it)"),
    "iter with sentinel": ("iter(f, b'')", "iter(f)"),
    "pow of three": ("pow(2, 3, 5)", "pow(2, 3)"),
    "round to places": ("round(x, 1)", "round(x)"),
    "keyword of open": ("open('a', encoding='utf-8')", "open('a', 'rb')"),
    "keyword of enumerate": ("enumerate(x, start=1)", "enumerate(x, 1)"),
    "str with an encoding": ("str(b, 'latin-1')", "str(b, 'utf-8')"),
    "decode with an encoding": ("b.decode('ascii')", "b.decode('utf-8')"),
    "decode with errors": ("b.decode('utf-8', 'ignore')", "b.decode()"),
    "keyword of decode": ("b.decode(errors='ignore')", "'x'.encode()"),
    "from_bytes keyword": ("int.from_bytes(b, byteorder='big')", "int.from_bytes(b, 'big')"),
    "from_bytes alone": ("int.from_bytes(b)", "int.from_bytes(b, 'little')"),
    "to_bytes big": ("n.to_bytes(2, 'big')", "n.to_bytes(2, 'little')"),
    "split keyword": ("s.split('.', maxsplit=1)", "s.split('.', 1)"),
    "startswith of several": ("s.startswith(('a', 'b'))", "s.startswith('a')"),
    "format reaches in": ("'{0.name}'.format(x)", "'{0:.2f} {1}'.format(x, y)"),
    "format with an index": ("'{a[0]}'.format(a=x)", "'{{a[0]}} {:>4}'.format(x)"),
    "struct code": ("struct.pack('<Hx', 1)", "struct.pack('<HI4s', 1)"),
    "struct native": ("struct.calcsize('=H')", "struct.calcsize('>H')"),
    "step in a slice": ("b[::-1]", "b[1:5]"),
    "del of a slice": ("del b[:4]", "b[:4] = b''"),
}


@pytest.mark.parametrize("rule", RULES)
def test_flags(rule: str) -> None:
    """What boards cannot do is flagged."""
    assert dialect.check(RULES[rule][0])


@pytest.mark.parametrize("rule", RULES)
def test_passes(rule: str) -> None:
    """What boards can do is not."""
    assert dialect.check(RULES[rule][1]) == []


def test_every_row_of_the_tables_bites() -> None:
    """No row stands there for nothing."""
    snippets = [name + "()" for name in missing.NAMES]
    snippets += ["x.%s()" % name for name in missing.METHODS]
    snippets += ["x." + name for name in missing.ATTRIBUTES]
    snippets += ["%s.%s" % member for member in missing.MEMBERS]
    assert [snippet for snippet in snippets if not dialect.check(snippet)] == []


def test_complaints_name_the_line() -> None:
    """A complaint begins with its line, and they come in order."""
    found = dialect.check("import os\nx.hex()\nimport io\n")
    assert [complaint.split(":")[0] for complaint in found] == ["2", "3"]
