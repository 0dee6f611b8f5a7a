"""Firmware for simulated modules, named like a file: `sim://CATM1-41065.dup`, `sim://LG290P03AANR02A01S.pkg`.

For the tutorial, and for a dry run without any firmware at hand. Rules: such a
file is made on the spot and has no place on any disk, so it cannot be copied to
a real modem; it is given out only to who says that everything is simulated; the
name says what it is, the size is the published one where there is one.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO, cast

from modemflash.builds import DIFFERENCE, FILES, UPDATER, Name
from modemflash_host.errors import Refusal
from modemflash_host.files.stable_file import StableFile

SCHEME = "sim:"
_UPDATER_BUILD = 38638  # whose updater a file of that kind is as large as
_DEFAULT_BYTES = 500_000
_PACKAGE = ".pkg"
_PACKAGE_BYTES = 2_690_000  # as large as the vendor's


def is_simulated(path: Path) -> bool:
    """Whether a path is such a name; `Path` has made one slash of its two."""
    return len(path.parts) > 1 and path.parts[0] == SCHEME


def place_of(path: Path) -> str:
    """The name as it is typed."""
    return f"{SCHEME}//{path.name}"


def size_of(path: Path) -> int:
    """How large the file would be.

    Raises:
        Refusal: `no-such-file`: the name does not say what it would be.
    """
    if path.suffix == _PACKAGE:
        return len(_package(path.name))
    name = _named(path)
    build = _UPDATER_BUILD if name.kind == UPDATER else name.build
    wanted = (name.kind, build, name.from_build, name.part)
    return next((row[0] for row in FILES if row[1:] == wanted and row[0]), None) or _DEFAULT_BYTES


def make(path: Path) -> StableFile:
    """Make the file.

    Raises:
        Refusal: `no-such-file`, as `size_of`.
    """
    content = _package(path.name) if path.suffix == _PACKAGE else _image(path)
    try:
        spool = cast("BinaryIO", tempfile.TemporaryFile(prefix="modemflash-"))  # noqa: SIM115 (the source closes it)
        try:
            spool.write(content)
            spool.flush()
        except OSError:
            with suppress(OSError):  # what waits in it finds no room either
                spool.close()
            raise
    except OSError as error:
        raise Refusal("no-room", error.strerror or str(error)) from error
    return StableFile(spool, path.name, path)


def _image(path: Path) -> bytes:
    from modemflash_sim.sequans import images

    return images.make_named(_named(path), size_of(path))


@cache
def _package(name: str) -> bytes:
    """A package for a GNSS module.

    Raises:
        Refusal: `no-such-file`.
    """
    from modemflash_sim.quectel_gnss import packages

    try:
        return packages.make_named(name, _PACKAGE_BYTES)
    except ValueError as error:
        raise Refusal("no-such-file", f"{SCHEME}//{name}: {error}") from error


def _named(path: Path) -> Name:
    name = Name(path.name)
    if not name.kind or (name.kind == DIFFERENCE and name.from_build is None):
        raise Refusal("no-such-file", f"{place_of(path)}; one that can be made is sim://CATM1-41065.dup")
    return name
