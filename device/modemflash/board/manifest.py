"""The list of a prepared card's files: one format, read on the board and checked on the PC.

Rules: JSON in one file, its last entry the CRC-32 of all bytes before it, so a
hand-edited or torn list gives no consent; facts about an image stand here
because the PC found them out in a second and a board would need minutes.
"""

import json

from modemflash.board.words import CardProblem
from modemflash.crc import crc32

NAME = "modemflash.json"
SCHEMA = 1
MOST_BYTES = 32768
GRID = 2016  # bytes under each ready checksum: the largest step that fits blocks of 2032 and 8176
SUMS = ".crc"  # the side file with them, two bytes each; the rest of a file has none
ENGINE = "engine"  # the folder with an updater of its own
_SUM = b',\n"crc32":"'

# Of `modemflash.image.Image`, what a row carries besides name, path, size, fletcher32 and sums.
IMAGE_FACTS = (
    "kind", "product", "build", "build_source", "name_build", "from_build", "part", "version", "radio",
    "uart", "reason", "verified", "as_published", "sha256",
)  # fmt: skip


def seal(body: bytes) -> bytes:
    """A JSON object's bytes with their checksum in it."""
    body = body.rstrip()[:-1].rstrip()
    return body + _SUM + ("%08x" % crc32(body)).encode() + b'"}\n'


def read(data: bytes) -> "dict[str, Any]":
    """What a manifest says; "crc32" is what tells one job from another.

    Raises:
        CardProblem: `card-manifest`, `card-manifest-newer`.
    """
    at = data.rfind(_SUM)
    if at < 0 or data[at + len(_SUM) :].strip() != ("%08x" % crc32(data[:at])).encode() + b'"}':
        raise CardProblem("card-manifest")
    words = json.loads(data.decode())  # type: dict[str, Any]
    if words["schema"] != SCHEMA:
        raise CardProblem("card-manifest-newer", "%s, not %d" % (words["schema"], SCHEMA))
    return words


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
