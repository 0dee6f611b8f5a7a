"""Packages from the npm registry: each pinned, checked by its hash, fetched once into `.cache/`.

Rules: the machine's own npm talks to the registry that it is set up for: no
address stands here; nothing of a package is run, neither on the way nor here;
what has another hash than the one below is thrown away.
"""

from __future__ import annotations

import base64
import hashlib
import sys
import tarfile
from pathlib import Path
from typing import NamedTuple

from .cache import CACHE, Unavailable, made_once, run


class Pinned(NamedTuple):
    """One package: its name, its version, and the `integrity` of its archive, as npm writes it."""

    name: str
    version: str
    integrity: str


# Pyodide is not here: the product pins it (`modemflash_web/interpreter.py`).
PINNED = {
    pinned.name: pinned
    for pinned in (
        Pinned(
            "axe-core",
            "4.14.1",
            "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
        ),
    )
}


def package(pinned: Pinned) -> Path:
    """The folder with the files of a package.

    Raises:
        Unavailable: no npm, no registry, or what came is not what was pinned.
    """

    def make(folder: Path) -> None:
        wanted = "%s@%s" % (pinned.name, pinned.version)
        run("npm", "pack", wanted, "--ignore-scripts", "--pack-destination", folder, cwd=folder)
        archives = list(folder.glob("*.tgz"))
        if len(archives) != 1:
            raise Unavailable("npm brought %d archives of %s" % (len(archives), wanted))
        check(archives[0], pinned.integrity)
        with tarfile.open(archives[0]) as archive:
            if sys.version_info >= (3, 12):
                archive.extractall(folder, filter="data")
            else:
                archive.extractall(folder)  # its hash says that it is the one that was looked at
        archives[0].unlink()

    return made_once(CACHE / ("npm-" + pinned.name), pinned.integrity, make) / "package"


def check(archive: Path, integrity: str) -> None:
    """Compare a file with its `integrity`: the algorithm, `-`, and the digest in base64.

    Raises:
        Unavailable: it is another file.
    """
    algorithm, _, wanted = integrity.partition("-")
    found = base64.b64encode(hashlib.new(algorithm, archive.read_bytes()).digest()).decode()
    if found != wanted:
        raise Unavailable("%s is not what was pinned: its %s is %s" % (archive.name, algorithm, found))
