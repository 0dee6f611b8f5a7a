"""Is a prepared card still what it was? Read-only."""

from __future__ import annotations

import stat
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from modemflash.board import manifest
from modemflash.errors import BadFile
from modemflash.image import Image
from modemflash_host.errors.card import Refusal
from modemflash_host.families.sequans.card.prepare import sha256_of
from modemflash_host.families.sequans.forecast import Forecast, forecasts
from modemflash_host.reporters import Reporter


@dataclass(frozen=True, slots=True)
class Checked:
    """A card that is whole.

    Attributes:
        images: its firmware, as it was prepared.
        consents: what was agreed to beforehand.
        forecasts: what boards will do with it.
        with_engine, with_imei: see `prepare.prepare`.
    """

    folder: Path
    images: tuple[Image, ...]
    consents: tuple[str, ...]
    forecasts: tuple[Forecast, ...]
    with_engine: bool
    with_imei: bool


def check(folder: Path, reporter: Reporter) -> Checked:
    """Compare every file with the card's list.

    Raises:
        Refusal: no prepared card, or something on it is missing or changed.
    """
    if not folder.is_dir():
        raise Refusal("card-not-a-folder", str(folder))
    if not (folder / manifest.NAME).is_file():
        raise Refusal("card-not-prepared", str(folder))
    try:
        with (folder / manifest.NAME).open("rb") as file:
            words = manifest.read(file.read(manifest.MOST_BYTES + 1))
        _check_form(words)
    except OSError as error:
        raise Refusal("card-gone", error.strerror or "") from error
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise Refusal("card-manifest", str(error)) from error
    for row in words["files"]:
        reporter.say("phase", phase="verify", usual_s=0, allowed_s=0, note=row["name"])
        _same(folder / row["path"], row["sha256"], row["size"])
        _same_sums(folder / (row["path"] + manifest.SUMS), row["sums"])
    for name, sha256 in words["engine"].items():
        _same(folder / manifest.ENGINE / name, sha256)
    images = tuple(_image(row) for row in words["files"])
    found = tuple(forecasts(images, words["options"], words["consents"]))
    return Checked(folder, images, tuple(words["consents"]), found, bool(words["engine"]), words["with_imei"])


def _check_form(words: dict[str, Any]) -> None:
    """A list as it was never written can lead out of the card, or into a pipe that nobody ever fills.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: where it is none of ours.
    """
    for row in words["files"]:
        _inside(row["path"])
        if type(row["size"]) is not int or not all(type(row[n]) is str for n in ("name", "sha256", "sums")):
            raise ValueError("a row of another kind")
        _image(row)
    for name in words["engine"]:
        _inside(name)
    if not all(isinstance(name, str) for name in words["consents"]) or type(words["options"]) is not dict:
        raise ValueError("consents of another kind")
    words["with_imei"]


def _inside(name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
        raise ValueError(f"{name!a} leads out of the card")


def _same(path: Path, sha256: str, size: int = -1) -> None:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size != (status.st_size if size < 0 else size):
            raise BadFile("card-file-changed", path.name)  # a pipe, say, is not even opened
        same = sha256_of(path) == sha256
    except FileNotFoundError as error:
        raise Refusal("card-file-missing", path.name) from error
    except OSError as error:
        raise Refusal("card-gone", f"{path.name}: {error.strerror}") from error
    if not same:
        raise BadFile("card-file-changed", path.name)


def _same_sums(path: Path, crc32: str) -> None:
    try:
        same = f"{zlib.crc32(path.read_bytes()):08x}" == crc32
    except OSError as error:
        raise Refusal("card-file-missing", path.name) from error
    if not same:
        raise BadFile("card-file-changed", path.name)


def _image(row: dict[str, Any]) -> Image:
    image = Image(row["name"], row["size"])
    for name in manifest.IMAGE_FACTS:
        setattr(image, name, row[name])
    return image
