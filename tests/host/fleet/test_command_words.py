"""What is said reaches each board: its command line, which boards are meant, and what is next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from modemflash.errors import Problem
from modemflash_host.cli import app
from modemflash_host.cli.fleet_run import entries_of, result_of_all
from modemflash_host.cli.next_command import next_command
from modemflash_host.families import registry
from modemflash_host.fleet.board_state import BoardState
from modemflash_host.fleet.fleet_file import BoardEntry, read_fleet
from modemflash_host.fleet.supervisor import Limits
from modemflash_host.links import ports
from modemflash_host.run.result import Result

Line = Callable[[BoardEntry, str], list[str]]


def test_all_that_the_list_and_the_command_line_say_reaches_each_board(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    expected = {"mac": "30aea4123456", "imei": "4711", "board": "FiPy", "version": "38638"}
    entry = BoardEntry("a", "/dev/x", "mirror", expected, ("allow-downgrade", "change-radio nb-iot"))
    begun: list[tuple[Limits, list[str]]] = []

    def carry_out(
        boards: object, everything: bool, limits: Limits, line: Line, *more: object, **how: Any
    ) -> int:
        begun.append((limits, line(entry, "/dev/y")))
        if "after" in how:
            state = BoardState(BoardEntry("a", "/dev/x"))
            how["heard"](state, {"event": "place", "board": {"mac": "30aea4123456", "name": "FiPy"}})
            how["heard"](state, {"event": "identity", "product": "GM01Q", "version": "38638"})
            how["after"]([state])
        return 0

    monkeypatch.setattr("modemflash_host.cli.fleet.carry_out_fleet", carry_out)
    where = ["--port=/dev/y", "--via=mirror", "--repair"]
    last = [*(f"--expect={name}={value}" for name, value in expected.items()), "--", "f"]
    how = ["--jobs", "3", "--wait", "7", "--repair", "--all"]
    assert app.run(["fleet", "update", "f", "--canary", "2", "--stop-after", "5", *how]) == 0
    consents = ["--allow-downgrade", "--change-radio=nb-iot"]
    assert begun.pop() == (Limits(3, 2, 5, 7), ["update", "--json", "--yes", *consents, *where, *last])
    assert app.run(["fleet", "plan", "f", *how]) == 0
    assert begun.pop() == (Limits(3, port_wait_s=7), ["update", "--json", "--dry-run", *where, *last])
    assert app.run(["fleet", "info", "--jobs", "3", "--wait", "7", "--all"]) == 0
    asked = ["info", "--json", "--port", "/dev/y", "--via", "mirror"]
    assert begun.pop() == (Limits(3, port_wait_s=7), asked)
    assert app.run(["fleet", "scan", "-o", "fleet.toml", "--jobs", "3"]) == 0
    assert begun.pop() == (Limits(3, port_wait_s=10), ["info", "--json", "--port", "/dev/y"])
    [found] = read_fleet(Path("fleet.toml"), registry.all_dangers())
    assert found == BoardEntry("a", "/dev/x", expected={"mac": "30aea4123456", "board": "FiPy"})
    assert "[[board]]  # GM01Q 38638" in Path("fleet.toml").read_text()


def test_all_are_the_boards_that_are_plugged_in_each_with_a_name_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    board, other = ports.Device("a board", ports.BOARD), ports.Device("", "unknown")
    here = [ports.Port(f"/dev/{name}/tty", board) for name in "abc"] + [ports.Port("/dev/mouse", other)]
    monkeypatch.setattr(ports, "list_ports", lambda *_: here)
    assert [(each.name, each.port) for each in entries_of(None, True)] == [
        ("tty", "/dev/a/tty"), ("tty-2", "/dev/b/tty"), ("tty-3", "/dev/c/tty"),
    ]  # fmt: skip
    for boards, everything in ((None, False), (Path("fleet.toml"), True)):
        with pytest.raises(click.UsageError):
            entries_of(boards, everything)


def test_of_many_boards_it_is_said_how_many_more_failed() -> None:
    states = [BoardState(BoardEntry(f"pump-{number}", f"/dev/x{number}")) for number in range(12)]
    for count, end in ((10, "pump-9"), (12, "pump-9, 2 more")):
        problem = result_of_all(states[:count], 1.0).problem
        assert problem is not None and problem.detail.endswith(end)


@pytest.mark.parametrize("state", ["untouched", "recoverable", "unknown"])
def test_the_same_command_is_next_whatever_became_of_the_worst(
    monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """Not `info` of a port that nobody has named, and not nothing."""
    monkeypatch.setattr("sys.argv", ["modemflash", "fleet", "info", "--all"])
    ended_so = Result.of_problem(Problem("fleet-not-all").stamp(state))
    assert next_command(ended_so, "") == "modemflash fleet info --all"
