"""Programs of the system: where one is, and what one printed.

Rules: the current folder is no place for one, whatever PATH says and whichever
system it is: firmware is unpacked there; nothing is waited for without end. It
needs the standard library alone: the tests fetch their own tools with it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from modemflash_host.computer.real_path import real_path


def find_program(name: str) -> str | None:
    """The absolute path of an installed program; None where there is none."""
    places = os.environ.get("PATH", os.defpath).split(os.pathsep)
    here = real_path(os.curdir)
    for place in places:
        if not Path(place).is_absolute() or real_path(place) == here:
            continue
        found = shutil.which(str(Path(place) / name))  # a name with a folder is looked for nowhere else
        if found is not None:
            return found
    return None


RUN_TIMEOUT_S = 540


class Unavailable(Exception):
    """This machine cannot provide something; the text says why."""


def run(*command: object, cwd: Path | None = None) -> str:
    """What a command printed.

    Raises:
        Unavailable: it is not there, ran too long or failed; with the last line of its complaint.
    """
    words = [str(word) for word in command]
    name = Path(words[0]).name
    if name == words[0] and (found := find_program(name)) is not None:
        words[0] = found
    elif name == words[0]:
        raise Unavailable(f"there is no {name} on this machine")
    try:
        done = subprocess.run(
            words, cwd=cwd, capture_output=True, text=True, timeout=RUN_TIMEOUT_S, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise Unavailable(f"there is no {name} on this machine") from None
    except OSError as error:
        raise Unavailable(f"{name} does not start: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{name} took longer than {RUN_TIMEOUT_S} s") from None
    if done.returncode:
        complaint = (done.stderr.strip() or done.stdout.strip() or "no word why").splitlines()[-1]
        raise Unavailable(f"{name} failed: {complaint}")
    return done.stdout
