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
