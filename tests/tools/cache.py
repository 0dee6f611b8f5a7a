"""Folders that are made once and kept: `.cache/` and the tests' own environment.

Rules: a folder counts only when its marker stands in it and names the same key,
and the marker is put there last, in one step, so an interrupted fetch is
repeated; one process at a time makes a folder, the others wait for it.
"""

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: no lock there; two runs at once are the user's affair
    fcntl = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
FETCH_TIMEOUT_S = 540


class Unavailable(Exception):
    """This machine cannot provide something; the text says why."""


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


def run(*command: object, cwd: Path | None = None) -> str:
    """What a command printed.

    Raises:
        Unavailable: it is not there, ran too long or failed; with the last line of its complaint.
    """
    words = [str(word) for word in command]
    name = Path(words[0]).name
    try:
        done = subprocess.run(
            words, cwd=cwd, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise Unavailable("there is no " + name + " on this machine") from None
    except OSError as error:
        raise Unavailable(name + " does not start: " + str(error.strerror)) from None
    except subprocess.TimeoutExpired:
        raise Unavailable(name + " took longer than " + str(FETCH_TIMEOUT_S) + " s") from None
    if done.returncode:
        complaint = (done.stderr.strip() or done.stdout.strip() or "no word why").splitlines()[-1]
        raise Unavailable(name + " failed: " + complaint)
    return done.stdout


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
