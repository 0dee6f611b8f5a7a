"""A line that loses bytes: code that arrives damaged does not run, and is sent again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from modemflash_host.board.console.files import BoardFiles
from modemflash_host.board.console.repl import Repl
from modemflash_host.errors import BoardProblem
from modemflash_host.links.open import open_console
from support.consoles import simulated
from support.evaluating_board import BANNER, EvaluatingBoard


class Lossy:
    """A link that drops the first byte of some pieces that begin with `mark`."""

    def __init__(self, link: Any, mark: bytes, times: int) -> None:
        self._link = link
        self._mark = mark
        self.times = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._link, name)

    def write(self, buf: bytes, off: int, n: int) -> None:
        data = bytes(buf[off : off + n])
        at = data.find(self._mark)
        if at >= 0 and self.times > 0:
            self.times -= 1
            data = data[:at] + data[at + 1 :]
        self._link.write(data, 0, len(data))


def test_a_path_with_a_lost_byte_is_never_written_to(tool: Callable[[str], Path], tmp_path: Path) -> None:
    with simulated(tool, tmp_path) as board:
        link, clock = open_console(board.url)
        with closing(link):
            lossy = Lossy(link, b"victim", 2)
            repl = Repl(lossy, clock)  # type: ignore[arg-type]
            assert repl.enter()
            files = BoardFiles(repl)
            files.put("/flash/victim.txt", b"whole")
            assert lossy.times == 0
            assert [name for name in files.listing("/flash") if name.endswith((".txt", ".part"))] == [
                "victim.txt"
            ]
            assert repl.run("if len('abcdef') == 6: print('fine')") == b"fine\r\n"
            lossy._mark, lossy.times = b"if len('abc", 1  # "f len(…": not even Python
            assert repl.run("if len('abcdef') == 6: print('fine')") == b"fine\r\n"
            lossy._mark, lossy.times = b"victim", 99
            with pytest.raises(BoardProblem, match="board-line-bad"):
                files.make_folder("/flash/victims")
            repl.leave()


class Lose:
    """A line on which one thing is lost once.

    Args:
        lost: which of what goes over it, either way; the rest stays.
    """

    def __init__(self, lost: Callable[[bytes], bytes]) -> None:
        self._lost: Callable[[bytes], bytes] | None = lost

    def __call__(self, data: bytes) -> bytes:
        if self._lost is not None and (rest := self._lost(data)) != data:
            self._lost = None
            return rest
        return data


@pytest.mark.parametrize(
    ("lost", "code", "times"),
    [
        (lambda data: b"" if data == b"\x04" else data, "board-out-of-step", 0),
        (lambda data: b"" if b"kept" in data and b"OK" not in data else data, "board-line-bad", 0),
        (lambda data: data.removeprefix(b"OK"), "board-out-of-step", 1),
        (lambda data: b"" if data.startswith(b"OK") else data, "board-out-of-step", 1),
        (lambda data: data.replace(b"\x1d", b"") if b"OK" in data else data, "board-line-bad", 1),
    ],
    ids=["the end", "all but the end", "the answer's beginning", "the whole answer", "that it runs"],
)
def test_what_is_lost_whole_is_no_success_and_never_runs_twice(
    lost: Callable[[bytes], bytes], code: str, times: int, tmp_path: Path
) -> None:
    """A board whose buffer overflows loses many bytes at once."""
    board = EvaluatingBoard(tmp_path)
    repl = Repl(board, board.clock)  # type: ignore[arg-type]
    assert repl.enter()
    repl.run("kept = []")
    board.line_fault = Lose(lost)
    with pytest.raises(BoardProblem, match=code):
        repl.run("kept.append(1)")
    assert repl.enter()
    assert repl.run("print(len(kept))") == b"%d\r\n" % times


def test_no_code_is_sent_before_a_slow_board_has_caught_up(tmp_path: Path) -> None:
    """Its answer to the first try comes late, that to the second one later still."""
    board = EvaluatingBoard(tmp_path)
    board.line_fault = Lose(lambda data: b"" if data == BANNER else data)
    repl = Repl(board, board.clock)  # type: ignore[arg-type]
    start = board.clock.ticks_ms()
    assert repl.enter()
    assert repl.run("print(1)") == b"1\r\n"
    assert board.clock.ticks_ms() - start > 1200 + 600
