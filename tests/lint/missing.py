"""What some Pycom release from 1.18 on lacks, as tables for the lint of the dialect.

Source: Pycom's own releases 1.18 to 1.20.2 and their MicroPython cores 1.8.6, 1.9.4
and 1.11. The text of a row says what to use instead, or why.
"""

# Modules that every release has under this name; anything else is a module of ours or is missing.
MODULES = set(
    "machine os socket select binascii struct re json time hashlib crypto ssl errno sys gc array math "
    "micropython network pycom uio ucollections ubinascii ustruct ure ujson utime uos uhashlib uerrno "
    "uselect usocket _thread".split()
)
# Present on some releases only: allowed where an ImportError is caught.
MODULES_OF_SOME = {"uzlib", "deflate", "io", "collections", "zlib", "random", "typing"}

NAMES = {
    **dict.fromkeys(
        "FileNotFoundError FileExistsError PermissionError ConnectionError ConnectionResetError "
        "BrokenPipeError IsADirectoryError InterruptedError BlockingIOError".split(),
        "no release has this class: catch OSError and look at args[0]",
    ),
    "TimeoutError": "1.20 and newer have no TimeoutError",
    "IOError": "no release has it: OSError",
    "EnvironmentError": "no release has it: OSError",
    "UnicodeDecodeError": "boards raise UnicodeError",
    "ModuleNotFoundError": "boards raise ImportError",
    "RecursionError": "boards raise RuntimeError",
    "Warning": "no release has warnings",
    **dict.fromkeys(
        "NotImplemented compile vars slice format ascii breakpoint help aiter anext".split(),
        "no release has this built-in",
    ),
}

METHODS = {
    "hex": "binascii.hexlify",
    "fromhex": "binascii.unhexlify",
    "hexdigest": "binascii.hexlify(h.digest())",
    "tobytes": "bytes(view)",
    "cast": "struct.unpack_from",
    "toreadonly": "pass bytes",
    "splitlines": 'split("\\n")',
    "partition": "split(sep, 1) or find",
    "rpartition": "rfind",
    "center": '"{:^8}".format(text)',
    "ljust": '"%-8s" % text',
    "rjust": '"%8s" % text',
    "zfill": '"%08d" % number',
    "isalnum": "isalpha() or isdigit()",
    "isdecimal": "isdigit()",
    "isnumeric": "isdigit()",
    "isidentifier": "a loop",
    "isprintable": "a loop",
    "isascii": "a loop",
    "title": "upper()",
    "capitalize": "upper()",
    "casefold": "lower()",
    "swapcase": "lower()",
    "expandtabs": "replace",
    "format_map": "format(**fields)",
    "maketrans": "a loop",
    "translate": "a loop",
    "removeprefix": "a slice",
    "removesuffix": "a slice",
    "bit_length": "a loop",
    "bit_count": "a loop",
    "is_integer": "int(x) == x",
    "with_traceback": "nothing: boards keep the traceback",
    "add_note": "a word in the message",
    "fullmatch": 'match("…$")',
    "groups": "group(1)",
    "groupdict": "group(1)",
    "finditer": "a loop over search",
    "findall": "a loop over search",
}

ATTRIBUTES = {
    "errno": "1.20.1 has no e.errno: e.args[0]",
    "strerror": "boards have no e.strerror: e.args",
    "__cause__": "boards do not chain exceptions",
    "__context__": "boards do not chain exceptions",
    "__traceback__": "sys.print_exception(e)",
    "__name__": "functions have no __name__",
    "__qualname__": "functions have no __qualname__",
    "__doc__": "boards keep no docstrings",
    "__annotations__": "annotations are thrown away",
    "__mro__": "boards have no __mro__",
}

# What a module of the boards lacks although it is there: (module, name) -> what to use.
MEMBERS = {
    ("binascii", "crc32"): "modemflash.crc",
    ("binascii", "crc_hqx"): "modemflash.crc",
    ("struct", "Struct"): "struct.unpack_from",
    ("struct", "error"): "ValueError",
    ("struct", "iter_unpack"): "struct.unpack_from",
    ("os", "path"): "os.stat",
    ("os", "ilistdir"): "os.listdir: 1.18 has no ilistdir",
    ("os", "statvfs"): "os.getfree: 1.18 has no statvfs",
    ("os", "walk"): "os.listdir",
    ("os", "environ"): "nothing",
    ("os", "replace"): "os.rename, which replaces nothing on 1.18",
    ("time", "monotonic"): "the clock that is handed in",
    ("time", "perf_counter"): "the clock that is handed in",
    ("time", "strftime"): '"%04d" % …',
    ("json", "dump"): "json.dumps: no dump before 1.20.1",
    ("json", "JSONDecodeError"): "ValueError",
    ("re", "sub"): "a loop",
    ("re", "findall"): "a loop",
    ("re", "finditer"): "a loop",
    ("re", "split"): "compile(…).split",
    ("re", "fullmatch"): 'match("…$")',
    ("re", "escape"): "backslashes",
    ("sys", "exc_info"): "except … as error",
    ("sys", "getsizeof"): "gc.mem_alloc",
    ("gc", "get_objects"): "nothing",
    ("micropython", "native"): "no board has an emitter",
    ("micropython", "viper"): "no board has an emitter",
    ("micropython", "asm_thumb"): "no board has an emitter",
    ("micropython", "asm_xtensa"): "no board has an emitter",
}

SYNTAX = {
    "JoinedStr": "f-string",
    "TemplateStr": "t-string",
    "NamedExpr": ":=",
    "AnnAssign": "annotated variable: use a `# type:` comment",
    "AsyncFunctionDef": "async: no uasyncio on a board",
    "MatMult": "@ as an operator",
    "Match": "match",
    "TryStar": "except*",
    "TypeAlias": "type statement",
}
