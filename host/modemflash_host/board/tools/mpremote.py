"""mpremote, the usual tool for a board's files and code, as a program.

Rules: always `resume`, because without it mpremote resets the board first and
waits ten seconds for it, which Pybytes builds exceed; only what works on every
Pycom release is used: `exec` and `fs cp` of single files (1.18 has no
`ilistdir`, which listing and whole trees need); whoever calls checks the result
by its hash and has `files.BoardFiles` where mpremote fails.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from modemflash_host.board.tools.program import ToolProblem, port_for_program, run_program

_START_S = 20.0
_BYTES_PER_S = 800  # a third of what is usual


class Mpremote:
    """mpremote at a port that nobody else has open.

    Args:
        port: a device, a COM name or a pyserial URL.
    """

    def __init__(self, port: str) -> None:
        self._port = port_for_program(port)

    def exec(self, code: str, deadline_s: float = _START_S) -> str:
        """Run code on the board; what it printed.

        Raises:
            ToolProblem: `tool-…`, see `program.run_program`.
        """
        return self._run(["exec", code], deadline_s)

    def copy(self, files: Mapping[str, bytes], deadline_s: float = 0) -> None:
        """Copy files to the board, into folders that are there.

        Args:
            files: path on the board -> content.
            deadline_s: 0 for what a slow board needs.

        Raises:
            ToolProblem: `tool-…`; some files may be there then.
        """
        try:
            self._copy(files, deadline_s)
        except OSError as error:  # no room for the copies that it takes
            raise ToolProblem("tool-failed", f"mpremote: {error.strerror}") from error

    def _copy(self, files: Mapping[str, bytes], deadline_s: float) -> None:
        with tempfile.TemporaryDirectory(prefix="modemflash-") as folder:
            words: list[str] = []
            for number, (path, content) in enumerate(files.items()):
                # Each in a folder of its own: the names must stay.
                local = Path(folder) / str(number) / PurePosixPath(path).name
                local.parent.mkdir()
                local.write_bytes(content)
                words += [*(["+"] if words else []), "fs", "cp", str(local), ":" + path]
            total_bytes = sum(map(len, files.values()))
            self._run(words, deadline_s or _START_S + total_bytes / _BYTES_PER_S)

    def _run(self, words: list[str], deadline_s: float) -> str:
        return run_program("mpremote", ["connect", self._port, "resume", *words], deadline_s)
