"""`modemflash board …` as a person or a script types it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from host.board.firmware.test_archive import archive, files
from host.board.install.test_deploy import everything
from modemflash_host.board import pic
from modemflash_host.board.install import deploy as deploying
from modemflash_host.board.install import temporary
from modemflash_host.board.install.package import deployed
from modemflash_host.board.ticking import at_board
from modemflash_host.cli import app
from modemflash_host.cli import board as commands
from modemflash_host.links.usb_ids import DEVICES
from modemflash_host.run import exit_codes
from support.consoles import Simulated, old_board, simulated
from support.sinks import reporter
from support.virtual_board import BehavingPython, VirtualBoard


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))


@pytest.fixture
def board(tool: Callable[[str], Path], tmp_path: Path) -> Iterator[Simulated]:
    with simulated(tool, tmp_path, "gpy-1.18.2") as served:
        yield served


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]]]:
    code = app.run([*words, "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_info_tells_who_the_board_is_and_its_program_runs_again(
    board: Simulated, capsys: pytest.CaptureFixture[str]
) -> None:
    code, events = typed(capsys, "board", "info", "-p", board.url)
    assert code == exit_codes.DONE
    found = next(event for event in events if event["event"] == "board")
    assert (found["name"], found["mac"], found["is_pycom"]) == ("GPy", "240ac4010203", True)
    assert board.console.resets == ["plain", "plain"]


def test_info_tells_how_the_last_job_from_a_card_ended(
    board: Simulated, capsys: pytest.CaptureFixture[str]
) -> None:
    """The light may be long gone."""
    kept = json.dumps({"nvs": {"mf_end": "updated 38638 41065"}})
    (board.python.flash.parent / "state.json").write_text(kept)
    _, events = typed(capsys, "board", "info", "-p", board.url)
    assert next(event for event in events if event["event"] == "board")["last_job"] == "updated 38638 41065"


@pytest.mark.referee
def test_info_works_on_a_board_of_somebody_else(
    tool: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with old_board(tool) as served:
        code, events = typed(capsys, "board", "info", "-p", served.url)
    assert code == exit_codes.DONE
    found = next(event for event in events if event["event"] == "board")
    assert (found["name"], found["is_pycom"]) == ("microbit", False)


def test_deploy_and_remove(
    board: Simulated, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who deploys by hand wants the updater to stay, also where an update had put it there for itself."""
    monkeypatch.setattr(deploying, "deployed", lambda: {"modemflash/__init__.py": b"VERSION = 1\n"})
    with at_board(board.url, reporter()) as session:
        temporary.mark(session.repl)
        assert temporary.is_temporary(session.repl)
    code, events = typed(capsys, "board", "deploy", "-p", board.url)
    assert (code, events[-1]["code"]) == (exit_codes.DONE, "board-deployed")
    assert next(event for event in events if event["event"] == "deployed")["written"] == 1
    with at_board(board.url, reporter()) as session:
        assert not temporary.is_temporary(session.repl)
    code, events = typed(capsys, "board", "remove", "-p", board.url)
    assert (code, events[-1]["code"]) == (exit_codes.DONE, "board-removed")


HOOK_NEEDS = (
    "__init__", "interface", "errors", "catalogue", "board/__init__", "board/app", "board/install",
    "board/card", "board/store", "board/words", "unpack",
)  # fmt: skip


def test_deploy_with_the_hook_and_remove(
    board: Simulated, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One step for the card's story: updater and hook; one step takes both off, byte for byte."""
    package = {name: deployed()[name] for name in (f"modemflash/{each}.py" for each in HOOK_NEEDS)}
    monkeypatch.setattr(deploying, "deployed", lambda: package)
    with at_board(board.url, reporter()) as session:
        session.files.put("/flash/main.py", b"print(1)")
        before = everything(session)
    code, events = typed(capsys, "board", "deploy", "--hook", "-p", board.url)
    assert (code, events[-1]["code"]) == (exit_codes.DONE, "board-deployed"), events
    assert next(event for event in events if event["event"] == "deployed")["hook"] is True
    with at_board(board.url, reporter()) as session:
        main = session.files.get("/flash/main.py")
        assert b'hook(button="P10")' in main
        assert main.endswith(b"print(1)")
    code, events = typed(capsys, "board", "remove", "-p", board.url)
    assert (code, events[-1]["code"]) == (exit_codes.DONE, "board-removed")
    with at_board(board.url, reporter()) as session:
        assert everything(session) == before


@pytest.mark.parametrize("button", ["10", "P10'", "P1234"])
def test_a_button_is_a_pin(button: str) -> None:
    """What stands in main.py is a pin's name and nothing else."""
    assert app.run(["board", "deploy", "--hook", "--button", button, "--json"]) == exit_codes.USAGE


def test_reset_says_that_the_modem_is_not_reset(board: Simulated, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["board", "reset", "-p", board.url]) == exit_codes.DONE
    assert "not its modem" in " ".join(capsys.readouterr().out.split())
    assert board.console.resets == ["plain", "plain"]


def test_firmware_is_only_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(archive(tmp_path, files()))
    assert typed(capsys, "board", "firmware", path)[1][-1]["code"] == "firmware-write-not-here"
    code, events = typed(capsys, "board", "firmware", path, "--dry-run")
    assert (code, events[-1]["code"]) == (exit_codes.DONE, "firmware-looked-at")
    assert events[0]["script"] == "script_8MB"
    assert app.run(["board", "firmware", path, "--dry-run"]) == exit_codes.DONE
    assert "/flash" in capsys.readouterr().out


def test_firmware_is_checked_against_the_board(
    board: Simulated, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(archive(tmp_path, files()))  # a FiPy's
    code, events = typed(capsys, "board", "firmware", path, "--dry-run", "-p", board.url)
    assert (code, events[-1]["code"]) == (exit_codes.REFUSED, "firmware-other-board")


def test_a_power_cycle_needs_a_shield_that_can_do_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, events = typed(capsys, "board", "power-cycle", "-p", "rfc2217://127.0.0.1:1")
    assert (code, events[-1]["code"]) == (exit_codes.REFUSED, "pic-needed")


def test_a_power_cycle_says_that_it_is_believed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shield = VirtualBoard(BehavingPython(""), pic=True)
    monkeypatch.setattr(commands, "find_port", lambda port: ("/dev/ttyACM0", DEVICES[0x04D8, 0xF012]))
    monkeypatch.setattr(commands, "open_board_port", lambda name, say: shield.open)
    assert app.run(["board", "power-cycle"]) == exit_codes.DONE
    assert "believed" in " ".join(capsys.readouterr().out.split())
    assert shield.opened == [8, pic.DATA_BITS], "it listens first whether an update goes on"
    assert [command[0] for command in shield.pic_commands] == [0x11, 0x20, 0x21]
    assert shield.pic_commands[1] == bytes([0x20, 10, 0, 0])


def test_an_old_pic_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    shield = VirtualBoard(BehavingPython(""), pic=True)
    monkeypatch.setattr(pic, "LEAST_FIRMWARE", 9)
    with pic.pic_channel(shield.open) as channel, pytest.raises(pic.BoardProblem, match="pic-too-old"):
        channel.reset_board()


@pytest.mark.parametrize("command", ["ports", "setup"])
def test_ports_and_setup_change_nothing_and_end_well(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run([command]) == exit_codes.DONE
    capsys.readouterr()
    assert typed(capsys, command)[0] == exit_codes.DONE
