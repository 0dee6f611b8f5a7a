"""One byte is lost or changed somewhere in a dialogue with a board: the same end, or words, never another.

Rules: every byte, in both directions, of every dialogue in the sweep, a sample of
them in the ordinary run; the owner's files are never touched, and what is left
half done is put right by the same command.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modemflash.errors import Problem
from modemflash.journal import Journal
from modemflash_host.board.console.answers import ask, whole
from modemflash_host.board.console.files import BoardFiles
from modemflash_host.board.console.identity import read_identity
from modemflash_host.board.console.repl import Repl
from modemflash_host.board.console.safe_boot import put_autostart_back
from modemflash_host.board.install import deploy as deploying
from modemflash_host.board.install import temporary
from modemflash_host.board.install.deploy import deploy, needed, remove
from modemflash_host.board.location import report_card
from modemflash_host.board.relay.conversation import start
from modemflash_host.board.relay.journals import BoardSlots
from modemflash_host.errors import BoardProblem
from support.evaluating_board import MAC, EvaluatingBoard, OneByte
from support.sinks import EventSink, reporter

OLD = {"modemflash/__init__.py": b"VERSION = 1\n", "modemflash/crc.py": bytes(range(32, 127)) * 5}
NEW = {"modemflash/__init__.py": b"VERSION = 2\n", "modemflash/board/__init__.py": b""}
USERS = {"main.py": b"print('mine')\n", "lib/mine.py": b"x = 1\n"}
RECORD = {"step": "send", "route": 1, "target": 41065, "files": ["a.dup"], "from_build": 38638}
WORDS = {"board-out-of-step", "board-refused", "board-line-bad", "board-file-differs", "board-too-slow"}
EVERY = 797  # a prime: the ordinary run's sample meets each kind of place


class Session:
    """What a dialogue needs of `BoardSession`."""

    def __init__(self, board: EvaluatingBoard) -> None:
        self.repl = Repl(board, board.clock)  # type: ignore[arg-type]
        if not self.repl.enter():
            raise BoardProblem("board-out-of-step")
        self._files: BoardFiles | None = None

    @property
    def files(self) -> BoardFiles:
        if self._files is None:
            self._files = BoardFiles(self.repl)
        return self._files

    def say(self, text: str) -> None: ...

    def restarted(self) -> None: ...


def card(session: Any) -> Any:
    sink = EventSink()
    report_card(reporter(sink), session.repl)
    return sink.events


def keep_journal(session: Any) -> Any:
    Journal(BoardSlots(session), MAC.hex()).write(RECORD)
    return Journal(BoardSlots(session), MAC.hex()).read()


def autostart(session: Any) -> None:
    temporary.mark(session.repl)
    put_autostart_back(session.repl)
    temporary.forget(session.repl)


DIALOGUES: dict[str, tuple[dict[str, bytes], Callable[[Any], Any]]] = {
    "identity": ({}, lambda session: read_identity(session.repl)),
    "what is needed": (OLD, lambda session: needed(session, read_identity(session.repl), NEW)),
    "deploy": ({}, lambda session: deploy(session, OLD)),
    "deploy a newer one": (OLD, lambda session: deploy(session, NEW)),
    "remove": (OLD, remove),
    "journal": ({}, lambda session: Journal(BoardSlots(session), MAC.hex()).read()),
    "keep a journal": ({}, keep_journal),
    "temporary": ({}, lambda session: temporary.is_temporary(session.repl)),
    "card": ({}, card),
    "a number": ({}, lambda session: ask(session.repl, "6 * 7", whole)),
    "marks": ({}, autostart),
}


@pytest.fixture(autouse=True)
def by_repl(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent as bytes has its own checksums; here it is the console's turn."""

    def refused(*_: object) -> None:
        raise BoardProblem("board-refused", "no stub")

    monkeypatch.setattr(deploying, "FileSender", refused)


def content(folder: Path) -> dict[str, bytes | None]:
    """All but the slots of a journal, which is compared as what it says."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if "journal" not in path.name
    }


class Bench:
    """A folder that is a board's, filled anew for each dialogue."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._count = 0
        self._filled: dict[str, Path] = {}

    def board(self, package: dict[str, bytes]) -> tuple[EvaluatingBoard, Path]:
        folder = self._root / str(self._count)
        self._count += 1
        if str(package) not in self._filled:
            self._filled[str(package)] = content = self._root / f"filled-{len(self._filled)}"
            for name, data in USERS.items():
                path = content / "flash" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            if package:
                deploy(Session(EvaluatingBoard(content)), package)  # type: ignore[arg-type]
        shutil.rmtree(self._root / str(self._count - 2), ignore_errors=True)
        shutil.copytree(self._filled[str(package)], folder)
        return EvaluatingBoard(folder), folder / "flash"


def outcome(board: EvaluatingBoard, dialogue: Callable[[Any], Any]) -> Any:
    try:
        return dialogue(Session(board))
    except Problem as problem:
        return problem
    except OSError as error:  # of a journal's slot: the engine's word for a store that cannot be written
        if isinstance(error.__cause__, BoardProblem):
            return error.__cause__
        raise
    finally:
        board.close()


def places(total: int, every: int) -> Iterator[tuple[int, bool]]:
    for at in range(0, total, every):
        yield at, False
        yield at, True


def try_each(name: str, tmp_path: Path, every: int) -> None:
    package, dialogue = DIALOGUES[name]
    bench = Bench(tmp_path)
    board, folder = bench.board(package)
    board.line_fault = counted = OneByte()
    expected, left = outcome(board, dialogue), content(folder)
    nvs = dict(board.nvs)
    assert not isinstance(expected, Problem), expected
    for at, change in places(counted.seen, every):
        where = f"{name}: byte {at} {'changed' if change else 'lost'}"
        board, folder = bench.board(package)
        board.line_fault = OneByte(at, change=change)
        result = outcome(board, dialogue)
        board.line_fault = OneByte()
        now = content(folder)
        assert {path: now.get(path) for path in USERS} == USERS, where
        if isinstance(result, Problem):
            assert result.code in WORDS, f"{where}: {result!r}"
            result, now = outcome(board, dialogue), content(folder)
            assert not isinstance(result, Problem), f"{where}, and once more: {result!r}"
        else:
            assert result == expected, where
        assert (now, board.nvs) == (left, nvs), where


@pytest.mark.parametrize("name", DIALOGUES)
def test_one_byte(name: str, tmp_path: Path) -> None:
    try_each(name, tmp_path, EVERY)


def test_a_damaged_order_is_none(tmp_path: Path) -> None:
    """What the board's engine is told of files, options and the past arrives whole, or nothing begins."""
    board = EvaluatingBoard(tmp_path)
    repl = Session(board).repl
    board.line_fault = counted = OneByte()
    start(repl, "0badcafe", [], {"find_ms": 60_000, "expect_build": 41065}, RECORD)
    [told] = board.started
    assert "41065" in told
    runs = 0
    for at, change in places(counted.seen, every=3):
        board.started.clear()
        board.line_fault = OneByte(at, change=change)
        repl.enter()
        board.line_fault = OneByte(at, change=change)
        start(repl, "0badcafe", [], {"find_ms": 60_000, "expect_build": 41065}, RECORD)
        assert board.started in ([], [told]), at
        runs += len(board.started)
    assert runs


@pytest.mark.sweep
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", DIALOGUES)
def test_every_byte(name: str, tmp_path: Path) -> None:
    try_each(name, tmp_path, 1)
