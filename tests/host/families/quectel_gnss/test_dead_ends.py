"""Where the vendor's tool left people: the same module and file, and how it ends here.

Sources: docs/failures.md, report 000 and what others wrote of the same tool.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modemflash_host.cli import app
from modemflash_sim.quectel_gnss import packages
from support.gnss import VERSION

GOOD = packages.make_package(size=20_000)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    Path(f"{VERSION}.pkg").write_bytes(GOOD)


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any], str]:
    capsys.readouterr()
    code = app.run([*words, "--json"])
    out = capsys.readouterr().out
    return code, json.loads(out.splitlines()[-1]), out


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (GOOD[:-500], "file-truncated"),
        (GOOD[:9_000] + bytes(64) + GOOD[9_064:], "file-checksum"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>" * 20, "file-html"),
    ],
)
def test_0x103_with_a_bad_file(capsys: pytest.CaptureFixture[str], damage: bytes, code: str) -> None:
    """The tool said `Send fw info failed,err: 0x103`; here the file is named before the port is opened."""
    Path(f"{VERSION}.pkg").write_bytes(damage)
    words = ("update", f"{VERSION}.pkg", "-y", "-p", "sim://lg290p-interrupted", "--model", "LG290P")
    ended, result, _ = typed(capsys, *words)
    assert (ended, result["code"], result["modem_state"]) == (5, code, "untouched")


def test_0x103_after_an_interrupted_update(capsys: pytest.CaptureFixture[str]) -> None:
    """A module without application, a good file, and somebody who presses RESET: updated."""
    port = "sim://lg290p-interrupted?hand_s=20&state=module.json"
    code, result, out = typed(capsys, "update", f"{VERSION}.pkg", "-y", "-p", port)
    assert (code, result["code"]) == (5, "gnss-model-not-said")
    code, result, out = typed(capsys, "update", f"{VERSION}.pkg", "-y", "-p", port, "--model", "LG290P")
    assert (code, result["status"], result["to_version"]) == (0, "updated", VERSION)
    assert "The boot loader answers: version 1.0.1." in out


def test_0x108_packets_that_get_lost(capsys: pytest.CaptureFixture[str]) -> None:
    """`Exceeding the maximum number of retry attempts`: the packet is said, the next command ends it."""
    port = "sim://lg290p?state=module.json&hand_s=40"
    faults = "&fault=lose:data=2,lose:data=2,lose:data=2"
    code, result, out = typed(capsys, "update", f"{VERSION}.pkg", "-y", "-p", port + faults)
    assert (code, result["code"], result["modem_state"]) == (7, "gnss-no-answer", "recoverable")
    problem = next(each for each in map(json.loads, out.splitlines()) if each["event"] == "problem")
    assert "data packet 3 of" in problem["happened"] and "the same command" in problem["hint"]
    code, result, _ = typed(capsys, "update", f"{VERSION}.pkg", "-y", "-p", port)
    assert (code, result["to_version"]) == (0, VERSION)


def test_a_reset_that_does_not_open_the_window(capsys: pytest.CaptureFixture[str]) -> None:
    """`Synchronize...` and nothing more: a person is asked, and when nobody comes the next step is said."""
    silent = "sim://lg290p?assume=command-reset:no-window"
    code, result, out = typed(capsys, "update", f"{VERSION}.pkg", "-y", "-p", silent + "&hand_s=30")
    assert (code, result["to_version"]) == (0, VERSION)
    assert "Now press RESET" in out
    code, result, out = typed(capsys, "update", f"{VERSION}.pkg", "-y", "-p", silent)
    assert (code, result["code"], result["modem_state"]) == (4, "gnss-no-window", "untouched")
    assert "connect RESET to GND" in out


@pytest.mark.parametrize("word", ["0x103", "0x108"])
def test_what_is_explained_ends_with_a_command(capsys: pytest.CaptureFixture[str], word: str) -> None:
    assert app.run(["explain", word]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "`modemflash update`" in out and "No document explains it" in out


@pytest.mark.parametrize(
    ("words", "fault", "code", "ended", "state"),
    [
        (["update", f"{VERSION}.pkg", "other.pkg", "-y"], "", "gnss-one-file", 5, "untouched"),
        (["update", f"{VERSION}.pkg", "-y"], "?fault=dead-after", "gnss-unconfirmed", 8, "unknown"),
    ],
)
def test_an_end_has_its_own_code(
    capsys: pytest.CaptureFixture[str], words: list[str], fault: str, code: str, ended: int, state: str
) -> None:
    Path("other.pkg").write_bytes(packages.make_package(size=24_000))
    exit_code, result, _ = typed(capsys, *words, "-p", "sim://lg290p" + fault)
    assert (exit_code, result["code"], result["modem_state"]) == (ended, code, state)


def test_without_a_place_for_the_record_nothing_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "journal").touch()
    port = "sim://lg290p?state=module.json"
    code, result, _ = typed(capsys, "update", f"{VERSION}.pkg", "-y", "-p", port)
    assert (code, result["code"], result["modem_state"]) == (6, "gnss-no-journal", "untouched")
    assert json.loads(Path("module.json").read_text())["erases"] == 0
