"""Is a prepared card still what it was? Read-only."""

from __future__ import annotations

import stat
import zlib
from dataclasses import dataclass
from pathlib import Path

from modemflash.board import manifest
from modemflash.errors import BadFile
from modemflash.image import Image
from modemflash_host.consents import Consent
from modemflash_host.errors.card import Refusal
from modemflash_host.families.sequans.card.card_manifest import read_card
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
    consents: tuple[Consent, ...]
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
        card = read_card(folder)
    except OSError as error:
        raise Refusal("card-gone", error.strerror or "") from error
    for file in card.files:
        reporter.say("phase", phase="verify", usual_s=0, allowed_s=0, note=file.image.name)
        _same(folder / file.path, file.image.sha256, file.image.size)
        _same_sums(folder / (file.path + manifest.SUMS), file.sums_crc32)
    for name, sha256 in card.engine.items():
        _same(folder / manifest.ENGINE / name, sha256)
    images = tuple(file.image for file in card.files)
    found = tuple(forecasts(images, card.options, card.consents))
    return Checked(folder, images, card.consents, found, bool(card.engine), card.with_imei)


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
