"""What a package says about its module, and whether its names agree on that.

Rules: contents.xml, the programmer's name and the package's own name are compared
as far as each says something; a chip that differs is a refusal, a word that is
not known proves nothing. Sources: names of real programmers and packages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from modemflash.errors import BadFile
from modemflash_host.families.quectel_edl.revision import is_quecopen
from modemflash_host.families.quectel_edl.xml_reader import Element

_CHIPS = ("9x07", "9x65", "sdx24", "sdx55", "sdx6x", "sdx7x", "sdx35")
_MODELS = (
    (re.compile(r"(?:EC25|EG25|EG91|EG95|EC21|EG21)"), ("9x07",)),
    (re.compile(r"(?:EM12|EM20|EG12|EG18|EM06|EP06)"), ("9x65", "sdx24")),
    (re.compile(r"(?:RM500Q|RM502Q)"), ("sdx55",)),
    (re.compile(r"(?:RM520N|RM530N)"), ("sdx6x",)),
    (re.compile(r"RM551"), ("sdx7x",)),
    (re.compile(r"RG255"), ("sdx35",)),
)


_THROUGH_DM = "the vendor's tool (QFlash) updates it through its DM port"
_NOT_OFFERED = (
    (re.compile(r"BG(?:770|773|950|951)"), "it has another chip (Sony Altair), updated over its debug UART"),
    (re.compile(r"BG96"), f"it speaks an older protocol; {_THROUGH_DM}, interface 0 of 2c7c:0296"),
    (
        re.compile(r"BG(?:95|77|600)"),
        f"no package was seen that leaves its calibration alone; {_THROUGH_DM}, interface 0 of 2c7c:0700",
    ),
)


def why_not_offered(model: str) -> str:
    """Why a model is never written to; "" for one that may be."""
    return next((why for pattern, why in _NOT_OFFERED if pattern.match(model.upper())), "")


@dataclass(frozen=True, slots=True)
class Product:
    """What a package says of itself.

    Attributes:
        name: from contents.xml; "" where it does not say.
        chip: from contents.xml; "" where it does not say.
        release: the package's own name, without the ending of an archive.
        is_quecopen: a build for modules that run their owner's program: no other module starts with it.
    """

    name: str
    chip: str
    release: str
    is_quecopen: bool


def read_product(contents: Element | None, own_name: str, programmer: str) -> Product:
    """What names say, compared with each other.

    Args:
        contents: contents.xml; None where there is none.
        own_name: of the folder or archive.
        programmer: the name of the programmer.

    Raises:
        BadFile: `package-names-differ`.
    """
    release = re.sub(r"\.zip$", "", own_name, flags=re.IGNORECASE)
    said = {
        tag: next((each.text for each in contents.below(tag)), "") if contents else ""
        for tag in ("product_name", "chipid")
    }
    of_programmer = _chip(programmer)
    of_contents = _chip(said["chipid"])
    if of_programmer and of_contents and of_programmer != of_contents:
        words = f"contents.xml says {said['chipid']}, the programmer is {programmer}"
        raise BadFile("package-names-differ", words)
    for model, chips in _MODELS:
        if model.match(release.upper()) and of_programmer and of_programmer not in chips:
            raise BadFile("package-names-differ", f"{release}, but the programmer is {programmer}")
    return Product(said["product_name"][:80], said["chipid"][:40], release, is_quecopen(release))


def _chip(text: str) -> str:
    """The chip that a name has in it; "" where none that is known."""
    lower = text.lower()
    found = next((chip for chip in _CHIPS if chip in lower), "")
    if not found and re.search(r"sdx6\d", lower):
        return "sdx6x"
    if not found and re.search(r"sdx7\d", lower):
        return "sdx7x"
    return found
