"""A MicroPython is fetched only when asked to, counts only when it runs, and replaces none that does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from modemflash_host.cli.app import modemflash_group
from modemflash_host.computer import debian_package, micropython
from modemflash_host.computer.programs import Unavailable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no simulated board on Windows")


def program(path: Path, says: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {says}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def apt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A computer whose PATH has apt alone; what the archive's program says stands in the file `says`."""
    program(tmp_path / "bin" / "apt-get", "")
    (tmp_path / "says").write_text("micropython")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setattr(debian_package, "machine_architecture", lambda: "amd64")
    monkeypatch.setattr(debian_package, "debian_mirror", lambda: "nowhere")
    monkeypatch.setattr(debian_package, "fetch_lists", lambda folder, *_: (folder / "list").touch())
    monkeypatch.setattr(
        debian_package,
        "unpack",
        lambda name, folder, _: program(folder / "bin" / name, (tmp_path / "says").read_text()),
    )
    monkeypatch.setattr(
        micropython, "find_program", lambda name: str(tmp_path / "bin" / name) if name == "apt-get" else None
    )
    return tmp_path


def test_it_is_kept_alone(apt: Path) -> None:
    """Afterwards it is found without a word; lists and half a package are gone."""
    folder = apt / "home" / "micropython"
    assert micropython.found(folder) is None
    assert micropython.fetch(folder) == micropython.found(folder) == folder / "bin" / "micropython"
    assert [path.name for path in folder.parent.iterdir()] == ["micropython"]


def test_what_does_not_run_replaces_nothing(apt: Path) -> None:
    folder = apt / "home" / "micropython"
    good = micropython.fetch(folder)
    before = good.read_text()
    (apt / "says").write_text("cpython")
    with pytest.raises(Unavailable, match="no MicroPython"):
        micropython.fetch(folder)
    assert good.read_text() == before
    assert [path.name for path in folder.parent.iterdir()] == ["micropython"]


def test_the_one_on_path_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = program(tmp_path / "kept" / "bin" / "micropython", "micropython")
    assert micropython.found(tmp_path / "kept") in (kept, micropython.found(tmp_path / "none"))
    monkeypatch.setattr(micropython, "find_program", lambda name: "/opt/micropython")
    assert micropython.found(tmp_path / "kept") == Path("/opt/micropython")


def test_without_apt_or_brew_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(micropython, "find_program", lambda name: None)
    with pytest.raises(Unavailable, match="brew install micropython"):
        micropython.fetch(tmp_path / "m")


def test_the_command_says_why_it_could_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A usage error in words, and nothing is left behind."""
    from click.testing import CliRunner

    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(micropython, "find_program", lambda name: None)
    done = CliRunner().invoke(modemflash_group, ["simulate", "board", "--fetch"], prog_name="modemflash")
    assert done.exit_code == 2
    assert "neither apt nor brew" in " ".join(done.output.replace("│", " ").split())
    assert "Traceback" not in done.output
