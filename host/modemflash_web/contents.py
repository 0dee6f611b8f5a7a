"""What of the standard library, of Rich and of this program goes into the page: no more than it imports.

Rule: what is left out is named here, file by file or by its folder; a test imports all that is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("modemflash", "modemflash_host", "modemflash_sim", "modemflash_web", "rich")
# Of these packages: what only a PC needs.
_LEFT_OUT = (
    "modemflash/__main__",
    "modemflash_host/__main__",
    "modemflash_host/cli/",
    "modemflash_host/fleet/",
    "modemflash_host/board/tools/",
    "modemflash_host/capture/export",
    "modemflash_sim/board/",
    "modemflash_sim/devices",
    "modemflash_sim/endpoints/pipe",
    "modemflash_sim/endpoints/pty",
    "modemflash_sim/endpoints/rfc2217",
    "modemflash_sim/endpoints/serve",
    "modemflash_sim/endpoints/tcp",
    "modemflash_sim/endpoints/usb",
    "modemflash_sim/quectel_edl/",
    "modemflash_sim/quectel_gnss/",
    "modemflash_sim/replay",
    "modemflash_sim/subprocess_server",
    "modemflash_web/page/",
    "modemflash_web/build",
    "modemflash_web/contents",
    "modemflash_web/interpreter",
    "modemflash_web/serve",
)
_RICH = """
    __init__ _cell_widths _emoji_replace _export_format _extension _fileno _log_render _loop _null_file
    _palettes _pick _ratio _unicode_data _wrap align box cells color color_triplet console constrain
    containers control default_styles emoji errors highlighter jupyter markup measure padding pager
    palette palettes protocol region repr screen segment style styled table terminal_theme text theme
    themes
""".split()
_NO_LIBRARY = """
    _android_support _apple_support _ios_support _osx_support _py_abc _pydecimal _pyio _pylong _pyrepl
    antigravity argparse bdb cmd code compileall cProfile csv curses dbm doctest ensurepip filecmp
    fileinput ftplib getopt graphlib idlelib imaplib mailbox mimetypes modulefinder multiprocessing
    netrc nturl2path optparse pdb pickletools plistlib poplib profile pstats pty pyclbr pydoc pydoc_data
    rlcompleter sched shelve smtplib socketserver sqlite3 ssl statistics symtable tabnanny test this
    timeit tkinter trace tracemalloc tty turtle turtledemo unittest uuid venv wave webbrowser wsgiref
    xmlrpc zipapp zoneinfo
""".split()
_NO_PARTS = tuple(
    """
    asyncio/__main__ asyncio/tools asyncio/windows concurrent/interpreters email/_header_value_parser
    email/mime importlib/_bootstrap importlib/resources/simple json/tool pyodide/http urllib/robotparser
    xml/dom xml/etree
    """.split()
)
_KINDS = (".py", ".css", ".js")
_ENCODINGS = """
    __init__ aliases ascii cp437 cp1252 idna latin_1 raw_unicode_escape unicode_escape utf_8 utf_8_sig
""".split()


def is_of_library(name: str) -> bool:
    """Whether a file of the standard library goes along."""
    parts = name.split("/")
    if parts[0] == "encodings":
        return parts[-1].removesuffix(".py") in _ENCODINGS
    return parts[0].removesuffix(".py") not in _NO_LIBRARY and not name.startswith(_NO_PARTS)


def files_of_packages() -> Iterator[tuple[str, Path]]:
    """Name below the archive's top, and where it is installed."""
    for package in PACKAGES:
        found = find_spec(package)
        assert found is not None and found.origin is not None
        top = Path(found.origin).parent
        for path in sorted(each for each in top.rglob("*.*") if each.suffix in _KINDS):
            name = f"{package}/{path.relative_to(top).as_posix()}"
            if not name.startswith(_LEFT_OUT) and (package != "rich" or _is_of_rich(name)):
                yield name, path


def _is_of_rich(name: str) -> bool:
    parts = name.split("/")
    return parts[1].removesuffix(".py") in _RICH and not parts[-1].startswith("unicode")
