"""pyserial's own code for Windows, on a kernel that is a fake: what it does is what it does there.

Rules: `serial/serialwin32.py` is loaded as it is installed; only its way to the
system, `serial.win32`, is another one; a call that would wait for ever fails the
test.
"""

from __future__ import annotations

import ctypes
import importlib
import sys
from types import ModuleType
from typing import Any

import pytest

SENTENCES = {
    2: "Das System kann die angegebene Datei nicht finden.",
    5: "Zugriff verweigert",
    87: "Falscher Parameter.",
}
_ERRNO = {2: 2, 5: 13, 87: 22, 433: 2, 1167: 22}
_PENDING = 997


class Kernel(ModuleType):
    """The calls that pyserial makes, and one port behind them.

    Attributes:
        opens: Windows' error at CreateFile; 0 for none.
        cts: the other side takes bytes.
        rates: what the driver can do.
        gone: the adapter was pulled.
        queue, sent: bytes that wait in the driver, and those that went out.
    """

    DWORD = ctypes.c_uint32

    def __init__(self) -> None:
        super().__init__("serial.win32")
        self.opens = self.last = 0
        self.cts, self.gone, self.closed = True, False, False
        self.rates = (115200, 921600)
        self.queue, self.sent = bytearray(), bytearray()
        self.per_look = 700

    def __getattr__(self, name: str) -> Any:
        if name in ("OVERLAPPED", "COMMTIMEOUTS", "DCB", "COMSTAT"):
            return type(name, (), {"hEvent": 0, "cbOutQue": 0, "cbInQue": 0})
        if name.isupper() or name.startswith(("ERROR", "INVALID", "MS_CTS")):
            known = {"INVALID_HANDLE_VALUE": -1, "ERROR_IO_PENDING": _PENDING, "ERROR_SUCCESS": 0}
            known |= {"ERROR_OPERATION_ABORTED": 995, "MS_CTS_ON": 16}
            return known.get(name, 0)
        return lambda *_: 1

    def CreateFile(self, *_: object) -> int:
        self.last = self.opens
        return -1 if self.opens else 7

    def GetLastError(self) -> int:
        return self.last

    def SetCommState(self, _handle: int, state: Any) -> int:
        self.last = 1167 if self.gone else 87
        return int(not self.gone and _of(state).BaudRate in self.rates)

    def WriteFile(self, _handle: int, data: bytes, size: int, _written: object, _overlapped: object) -> int:
        if self.gone:
            self.last = 1167
            return 0
        assert not self.queue, "one OVERLAPPED for two writes"
        self.queue += data[:size]
        self.last = _PENDING
        return 0

    def GetOverlappedResult(self, _handle: int, _overlapped: object, _count: object, wait: bool) -> int:
        assert not (wait and self.queue and not self.cts), "this waits for ever"
        return 1

    def ClearCommError(self, _handle: int, _flags: object, state: Any) -> int:
        if self.gone:
            self.last = 1167
            return 0
        if self.cts:
            self.sent += self.queue[: self.per_look]
            del self.queue[: self.per_look]
        _of(state).cbOutQue = len(self.queue)
        return 1

    def GetCommModemStatus(self, _handle: int, status: Any) -> int:
        _of(status).value = 16 if self.cts else 0
        return 1

    def PurgeComm(self, *_: object) -> int:
        self.queue.clear()
        return 1

    def CloseHandle(self, *_: object) -> int:
        self.closed = True
        return 1


def _of(pointer: Any) -> Any:
    """What a fake or real pointer points at."""
    return getattr(pointer, "_obj", pointer)


def windows_serial(patch: pytest.MonkeyPatch) -> tuple[Kernel, Any]:
    """The kernel, and pyserial's class for a port of it."""
    kernel = Kernel()

    def system_error() -> OSError:
        number = kernel.last
        kind = {2: FileNotFoundError, 5: PermissionError}.get(number, OSError)
        return _WindowsError(
            kind, _ERRNO.get(number, 22), SENTENCES.get(number, "Unbekannter Fehler"), number
        )

    patch.setitem(sys.modules, "serial.win32", kernel)
    patch.delitem(sys.modules, "serial.serialwin32", raising=False)
    patch.setattr(ctypes, "WinError", system_error, raising=False)
    patch.setattr(ctypes, "byref", lambda value: value)
    module = importlib.import_module("serial.serialwin32")
    patch.delitem(sys.modules, "serial.serialwin32")
    return kernel, module.Serial


class _WindowsError(OSError):
    """As `ctypes.WinError()` makes one there, which writes itself with both numbers."""

    def __init__(self, kind: type[OSError], number: int, text: str, windows_number: int) -> None:
        super().__init__(number, text)
        self._text = f"{kind.__name__}({number}, {text!r}, None, {windows_number})"

    def __repr__(self) -> str:
        return self._text
