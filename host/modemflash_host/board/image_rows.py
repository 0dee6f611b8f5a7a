"""What the PC found out about a firmware file, as a board gets it: a row of JSON, by card or by wire.

Rule: which facts travel stands in `modemflash.board.manifest`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping

from modemflash.board.manifest import IMAGE_FACTS
from modemflash.image import Image

Row = dict[str, object]


def image_row(image: Image) -> Row:
    """An image as a row."""
    return {"name": image.name, "size": image.size, **{name: getattr(image, name) for name in IMAGE_FACTS}}


def image_of(row: Mapping[str, object]) -> Image:
    """The image that a row was made from.

    Raises:
        KeyError, ValueError: it is no such row.
    """
    name, size = row["name"], row["size"]
    if not isinstance(name, str) or type(size) is not int or not isinstance(row["sha256"], str):
        raise ValueError("a row of another kind")
    image = Image(name, size)
    for fact in IMAGE_FACTS:
        setattr(image, fact, row[fact])
    return image
