"""A disk that is full, before or in the middle: the update goes on, and what ended is said once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from modemflash_sim.sequans import images

resource = pytest.importorskip("resource", reason="limits of POSIX")
PORT = "sim://pycom-catm1"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("firmware")
    (folder / "CATM1-41065.dup").write_bytes(images.make_full_image(41065, size_bytes=65536))
    (folder / "updater.elf").write_bytes(images.make_updater_elf(66000))
    return [str(folder / "CATM1-41065.dup")]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 32 kB: room for the notes and the journal, and little else."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", place], check=True)


def update(
    home: Path, *words: str, out: int | Any = subprocess.PIPE, most_bytes: int = 0
) -> subprocess.CompletedProcess[str]:
    """One update in a process of its own; `most_bytes` is the longest file that it may write."""

    def limit() -> None:
        if most_bytes:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    return subprocess.run(
        [sys.executable, "-m", "modemflash", "update", *words, "-p", PORT, "-y"],
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
        timeout=100,
        preexec_fn=limit,
        env={**os.environ, "MODEMFLASH_HOME": str(home)},
    )


def events(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def warned(done: subprocess.CompletedProcess[str], code: str) -> list[str]:
    return [event["text"] for event in events(done) if event.get("code") == code and "text" in event]


def test_a_disk_that_fills_up_while_it_captures(small_disk: Path, files: list[str]) -> None:
    """Capture and journal end, each with one line that says why, before the result does."""
    done = update(small_disk / "home", *files, "--json")
    assert done.returncode == 0, done.stderr
    [captured] = warned(done, "capture-lost")
    assert "full" in captured or "No space left" in captured
    assert len(warned(done, "journal-not-kept")) <= 1
    said = events(done)
    at = next(number for number, event in enumerate(said) if event.get("code") == "capture-lost")
    assert any(event["event"] == "phase" for event in said[at:]), "at once, not at the end"
    assert said[-1]["status"] == "updated"


def test_a_disk_that_was_full_before(small_disk: Path, files: list[str]) -> None:
    """Where no journal can be begun an update ends before its first write, and says so."""
    filler = os.open(small_disk / "rest", os.O_CREAT | os.O_WRONLY)
    with suppress(OSError):
        while os.write(filler, bytes(4096)):
            pass
    os.close(filler)
    done = update(small_disk / "home", *files, "--json")
    result = events(done)[-1]
    assert (done.returncode, result["code"], result["modem_state"]) == (
        5,
        "no-place-for-the-journal",
        "untouched",
    )
    assert len(warned(done, "capture-lost")) == 1
    assert "Traceback" not in done.stderr


def test_a_file_that_may_grow_no_longer(tmp_path: Path, files: list[str]) -> None:
    """A quota ends the capture alone: the journal's slots are shorter than that."""
    done = update(tmp_path, *files, "--json", most_bytes=8192)
    assert done.returncode == 0, done.stderr
    assert len(warned(done, "capture-lost")) == 1
    assert not warned(done, "journal-not-kept")


@pytest.mark.parametrize("words", [[], ["--json"], ["--color", "always"]])
def test_output_to_a_full_disk(tmp_path: Path, files: list[str], words: list[str]) -> None:
    """A log that cannot be written: said once where people still look, and the exit code is the truth."""
    with Path("/dev/full").open("w") as full:
        done = update(tmp_path, *files, *words, out=full)
    assert done.returncode == 0
    assert done.stderr.count("No space left on device") == 1, done.stderr
    assert "Traceback" not in done.stderr
