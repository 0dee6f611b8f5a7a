"""A board's raw REPL over this computer's Python, in virtual time: what is typed into it runs.

Rules: files are those of one folder; modules that only boards have are a few
functions that keep what they were told; nothing of the code reaches anything
else; what goes over the line, either way, may be damaged at one byte.
"""

from __future__ import annotations

import builtins
import io
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

from support.sinks import Clock

MAC = b"\x24\x0a\xc4\x01\x02\x03"
BANNER = b"raw REPL; CTRL-B to exit\r\n>"
_KEYS = re.compile(rb"([\x01-\x04])")
LineFault = Callable[[bytes], bytes]


def told(text: str) -> bytes:
    """A value as `Repl.value` expects it."""
    said = text.encode("utf-8", "surrogatepass")
    return b"\x1e" + said + b"\x1f%d %d\x1f" % (len(text), sum(said))


class OneByte:
    """Damages one byte of all that goes over a line, both ways counted together.

    Args:
        at: which; -1 for none.
        change: it becomes another one; else it is lost.
    """

    def __init__(self, at: int = -1, *, change: bool = False) -> None:
        self.seen = 0
        self._at = at
        self._change = change

    def __call__(self, data: bytes) -> bytes:
        at = self._at - self.seen
        self.seen += len(data)
        if not 0 <= at < len(data):
            return data
        return data[:at] + (bytes([data[at] ^ 1]) if self._change else b"") + data[at + 1 :]


class EvaluatingBoard:
    """The link to it.

    Args:
        folder: stands for its file system.
        line_fault: what the line does to what goes over it.

    Attributes:
        clock: of the line.
        nvs: what is kept there.
        started: what the engine was told, each time it was started.
    """

    def __init__(self, folder: Path, line_fault: LineFault = OneByte()) -> None:  # noqa: B008 (none)
        self.clock = Clock()
        self.nvs: dict[str, int] = {}
        self.started: list[str] = []
        self.line_fault = line_fault
        self._folder = folder
        self._unread = bytearray()
        self._typed = bytearray()
        self._is_raw = False
        self._names: dict[str, Any] = {}
        self._opened: list[IO[Any]] = []
        self._start()

    # -- the link ------------------------------------------------------------

    def write(self, buf: Any, off: int, n: int) -> None:
        """What is typed."""
        for piece in _KEYS.split(self.line_fault(bytes(buf[off : off + n]))):
            if len(piece) == 1 and piece < b"\x05":
                self._take(piece[0])
            else:
                self._typed += piece

    def readinto(self, buf: Any, n: int, timeout_ms: int) -> int:
        """What it says; nothing takes as long as is allowed."""
        got = bytes(self._unread[:n])
        del self._unread[:n]
        buf[: len(got)] = got
        if not got:
            self.clock.sleep_ms(max(timeout_ms, 1))
        return len(got)

    def drop_input(self) -> None:
        self._unread.clear()

    def set_baud(self, rate: int) -> bool:
        return True

    def drain(self, timeout_ms: int) -> bool:
        return True

    def close(self) -> None:
        """It loses its power: no file stays open."""
        for file in self._opened:
            file.close()

    # -- the board -----------------------------------------------------------

    def _say(self, data: bytes) -> None:
        self._unread += self.line_fault(data)

    def _take(self, byte: int) -> None:
        if byte == 1:
            self._is_raw = True
            self._typed.clear()
            self._say(BANNER)
        elif byte == 2:
            self._is_raw = False
            self._say(b"\r\n>>> ")
        elif byte == 3:
            self._typed.clear()
        elif byte == 4 and self._is_raw:
            code = bytes(self._typed)
            self._typed.clear()
            out, error = self._run(code) if code.strip() else (b"", b"")
            self._say(b"OK" + out + b"\x04" + error + b"\x04>")

    def _run(self, code: bytes) -> tuple[bytes, bytes]:
        said = io.StringIO()
        self._names["print"] = lambda *words, end="\r\n": print(*words, end=end, file=said)
        try:
            exec(compile(code.decode("latin-1"), "<stdin>", "exec"), self._names)
            error = ""
        except BaseException as problem:  # noqa: BLE001 (a prompt shows whatever it was)
            error = "".join(traceback.format_exception_only(problem))
        return said.getvalue().encode(), error.replace("\n", "\r\n").encode()

    def _path(self, path: str) -> Path:
        found = (self._folder / path.lstrip("/")).resolve()
        if not found.is_relative_to(self._folder.resolve()):
            raise OSError(2, "no such file")
        return found

    def _start(self) -> None:
        path = self._path

        def nvs_erase(name: str) -> None:
            if self.nvs.pop(name, None) is None:
                raise KeyError(name)

        system = SimpleNamespace(
            uname=lambda: ("GPy", "GPy", "1.20.2.r6", "v1.11", "GPy with ESP32"),
            stat=lambda name: path(name).stat(),
            mkdir=lambda name: path(name).mkdir(),
            rmdir=lambda name: path(name).rmdir(),
            remove=lambda name: path(name).unlink(),
            rename=lambda old, new: path(old).rename(path(new)),
            listdir=lambda name: [each.name for each in path(name).iterdir()],
            getfree=lambda name: 900,
            dupterm=None,
        )
        pycom = SimpleNamespace(
            nvs_get=self.nvs.get,
            nvs_set=self.nvs.__setitem__,
            nvs_erase=nvs_erase,
            lte_modem_en_on_boot=lambda *on: False,
            wdt_on_boot=lambda *on: False,
        )
        modules = {
            "os": system,
            "pycom": pycom,
            "sys": SimpleNamespace(implementation=("micropython", (1, 11)), path=[]),
            "machine": SimpleNamespace(unique_id=lambda: MAC),
            "modemflash.board.relay": SimpleNamespace(run=self.started.append),
            "hashlib": sys.modules["hashlib"],
            "binascii": sys.modules["binascii"],
        }

        def imported(name: str, *_: Any) -> Any:
            if name not in modules:
                raise ImportError(f"no module named '{name}'")
            return modules[name]

        def opened(name: str, mode: str = "r") -> Any:
            self._opened.append(path(name).open(mode))
            return self._opened[-1]

        known = {
            name: getattr(builtins, name) for name in dir(builtins) if name not in ("exit", "quit", "input")
        }
        self._names["__builtins__"] = {**known, "__import__": imported, "open": opened}
        self._names["__builtins__"]["exec"] = lambda code: exec(code, self._names)
