"""Is a prepared card still what it was? Read-only."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from modemflash.board import manifest
from modemflash.errors import BadFile
from modemflash.image import Image
from modemflash_host.computer.clock import ticker
from modemflash_host.consents import Consent
from modemflash_host.errors.card import Refusal
from modemflash_host.families.sequans.card.card_folder import CardFolder
from modemflash_host.families.sequans.forecast import Forecast, forecasts
from modemflash_host.reporters import Reporter
from modemflash_host.store.regular_file import NotRegular, TooLarge


@dataclass(frozen=True, slots=True)
class Checked:
    """A card that is whole.

    Attributes:
        folder: where it is.
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
    if not os.path.isdir(folder):  # noqa: PTH112 (`Path.is_dir` raises where nobody may look)
        raise Refusal("card-not-a-folder", str(folder))
    card = CardFolder(folder, ticker(reporter))
    try:
        listed = card.manifest()
    except (FileNotFoundError, NotRegular) as error:
        raise Refusal("card-not-prepared", str(folder)) from error
    except TooLarge as error:
        raise Refusal("card-manifest", error.strerror or "") from error
    except OSError as error:
        raise Refusal("card-gone", error.strerror or "") from error
    for file in listed.files:
        reporter.say("phase", phase="verify", usual_s=0, allowed_s=0, note=file.image.name)
        _compare(card, file.path, partial(card.holds, size=file.image.size, sha256=file.image.sha256))
        _compare(card, file.path + manifest.SUMS, partial(_has_crc32, card, file.sums_crc32))
    for name, sha256 in listed.engine.items():
        _compare(card, f"{manifest.ENGINE}/{name}", partial(_has_sha256, card, sha256))
    images = tuple(file.image for file in listed.files)
    found = tuple(forecasts(images, listed.options, listed.consents))
    return Checked(folder, images, listed.consents, found, bool(listed.engine), listed.with_imei)


def _compare(card: CardFolder, name: str, is_same: Callable[[str], bool]) -> None:
    try:
        if card.size(name) is None:
            raise Refusal("card-file-missing", name)
        same = is_same(name)
    except (NotRegular, TooLarge):
        same = False
    except OSError as error:
        raise Refusal("card-gone", f"{name}: {error.strerror}") from error
    if not same:
        raise BadFile("card-file-changed", name)


def _has_crc32(card: CardFolder, crc32: str, name: str) -> bool:
    return f"{zlib.crc32(card.read(name)):08x}" == crc32


def _has_sha256(card: CardFolder, sha256: str, name: str) -> bool:
    return hashlib.sha256(card.read(name)).hexdigest() == sha256
