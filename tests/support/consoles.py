"""Boards to talk to: the simulated console on a pseudo terminal, and a real old board in QEMU."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from modemflash_host.links.open import open_console
from modemflash_sim.board import fat, profiles
from modemflash_sim.board.console_python import ConsolePython
from modemflash_sim.board.console_traits import traits_of
from modemflash_sim.board.repl import SimConsole
from modemflash_sim.endpoints.serve import serve

Tool = Callable[[str], Path]


@dataclass
class Served:
    """A board behind a port.

    Attributes:
        url: what a client opens.
        banner, reboot: its own words, as regular expressions.
    """

    url: str
    banner: str
    reboot: str


@dataclass
class Simulated(Served):
    """A simulated one; `python` and `console` are read after it was served."""

    console: SimConsole
    python: ConsolePython


@contextmanager
def simulated(
    tool: Tool,
    folder: Path,
    profile: str = "gpy-1.18.2",
    *,
    files: Mapping[str, bytes] | None = None,
    pybytes: bool = False,
    endpoint: str = "pty",
    **flags: bool,
) -> Iterator[Simulated]:
    """A board that has just got its power; `files` are on its /flash."""
    interpreter = tool("micropython")
    board = profiles.find(profile)
    python = ConsolePython(board, interpreter, folder)
    if files:
        image = fat.FatImage(python.flash, interpreter).make(4 << 20)
        image.put(dict(files))
    for name, on in flags.items():
        python.set_flag(name, on)
    traits = traits_of(board, pybytes)
    console = SimConsole(python, traits)
    console.power_on()
    with closing(python), serve(console, endpoint, paced=False) as url:
        yield Simulated(
            url, re.escape(traits.banner.replace("\n", "")), re.escape(traits.reboot), console, python
        )


@contextmanager
def old_board(tool: Tool, *_: object) -> Iterator[Served]:
    """A BBC micro:bit in QEMU: MicroPython 1.9.2 on a pseudo terminal."""
    firmware = tool("old-board")
    program = tool("qemu-system-arm") / "bin" / "qemu-system-arm"
    words = "-M microbit -display none -monitor none -serial pty -device".split()
    process = subprocess.Popen(
        [program, *words, f"loader,file={firmware}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        found = re.search(r"/dev/pts/\d+", process.stdout.readline())
        assert found, "QEMU did not open a pseudo terminal"
        yield Served(found[0], r"MicroPython v1\.9\.2[^\r]*", "soft reboot")
    finally:
        process.kill()
        process.communicate()


class Talk:
    """Raw bytes to and from a console, for transcripts."""

    def __init__(self, url: str) -> None:
        self.link, self.clock = open_console(url)
        self._heard = b""

    def ask(self, sent: bytes, expected: re.Pattern[bytes], patience_ms: int = 5_000) -> bytes:
        """What came after `sent`, once it matches as a whole and nothing more comes."""
        self.link.write(sent, 0, len(sent))
        heard, buf = b"", bytearray(1024)
        start = self.clock.ticks_ms()
        while self.clock.ticks_diff(self.clock.ticks_ms(), start) < patience_ms:
            got = self.link.readinto(buf, len(buf), 60)
            heard += bytes(buf[:got])
            if not got and expected.fullmatch(heard):
                return heard
        pytest.fail(f"sent {sent!r}, expected {expected.pattern!r}, heard {heard!r}")
