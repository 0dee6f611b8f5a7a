"""Prepare a card: what a board needs, checked here, where it takes a second.

Rules: every file is read whole and judged before the first byte is written; a
file of the card is ours when the list of an earlier preparation names it, or
when it has the very same bytes; the list is removed first and written last, so a
card that was pulled out in between is no prepared card; what was written is
read back.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import modemflash
from modemflash.board import manifest
from modemflash.crc import crc16
from modemflash.errors import Stopped
from modemflash.examine import examine
from modemflash.image import Image
from modemflash_host.board.install.package import deployed
from modemflash_host.computer.clock import ticker
from modemflash_host.consents import Consent, names_of
from modemflash_host.errors import CardNeedsConsent
from modemflash_host.errors.card import Refusal
from modemflash_host.families.sequans.card.card_folder import CardFolder, earlier_files
from modemflash_host.families.sequans.card.card_manifest import CardFile, CardManifest
from modemflash_host.families.sequans.card.layout import FIRMWARE, README, safe_name
from modemflash_host.families.sequans.card.readme import readme
from modemflash_host.families.sequans.forecast import Forecast, forecasts
from modemflash_host.files.candidates import candidates
from modemflash_host.files.stable_file import StableFile
from modemflash_host.reporters import Reporter

_SPARE_BYTES = 1 << 20  # for the boards' log, results and journal
_CHUNK_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Prepared:
    """A card that is ready.

    Attributes:
        folder: where it is.
        images: its firmware.
        forecasts: what boards will do with it.
        with_engine: it brings the updater itself.
        with_imei: results will name IMEIs.
    """

    folder: Path
    images: tuple[Image, ...]
    forecasts: tuple[Forecast, ...]
    with_engine: bool
    with_imei: bool


@dataclass(slots=True)
class _Item:
    """One firmware file to be put on the card."""

    image: Image
    source: StableFile
    path: str
    sums: bytes


def prepare(
    sources: Sequence[Path],
    folder: Path,
    reporter: Reporter,
    *,
    consents: Iterable[Consent] = (),
    options: Mapping[str, object] | None = None,
    with_engine: bool = False,
    with_imei: bool = False,
    hold_light: bool = False,
    on_forecasts: Callable[[tuple[Forecast, ...]], object] = lambda _: None,
) -> Prepared:
    """Lay out a card.

    Args:
        sources: firmware files, folders, zip archives.
        folder: where the card is mounted.
        reporter: who is told.
        consents: given for every board that this card will be put into.
        options: the engine's, see `modemflash.upgrade.Update`.
        with_engine: put the updater on the card, too, for boards whose own is older.
        with_imei: let boards write the modem's IMEI into the results.
        hold_light: let boards show their end, and their own program wait, until the card is taken out.
        on_forecasts: told what boards would do, also where the card is then refused.

    Raises:
        Refusal: a file is damaged, no known modem could be updated, a consent is missing,
            the folder holds foreign files, or the card is full or read-only.
    """
    if not os.path.isdir(folder):  # noqa: PTH112 (`Path.is_dir` raises where nobody may look)
        raise Refusal("card-not-a-folder", str(folder))
    given, options = sorted(set(consents)), options or {}
    with contextlib.ExitStack() as opened:
        items = list(_items(sources, reporter, opened))
        images = tuple(item.image for item in items)
        found = tuple(forecasts(images, options, given))
        on_forecasts(found)
        _refuse_useless(found)
        engine = deployed() if with_engine else {}
        listed = CardManifest(
            tuple(CardFile(item.image, item.path, f"{zlib.crc32(item.sums):08x}") for item in items),
            tuple(given),
            options,
            with_imei=with_imei,
            engine={name: hashlib.sha256(data).hexdigest() for name, data in engine.items()},
            by=f"modemflash {modemflash.__version__}",
            mark=secrets.token_hex(4),
            hold_light=hold_light,
        )
        _write(folder, items, _small_files(items, listed, engine, found), reporter)
    return Prepared(folder, images, found, with_engine, with_imei)


def _items(sources: Sequence[Path], reporter: Reporter, opened: contextlib.ExitStack) -> Iterator[_Item]:
    """Every firmware file, read whole."""
    taken: list[str] = []
    tick = ticker(reporter)
    for candidate in candidates(sources):
        source = candidate.open()
        opened.callback(source.close)
        reporter.say("phase", phase="verify", usual_s=0, allowed_s=0, note=candidate.name)
        image = examine(source, partial(_progress, reporter, tick), hashlib.sha256(), True)
        name = safe_name(candidate.name, taken)
        taken.append(name)
        yield _Item(image, source, f"{FIRMWARE}/{name}", _sums(source))


def _progress(reporter: Reporter, tick: Callable[[], None], done: int, total: int) -> None:
    if reporter.stop_wanted():
        raise Stopped("stopped-before-write")
    tick()
    reporter.say("progress", phase="verify", done=done, total=total)


def _sums(source: StableFile) -> bytes:
    """The CRC-16 of every whole `manifest.GRID` bytes."""
    room = bytearray(manifest.GRID)
    sums = bytearray()
    for offset in range(0, source.size - manifest.GRID + 1, manifest.GRID):
        source.readinto(offset, room)
        sums += crc16(room).to_bytes(2, "big")
    return bytes(sums)


def _refuse_useless(found: Sequence[Forecast]) -> None:
    """A card that no board could use is refused here, not in the field."""
    if any(each.works for each in found):
        return
    # The fewest that let one board be updated: who agrees to more than is needed has read nothing.
    missing = min((each.missing for each in found if not each.code), key=len, default=())
    if missing:
        raise CardNeedsConsent(names_of(missing), missing)
    codes = [each.code for each in found]
    raise Refusal(max(codes, key=codes.count), "for every modem that is known")


def _small_files(
    items: list[_Item], listed: CardManifest, engine: Mapping[str, bytes], found: Sequence[Forecast]
) -> dict[str, bytes]:
    """Everything but the firmware: path below the folder -> bytes; the list is the last."""
    files = {item.path + manifest.SUMS: item.sums for item in items}
    files |= {f"{manifest.ENGINE}/{name}": data for name, data in engine.items()}
    files[README] = readme(listed, found).encode("ascii", "replace")
    files[manifest.NAME] = listed.encode()
    return files


def _write(folder: Path, items: list[_Item], files: dict[str, bytes], reporter: Reporter) -> None:
    card = CardFolder(folder, ticker(reporter))
    ours = earlier_files(card)
    wanted = {item.path: (item.image.size, item.image.sha256) for item in items}
    wanted |= {path: (len(data), hashlib.sha256(data).hexdigest()) for path, data in files.items()}
    there = {path: _size(card, path) for path in sorted(ours | wanted.keys())}
    stays = {path for path in wanted if there[path] is not None and _holds(card, path, *wanted[path])}
    foreign = [path for path in wanted if there[path] is not None and path not in ours | stays]
    if foreign:
        raise Refusal("card-foreign-files", ", ".join(foreign[:8]))
    need = sum(size for path, (size, _) in wanted.items() if path not in stays)
    room = shutil.disk_usage(folder).free + sum(there[path] or 0 for path in ours - stays)
    if room < need + _SPARE_BYTES:
        raise Refusal("card-no-room", f"{(need + _SPARE_BYTES) >> 10} KiB needed, {room >> 10} KiB free")
    try:
        for path in [manifest.NAME, *sorted(ours - stays)]:
            card.remove(path)
        for item in items:
            if item.path not in stays:
                reporter.say(
                    "phase", phase="verify", usual_s=0, allowed_s=0, note="to the card: " + item.image.name
                )
                _put(card, item.path, _chunks(item.source, reporter), *wanted[item.path])
        for path, data in files.items():
            if path not in stays:
                _put(card, path, [data], *wanted[path])
    except OSError as error:
        raise Refusal("card-write-failed", error.strerror or str(error)) from error


def _chunks(source: StableFile, reporter: Reporter) -> Iterator[bytes]:
    room = bytearray(_CHUNK_BYTES)
    offset = 0
    tick = ticker(reporter)
    while got := source.readinto(offset, room):
        yield bytes(room[:got])
        offset += got
        _progress(reporter, tick, offset, source.size)


def _put(card: CardFolder, path: str, chunks: Iterable[bytes], size: int, sha256: str) -> None:
    """Write a file, and read it back."""
    card.write(path, chunks)
    if not card.holds(path, size, sha256):
        raise Refusal("card-copy-differs", path)


def _size(card: CardFolder, path: str) -> int | None:
    """Bytes of what is there; None for nothing.

    Raises:
        Refusal: `card-foreign-files`: it is no file, or not on this card.
    """
    try:
        return card.size(path)
    except OSError as error:
        raise Refusal("card-foreign-files", f"{path}: {error.strerror}") from error


def _holds(card: CardFolder, path: str, size: int, sha256: str) -> bool:
    try:
        return card.holds(path, size, sha256)
    except OSError:
        return False
