"""The list of a card: what the PC writes is what PC and board read, and nothing else is believed."""

from __future__ import annotations

import dataclasses
import json

import pytest

from modemflash.board import manifest
from modemflash.consent import decoded
from modemflash.errors import Problem
from modemflash.examine import examine
from modemflash.image import Image
from modemflash_host.consents import Consent
from modemflash_host.families.sequans.card.card_manifest import CardFile, CardManifest
from modemflash_sim.sequans import images
from support.memory_source import MemorySource


def image() -> Image:
    source = MemorySource(images.make_full_image(41065, size_bytes=20_000), "CATM1-41065.dup")
    return examine(source, whole_sum=True)


CARD = CardManifest(
    (CardFile(image(), "firmware/CATM1-41065.dup", "0badcafe"),),
    (Consent("without-way-back"),),
    {"expect_build": 41065},
    True,
    {"modemflash/stp.py": "ab" * 32},
    "modemflash 1.0",
    "01234567",
)


def facts(found: Image) -> dict[str, object]:
    names = ("name", "size", "fletcher32", *manifest.IMAGE_FACTS)
    return {name: getattr(found, name) for name in names}


def test_there_and_back() -> None:
    """Every field comes back as it was."""
    back = CardManifest.decode(CARD.encode())
    assert facts(back.files[0].image) == facts(CARD.files[0].image)
    files = tuple(dataclasses.replace(file, image=CARD.files[0].image) for file in back.files)
    assert dataclasses.replace(back, files=files) == CARD


def test_a_board_reads_the_same() -> None:
    """The board's own reader finds the same files, consents and options."""
    words = manifest.read(CARD.encode())
    [row] = words["files"]
    assert {name: row[name] for name in facts(image())} == facts(image())
    assert (row["path"], row["fletcher32"]) == (CARD.files[0].path, CARD.files[0].image.fletcher32)
    assert (decoded(words["consents"]), words["options"]) == (set(CARD.consents), CARD.options)
    assert (words["with_imei"], words["engine"]) == (True, CARD.engine)


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a\\b", "C:x", "a\0b", 7, None])
def test_no_path_leads_out_of_the_card(path: object) -> None:
    """A list that was sealed anew is still none of ours."""
    words = manifest.read(CARD.encode())
    del words["crc32"]
    words["files"][0]["path"] = path
    assert refused(words) == "card-manifest"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("files", [{}]),
        ("files", 3),
        ("consents", [1]),
        ("options", []),
        ("with_imei", "yes"),
        ("engine", {"../x": ""}),
        ("engine", []),
        ("mark", ...),
    ],
)
def test_what_holds_something_else_is_refused(name: str, value: object) -> None:
    """Whatever field is of another kind, or missing."""
    words = manifest.read(CARD.encode())
    del words["crc32"]
    if value is ...:
        del words[name]
    else:
        words[name] = value
    assert refused(words) == "card-manifest"


def test_a_newer_list_is_named() -> None:
    words = manifest.read(CARD.encode())
    del words["crc32"]
    words["schema"] = manifest.SCHEMA + 1
    assert refused(words) == "card-manifest-newer"


def refused(words: dict[str, object]) -> str:
    with pytest.raises(Problem) as caught:
        CardManifest.decode(manifest.seal(json.dumps(words).encode()))
    return caught.value.code
