"""What `identify` shows of one firmware file, for people.

Rules: the event of `modemflash_host.families.sequans.file_facts` is all it knows; every value from
outside passes `printable`; a published size is called published, never good;
what hurts stands in words, not only in colours.
"""

from __future__ import annotations

from rich.text import Text

from modemflash.errors import CATALOGUE
from modemflash_host.reporters import Event
from modemflash_host.reporters import words as w
from modemflash_host.reporters.file_block import file_rows

_FILES = {
    "updater": "the updater ELF of the same package",
    "bootrom": "the boot ROM package",
    "full": "a full image",
    "other-part": "the other part of the package",
}
_MANY = 12  # so many builds are "any other": only a difference refuses so many
_STATES = {"boot-loader": "its boot loader", "mtools": "mtools", "recovery": "recovery"}
_ROUTES = {
    1: "as a difference, staged",
    2: "through recovery",
    3: "straight from there",
    4: "after the updater ELF",
    5: "straight from there",
    6: "after boot ROM and updater ELF",
    7: "both parts in one run",
}


def identify_rows(event: Event) -> list[tuple[str, Text]]:
    """Label and value of every line about a file: what it is, then where it can go on."""
    rows = file_rows(event)
    if event.get("name_says"):
        words = f"says build {event['name_says']}, the content says another: the content counts"
        rows.append(("Name", Text(words, "yellow")))
    if event.get("bands"):
        words = ", ".join(str(band) for band in event["bands"])
        rows.append(("Bands", Text(words)))
        rows.append(("", Text("a board 1.0 keeps its six", "dim")))
    ways = event.get("ways", [])
    rows += _block("Goes onto", [way for way in ways if not way["code"]])
    rows += _block("Refused", [way for way in ways if way["code"]])
    if event.get("missing"):
        words = " and ".join(_FILES[kind] for kind in event["missing"])
        rows.append(("Missing", Text(f"for the way back after a cut: {words}", "yellow")))
    return rows


def _block(label: str, ways: list[Event]) -> list[tuple[str, Text]]:
    """A line for each way there is, whoever may take it."""
    travellers: dict[str, tuple[Text, list[Event]]] = {}
    for way in ways:
        text = _refusal(way) if way["code"] else _way(way)
        travellers.setdefault(text.plain, (text, []))[1].append(way)
    lines = [Text(_whom(who)).append_text(text) for text, who in travellers.values()]
    return [(label if number == 0 else "", line) for number, line in enumerate(lines)]


def _way(way: Event) -> Text:
    line = Text.assemble((f": {_ROUTES[way['route']]}", "dim"))
    for number, consent in enumerate(way["consents"]):
        line.append(" and " if number else ", with ", "dim").append(f"--{w.printable(consent)}", "yellow")
    return line


def _refusal(way: Event) -> Text:
    happened = CATALOGUE[way["code"]][0] if way["code"] in CATALOGUE else way["code"]
    return Text(f": {w.printable(happened)} [{w.printable(way['code'])}]", "dim")


def _whom(ways: list[Event]) -> str:
    """Whom a line is for: builds, and states in which a modem cannot say its build."""
    builds = [str(build) for way in ways for build in way["origins"]]
    states = [_STATES[way["state"]] for way in ways if way["state"] in _STATES]
    words = []
    if builds:
        listed = ("builds " if len(builds) > 1 else "build ") + ", ".join(builds)
        words.append("any other build" if len(builds) > _MANY else listed)
    if states:
        words.append("a modem in " + " or ".join(states))
    return ", ".join(words) or "a modem of this product"
