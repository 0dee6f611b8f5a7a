"""What the name of a firmware says: model, release, and the part behind it that alone tells two builds apart.

    RM520NGLAAR01A07M4G_01.200.01.200
    model RM520NGLAA, release R01A07, build M4G, part 01.200.01.200

Rules: a name that is none of these says nothing; where one of two names has no
part, the part is not compared. Source: names of real packages and answers to
AT+QGMR.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(
    r"(?P<model>[A-Z]{2}\d{2,3}[A-Z0-9]{0,10}?)R(?P<major>\d{2})A(?P<minor>\d{2})(?P<build>[A-Z0-9]{0,8})"
    r"(?P<more>(?:_OCPU|_QUECOPEN)?)(?:_(?P<part>\d{2}\.\d{3}\.\d{2}\.\d{3}))?(?![0-9A-Z])"
)


@dataclass(frozen=True, slots=True)
class Revision:
    """A firmware's name, taken apart.

    Attributes:
        text: the name.
        model: with region and variant.
        release: major and minor.
        build: behind it.
        part: "" where the name has none.
    """

    text: str
    model: str
    release: tuple[int, int]
    build: str
    part: str

    def is_same_as(self, other: Revision) -> bool:
        """Whether both name the same firmware, as far as both say."""
        mine, theirs = ((each.model, each.release, each.build) for each in (self, other))
        return mine == theirs and (self.part == other.part or not (self.part and other.part))

    def is_older_than(self, other: Revision) -> bool:
        """Whether it is, by its release, and by its part where both have one."""
        mine, theirs = (self.release, self.part), (other.release, other.part)
        return mine < theirs if self.part and other.part else self.release < other.release


def revision_of(text: str) -> Revision | None:
    """The revision that a text begins with; None where it is none."""
    found = _NAME.match(text.upper())
    if found is None:
        return None
    release = (int(found["major"]), int(found["minor"]))
    return Revision(found[0], found["model"], release, found["build"] + found["more"], found["part"] or "")


def is_quecopen(text: str) -> bool:
    """Whether a name is that of a build for modules that run their owner's program."""
    return re.search(r"quecopen|ocpu", text, re.IGNORECASE) is not None
