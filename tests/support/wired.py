"""Real commands at a device of the test's own, in virtual time.

Rules: a port is a name of the test's choice, to which any device can be
plugged; whatever is plugged lives on when a command has ended.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from modemflash_host.capture import line as capture_line
from modemflash_host.errors import LinkProblem
from modemflash_sim.endpoints.virtual import VirtualLine


class Cable(VirtualLine):
    """A line that is pulled when a test says so.

    Args:
        device: at its other end.
        pulled: asked before each write.
    """

    def __init__(self, device: Any, pulled: Callable[[], bool]) -> None:
        super().__init__(device)
        self._pulled = pulled

    def write(self, buf: bytes | bytearray | memoryview, off: int, n: int) -> None:
        if self._pulled():
            raise LinkProblem("port-lost", "pulled")
        super().write(buf, off, n)


class Ports:
    """The serial ports of a PC.

    Args:
        monkeypatch: puts them in the place of real ones.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._lines: dict[str, VirtualLine] = {}
        self._now_us = 0
        monkeypatch.setattr(capture_line, "open_link", self._open)

    def plug(self, name: str, device: Any, pulled: Callable[[], bool] = lambda: False) -> VirtualLine:
        """A device comes to a port; what it was plugged to before is empty."""
        for other in [each for each, line in self._lines.items() if line.wire.device is device]:
            self.unplug(other)
        now_us = max([self._now_us, *(line.now_us for line in self._lines.values())], default=0)
        line = Cable(device, pulled)
        line.now_us = now_us
        self._lines[name] = line
        return line

    def unplug(self, name: str) -> None:
        """Nothing is there any more."""
        line = self._lines.pop(name, None)
        if line is not None:
            self._now_us = max(self._now_us, line.now_us)

    def _open(
        self,
        name: str,
        on_wait: Callable[[], None] = lambda: None,
        *,
        flow_control: bool = True,
        keep_input: bool = False,
    ) -> tuple[Any, Any]:
        device = os.path.realpath(name)
        line = self._lines.get(name) or self._lines.get(device)
        if line is None:
            raise LinkProblem("port-absent", name)
        return line, line
