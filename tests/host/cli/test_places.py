"""Odd places to run in: words and a known exit code, no traceback, nothing that was not asked for."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from modemflash_host.cli import app
from modemflash_host.errors import Refusal
from modemflash_host.files import open_file
from modemflash_host.files.stable_file import open_stable
from modemflash_host.run import exit_codes
from modemflash_sim.sequans import images
from support.unprivileged import NOBODY

PORT = "sim://pycom-catm1?quick=1"


def typed(
    folder: Path, *words: str, environment: dict[str, str] | None = None, **how: Any
) -> subprocess.CompletedProcess[str]:
    """`modemflash WORDS` in an empty folder of its own; `environment`: "" takes a variable away."""
    names = {**os.environ, "MODEMFLASH_HOME": str(folder / "home"), **(environment or {})}
    (folder / "here").mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "modemflash", *words],
        env={name: value for name, value in names.items() if value},
        cwd=folder / "here",
        capture_output=True,
        text=True,
        timeout=100,
        **how,
    )
    assert "Traceback" not in done.stderr and done.returncode != exit_codes.UNEXPECTED, done.stderr
    return done


@pytest.mark.parametrize("columns", [1, 3, 7, 16])
def test_a_narrow_terminal_ends_nothing(tmp_path: Path, columns: int) -> None:
    words = ["update", "sim://CATM1-41065.dup", "sim://updater.elf", "-p", PORT, "-y"]
    done = typed(tmp_path, *words, environment={"COLUMNS": str(columns)})
    assert done.returncode == exit_codes.DONE, done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="files of this kernel")
@pytest.mark.parametrize("path", ["/proc/self/mem", "/proc/self/pagemap", "/proc/self/maps", "/dev/zero"])
def test_a_file_of_the_kernel_is_no_firmware(tmp_path: Path, path: str) -> None:
    assert typed(tmp_path, "identify", path).returncode == exit_codes.REFUSED


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="becomes a user that nobody knows")
@pytest.mark.parametrize("home", ["", "relative"])
def test_without_a_home_folder_nothing_is_made_in_the_current_one(tmp_path: Path, home: str) -> None:
    """A container's user has no name and no HOME: an update says how to name a folder, and writes nothing."""
    tmp_path.chmod(0o755)
    (tmp_path / "here").mkdir()
    os.chown(tmp_path / "here", NOBODY - 7, NOBODY)
    how: dict[str, Any] = {
        "environment": {"HOME": home, "MODEMFLASH_HOME": "", "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": ""},
        "preexec_fn": lambda: _become(NOBODY - 7),
    }
    assert typed(tmp_path, "info", "-p", PORT, **how).returncode == exit_codes.DONE
    words = ["update", "sim://CATM1-41065.dup", "sim://updater.elf", "-p", PORT, "-y"]
    done = typed(tmp_path, *words, **how)
    assert done.returncode == exit_codes.REFUSED
    assert "MODEMFLASH_HOME" in done.stdout + done.stderr
    assert list((tmp_path / "here").iterdir()) == []


def _become(uid: int) -> None:
    """Another user, who may read what this interpreter is made of."""
    import ctypes

    ctypes.CDLL(None).prctl(8, 1, 0, 0, 0)  # PR_SET_KEEPCAPS
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    _only_reading()


def _only_reading() -> None:
    """Of root's rights only CAP_DAC_READ_SEARCH, which the interpreter's own files may need."""
    import ctypes
    import struct

    header, read_search = struct.pack("Ii", 0x20080522, 0), 1 << 2
    data = struct.pack("6I", read_search, read_search, read_search, 0, 0, 0)
    libc = ctypes.CDLL(None)
    libc.capset(header, data)
    libc.prctl(47, 2, 2, 0, 0)  # PR_CAP_AMBIENT, RAISE


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
@pytest.mark.parametrize(("limit", "most"), [("NOFILE", 5), ("NOFILE", 8), ("FSIZE", 8), ("FSIZE", 0)])
def test_a_tight_limit_is_words(tmp_path: Path, limit: str, most: int) -> None:
    """Few open files, or short ones: whatever becomes of it, it is said, and the modem's state is true."""
    import resource

    kind = getattr(resource, "RLIMIT_" + limit)
    words = ["update", "sim://CATM1-41065.dup", "sim://updater.elf", "-p", PORT, "-y"]
    done = typed(tmp_path, *words, preexec_fn=lambda: resource.setrlimit(kind, (most, most)))
    assert done.returncode in (exit_codes.DONE, exit_codes.REFUSED), done.stderr


@pytest.mark.skipif(os.name != "posix", reason="links")
@pytest.mark.parametrize("port", ["{ring}", "{ring}/x", "sim://pycom-catm1?state={ring}&quick=1"])
def test_links_in_a_ring_are_words(tmp_path: Path, port: str) -> None:
    """A port, or a simulated modem's file, that is a link to itself."""
    ring = tmp_path / "ring"
    ring.symlink_to(ring.name)
    typed(tmp_path, "info", "-p", port.format(ring=ring))


def test_nothing_meets_an_error_of_links_that_is_no_oserror() -> None:
    """`Path.resolve` raises a RuntimeError for a ring: `os.path.realpath` is what this program asks."""
    host = Path(exit_codes.__file__).parents[2]
    assert [path for path in host.rglob("*.py") if ".resolve(" in path.read_text(encoding="utf-8")] == []


def _on_a_full_disk(**_: object) -> BinaryIO:
    return Path("/dev/full").open("r+b")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_folder_for_temporary_files_costs_time_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The packed copy is made when the modem is in recovery already: without room it is not made."""
    path = tmp_path / "CATM1-41065.dup"
    path.write_bytes(images.make_full_image(41065, size_bytes=20_000))

    def full(*_: object, **__: object) -> object:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    source = open_stable(path)
    monkeypatch.setattr(open_file.tempfile, "TemporaryFile", full)
    assert source.packed() is None
    monkeypatch.setattr(open_file.tempfile, "TemporaryFile", _on_a_full_disk)
    assert source.packed() is None
    monkeypatch.undo()
    packed = source.packed()
    assert packed is not None and packed.size
    source.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_no_room_for_simulated_firmware_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from modemflash_host.files import simulated

    monkeypatch.setattr(tempfile, "TemporaryFile", _on_a_full_disk)
    with pytest.raises(Refusal, match="no-room"):
        simulated.make(Path("sim://CATM1-41065.dup"))


@pytest.mark.skipif(sys.platform == "win32", reason="there a folder that is in use stays")
@pytest.mark.parametrize("words", ["identify .", "identify x.dup", f"update . -p {PORT}", "info -p ttyUSB7"])
def test_a_current_folder_that_was_removed_is_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    """A terminal that stands where something was deleted, or a stick was pulled."""
    (tmp_path / "gone").mkdir()
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert app.run(words.split()) in (exit_codes.REFUSED, exit_codes.NO_PORT)
    assert "untouched" in capsys.readouterr().err
