"""A simulated board for a person: its console at an endpoint, its card a folder, power and reset as commands.

Rules that hold here: one thread owns board, endpoint and card; what the board wrote
on the card is in the folder as soon as the card is out.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from modemflash_sim.board.drives import CARD_BYTES, FLASH_BYTES, Drive
from modemflash_sim.board.fat import FatImage
from modemflash_sim.board.pic import PicAdapter
from modemflash_sim.board.serve_board import ServedBoard
from modemflash_sim.board.usb_board import UsbBoard
from modemflash_sim.endpoints.pace import Endpoint
from modemflash_sim.endpoints.wire import PoweredDevice

BOOT_MS = 1_500  # assumed
PYSENSE = 0xF012  # its USB product
COLOURS = {-1: "blue blink", 0x202020: "white", 0x002000: "green", 0x202000: "yellow", 0x300000: "red"}
COMMANDS = {
    "power off": "cut all power, of board and modem",
    "power on": "give it again",
    "reset": "press the board's button; the modem does not notice",
    "card out": "take the card out; what the board wrote is in the folder then",
    "card in": "put it in, as the folder now is",
    "quit": "end",
}
# What an owner without a PC does, see docs/sd-card.md.
_BOOT = b"import modemflash\nmodemflash.install_hook()\n"


class InteractiveBoard:
    """A board on the table.

    Args:
        profile: of the board.
        modem: at its pins.
        endpoint: the endpoint of its console; the caller closes it.
        shield: it sits on a Pysense, whose PIC is between the endpoint and the console.
        interpreter: a MicroPython.
        room: a folder for images.
        card: the folder that is the card, None for no card.
        library: path below /flash/lib -> content: the updater, whose hook boot.py installs; empty for
            a board as bought.
        paced: False lets time run as fast as it can.

    Attributes:
        over: somebody said `quit`.
        light: the last colour that was shown, by its name.
    """

    def __init__(
        self,
        profile: str,
        modem: PoweredDevice,
        endpoint: Endpoint,
        *,
        interpreter: Path,
        room: Path,
        card: Path | None = None,
        library: Mapping[str, bytes] = MappingProxyType({}),
        shield: bool = False,
        paced: bool = True,
    ) -> None:
        self.over = False
        self.light = ""
        self._interpreter = interpreter
        self._folder = card
        self._image = FatImage(room / "card", interpreter)
        flash = FatImage(room / "flash", interpreter).make(FLASH_BYTES)
        if library:
            flash.put({"/boot.py": _BOOT, **{"/lib/" + name: data for name, data in library.items()}})
        self.board = UsbBoard(profile, modem, boot_ms=BOOT_MS, interpreter=interpreter, flash=flash.path)
        pic = PicAdapter(self.board, PYSENSE) if shield else None
        self._served = ServedBoard(self.board, endpoint, pic, paced=paced)
        self._put_card_in()
        self.do("power on")

    def close(self) -> None:
        """End it; the card's files go to the folder."""
        self.board.close()
        self._take_card_out()

    def step(self) -> None:
        """A hundredth of a second."""
        self._served.step()
        for _, colour in self.board.hardware.light[-1:]:
            self.light = COLOURS.get(colour, self.light)

    def do(self, text: str) -> str:
        """Carry a command out; what to print about it."""
        command = " ".join(text.split())
        if command == "power off":
            self.board.cut_power()
        elif command == "power on":
            self.board.switch_on()
        elif command == "reset":
            self.board.press_reset()
        elif command == "card out":
            self._take_card_out()
        elif command == "card in":
            self._put_card_in()
        elif command == "quit":
            self.over = True
        elif command:
            return "\n".join(f"{name:10} {about}" for name, about in COMMANDS.items())
        return ""

    def _put_card_in(self) -> None:
        if self._folder is not None and self.board.card is None:
            size = sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())
            self._image.make(max(CARD_BYTES, 2 * size))
            if size:
                self._image.put_tree(self._folder, "")
            self.board.card = Drive(self._image.path)

    def _take_card_out(self) -> None:
        if self._folder is None or self.board.card is None:
            return
        card, self.board.card = self.board.card, None
        card.close()
        with tempfile.TemporaryDirectory() as folder:
            self._image.get_tree(Path(folder))
            for path in Path(folder).rglob("*"):
                there = self._folder / path.relative_to(folder)
                if path.is_dir():
                    there.mkdir(exist_ok=True)
                elif there.is_symlink() or not there.exists():
                    there.unlink(missing_ok=True)
                    shutil.copyfile(path, there)
                elif there.is_file() and there.read_bytes() != path.read_bytes():
                    shutil.copyfile(path, there)
