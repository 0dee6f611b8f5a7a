"""A PC, a cable, a board and its modem, in virtual time: what the tests of the ways through share.

Rules: /flash is made once and copied; the updater is on it as `deploy` leaves it,
unless a test wants a fresh board; the modem's times are short.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modemflash.examine import examine
from modemflash_host.api import commands, connection
from modemflash_host.board.console import session
from modemflash_host.board.console.session import BoardPort
from modemflash_host.board.install.package import deployed
from modemflash_host.capture.recorder import Recorder
from modemflash_host.consents import YES
from modemflash_host.families.plan import FirmwareFile, ModuleInfo, Request
from modemflash_host.families.sequans.family import Sequans
from modemflash_host.links.usb_ids import NO_DEVICE
from modemflash_host.reporters import Reporter
from modemflash_host.run.confirm import Ask
from modemflash_host.run.result import Result
from modemflash_host.run.stop_requests import StopRequests
from modemflash_sim.board.drives import FLASH_BYTES
from modemflash_sim.board.fat import FatImage
from modemflash_sim.board.pc_end import Cable, PcEnd
from modemflash_sim.board.profiles import BoardProfile
from modemflash_sim.board.usb_board import UsbBoard
from modemflash_sim.sequans import images, profiles
from modemflash_sim.sequans.modem import SimModem
from support.answers import Answers
from support.memory_source import MemorySource
from support.sinks import EventSink

SECOND_US = 1_000_000
USER = b"import time\nwhile True:\n    time.sleep(1)\n    print('the user program runs')\n"
RUNS = "the user program runs"
QUICK = profiles.Timing(
    boot_us=2 * SECOND_US,
    updater_start_us=3 * SECOND_US,
    stalls=((30, 5 * SECOND_US),),
    install_us=8 * SECOND_US,
    bootrom_install_us=2 * SECOND_US,
)


def package_on_flash() -> dict[str, bytes | Path]:
    """The updater and the list of its files, as `deploy` puts them."""
    files = {f"/lib/{name}": data for name, data in deployed().items()}
    rows = [f"{hashlib.sha256(data).hexdigest()} /flash{path}\n" for path, data in files.items()]
    rows += [f"folder /flash/lib/{name}\n" for name in ("modemflash", "modemflash/board")]
    rows.sort(key=lambda row: row.split(" ")[1])
    return {**files, "/lib/modemflash.files": "".join(rows).encode()}


def make_flash(path: Path, interpreter: Path, *, fresh: bool = False, main: bytes = USER) -> Path:
    """A /flash with a user's program on it, and with the updater."""
    files: dict[str, bytes | Path] = {} if fresh else package_on_flash()
    files |= {"/main.py": main, "/boot.py": b"", "/sys/x": b"", "/cert/x": b""}
    FatImage(path, interpreter).make(FLASH_BYTES).put(files)
    return path


def checked(source: MemorySource) -> FirmwareFile:
    """A firmware file in memory, as the API hands it on."""
    image = examine(source)
    return FirmwareFile("sequans", source, image.sha256, image)


class Killed(BaseException):
    """The PC's process is gone."""


class Mortal:
    """The PC's end as one process has it: once that is dead, not even its cleaning up reaches the board."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __getattr__(self, name: str) -> Any:
        if self._desk.pc_is_dead:
            return self._nothing
        return getattr(self._desk.pc, name)

    def _nothing(self, *_: object) -> int:
        raise Killed


class Desk:
    """One of each, and the command that a user types."""

    def __init__(
        self,
        folder: Path,
        interpreter: Path,
        flash: Path,
        *,
        profile: str | BoardProfile = "gpy-1.20.0",
        modem: SimModem | None = None,
        size: int = 60_000,
        cable: Cable | None = None,
        pybytes: bool = False,
        autostart: bool = False,
        card: Path | None = None,
    ) -> None:
        shutil.copyfile(flash, folder / "flash")
        self.flash = FatImage(folder / "flash", interpreter)
        self.modem = modem or SimModem(replace(profiles.find("pycom-catm1"), timing=QUICK))
        self.cable = cable or Cable()
        self.board = UsbBoard(
            profile,
            self.modem,
            cable=self.cable,
            pybytes=pybytes,
            interpreter=interpreter,
            flash=self.flash.path,
            card=card,
            heap="5120k",
        )
        self.board.hardware.flags["lte_modem_en_on_boot"] = autostart
        self.heard = EventSink()
        self.device = NO_DEVICE
        self.pc_is_dead = False
        self.recorder: Recorder | None = None
        self.stop_requests = StopRequests()
        self.files: list[FirmwareFile] = []
        for name, data in (
            ("CATM1-41065.dup", images.make_full_image(41065, size_bytes=size)),
            ("updater.elf", images.make_updater_elf(66_000)),
        ):
            self.files.append(checked(MemorySource(data, name)))

    def __enter__(self) -> Desk:
        self.board.switch_on()
        self.board.pass_s(2)
        return self

    def __exit__(self, *_: object) -> None:
        self.board.close()

    @property
    def pc(self) -> PcEnd:
        return self.board.pc

    def board_port(self) -> BoardPort:
        """The board's board_port."""

        def open_port(data_bits: int) -> tuple[Any, Any]:
            self.pc.close()
            self.pc.check_plug()
            mortal = Mortal(self)
            return mortal, mortal

        return BoardPort("simulated", open_port, self.device)

    def command(
        self, via: str = "relay", *, ask: Ask | None = None, dry_run: bool = False, **request: Any
    ) -> Result:
        """`modemflash update` as typed, with all it needs consented to; `request`: fields of a `Request`."""
        self.stop_requests = StopRequests()
        reporter = Reporter([self.heard], self.stop_requests, self.recorder)
        wanted = {"files": tuple(self.files), "consents": frozenset({YES}), **request}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(session, "find_board", lambda port, say: self.board_port())
            return commands.update(
                Request("simulated", via, **wanted), reporter, ask or Answers(), dry_run=dry_run
            )

    def info(self, via: str = "relay") -> ModuleInfo:
        """`modemflash info` as typed."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(session, "find_board", lambda port, say: self.board_port())
            patch.setattr(connection, "_family_of", lambda request, reporter: Sequans())
            return commands.info(Request("simulated", via), Reporter([self.heard], StopRequests()))

    def keeps(self) -> tuple[dict[str, bytes], dict[str, Any], dict[str, Any]]:
        """All that the board keeps without power: files, NVS, flags."""
        names = self.flash.names()
        files = {name: b"" if name.endswith("/") else self.flash.get(name) for name in names}
        return files, dict(self.board.hardware.nvs), dict(self.board.hardware.flags)

    def shows(self, seconds: float = 4) -> str:
        """What the console prints in that time."""
        self.pc.close()
        self.pc.drop_input()
        self.board.pass_s(seconds)
        buf = bytearray(65536)
        return buf[: self.pc.readinto(buf, len(buf), 0)].decode("latin-1")


Build = Callable[..., Desk]
