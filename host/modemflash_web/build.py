"""Builds the page: one folder of static files, which any HTTPS host serves and no other host is asked for.

    python -m modemflash_web.build FOLDER

What is in it: the files of `page/`; Pyodide (`interpreter.py`); `python.zip` with the standard library and
the packages that the page needs, compiled for that interpreter; `files.json`, the list of all with sizes and
hashes, by which the worker shows how much is to come and the service worker keeps the page.

Rules: what is installed is what is packed; in a folder that holds an earlier page its files are replaced, and
one that holds anything else alone is not touched; a page is put in its place when it is whole.
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
from pathlib import Path

import modemflash
from modemflash_host.board.install.package import deployed
from modemflash_host.computer.programs import Unavailable, find_program
from modemflash_host.store.state_folder import state_folder
from modemflash_web import interpreter
from modemflash_web.contents import files_of_packages, is_of_library
from modemflash_web.inside import board_package

PAGE = Path(__file__).with_name("page")
LIST, PYTHON = "files.json", "python.zip"
# Each kind of file is one that every host names rightly: a browser runs no script that came as another
# kind, as .mjs does from many hosts, and unpacks on its way what some send encoded, as they do .gz.
_PACKED, _AS = (PYTHON, "pyodide.asm.wasm"), ".bin"
_SCRIPT, _NAMED_SCRIPT = ".mjs", ".js"
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
    earlier = _earlier(target)
    source = interpreter.fetched(state_folder("web"))
    with tempfile.TemporaryDirectory(prefix="modemflash-web-") as made:
        page = Path(made) / "page"
        shutil.copytree(PAGE, page)
        _write_interpreter(source, page)
        _write_lock(source, page)
        _write_python(source, page / PYTHON, Path(made) / "tree")
        for name in _PACKED:
            packed = gzip.compress((page / name).read_bytes(), 9, mtime=0)
            (page / f"{name}{_AS}").write_bytes(packed)
            (page / name).unlink()
        key = _write_list(page)
        worker = page / "service_worker.js"
        worker.write_text(worker.read_text(encoding="utf-8").replace("BUILD", key), encoding="utf-8")
        target.mkdir(parents=True, exist_ok=True)
        for name in earlier:
            (target / name).unlink(missing_ok=True)
        shutil.copytree(page, target, dirs_exist_ok=True)
    return target


def _earlier(target: Path) -> list[str]:
    """The files of an earlier page in a folder, by its list.

    Raises:
        FileExistsError: something is in the folder, and no such list.
    """
    if not target.exists() or not any(target.iterdir()):
        return []
    try:
        names = [str(row["name"]) for row in json.loads((target / LIST).read_bytes())["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise FileExistsError(f"{target} holds something else than a page of this program") from None
    return [LIST, *(name for name in names if Path(name).name == name)]


def _write_interpreter(source: Path, page: Path) -> None:
    """Its program, with scripts that are named as such, by each other too."""
    names = interpreter.FILES[:3]
    for name in names:
        content = (source / name).read_bytes()
        for other in (each for each in names if name.endswith(_SCRIPT) and each.endswith(_SCRIPT)):
            content = content.replace(other.encode(), (Path(other).stem + _NAMED_SCRIPT).encode())
        (page / name.replace(_SCRIPT, _NAMED_SCRIPT)).write_bytes(content)


def _write_lock(source: Path, page: Path) -> None:
    """The interpreter's list of packages, without packages: none is ever asked for."""
    lock = json.loads((source / "pyodide-lock.json").read_text(encoding="utf-8"))
    text = json.dumps({**lock, "packages": {}})
    (page / "pyodide-lock.json").write_text(text, encoding="utf-8")


def _write_python(source: Path, target: Path, tree: Path) -> None:
    """Standard library and packages in one archive, compiled by the interpreter that will run them."""
    node = find_program("node")
    if node is None:
        raise Unavailable("there is no node on this computer, which compiles the page's Python")
    with zipfile.ZipFile(source / "python_stdlib.zip") as library:
        library.extractall(tree, [name for name in library.namelist() if is_of_library(name)])
    for name, path in files_of_packages():
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


def _write_list(page: Path) -> str:
    """`files.json`; gives the hash of all."""
    files = []
    for path in sorted(each for each in page.rglob("*") if each.is_file()):
        content = path.read_bytes()
        name = path.relative_to(page).as_posix()
        files.append({"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    key = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:12]
    words = {"release": modemflash.__version__, "build": key, "sources": sources_key(), "files": files}
    (page / LIST).write_text(json.dumps(words), encoding="utf-8")
    return key


def sources_key() -> str:
    """The hash of all that the page is made from; another one means that it is out of date."""
    key = hashlib.sha256(interpreter.SHA512.encode())
    pages = [(path.name, path) for path in sorted(PAGE.iterdir())]
    for name, path in [*pages, *files_of_packages(), ("compile", Path(__file__).with_name("compile.mjs"))]:
        key.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return key.hexdigest()


def is_of_this_release(page: Path) -> bool:
    """Whether a folder holds the page as it would be built now."""
    try:
        words = json.loads((page / LIST).read_bytes())
        return bool(words["sources"] == sources_key())
    except (OSError, ValueError, KeyError, TypeError):
        return False


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
