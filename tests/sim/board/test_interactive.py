"""A simulated board for a person: a folder as its card, an endpoint as its REPL, power and reset typed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from modemflash_host.board.install.package import deployed
from modemflash_sim.board.interactive import InteractiveBoard
from support.card_board import PLAIN, quick_modem

MPREMOTE_S = 60


class Terminal:
    """An endpoint with a person at it."""

    url = "here"
    baud = 115200
    rts = True
    pending = 0

    def __init__(self) -> None:
        self.typed = b""
        self.shown = b""

    def fileno(self) -> int:
        raise NotImplementedError

    def read(self) -> list[tuple[bytes, int]]:
        data, self.typed = self.typed, b""
        return [(data, self.baud)] if data else []

    def write(self, data: bytes) -> int:
        self.shown += data
        return len(data)

    def close(self) -> None: ...


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A card as a person has it on a PC."""
    path = tmp_path / "card"
    path.mkdir()
    for name, data in PLAIN.items():
        assert isinstance(data, bytes)
        (path / name.strip("/")).write_bytes(data)
    return path


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def table(interpreter: Path, tmp_path: Path, folder: Path, terminal: Terminal) -> Iterator[InteractiveBoard]:
    room = tmp_path / "room"
    room.mkdir()
    board = InteractiveBoard(
        "gpy-1.20.0",
        quick_modem(),
        terminal,
        interpreter=interpreter,
        room=room,
        card=folder,
        library=deployed(),
        paced=False,
    )
    yield board
    board.close()


def until(table: InteractiveBoard, terminal: Terminal, words: bytes, seconds: int = 900) -> None:
    """Let time pass until that is on the screen."""
    for _ in range(seconds * 100):
        table.step()
        if words in terminal.shown:
            return
    raise AssertionError(terminal.shown[-1500:])


def test_a_card_from_a_folder(table: InteractiveBoard, terminal: Terminal, folder: Path) -> None:
    """Power on: the hook goes in, the card's job is done, results are in the folder when the card is out."""
    until(table, terminal, b"updated (updated)")
    assert not (folder / "results.csv").exists()
    assert table.do("card out") == ""
    assert "updated" in (folder / "results.csv").read_text()
    assert "updated (updated)" in (folder / "modemflash.log").read_text()


def test_repl_reset_and_power(table: InteractiveBoard, terminal: Terminal) -> None:
    """The REPL answers; a reset boots the board alone; without power there is silence."""
    table.do("card out")
    table.do("reset")
    until(table, terminal, b">>> ")
    terminal.typed = b"6*7\r"
    until(table, terminal, b"42\r\n")
    table.do("power off")
    terminal.shown = b""
    terminal.typed = b"6*7\r"
    for _ in range(100):
        table.step()
    assert terminal.shown == b""
    table.do("power on")
    until(table, terminal, b">>> ")


def test_commands(table: InteractiveBoard) -> None:
    """What is not understood shows what is; quit ends."""
    assert "card out" in table.do("help")
    assert not table.over
    table.do(" quit ")
    assert table.over


@pytest.mark.slow
@pytest.mark.referee
def test_mpremote_at_its_pty(interpreter: Path) -> None:
    """A foreign program runs code on it; the command ends by `quit`, with the modem's verdict."""
    command = [sys.executable, "-m", "modemflash", "simulate", "board", "--micropython", str(interpreter)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as simulator:
        assert simulator.stdin and simulator.stdout
        try:
            port = simulator.stdout.readline().split()[1]
            mpremote = [sys.executable, "-m", "mpremote", "connect", port, "resume", "exec"]
            program = "import os; print(os.uname().sysname, 6 * 7)"
            done = subprocess.run([*mpremote, program], capture_output=True, text=True, timeout=MPREMOTE_S)
            assert done.stdout.strip() == "GPy 42", done.stdout + done.stderr
            simulator.stdin.write("quit\n")
            simulator.stdin.flush()
            assert "Build" in simulator.stdout.read()
            assert simulator.wait(timeout=MPREMOTE_S) == 0
        finally:
            simulator.kill()


@pytest.mark.timeout(10)
def test_a_card_comes_back_through_no_link(tmp_path: Path) -> None:
    """What a link in the folder leads to stays as it is; a pipe in it is not waited for."""
    folder, target = tmp_path / "card", tmp_path / "target"
    folder.mkdir()
    target.write_text("mine")
    (folder / "link").symlink_to(target)
    (folder / "nowhere").symlink_to(tmp_path / "none")
    os.mkfifo(folder / "pipe")

    def get_tree(to: Path) -> None:
        for name in ("link", "nowhere", "pipe", "new"):
            (to / name).write_text("the board's")

    table = InteractiveBoard.__new__(InteractiveBoard)
    table._folder = folder
    table._image = SimpleNamespace(get_tree=get_tree)  # type: ignore[assignment]
    table.board = SimpleNamespace(card=SimpleNamespace(close=lambda: None))  # type: ignore[assignment]
    table._take_card_out()
    assert target.read_text() == "mine" and not (tmp_path / "none").exists()
    assert [(folder / name).read_text() for name in ("link", "nowhere", "new")] == ["the board's"] * 3
    assert (folder / "pipe").is_fifo()
