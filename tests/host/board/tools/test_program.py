"""Programs of others are run from where they are installed, whatever lies in the current folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modemflash_host.board.tools import program
from modemflash_host.board.tools.program import ToolProblem, port_for_program, run_program
from modemflash_host.computer.programs import find_program

TRAP = "import pathlib; pathlib.Path(__file__).with_name('was-run').touch(); raise SystemExit('run')\n"
IMPORTED = (
    "mpremote",
    "esptool",
    "serial",
    "platformdirs",
    "click",
    "rich_click",
    "argparse",
    "bisect",
)
SETTINGS = ("esptool.cfg", "setup.cfg", "tox.ini")


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a file for each name that a program of ours or of others imports or reads."""
    folder = tmp_path / "firmware"
    folder.mkdir()
    for name in IMPORTED:
        (folder / f"{name}.py").write_text(TRAP)
    for name in SETTINGS:
        (folder / name).write_text("[esptool]\nno_such_option = 1\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("module", ["mpremote", "esptool"])
@pytest.mark.parametrize("path", [None, "", ".", ".::".replace(":", os.pathsep)])
def test_nothing_in_the_current_folder_is_run(
    trap: Path, monkeypatch: pytest.MonkeyPatch, module: str, path: str | None
) -> None:
    """Neither the program, nor what it imports, nor its settings, whatever PYTHONPATH says."""
    ours = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([*ours, *([] if path is None else [path])]))
    said = run_program(module, ["version"], 60)
    assert said and "no_such_option" not in said
    assert not (trap / "was-run").exists()


def test_nothing_is_left_behind(trap: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = sorted(tmp_path.rglob("*"))
    run_program("platform", [], 60)
    assert sorted(tmp_path.rglob("*")) == before


def test_no_room_for_the_empty_folder_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(ToolProblem, match="tool-failed"):
        run_program("platform", [], 60)


@pytest.mark.skipif(os.name != "posix", reason="names of devices")
def test_a_port_is_named_in_full(trap: Path) -> None:
    """The program has another current folder; what is no file is left as it was said."""
    (trap / "tty").symlink_to("/dev/null")
    assert port_for_program("tty") == str(trap / "tty")
    for port in ("/dev/null", "COM5", "rfc2217://host:1", "no-such"):
        assert port_for_program(port) == port


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_a_program_of_the_system_is_not_looked_for_here(trap: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.` and nothing in PATH mean the current folder, and so does its own name."""
    (trap / "caffeinate-of-ours").write_text("")
    (trap / "caffeinate-of-ours").chmod(0o755)
    (trap / "sh").symlink_to("/bin/false")
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", str(trap), "/usr/bin", "/bin"]))
    assert find_program("caffeinate-of-ours") is None
    assert find_program("sh") in ("/usr/bin/sh", "/bin/sh")


@pytest.mark.parametrize("name", ["modemflash", "modemflash_host"])
def test_our_own_module_imports_nothing_from_here(trap: Path, name: str) -> None:
    """`python -m modemflash` puts the current folder first in the path; it is taken out again."""
    for read_before in ("argparse", "bisect"):  # by Python itself
        (trap / f"{read_before}.py").unlink()
    done = subprocess.run([sys.executable, "-m", name, "--version"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not (trap / "was-run").exists()


def test_who_waits_for_a_program_is_called_while_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen stays alive; a program that takes too long is ended, and its words are kept."""
    monkeypatch.setattr(program, "_SLICE_S", 0.01)
    waited: list[int] = []
    with pytest.raises(ToolProblem, match="tool-too-slow") as raised:
        # `python -m timeit` with a statement that ends in an hour
        run_program("timeit", ["-n1", "-r1", "import time; time.sleep(3600)"], 0.5, lambda: waited.append(1))
    assert len(waited) > 5
    assert raised.value.raw == b""
