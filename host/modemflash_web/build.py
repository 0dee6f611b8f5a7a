"""Builds the page: one folder of static files, which any HTTPS host serves and no other host is asked for.

    python -m modemflash_web.build FOLDER

What is in it: the files of `page/`; Pyodide (`interpreter.py`); `python.zip` with the standard library and
the packages that the page needs, compiled for that interpreter; `files.json`, the list of all with sizes and
hashes, by which the worker shows how much is to come and the service worker keeps the page.

Rules: what is installed is what is packed; a folder that holds anything but an earlier page is not touched;
a page is put in its place when it is whole.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import modemflash
from modemflash_host.board.install.package import deployed
from modemflash_host.computer.programs import Unavailable, find_program
from modemflash_host.store.state_folder import state_folder
from modemflash_web import interpreter
from modemflash_web.inside import board_package

PAGE = Path(__file__).with_name("page")
LIST, PYTHON = "files.json", "python.zip"
_PACKED = (PYTHON, "pyodide.asm.wasm")  # carried as .gz, whatever a host packs or does not
PACKAGES = ("modemflash", "modemflash_host", "modemflash_sim", "modemflash_web", "rich")
# Of these packages: what only a PC needs.
_LEFT_OUT = (
    "modemflash_host/cli/",
    "modemflash_host/fleet/",
    "modemflash_host/board/tools/",
    "modemflash_host/capture/export",
    "modemflash_sim/board/",
    "modemflash_sim/quectel_edl/",
    "modemflash_sim/quectel_gnss/",
    "modemflash_web/page/",
    "modemflash_web/build",
    "modemflash_web/interpreter",
    "modemflash_web/serve",
)
# Of Rich: what texts, tables and a console without a screen need.
_RICH = set(
    "__init__ _cell_widths _emoji_replace _export_format _extension _fileno _log_render _loop _null_file _palettes "
    "_pick _ratio _unicode_data _wrap align box cells color color_triplet console constrain containers control "
    "default_styles emoji errors highlighter jupyter markup measure padding pager palette palettes protocol region "
    "repr screen segment style styled table terminal_theme text theme themes".split()
)
# Of the standard library: what no part of the program imports.
_NO_LIBRARY = set(
    "_android_support _apple_support _ios_support _osx_support _py_abc _pydecimal _pyio _pylong _pyrepl antigravity "
    "argparse bdb cmd code compileall cProfile crypt csv curses dbm doctest ensurepip "
    "filecmp fileinput ftplib getopt graphlib idlelib imaplib lib2to3 mailbox mimetypes "
    "modulefinder multiprocessing netrc nturl2path optparse pdb pickletools plistlib poplib profile pstats pty pyclbr "
    "pydoc pydoc_data rlcompleter sched shelve smtplib socketserver sqlite3 ssl statistics symtable tabnanny "
    "test this timeit tkinter trace tracemalloc tty turtle turtledemo unittest uuid venv wave webbrowser wsgiref "
    "xmlrpc zipapp zoneinfo".split()
)
_NO_PARTS = (
    "email/_header_value_parser email/mime importlib/_bootstrap importlib/resources/simple xml/dom xml/etree "
    "asyncio/__main__ asyncio/tools asyncio/windows concurrent/interpreters json/tool pyodide/http urllib/robotparser"
).split()
_ENCODINGS = set("__init__ aliases ascii cp437 cp1252 idna latin_1 raw_unicode_escape unicode_escape utf_8 utf_8_sig".split())
_PATIENCE_S = 600


def build(target: Path) -> Path:
    """Put the page into a folder.

    Args:
        target: is made, or holds an earlier page.

    Raises:
        Unavailable: npm or node is missing, or failed.
        FileExistsError: something else is in the folder.
        OSError: it cannot be written.
    """
    if target.exists() and any(target.iterdir()) and not (target / LIST).is_file():
        raise FileExistsError(f"{target} holds something else than a page of this program")
    source = interpreter.fetched(state_folder("web"))
    with tempfile.TemporaryDirectory(prefix="modemflash-web-") as made:
        page = Path(made) / "page"
        shutil.copytree(PAGE, page)
        for name in interpreter.FILES[:3]:
            shutil.copy(source / name, page / name)
        _write_lock(source, page)
        _write_python(source, page / PYTHON, Path(made) / "tree")
        for name in _PACKED:
            packed = gzip.compress((page / name).read_bytes(), 9, mtime=0)
            (page / f"{name}.gz").write_bytes(packed)
            (page / name).unlink()
        key = _write_list(page)
        worker = page / "service_worker.js"
        worker.write_text(worker.read_text(encoding="utf-8").replace("BUILD", key), encoding="utf-8")
        target.mkdir(parents=True, exist_ok=True)
        for old in target.iterdir():
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        shutil.copytree(page, target, dirs_exist_ok=True)
    return target


def _write_lock(source: Path, page: Path) -> None:
    """The interpreter's list of packages, without packages: none is ever asked for."""
    lock = json.loads((source / "pyodide-lock.json").read_text(encoding="utf-8"))
    text = json.dumps({**lock, "packages": {}})
    (page / "pyodide-lock.json").write_text(text, encoding="utf-8")


def _write_python(source: Path, target: Path, tree: Path) -> None:
    """The standard library and the packages in one archive, compiled by the interpreter that will run them."""
    node = find_program("node")
    if node is None:
        raise Unavailable("there is no node on this computer, which compiles the page's Python")
    with zipfile.ZipFile(source / "python_stdlib.zip") as library:
        library.extractall(tree, [name for name in library.namelist() if _is_needed(name)])
    for name, path in _files_of_packages():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tree / name)
    package = tree / "modemflash_web/inside" / board_package.NAME
    package.write_bytes(board_package.encoded(deployed()))
    done = subprocess.run(
        [node, str(Path(__file__).with_name("compile.mjs")), str(source), str(tree)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
    )
    if done.returncode:
        raise Unavailable(f"the page's Python was not compiled: {done.stderr.strip()[-300:]}")
    with zipfile.ZipFile(target, "w") as packed:
        for path in sorted(each for each in tree.rglob("*") if each.is_file()):
            packed.writestr(zipfile.ZipInfo(path.relative_to(tree).as_posix()), path.read_bytes())


def _is_needed(name: str) -> bool:
    """Whether a file of the standard library goes along."""
    parts = name.split("/")
    if parts[0] == "encodings":
        return parts[-1].removesuffix(".py") in _ENCODINGS
    return parts[0].removesuffix(".py") not in _NO_LIBRARY and not name.startswith(tuple(_NO_PARTS))


def _files_of_packages() -> Iterator[tuple[str, Path]]:
    """Name below the archive's top, and where it is installed."""
    for package in PACKAGES:
        found = find_spec(package)
        assert found is not None and found.origin is not None
        top = Path(found.origin).parent
        for path in sorted(top.rglob("*.py")):
            name = f"{package}/{path.relative_to(top).as_posix()}"
            if not name.startswith(_LEFT_OUT) and (package != "rich" or _is_of_rich(name)):
                yield name, path


def _is_of_rich(name: str) -> bool:
    parts = name.split("/")
    return parts[1].removesuffix(".py") in _RICH and not parts[-1].startswith("unicode")


def _write_list(page: Path) -> str:
    """`files.json`; gives the hash of all."""
    files = []
    for path in sorted(each for each in page.rglob("*") if each.is_file()):
        content = path.read_bytes()
        name = path.relative_to(page).as_posix()
        files.append({"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    key = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:12]
    words = {"release": modemflash.__version__, "build": key, "files": files}
    (page / LIST).write_text(json.dumps(words), encoding="utf-8")
    return key


def download_bytes(page: Path) -> int:
    """What comes over a wire that packs, in all."""
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in page.rglob("*") if path.is_file())


def main() -> int:
    """Build it."""
    if len(sys.argv) != 2:
        print("python -m modemflash_web.build FOLDER", file=sys.stderr)
        return 2
    try:
        made = build(Path(sys.argv[1]))
    except (Unavailable, OSError) as error:
        print(f"The page was not built: {error}", file=sys.stderr)
        return 1
    print(f"{made}: {download_bytes(made) / 1e6:.1f} MB to download, packed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
