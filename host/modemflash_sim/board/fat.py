"""FAT images, made and read from outside: what a card reader and a PC would do with the card.

Rules that hold here: the file system is MicroPython's own, in a process of its
own; never while a board uses the image. No library of FAT for Python was found
that is kept up and small.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from modemflash_sim.board.drives import CARD_BYTES, make_blank

TOOL = Path(__file__).parent / "inside" / "fat_tool.py"
_TIMEOUT_S = 60


class FatFailed(Exception):
    """The image is no file system, or it is full, or there is no such file."""


class FatImage:
    """A FAT file system in a file.

    Args:
        path: the image.
        interpreter: a MicroPython of this machine.
    """

    def __init__(self, path: Path, interpreter: Path) -> None:
        self.path = path
        self._interpreter = interpreter

    def make(self, size_bytes: int = CARD_BYTES) -> FatImage:
        """Format it anew."""
        make_blank(self.path, size_bytes)
        self._do(["mkfs"])
        return self

    def put(self, files: dict[str, bytes | Path]) -> None:
        """Write files: name in the image -> content, or a file of this computer.

        Raises:
            FatFailed: it did not work.
        """
        with tempfile.TemporaryDirectory() as folder:
            jobs = []
            for number, (name, content) in enumerate(files.items()):
                source = content if isinstance(content, Path) else Path(folder) / str(number)
                if isinstance(content, bytes):
                    source.write_bytes(content)
                jobs.append(["put", str(source), name])
            self._do(*jobs)

    def put_tree(self, folder: Path, to: str) -> None:
        """Copy a folder with all that is in it."""
        self.put(
            {
                f"{to}/{path.relative_to(folder).as_posix()}": path
                for path in folder.rglob("*")
                if path.is_file()
            }
        )

    def get(self, name: str) -> bytes:
        """The content of a file.

        Raises:
            FatFailed: there is none.
        """
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "file"
            self._do(["get", name, str(target)])
            return target.read_bytes()

    def get_tree(self, to: Path) -> None:
        """Copy every file into a folder of this computer."""
        jobs = []
        for name in self.names():
            target = to / name.strip("/")
            if name.endswith("/"):
                target.mkdir(parents=True, exist_ok=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                jobs.append(["get", name, str(target)])
        self._do(*jobs)

    def remove(self, name: str) -> None:
        """Remove a file.

        Raises:
            FatFailed: there is none.
        """
        self._do(["rm", name])

    def names(self) -> dict[str, int]:
        """Every file with its size; folders end with a slash."""
        found: dict[str, int] = json.loads(self._do(["ls"]))
        return found

    def _do(self, *jobs: list[str]) -> str:
        command = [str(self._interpreter), "-X", "heapsize=4m", str(TOOL), str(self.path)]
        text = json.dumps(jobs)
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=_TIMEOUT_S)
        if done.returncode:
            raise FatFailed((done.stdout + done.stderr).strip().splitlines()[-1])
        return done.stdout
