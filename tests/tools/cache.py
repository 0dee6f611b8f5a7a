"""Folders that are made once and kept: `.cache/` and the tests' own environment.

Rules: a folder counts only when its marker stands in it and names the same key,
and the marker is put there last, in one step, so an interrupted fetch is
repeated; one process at a time makes a folder, the others wait for it.
"""

import contextlib
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: no lock there; two runs at once are the user's affair
    fcntl = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parents[2]
CACHE = (ROOT / ".cache").resolve()  # several trees may share one by a link: then it is made once for all

if str(ROOT / "host") not in sys.path:  # nothing may be installed yet: such modules need nothing
    sys.path.append(str(ROOT / "host"))
from modemflash_host.computer.programs import Unavailable, run  # noqa: E402

__all__ = ["CACHE", "ROOT", "Unavailable", "made_once", "run"]


def made_once(folder: Path, key: str, make: Callable[[Path], None]) -> Path:
    """The folder, made by `make(folder)` unless a finished one with the same key is there.

    Args:
        folder: where it is to stand; whatever unfinished stands there is removed first.
        key: what it was made from; another key makes it anew.
        make: fills the folder, which exists and is empty. If it raises, nothing counts as made.
    """
    marker = folder / ".made"
    wanted = key + "\n" + str(folder) + "\n"  # environments do not survive a move of the repository
    CACHE.mkdir(exist_ok=True)
    with _lock(CACHE / (folder.name + ".lock")):
        if marker.is_file() and marker.read_text() == wanted:
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        unfinished = folder / ".made.new"
        unfinished.write_text(wanted)
        unfinished.replace(marker)
    return folder


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
