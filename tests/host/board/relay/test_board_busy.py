"""A PC's command while a board updates its modem: a clear refusal, and the update never notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modemflash_host.board.console import connect as escalation
from modemflash_host.board.console.connect import check_idle, connect
from modemflash_host.board.relay import open as relay_open
from modemflash_host.errors import BoardProblem
from modemflash_sim.board.drives import Drive
from modemflash_sim.board.fat import FatImage
from modemflash_sim.sequans import faults, images, profiles
from modemflash_sim.sequans.modem import SimModem
from support.desk import QUICK, USER, Desk, Killed, make_flash

HOOK = b"import modemflash\nmodemflash.hook()\n" + USER
CARD: dict[str, bytes | Path] = {
    "/CATM1-41065.dup": images.make_full_image(41065, size_bytes=60_000),
    "/updater.elf": images.make_updater_elf(66_000),
}
PIECES_S = 0.5


@pytest.fixture(scope="session")
def hooked(interpreter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """/flash with the updater, and the hook before the user's program."""
    return make_flash(tmp_path_factory.mktemp("hooked") / "flash", interpreter, main=HOOK)


@pytest.fixture
def busy(desk: Callable[..., Desk], hooked: Path, interpreter: Path, tmp_path: Path) -> Callable[..., Desk]:
    """`busy(profile, phase)`: a board that was switched on with a card and has come to that phase."""
    image = FatImage(tmp_path / "card", interpreter).make(4 << 20)
    image.put(dict(CARD))

    def build(profile: str, phase: str, **more: object) -> Desk:
        table = desk(hooked, profile=profile, **more)
        table.board.card = Drive(image.path)
        table.board.switch_on()
        until(table, "modemflash: " + phase)
        return table

    return build


def until(table: Desk, words: str, seconds: int = 150) -> str:
    """What the console says until these words."""
    shown = ""
    for _ in range(int(seconds / PIECES_S)):
        shown += table.shows(PIECES_S)
        if words in shown:
            return shown
    raise AssertionError(shown[-1500:])


def ask(table: Desk, how: str) -> None:
    """One command; "reset" stands for all that climb the escalation."""
    if how == "reset":
        connect(table.board_port().open_port, lambda _: None)
    elif how == "power":
        check_idle(table.board_port().open_port)
    else:
        table.info()


def asked(table: Desk, how: str) -> BoardProblem:
    """The refusal that a command gets."""
    with pytest.raises(BoardProblem) as caught:
        ask(table, how)
    return caught.value


@pytest.mark.parametrize("how", ["reset", "power", "info"])
@pytest.mark.parametrize(("profile", "phase"), [("gpy-1.18.2", "transfer"), ("fipy-1.20.2", "install")])
def test_a_command_is_refused_and_the_update_goes_on(
    busy: Callable[..., Desk], profile: str, phase: str, how: str
) -> None:
    """Neither Ctrl-C nor Ctrl-F nor a reset reaches what has begun to write."""
    with_board = busy(profile, phase)
    try:
        resets = list(with_board.board.repl.resets)
        problem = asked(with_board, how)
        assert (problem.code, problem.modem_state) == ("board-updating", "unknown")
        assert with_board.board.repl.resets == resets
        until(with_board, "modemflash: updated (updated)")
        verdict = with_board.modem.verdict
        assert (verdict.build, verdict.violations) == (41065, ())
        assert len(verdict.images) == 1, "sent once"
    finally:
        with_board.board.close()


def test_before_the_first_write_it_gives_way_and_begins_anew(busy: Callable[..., Desk]) -> None:
    """Ctrl-C stops a job that has written nothing; it costs no try, and the next start does it."""
    modem = SimModem(replace(profiles.find("pycom-catm1"), timing=QUICK), faults=faults.parse("mute:30"))
    table = busy("gpy-1.20.0", "find", modem=modem)
    table.board.pass_s(1)  # between two lines
    said: list[str] = []
    try:
        place = table.board_port()
        connection = connect(place.open_port, said.append)
        assert "had written nothing" in said[0]
        assert table.modem.verdict.images == ()
        assert table.board.hardware.nvs.get("mf_tries", 0) == 0
        connection.repl.restart_board()
        connection.link.close()
        until(table, "modemflash: updated (updated)")
    finally:
        table.board.close()


def test_a_board_says_often_enough_that_it_is_at_work(busy: Callable[..., Desk]) -> None:
    """In an install of minutes, too: no more than three seconds between two lines."""
    table = busy("gpy-1.20.0", "install")
    try:
        for _ in range(2):
            assert "modemflash: " in table.shows(escalation.HEARTBEAT_MS / 1000)
    finally:
        table.board.close()


def test_a_board_that_works_for_a_lost_pc_is_left_alone(desk: Callable[..., Desk]) -> None:
    """Its beat is heard: only the update command itself may take it up."""
    with desk() as table:
        begun: list[Any] = []

        def die(event: dict[str, Any], at_s: float) -> None:
            begun.append(event)
            if event["event"] == "progress" and event["phase"] == "transfer":
                table.pc_is_dead = True
                raise Killed

        table.heard.report = die  # type: ignore[method-assign]
        with pytest.raises(Killed):
            table.command()
        table.pc_is_dead = False
        resets = list(table.board.repl.resets)
        assert asked(table, "reset").code == "board-updating"
        assert asked(table, "power").code == "board-updating"
        assert table.board.repl.resets == resets


def test_a_board_that_is_heard_late_is_taken_up(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow one may be silent while somebody listens for its beat, and speaks a moment later."""
    slow = replace(QUICK, install_us=30_000_000)
    modem = SimModem(replace(profiles.find("pycom-catm1"), timing=slow))
    with desk(modem=modem) as table:

        def die(event: dict[str, Any], at_s: float) -> None:
            if event["event"] == "phase" and event["phase"] == "install":
                table.pc_is_dead = True
                raise Killed

        table.heard.report = die  # type: ignore[method-assign]
        with pytest.raises(Killed):
            table.command()
        del table.heard.report
        table.pc_is_dead = False
        is_relaying, late = relay_open._relays, iter([False])
        monkeypatch.setattr(relay_open, "_relays", lambda talk: next(late, True) and is_relaying(talk))
        assert table.command().status == "updated"
        assert len(modem.verdict.images) == 1
