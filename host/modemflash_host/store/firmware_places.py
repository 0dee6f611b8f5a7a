"""Where the files of the last updates lay: a line that is typed later can name them as they were given.

Rules: names alone are what a journal keeps, because the board's have no paths; a
place that is gone is not named; nothing here ever stops an update.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from modemflash_host.links.names import is_address
from modemflash_host.store.regular_file import read_regular
from modemflash_host.store.state_folder import kept_file, state_folder

_FILE = "firmware-places.json"
_MOST = 20  # updates
_LARGEST = 200_000  # bytes


def remember(names: Sequence[str], paths: Sequence[str]) -> None:
    """Keep where the files of an update came from: `paths`, as they were typed."""
    with suppress(OSError, ValueError):
        known = _read()
        known.pop(_key(names), None)
        known[_key(names)] = [path if is_address(path) else str(Path.cwd() / path) for path in paths]
        file = state_folder() / _FILE
        new = file.with_name(f"{_FILE}.{os.getpid()}")
        try:
            with kept_file(new) as out:
                out.write(json.dumps(dict(list(known.items())[-_MOST:])).encode())
            new.replace(file)
        finally:
            new.unlink(missing_ok=True)  # of a full disk


def places(names: Sequence[str]) -> tuple[str, ...]:
    """The paths that an update with files of these names was given; the names where that is not known.

    A path below the current folder is given from there.
    """
    with suppress(OSError, ValueError):
        paths = _read().get(_key(names), [])
        if paths and all(is_address(path) or Path(path).exists() for path in paths):
            return tuple(_from_here(path) for path in paths)
    return tuple(names)


def _from_here(path: str) -> str:
    here, whole = Path.cwd(), Path(path)
    return str(whole.relative_to(here)) if not is_address(path) and whole.is_relative_to(here) else path


def _key(names: Sequence[str]) -> str:
    return "\n".join(sorted(names))


def _read() -> dict[str, list[str]]:
    """What is kept; empty where it is not ours to read."""
    file = state_folder() / _FILE
    try:
        kept = json.loads(read_regular(file, _LARGEST, follow=False))
    except (OSError, RecursionError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {
        name: paths
        for name, paths in kept.items()
        if isinstance(paths, list) and all(isinstance(path, str) and path.isprintable() for path in paths)
    }
