"""What hands do to a simulated board at its cable."""

from __future__ import annotations

from support.desk import Build


def test_two_orders_in_a_row_are_both_felt(desk: Build) -> None:
    """A hand may be quick: what it does first is not lost to what it does next, at the very start neither."""
    table = desk()
    with table.board as board:
        table.board.switch_on()
        table.board.press_reset()
        assert table.board.repl.resets == ["plain", "plain"]
        table.board.cut_power()
        table.board.switch_on()
        assert table.board.repl.resets == ["plain"] * 3
        assert board.powered


def test_the_loader_is_left_by_a_reset_alone(desk: Build) -> None:
    """With P2 at GND a reset starts the ESP32's ROM instead of Python; the next reset starts Python."""
    with desk() as table:
        table.board.start_loader()
        assert "waiting for download" in table.shows(1)
        table.pc.write(b"\r\x03\x06", 0, 3)
        assert table.shows(2) == ""
        table.board.press_reset()
        assert "the user program runs" in table.shows()
