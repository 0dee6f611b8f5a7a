"""The drawing of the lights is the one that the board's tables give."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from modemflash_host.families.sequans.card.lights import LIGHTS, RHYTHMS
from tools.docs_lights import drawing, patterns

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_it_is_up_to_date() -> None:
    """docs/lights.svg is made anew when a pattern or its meaning changes."""
    assert (DOCS / "lights.svg").read_text(encoding="utf-8") == drawing()


def test_it_is_a_picture() -> None:
    """Well-formed, with every meaning in it."""
    text = "".join(ElementTree.fromstring(drawing()).itertext())
    for name, meaning, _ in LIGHTS:
        assert meaning in text
        assert name in patterns()


def test_every_pattern_has_its_words() -> None:
    """What the board can show, and nothing else, is explained."""
    assert set(patterns()) == set(RHYTHMS) == {name for name, _, _ in LIGHTS}


def test_the_lights_differ_by_rhythm_alone() -> None:
    """Nobody needs to see colours: no two patterns are on and off at the same times."""
    rhythms = [tuple((bool(colour), ms) for colour, ms in steps) for steps in patterns().values()]
    assert len(set(rhythms)) == len(rhythms)
