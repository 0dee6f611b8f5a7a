"""What a release is: its two packages, its one file, and the ways to install it."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from support.once_a_run import once_a_run
from tools import one_file, packages
from tools.cache import run
from tools.fetch import make_environment, python_of

pytestmark = pytest.mark.referee
_toml: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
ROOT = Path(__file__).resolve().parents[2]
MB = 1_000_000
ROOMS = {"modemflash", "modemflash_host", "modemflash_sim", "modemflash_web"}


@pytest.fixture(scope="module")
def built(tool: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source package and the wheel."""
    tool("packaging")
    return once_a_run(tmp_path_factory, "packages", packages.build)


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    [found] = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        [name] = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name))


def test_the_wheel_has_the_program_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith((".dist-info", ".data"))} <= ROOMS
    assert [name for name in names if ".data/" in name and name.endswith("/share/man/man1/modemflash.1")]
    for name in ("py.typed", "capture/dissector.lua", "report/page/style.css"):
        assert f"modemflash_host/{name}" in names
    assert not [name for name in names if name.endswith(".pyc")]
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert wheel.stat().st_size < 2 * MB


def test_the_source_package_builds_tests_and_documents_itself(built: Path) -> None:
    [source] = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = {member.name.partition("/")[2] for member in archive}
    for name in (
        "pyproject.toml",
        "LICENSE",
        "README.md",
        "tests/run.py",
        "docs/conf.py",
        "docs/tutorial.md",
    ):
        assert name in names
    assert {name.split("/")[0] for name in names if not name.startswith(".")} <= {
        "PKG-INFO", "pyproject.toml", "LICENSE", "README.md", "tests", "docs", "device", "host"
    }  # fmt: skip


def test_what_an_index_shows(metadata: Message) -> None:
    """The licence by its short name, who, since which Python, and what it is in an index's own words."""
    assert metadata["License-Expression"] == "MIT" and metadata["License-File"] == "LICENSE"
    assert metadata["Author"] and metadata["Keywords"] and metadata["Requires-Python"] == ">=3.10"
    classifiers = metadata.get_all("Classifier") or []
    assert "Typing :: Typed" in classifiers and len(classifiers) > 8
    assert not [each for each in classifiers if each.startswith("License ::")], "the expression says it"


def test_the_readme_stands_alone_there(metadata: Message) -> None:
    """An index has no repository beside it: no link and no picture that leads into one."""
    assert metadata["Description-Content-Type"] == "text/markdown"
    text = str(metadata.get_payload())
    links = re.findall(r"\]\(([^)]*)\)", text)
    assert not [link for link in links if not re.match(r"[a-z]+:", link)]
    assert "the [tutorial" not in text and "tutorial goes on from there" in text
    assert "![" not in text and "modemflash update" in text


def test_the_lean_install_is_lean(metadata: Message) -> None:
    """Nothing of an extra is needed without it; esptool is one."""
    needed = [each for each in metadata.get_all("Requires-Dist") or [] if "extra ==" not in each]
    names = {re.split(r"[^A-Za-z0-9-]", each)[0] for each in needed}
    assert names == {"click", "rich", "rich-click", "pyserial", "platformdirs", "tomli"}
    assert "esp32" in (metadata.get_all("Provides-Extra") or [])


def test_an_upper_bound_has_its_reason_beside_it() -> None:
    """Else a library that goes on would be kept from users for nothing."""
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    table = _toml.loads("\n".join(lines))["project"]
    bound = [
        text
        for group in (table["dependencies"], *table["optional-dependencies"].values())
        for text in group
        if re.search(r"<|==|~=", text.partition(";")[0])
    ]
    assert bound
    for text in bound:
        [at] = (number for number, line in enumerate(lines) if f'"{text}"' in line)
        assert "# " in lines[at] or lines[at - 1].lstrip().startswith("# "), text


def _environment(home: Path) -> dict[str, str]:
    """One in which nothing of this repository or its user is seen."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("MODEMFLASH", "PYTHON"))
    }
    return {
        **kept,
        "HOME": str(home),
        "MODEMFLASH_HOME": str(home / "state"),
        "SHIV_ROOT": str(home / "shiv"),
    }


def _said(home: Path, *command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)), cwd=home, env=_environment(home), capture_output=True, text=True, timeout=100
    )


def _works(home: Path, *program: object) -> None:
    """It starts, reads a file, and starts itself anew for a board of a fleet."""
    assert _said(home, *program, "--version").stdout.startswith("modemflash, version ")
    assert "41065" in _said(home, *program, "identify", "sim://CATM1-41065.dup").stdout
    (home / "fleet.toml").write_text('[[board]]\nname = "a"\nport = "sim://pycom-catm1?quick=1"\n')
    fleet = _said(home, *program, "fleet", "info", "--boards", "fleet.toml")
    assert fleet.returncode == 0, fleet.stdout + fleet.stderr
    missing = _said(home, *program, "board", "chip")
    assert missing.returncode == 6 and "modemflash[esp32]" in missing.stdout + missing.stderr


@pytest.mark.slow
def test_pip_installs_it(wheel: Path, tmp_path: Path) -> None:
    """With the libraries that it names; all of it is small, without what each environment has."""
    folder = tmp_path / "environment"
    make_environment(folder, str(wheel))
    _works(tmp_path, python_of(folder).with_name("modemflash"))
    brought = [path for path in folder.glob("lib/*/site-packages/*") if path.name[:3] not in ("pip", "set")]
    size = sum(each.stat().st_size for path in brought for each in path.rglob("*") if each.is_file())
    assert size < 34 * MB


@pytest.mark.slow
def test_pipx_installs_it(wheel: Path, tool: Callable[[str], Path], tmp_path: Path) -> None:
    places = {f"PIPX_{name}": str(tmp_path / name) for name in ("HOME", "BIN_DIR", "MAN_DIR")}
    _install([tool("packaging").with_name("pipx"), "install", "--python", sys.executable, wheel], places)
    _works(tmp_path, tmp_path / "BIN_DIR" / "modemflash")
    assert (tmp_path / "MAN_DIR" / "man1" / "modemflash.1").is_file()


@pytest.mark.slow
def test_uv_installs_it(wheel: Path, tool: Callable[[str], Path], tmp_path: Path) -> None:
    places = {f"UV_{name}": str(tmp_path / name) for name in ("TOOL_DIR", "TOOL_BIN_DIR")}
    _install(
        [tool("packaging").with_name("uv"), "tool", "install", "--python", sys.executable, wheel], places
    )
    _works(tmp_path, tmp_path / "TOOL_BIN_DIR" / "modemflash")


SHOW_ALL_HELP = """
import sys
import click
from modemflash_host.cli import app

def show(command, *words):
    for option in ("--help", "--help-all"):
        assert app.run([*words, option]) == 0, words
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            show(command.get_command(context, name), *words, name)

show(app.modemflash_group)
"""


@pytest.mark.slow
def test_the_lowest_versions_work(wheel: Path, tool: Callable[[str], Path], tmp_path: Path) -> None:
    """Those that pyproject.toml names: where an environment has them already, pip leaves them there."""
    folder = tmp_path / "environment"
    uv, python = tool("packaging").with_name("uv"), python_of(folder)
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    _install([uv, "pip", "install", "--resolution", "lowest-direct", "--python", python, wheel], {})
    assert not (done := _said(tmp_path, python, "-c", SHOW_ALL_HELP)).returncode, done.stderr
    _works(tmp_path, python.with_name("modemflash"))


def _install(command: list[object], places: dict[str, str]) -> None:
    environment = {**os.environ, **places}
    done = subprocess.run(
        list(map(str, command)), env=environment, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_one_file_is_all_of_it(wheel: Path, tmp_path: Path) -> None:
    """It is at most 10 MB, has nothing compiled in it, and does what the installed program does."""
    program = one_file.build(tmp_path / "dist" / "modemflash.pyz", wheel)
    assert program.stat().st_size <= 10 * MB
    with zipfile.ZipFile(program) as archive:
        names = archive.namelist()
    assert not [name for name in names if name.endswith((".so", ".pyd", ".dll", ".dylib", ".pyc"))]
    for name in ("tomli", "colorama"):
        assert any(f"/{name}/" in each for each in names), "for an older Python, for Windows"
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare")
    _works(tmp_path, python_of(tmp_path / "bare"), program)
