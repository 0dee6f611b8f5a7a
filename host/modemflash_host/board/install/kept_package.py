"""The packed files of a board, kept beside this package's bytecode: to pack them takes seconds.

Rules: it is kept as Python keeps bytecode: where that may not be written, or is
not wanted, it is made anew; what does not fit the sources, or is damaged, counts
as not there; it is put in place whole.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from modemflash_host.store.new_file import SHARED, new_file
from modemflash_host.store.regular_file import read_regular
from modemflash_host.strict_json import loads

_LARGEST_BYTES = 1 << 20


def kept(sources: Mapping[str, bytes], make: Callable[[], Mapping[str, bytes]]) -> Mapping[str, bytes]:
    """What `make` makes of these sources, from the file where it is there.

    Args:
        sources: all that it depends on, by name.
        make: makes the files.
    """
    key = hashlib.sha256()
    for name, content in sorted(sources.items()):
        key.update(f"{name} {len(content)} ".encode() + content)
    path = _path(key.hexdigest()[:16])
    if (found := _read(path)) is not None:
        return found
    made = make()
    if not sys.dont_write_bytecode:
        _write(path, made)
    return made


def _path(key: str) -> Path:
    """Beside the bytecode of this module, wherever that is."""
    return Path(importlib.util.cache_from_source(__file__)).with_name(f"package-{key}.json")


def _read(path: Path) -> Mapping[str, bytes] | None:
    try:
        digest, _, text = read_regular(path, _LARGEST_BYTES).partition(b"\n")
        if digest.decode() != hashlib.sha256(text).hexdigest():
            return None
        return {name: base64.b64decode(content) for name, content in loads(text).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return None


def _write(path: Path, files: Mapping[str, bytes]) -> None:
    text = json.dumps({name: base64.b64encode(content).decode() for name, content in files.items()}).encode()
    new = path.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with new_file(new, rights=SHARED) as file:
                file.write(hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)
