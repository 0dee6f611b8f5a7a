"""The program as a process, on a simulated modem behind a real port, whose times are shortened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TypeVar

from modemflash_sim.sequans import images
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import SECOND_US, Timing, find

SIZE = 200_000
QUICK = Timing(boot_us=SECOND_US // 10, install_us=0, stalls=((50, 2 * SECOND_US),))
PROGRAM = [sys.executable, "-m", "modemflash"]


class Bench:
    """Firmware in a folder, a modem, and a way to start commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.image = folder / "CATM1-41065.dup"
        self.image.write_bytes(images.make_full_image(41065, size_bytes=SIZE))
        (folder / "updater.elf").write_bytes(images.make_updater_elf())
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MODEMFLASH_")},
            "MODEMFLASH_HOME": str(folder / "home"),
            "COLUMNS": "80",
        }
        self.started: list[subprocess.Popen[Any]] = []

    def modem(self) -> SimModem:
        """It waits in recovery for an image: there a run comes to its transfer soonest."""
        return SimModem(find("pycom-catm1", timing=QUICK, start_mode="recovery", start_half_written=True))

    def start(
        self, *words: str, program: Sequence[str] = tuple(PROGRAM), **how: Any
    ) -> subprocess.Popen[Any]:
        options: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "text": True,
            **how,
        }
        child = subprocess.Popen([*program, *words], env=self.environment, cwd=self.folder, **options)
        self.started.append(child)
        return child

    def update(self, port: str, *more: str, **how: Any) -> subprocess.Popen[Any]:
        return self.start("update", self.image.name, "-p", port, "-y", *more, **how)


@contextmanager
def another_at_work() -> Iterator[subprocess.Popen[str]]:
    """A process that passes for one of this program, at work until its input ends."""
    line = [sys.executable, "-c", "import sys; print(); sys.stdin.read()", "modemflash"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None and child.stdout.readline()
        yield child
        child.kill()


_Made = TypeVar("_Made", bound=Bench)


@contextmanager
def bench_in(folder: Path, kind: type[_Made] = Bench) -> Iterator[_Made]:  # type: ignore[assignment]
    """A bench whose processes are ended at the end, whatever the test ended with."""
    made = kind(folder)
    try:
        yield made
    finally:
        for child in made.started:
            child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout, child.stderr):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()


def until(stream: IO[str], wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first event of a `--json` stream that is the wanted one."""
    for line in stream:
        event: dict[str, Any] = json.loads(line)
        if wanted(event):
            return event
    raise AssertionError("the program ended before")


def halfway(event: dict[str, Any]) -> bool:
    return event["event"] == "progress" and event["phase"] == "transfer"
