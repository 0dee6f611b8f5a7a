"""The families that there are, and which of them is meant: by a file, by a port.

Rules: a file says which family it is for; where port and file disagree, that is
a refusal, before anything is sent; where nothing tells, the first one is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from modemflash_host.errors import Refusal
from modemflash_host.families.contract import (
    Claim,
    CopyingFamily,
    Family,
    Option,
    PackageFamily,
    PortFacts,
)
from modemflash_host.families.plan import FileSource, FirmwareFile, Request, Unfinished
from modemflash_host.families.quectel_edl.family import QuectelEdl
from modemflash_host.families.quectel_gnss.family import QuectelGnss
from modemflash_host.families.sequans.family import Sequans
from modemflash_host.families.vocabulary import COMMON_PHASES, Danger, VendorWord, Vocabulary

_QUECTEL_EDL = QuectelEdl()
FAMILIES: list[Family] = [Sequans(), QuectelGnss(), _QUECTEL_EDL]
PACKAGE_FAMILIES: list[PackageFamily] = [_QUECTEL_EDL]
COPYING_FAMILIES: list[CopyingFamily] = [_QUECTEL_EDL]
_HEAD_BYTES = 64


def family_named(name: str) -> Family:
    """A family by its name; the first one for a name that nobody has."""
    return next((family for family in FAMILIES if family.name == name), FAMILIES[0])


def words_of(name: str) -> Vocabulary:
    """The words of a family by its name; the common ones for a name that nobody has."""
    return next((family.vocabulary for family in FAMILIES if family.name == name), Vocabulary())


def family_of_file(source: FileSource) -> Family:
    """Whose file this is, by its name and its first bytes; the first family's where nobody claims it."""
    head = bytearray(_HEAD_BYTES)
    return family_of_name(source.name, bytes(head[: source.readinto(0, head)]))


def family_of_name(name: str, head: bytes = b"") -> Family:
    """Whose file this is by its name, and what is known of its first bytes."""
    return max(FAMILIES, key=lambda family: family.claims_file(name, head))


def family_of_package(name: str, names: Sequence[str]) -> PackageFamily:
    """Whose package a folder or archive is, by its name and those of its files."""
    return max(PACKAGE_FAMILIES, key=lambda family: family.claims_package(name, names))


def is_package(name: str, names: Sequence[str]) -> bool:
    """Whether the files of a folder or archive are one package."""
    return any(family.claims_package(name, names) is not Claim.NO for family in PACKAGE_FAMILIES)


def family_of(port: PortFacts, files: Iterable[FirmwareFile] = ()) -> Family:
    """Who is meant by a port and the files for it.

    Raises:
        Refusal: `files-of-several-families`, or `port-of-another-family`.
    """
    named = {file.family for file in files}
    if len(named) > 1:
        raise Refusal("files-of-several-families", ", ".join(sorted(named)))
    claims = {family.name: family.claims(port) for family in FAMILIES}
    at_port = max(FAMILIES, key=lambda family: claims[family.name])
    if not named:
        return at_port
    [name] = named
    if claims[name] == Claim.NO or (claims[at_port.name] == Claim.CERTAINLY and at_port.name != name):
        raise Refusal("port-of-another-family", f"{port.name}: {at_port.name}; the file: {name}")
    return family_named(name)


def family_of_product(port: PortFacts) -> Family | None:
    """Whose module it is that called itself something; None where nobody is certain."""
    meant = max(FAMILIES, key=lambda family: family.claims(port))
    return meant if meant.claims(port) == Claim.CERTAINLY else None


def copying_family_of(port: PortFacts) -> CopyingFamily:
    """Whose module a copy can be read of at a port.

    Raises:
        Refusal: `copy-not-offered`.
    """
    at_port = max(FAMILIES, key=lambda family: family.claims(port))
    family = max(COPYING_FAMILIES, key=lambda each: each.claims(port))
    if family.claims(port) == Claim.NO or (
        at_port.claims(port) == Claim.CERTAINLY and at_port.name != family.name
    ):
        raise Refusal("copy-not-offered", f"{port.name}: {at_port.name}")
    return family


def is_open(port: PortFacts) -> bool:
    """Whether several families might be meant and none is certain."""
    claims = [family.claims(port) for family in FAMILIES]
    return Claim.CERTAINLY not in claims and claims.count(Claim.PERHAPS) > 1


def begun_at(request: Request) -> Family | None:
    """The family of an update that was begun at a port and did not finish; None where that is not known."""
    known = [(family, family.unfinished(request)) for family in FAMILIES]
    begun = [family for family, unfinished in known if unfinished is not None and unfinished.is_of_port]
    return begun[0] if len(begun) == 1 else None


def unfinished_at(request: Request, usb: str = "") -> Unfinished | None:
    """An update that a module may have open which was not reached or is silent; of its port before others.

    Args:
        request: its files say which family is meant; without files each that may be at the port is.
        usb: of the port.
    """
    named = {file.family for file in request.files}
    port = PortFacts(request.port, usb)
    meant = [each for each in FAMILIES if (each.name in named if named else each.claims(port) > Claim.NO)]
    known = [unfinished for each in meant if (unfinished := each.unfinished(request)) is not None]
    return next(iter(sorted(known, key=lambda each: not each.is_of_port)), None)


def all_dangers() -> Mapping[str, Danger]:
    """The dangers of every family, by their flags; of one that two of them have, the first one's words."""
    return {
        name: danger for family in reversed(FAMILIES) for name, danger in family.vocabulary.dangers.items()
    }


def vendor_words() -> Mapping[str, VendorWord]:
    """What vendors' tools print, in lower case, and what is known of it."""
    return {word: known for family in FAMILIES for word, known in family.vocabulary.vendor_words.items()}


def all_options() -> tuple[Option, ...]:
    """The options of every family; one that two of them have stands once."""
    return tuple({option.name: option for family in FAMILIES for option in family.options}.values())


def all_phases() -> Mapping[str, str]:
    """The phases of every family, as people read them; where two name one, the first one's words."""
    words = {name: text for family in reversed(FAMILIES) for name, text in family.vocabulary.phases.items()}
    return {**COMMON_PHASES, **words}


def writes(phase: str) -> bool:
    """Whether a module may have changed once this phase has begun; True of one that nobody knows."""
    known = [
        family.vocabulary
        for family in FAMILIES
        if phase in family.vocabulary.phases or phase in family.vocabulary.harmless_phases
    ]
    return not known or any(each.writes(phase) for each in known)


def suffixes() -> tuple[str, ...]:
    """The endings of every family's files."""
    return tuple(dict.fromkeys(suffix for family in FAMILIES for suffix in family.suffixes))
