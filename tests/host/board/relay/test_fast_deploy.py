"""The updater goes onto a board as bytes, through a stub, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lint import dialect
from modemflash_host.board.console.session import at_console
from modemflash_host.board.install.deploy import deploy, remove
from modemflash_host.board.install.file_sender import FileSender
from modemflash_host.board.install.package import deployed
from modemflash_host.board.install.stub import STUB
from modemflash_host.errors import BoardProblem
from modemflash_sim.board.pc_end import Cable
from support.desk import Desk

Build = Callable[..., Desk]


@pytest.mark.parametrize("profile", ["gpy-1.18.2", "gpy-1.20.0", "fipy-1.20.2"])
@pytest.mark.parametrize("most_baud", [921_600, 115_200])
def test_it_is_there_within_seconds_at_each_rate_and_on_each_release(
    desk: Build, fresh_flash: Path, profile: str, most_baud: int
) -> None:
    """And off again: the board is as it was."""
    notes: list[str] = []
    bars: list[tuple[int, int]] = []
    with (
        desk(fresh_flash, profile=profile, cable=Cable(most_baud=most_baud)) as table,
        at_console(table.board_port(), notes.append) as session,
    ):
        before = session.files.walk("/flash")
        began_ms = table.pc.ticks_ms()
        done = deploy(session, on_bytes=lambda done, total: bars.append((done, total)))
        took_ms = table.pc.ticks_ms() - began_ms
        assert not [note for note in notes if "REPL" in note], notes
        assert done.written == len(deployed())
        assert took_ms < (5_000 if most_baud > 115_200 else 12_000)
        assert bars[-1][0] == bars[-1][1] and len(bars) > 10
        held = session.files.sums([f"/flash/lib/{name}" for name in deployed()])
        assert len(held) == done.written
        again = deploy(session)
        assert (again.written, again.unchanged) == (0, done.written)
        remove(session)
        assert session.files.walk("/flash") == before


def test_a_line_that_damages_blocks_costs_time_and_never_a_wrong_byte(
    desk: Build, fresh_flash: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rate that does not hold is left; what is there is what was sent."""
    content = bytes(range(256)) * 40
    with desk(fresh_flash) as table, at_console(table.board_port(), lambda _: None) as session:
        sent = table.cable.send
        count = 0

        def damaged(now_us: int, data: bytes) -> None:
            nonlocal count
            if len(data) > 1_000 and table.cable.baud > 115_200:
                count += 1
                if count % 2 or 6 < count < 20:
                    data = data[:500] + b"?" + data[501:]
            sent(now_us, data)

        monkeypatch.setattr(table.cable, "send", damaged)
        with FileSender(session.repl) as sender:
            sender.put("/flash/a.bin", content)
        assert sender.repeats and session.files.holds("/flash/a.bin", content)
        assert "/flash/a.bin.part" not in session.files.walk("/flash")


def test_what_the_boards_python_refuses_has_its_words_and_the_console_is_back(
    desk: Build, fresh_flash: Path
) -> None:
    with desk(fresh_flash) as table, at_console(table.board_port(), lambda _: None) as session:
        with pytest.raises(BoardProblem, match="board-refused"), FileSender(session.repl) as sender:
            sender.put("/flash/no/such/folder", b"x" * 5_000)
        assert session.repl.value("6 * 7") == "42"


def test_the_stub_is_small_and_in_the_dialect_of_every_release() -> None:
    assert dialect.check(STUB) == []
    assert len(STUB.splitlines()) < 150 and STUB.isascii()
