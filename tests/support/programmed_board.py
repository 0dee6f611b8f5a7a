"""Simulated boards that run one small program: what the tests of the hardware layer share.

Their /flash holds the package as it is deployed; all images lie in one folder,
which goes when the tests end.
"""

import atexit
import dataclasses
import functools
import shutil
import tempfile
from pathlib import Path

from modemflash_host.board.install.package import deployed
from modemflash_sim.board.drives import FLASH_BYTES
from modemflash_sim.board.fat import FatImage
from modemflash_sim.board.process import BoardProcess
from modemflash_sim.endpoints.wire import PoweredDevice
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import PROFILES, SECOND_US, Timing

BOARDS = ("gpy-1.18.2", "gpy-1.20.0", "fipy-1.20.2")
QUICK = Timing(boot_us=SECOND_US, updater_start_us=SECOND_US, stalls=(), install_us=2 * SECOND_US)
TRANSFER = (Path(__file__).parent / "programs" / "transfer.py").read_text()

OLD = BOARDS[0]
# Before the programs of the tests: what they all want, and `ends`, which prints a result or an exception.
HELP = """
import machine, os, pycom, utime
def ends(function, *args):
    try:
        print(function(*args))
    except Exception as error:
        print(type(error).__name__, repr(error.args[0]) if error.args else "")
"""


class Workshop:
    """Makes boards and cards.

    Args:
        interpreter: the MicroPython that they run.
    """

    def __init__(self, interpreter: Path) -> None:
        self.interpreter = interpreter
        self.folder = Path(tempfile.mkdtemp(prefix="boards-"))
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self._made = 0
        files = {"/lib/" + name: content for name, content in deployed().items()}
        self._template = self.image(files, FLASH_BYTES).path

    def image(self, files: dict[str, bytes | Path] | dict[str, bytes], size_bytes: int = 4 << 20) -> FatImage:
        """A card with files on it."""
        self._made += 1
        image = FatImage(self.folder / str(self._made), self.interpreter).make(size_bytes)
        if files:
            image.put(dict(files))
        return image

    def board(
        self,
        profile: str = "gpy-1.20.0",
        modem: PoweredDevice | None = None,
        card: FatImage | Path | None = None,
        heap: str = "2560k",
        ticks_ms: int = 0,
        settings: str = "",
    ) -> BoardProcess:
        """A board that is off; `settings` becomes /flash/settings.py."""
        self._made += 1
        flash = self.folder / str(self._made)
        shutil.copyfile(self._template, flash)
        if settings:
            FatImage(flash, self.interpreter).put({"/settings.py": settings.encode()})
        return BoardProcess(
            profile,
            modem or quick_modem(),
            interpreter=self.interpreter,
            flash=flash,
            card=card.path if isinstance(card, FatImage) else card,
            heap=heap,
            ticks_ms=ticks_ms,
        )


workshop = functools.cache(Workshop)


def quick_modem(name: str = "pycom-catm1", timing: Timing = QUICK, **changes: object) -> SimModem:
    """A modem that boots in a second and never stalls; `changes` are fields of its profile."""
    return SimModem(dataclasses.replace(PROFILES[name], timing=timing, **changes))  # type: ignore[arg-type]


def said(board: BoardProcess, program: str, ends: str = "over") -> list[str]:
    """The lines that a program printed on a board that is switched on for it."""
    already = len(board.console)
    ending = board.boot(program)
    text = b"".join(data for _, data in board.console[already:]).decode()
    assert ending == ends, f"{ending}\n{text}"
    return text.splitlines()


def on(interpreter: Path, program: str, profile: str = "gpy-1.20.0", card: Path | None = None) -> list[str]:
    """What a program prints on a board of its own; `HELP` stands before it."""
    with workshop(interpreter).board(profile, card=card) as board:
        return said(board, HELP + program)
