"""What `identify` shows of one firmware file, for people.

Rules: the event of `file_facts` is all it knows; a published size is called
published, never good; what hurts stands in words, not only in colours.
"""

from __future__ import annotations

from collections.abc import Sequence

from modemflash.errors import CATALOGUE
from modemflash_host.families.sequans.forecast import WITHOUT_BUILD
from modemflash_host.families.vocabulary import DIM, DOUBT, GOOD, STRONG, Event, Row, Span, row
from modemflash_host.reporters.words import bytes_of, size

RADIOS = {"cat-m1": "CAT-M1", "nb-iot": "NB-IoT"}
KINDS = {
    "full": "full image",
    "difference": "difference",
    "updater": "updater ELF",
    "bootrom": "boot ROM package",
    "unknown": "not known",
}
SOURCES = {"content": "its content says so", "catalogue": "by its size", "name": "only its name says so"}
_CHECKS = {
    "good": ("checksum good", GOOD),
    "modem-only": ("signed; only the modem can check it", DOUBT),
    "none": ("no checksum", DOUBT),
}
_PUBLISHED = {True: ", as published", False: ", another size than published", None: ""}
_FILES = {
    "updater": "the updater ELF of the same package",
    "bootrom": "the boot ROM package",
    "full": "a full image",
    "other-part": "the other part of the package",
}
_MANY = 12  # so many builds are "any other": only a difference refuses so many
_ROUTES = {
    1: "as a difference, staged",
    2: "through recovery",
    3: "straight from there",
    4: "after the updater ELF",
    5: "straight from there",
    6: "after boot ROM and updater ELF",
    7: "both parts in one run",
}


def file_rows(event: Event) -> Sequence[Row]:
    """Label and text of every line about a file: what it is, then where it can go on."""
    rows = _what_it_is(event)
    if event.get("name_says"):
        words = f"says build {event['name_says']}, the content says another: the content counts"
        rows.append(row("Name", (words, DOUBT)))
    if event.get("bands"):
        rows.append(row("Bands", ", ".join(str(band) for band in event["bands"])))
        rows.append(row("", ("boards of revision 1.0 keep their six bands", DIM)))
    paths = event.get("ways", [])
    rows += _block("Goes onto", [path for path in paths if not path["code"]])
    rows += _block("Refused", [path for path in paths if path["code"]])
    if event.get("missing"):
        words = " and ".join(_FILES[kind] for kind in event["missing"])
        rows.append(row("Missing", (f"for the way back after a cut: {words}", DOUBT)))
    return rows


def _what_it_is(event: Event) -> list[Row]:
    kind = KINDS[event["kind"]]
    if event["from_build"]:
        kind += f", only for a modem that runs {event['from_build']}"
    if event["part"]:
        kind += f", part {event['part']} of a package"
    rows = [row("Kind", kind)]
    if event["product"]:
        rows.append(row("Product", event["product"]))
    if event["build"]:
        about = "".join(f", {part}" for part in (RADIOS.get(event["radio"], ""), event["version"]) if part)
        source = (f" ({SOURCES[event['build_source']]})", DIM)
        rows.append(row("Build", (str(event["build"]), STRONG), about, source))
    rows.append(row("Size", bytes_of(event["size"]) + _PUBLISHED[event["as_published"]]))
    if event["sha256"]:
        rows.append(row("SHA-256", (event["sha256"], DIM)))
    for number, part in enumerate(event["parts"]):
        about = f"{part['description']} ({size(part['size'])}) "
        spans = ("  " * part["depth"] + f"{part['magic']} ", (about, DIM), _CHECKS[part["check"]])
        rows.append(row("" if number else "Inside", *spans))
    if not event["understood"]:
        reason = CATALOGUE[event["reason"]][0] if event["reason"] in CATALOGUE else event["reason"]
        rows.append(row("Doubt", (f"{reason} [{event['reason']}]", DOUBT)))
    elif event["verified"]:
        rows.append(row("Whole", ("every byte lies under a checksum, and all are right", GOOD)))
    else:
        rows.append(row("Whole", ("lengths fit; not every byte can be checked here", DOUBT)))
    return rows


def _block(label: str, paths: list[Event]) -> list[Row]:
    """A line for each path there is, whichever modems may take it."""
    groups: dict[tuple[Span, ...], list[Event]] = {}
    for path in paths:
        groups.setdefault(_refusal(path) if path["code"] else _path(path), []).append(path)
    return [
        row("" if number else label, _modems(those), *spans)
        for number, (spans, those) in enumerate(groups.items())
    ]


def _path(path: Event) -> tuple[Span, ...]:
    spans: list[Span] = [(f": {_ROUTES[path['route']]}", DIM)]
    for number, consent in enumerate(path["consents"]):
        spans += [(" and " if number else ", with the consent ", DIM), (consent, DOUBT)]
    return tuple(spans)


def _refusal(path: Event) -> tuple[Span, ...]:
    happened = CATALOGUE[path["code"]][0] if path["code"] in CATALOGUE else path["code"]
    return ((f": {happened} [{path['code']}]", DIM),)


def _modems(paths: list[Event]) -> str:
    """Which modems a line is for: builds, and states in which a modem cannot say its build."""
    builds = [str(build) for path in paths for build in path["origins"]]
    states = [WITHOUT_BUILD[path["state"]] for path in paths if path["state"] in WITHOUT_BUILD]
    words = []
    if builds:
        listed = ("builds " if len(builds) > 1 else "build ") + ", ".join(builds)
        words.append("any other build" if len(builds) > _MANY else listed)
    if states:
        words.append("a modem in " + " or ".join(states))
    return ", ".join(words) or "a modem of this product"
