"""The list of a prepared card's files, as the PC writes and reads it; boards read it, too.

Rules: one record, one encoder, one decoder; file name, seal and facts are those
of `modemflash.board.manifest`, which boards read it by. A list as it was never
written can lead out of the card, or into a pipe that nobody ever fills: what
does not hold exactly what it should is refused here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from modemflash.board import manifest
from modemflash.consent import decoded, encoded
from modemflash.image import Image
from modemflash_host.board.image_rows import Row, image_of, image_row
from modemflash_host.consents import Consent
from modemflash_host.errors.card import Refusal
from modemflash_host.families.sequans.card.layout import FIRMWARE


@dataclass(frozen=True, slots=True)
class CardFile:
    """One firmware file of a card.

    Attributes:
        image: what it is.
        path: where it is, below the card's folder: a name in its folder of firmware.
        sums_crc32: of the file with its ready checksums, as eight hex digits.
    """

    image: Image
    path: str
    sums_crc32: str

    def row(self) -> Row:
        """As it stands in the list."""
        mine: Row = {"path": self.path, "fletcher32": self.image.fletcher32, "sums": self.sums_crc32}
        return image_row(self.image) | mine

    @classmethod
    def of_row(cls, row: Mapping[str, object]) -> CardFile:
        """The file that a row was made from.

        Raises:
            KeyError, TypeError, ValueError: it is no such row.
        """
        image, path, sums, whole_sum = image_of(row), row["path"], row["sums"], row["fletcher32"]
        if not isinstance(path, str) or not isinstance(sums, str) or type(whole_sum) is not int:
            raise ValueError("a row of another kind")
        image.fletcher32 = whole_sum
        if PurePosixPath(_inside(path)).parts[:-1] != (FIRMWARE,):
            raise ValueError(f"{path!a} is not where firmware stands")  # it could be anybody's photograph
        return cls(image, path, sums)


@dataclass(frozen=True, slots=True)
class CardManifest:
    """Everything that a list says.

    Attributes:
        files: the firmware.
        consents: given for every board that the card is put into.
        options: the engine's.
        with_imei: boards may write their modem's IMEI into the results.
        engine: name -> SHA-256 of each file of the updater on the card; {} for none.
        by: the program that wrote it.
        hold_light: the end is shown, and the board's own program waits, until the card is taken out.
        mark: another one for each preparation, so that boards take it for a new job.
    """

    files: tuple[CardFile, ...]
    consents: tuple[Consent, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    with_imei: bool = False
    engine: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    mark: str = ""
    hold_light: bool = False

    def encode(self) -> bytes:
        """The file's content."""
        words = {
            "schema": manifest.SCHEMA,
            "by": self.by,
            "mark": self.mark,
            "files": [file.row() for file in self.files],
            "consents": encoded(self.consents),
            "options": dict(self.options),
            "with_imei": self.with_imei,
            "hold_light": self.hold_light,
            "engine": dict(self.engine),
        }
        sealed = manifest.seal(json.dumps(words, indent=1).encode())
        assert len(sealed) < manifest.MOST_BYTES
        return sealed

    @classmethod
    def decode(cls, data: bytes) -> CardManifest:
        """The list that some bytes are.

        Raises:
            Problem: `card-manifest`, `card-manifest-newer`.
        """
        try:
            words = manifest.read(data)
            if not all(isinstance(name, str) for name in words["consents"]):
                raise ValueError("consents of another kind")
            if type(words["options"]) is not dict or type(words["with_imei"]) is not bool:
                raise ValueError("options of another kind")
            return cls(
                tuple(CardFile.of_row(row) for row in words["files"]),
                tuple(Consent(*pair) for pair in sorted(decoded(words["consents"]))),
                words["options"],
                words["with_imei"],
                {_inside(name): str(sha256) for name, sha256 in words["engine"].items()},
                str(words["by"]),
                str(words["mark"]),
                words.get("hold_light", False) is True,
            )
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise Refusal("card-manifest", str(error)) from error


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
        raise ValueError(f"{name!a} leads out of the card")
    return name
