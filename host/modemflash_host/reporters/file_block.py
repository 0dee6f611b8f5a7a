"""A firmware file, as people read it."""

from __future__ import annotations

from rich.text import Text

from modemflash.errors import CATALOGUE
from modemflash_host.reporters import Event
from modemflash_host.reporters import words as w

KINDS = {
    "full": "full image",
    "difference": "difference",
    "updater": "updater ELF",
    "bootrom": "boot ROM package",
    "unknown": "not known",
}
SOURCES = {"content": "its content says so", "catalogue": "by its size", "name": "only its name says so"}
_CHECKS = {
    "good": ("checksum good", "green"),
    "modem-only": ("signed; only the modem can check it", "yellow"),
    "none": ("no checksum", "yellow"),
}


def file_rows(event: Event) -> list[tuple[str, Text]]:
    """Label and value of every line about a file that was read whole."""
    rows: list[tuple[str, Text]] = []
    kind = KINDS[event["kind"]]
    if event["from_build"]:
        kind += f", only for a modem that runs {event['from_build']}"
    if event["part"]:
        kind += f", part {event['part']} of a package"
    rows.append(("Kind", Text(kind)))
    if event["product"]:
        rows.append(("Product", Text(w.printable(event["product"]))))
    if event["build"]:
        build = Text.assemble((str(event["build"]), "bold"))
        about = [w.RADIOS.get(event["radio"], ""), w.printable(event["version"])]
        build.append("".join(f", {part}" for part in about if part))
        build.append(f" ({SOURCES[event['build_source']]})", "dim")
        rows.append(("Build", build))
    published = {True: ", as published", False: ", another size than published", None: ""}[
        event["as_published"]
    ]
    rows.append(("Size", Text(f"{event['size']:,} bytes".replace(",", " ") + published)))
    if event["sha256"]:
        rows.append(("SHA-256", Text(event["sha256"], "dim")))
    for part in event["parts"]:
        text, style = _CHECKS[part["check"]]
        line = Text("  " * part["depth"] + f"{w.printable(part['magic'])} ")
        line.append(w.printable(part["description"]) + f" ({w.size(part['size'])}) ", "dim")
        line.append(text, style)
        rows.append(("Inside", line) if part is event["parts"][0] else ("", line))
    if not event["understood"]:
        reason = CATALOGUE[event["reason"]][0] if event["reason"] in CATALOGUE else event["reason"]
        rows.append(("Doubt", Text(f"{reason} [{event['reason']}]", "yellow")))
    elif event["verified"]:
        rows.append(("Whole", Text("every byte lies under a checksum, and all are right", "green")))
    else:
        rows.append(("Whole", Text("lengths fit; not every byte can be checked here", "yellow")))
    return rows
