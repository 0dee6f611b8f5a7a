"""Which firmware may follow which: the edges table, the known deaths, and the judge who reads them.

Rules that hold here: the first row of `EDGES` that fits decides; a step that no row
knows is unproven, never allowed; each row names whose word it rests on.
Facts: docs/protocol.md ("Edges").
"""

from modemflash.builds import (
    BOOT_ROM,
    BUILDS,
    CAT_M1,
    DIFFERENCE,
    FULL,
    NB_IOT,
    PACKAGES,
    digit_runs,
    radio,
)

ALLOW = "allow"
CONFIRM = "confirm"
REFUSE = "refuse"

# Whom a row means: None anybody, UNKNOWN a modem that cannot say its build, a tuple of builds,
# or (radio, lowest, highest).
UNKNOWN = ()
_ANY_NB = (NB_IOT, 0, 99999)
_NEVER_PUBLISHED = tuple([build for build in BUILDS if not BUILDS[build][4]])
_M1_FILES = (38638, 39529, 41065)

# (kind, fact about this case or "", from, to, verdict, code, source). The refusals stand first,
# otherwise the order is the one of the vendor's and the owners' knowledge: special before general.
EDGES = (
    (None, "foreign", None, None, REFUSE, "wrong-product", "the name in the file"),
    (None, "too-old", None, None, REFUSE, "modem-too-old", "vendor tool's own rule"),
    (BOOT_ROM, "variant", None, None, REFUSE, "boot-rom-variant", "report: crash loop"),
    (BOOT_ROM, "", (33080,), None, CONFIRM, "boot-rom-write", "documentation"),
    (BOOT_ROM, "", None, None, REFUSE, "boot-rom-not-needed", "vendor logs"),
    (None, "", (33080,), (48829,), REFUSE, "path-41065-first", "documentation"),
    (None, "", _ANY_NB, (48829,), REFUSE, "path-known-death", "reports #599 and 7556"),
    (DIFFERENCE, "outside", None, None, REFUSE, "difference-needs-application", "report #461, documentation"),
    (DIFFERENCE, "other-base", None, None, REFUSE, "difference-wrong-base", "documentation, report"),
    (FULL, "parts-missing", None, None, REFUSE, "parts-missing", "reports: at least six boards"),
    (None, "", None, _NEVER_PUBLISHED, CONFIRM, "path-never-published", "documentation"),
    (DIFFERENCE, "", None, None, ALLOW, "", "vendor documentation"),
    (FULL, "monarch2", None, None, ALLOW, "", "vendor tool's own rule"),
    (FULL, "", (33080,), _M1_FILES, ALLOW, "", "documentation"),
    (FULL, "", (33080,), _ANY_NB, CONFIRM, "path-unproven", "two vendor pages contradict each other"),
    (FULL, "", (CAT_M1, 33988, 48828), _M1_FILES, ALLOW, "", "documentation, reports"),
    (FULL, "", (NB_IOT, 35351, 41019), (CAT_M1, 38638, 41065), ALLOW, "", "vendor documentation"),
    (FULL, "", (CAT_M1, 33988, 46470), (NB_IOT, 37781, 41019), ALLOW, "", "documentation, reports"),
    (FULL, "", (48829,), (41019,), ALLOW, "", "report 7556"),
    (FULL, "", None, (48829,), CONFIRM, "path-unproven", "reports: at least six boards died on the way"),
    (FULL, "", (50523,), None, CONFIRM, "path-unproven", "no report"),
    (FULL, "same", None, None, ALLOW, "", "the build that runs already"),
    (FULL, "downgrade", None, None, ALLOW, "", "reports"),
    (FULL, "known-build", UNKNOWN, None, ALLOW, "", "documentation"),
    (None, "", None, None, CONFIRM, "path-unproven", "no report"),
)

# (kind, from, to, what happened): steps after which modems never answered again
DEATHS = (
    (FULL, (33080,), _ANY_NB, "33080 straight to NB-IoT with an early tool left modems silent"),
    (FULL, (33080,), (48829,), "33080 to 48829 without 41065 between killed modems"),
    (FULL, _ANY_NB, (48829,), "NB-IoT to 48829 killed two modems, at part 1"),
    (FULL, None, (48829,), "48829 part 1, and power lost before part 2, killed at least six modems"),
    (BOOT_ROM, None, None, "a boot ROM made for another UART sent a modem into a crash loop"),
)


class Judgement:
    """What may be done with one file on one modem.

    Attributes:
        verdict: `ALLOW`, `CONFIRM` (every one of `consents` is needed) or `REFUSE` (none helps).
        consents: tuple of consents (`modemflash.consent`): "accept-unproven-path" with "FROM-TO",
            "change-radio" with the radio, "allow-downgrade", "write-boot-rom".
        code: why it is not simply allowed, a key of `errors.CATALOGUE`; "" with `ALLOW`.
        source: whose word the verdict rests on.
        direction: "upgrade", "repair", "downgrade", "radio-change" or "unknown".
        deaths: sentences on modems that died on a way that cannot be excluded here.
    """

    def __init__(self, verdict: str, code: str, source: str, direction: str) -> None:
        self.verdict = verdict
        self.code = code
        self.source = source
        self.direction = direction
        self.consents = ()  # type: tuple[tuple[str, str], ...]
        self.deaths = ()  # type: tuple[str, ...]


def judge(
    image: "Image", identity: "Identity", in_application: bool, parts: "tuple[int, ...]" = ()
) -> Judgement:
    """Whether this file may go onto this modem, by the first row of `EDGES` that fits.

    Args:
        image: the file; of its kinds only full, difference and boot ROM have a path to judge.
        identity: the modem's; its `build` None where it cannot say, as in its boot loader.
        in_application: False in the boot loader, mtools and recovery.
        parts: the part numbers at hand, for builds in `PACKAGES`.
    """
    here = radio(identity.build, identity.version)
    way = direction(identity.build, image.build, here, image.radio)
    facts = _facts(image, identity, in_application, parts, way)
    fitting = [
        row
        for row in EDGES
        if row[0] in (None, image.kind)
        and (not row[1] or row[1] in facts)
        and _meant(row[2], identity.build, here)
        and _meant(row[3], image.build, image.radio)
    ]
    verdict, code, source = fitting[0][4:]
    found = Judgement(verdict, code, source, way)
    if verdict != REFUSE:
        found.consents = _consents(image, identity, verdict, way)
    if image.kind != DIFFERENCE:  # a difference goes onto the build it was made for, or not at all
        found.deaths = deaths(image.kind, identity.build, image.build, here, image.radio)
    return found


def _facts(
    image: "Image", identity: "Identity", in_application: bool, parts: "tuple[int, ...]", way: str
) -> "list[str]":
    facts = [way]
    monarch2 = identity.family == "monarch2"
    if monarch2 and image.product == identity.product:
        fits = image.version.startswith("8.") and _at_least(identity.ue, (8, 0, 4, 0))
        facts.append("monarch2" if fits else "too-old")
    elif monarch2 or image.product or image.version.startswith("8."):
        facts.append("foreign")
    if not in_application:
        facts.append("outside")
    if image.from_build is None or image.from_build != identity.build:
        facts.append("other-base")
    if image.build in PACKAGES:
        for part in range(PACKAGES[image.build][0]):
            if part + 1 not in parts:
                facts.append("parts-missing")
    if image.uart:
        facts.append("variant")
    if image.build in BUILDS:
        facts.append("known-build")
    if way == "repair":
        facts.append("same")
    return facts


def _at_least(ue: str, least: "tuple[int, ...]") -> bool:
    """Whether UE8.0.5.13 is 8.0.4.0 or newer."""
    return tuple([int(digits) for digits, _ in digit_runs(ue)]) >= least


def _consents(image: "Image", identity: "Identity", verdict: str, way: str) -> "tuple[tuple[str, str], ...]":
    if image.kind == BOOT_ROM:
        return (("write-boot-rom", ""),)
    needed = []
    if verdict == CONFIRM:
        edge = "%s-%s" % (identity.build or "unknown", image.build or "unknown")
        needed.append(("accept-unproven-path", edge))
    if way == "radio-change":
        needed.append(("change-radio", image.radio))
    elif way == "downgrade":
        needed.append(("allow-downgrade", ""))
    return tuple(needed)


def _meant(whom: "Whom", build: "int | None", its_radio: str) -> bool:
    if whom is None:
        return True
    if build is None:
        return whom == UNKNOWN
    if len(whom) == 3 and whom[0] in (CAT_M1, NB_IOT):
        return its_radio == whom[0] and whom[1] <= build <= whom[2]
    return build in whom


def deaths(
    kind: str, origin: "int | None", target: "int | None", here: str = "", there: str = ""
) -> "tuple[str, ...]":
    """What is known to have killed modems on this step; with an unknown origin, all that cannot be excluded.

    Args:
        kind: what the file is.
        origin: the running build, None where the modem cannot say.
        target: the build in the file, None where nothing says.
        here: the radio of the running build, where the table of builds does not know it.
        there: the radio of the build in the file, likewise.
    """
    here = here or radio(origin)
    there = there or radio(target)
    return tuple(
        [
            text
            for its_kind, from_, to, text in DEATHS
            if its_kind == kind
            and (origin is None or _meant(from_, origin, here))
            and _meant(to, target, there)
        ]
    )


def direction(origin: "int | None", target: "int | None", here: str = "", there: str = "") -> str:
    """Where a step leads: "upgrade", "repair", "downgrade", "radio-change", "unknown".

    Build numbers tell old from new only within one radio.
    """
    if origin is None or target is None:
        return "unknown"
    if origin == target:
        return "repair"
    if (here or radio(origin)) != (there or radio(target)):
        return "radio-change" if there or radio(target) else "unknown"
    return "upgrade" if target > origin else "downgrade"


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    from modemflash.identity import Identity
    from modemflash.image import Image

    Whom = Union[None, tuple[()], tuple[int, ...], tuple[str, int, int]]
