"""What `identify` says of a package: an event, and the lines that people read of it.

Rule: the event is all that the lines know; what is only believed stands there as
a doubt; every partition that stays is named with its blocks.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from modemflash_host.families.plan import FirmwareFile
from modemflash_host.families.quectel_edl.commands import ERASE, PATCH, PROGRAM, Command
from modemflash_host.families.quectel_edl.examine import ProvedPackage
from modemflash_host.families.quectel_edl.geometry import Blocks, Geometry
from modemflash_host.families.quectel_edl.partition_tables import Partition
from modemflash_host.families.vocabulary import DIM, DOUBT, GOOD, STRONG, Event, EventFields, Row, row

_NOT_COMPARED = (
    "the module's own partition table and flash were not compared: that needs the module, and is done before "
    "anything is erased"
)
_QUECOPEN = "a QuecOpen build: on a standard module it leaves no USB; the boot pin still leads to EDL"
_VENDOR = "a line has additions of the vendor, whose meaning is believed, not known"
_ABSENT = "md5.txt also lists {}, absent and never sent"
_UNLISTED = "not in md5.txt, and never sent: {}"
_MOST_NAMED = 4


def package_event(file: FirmwareFile, package: ProvedPackage) -> EventFields:
    """The event `file` (docs/json.md)."""
    doubts = [_NOT_COMPARED]
    if package.product.is_quecopen:
        doubts.append(_QUECOPEN)
    if any(command.vendor for command in package.commands):
        doubts.append(_VENDOR)
    doubts += [_ABSENT.format(name) for name in package.whole.absent]
    if unlisted := package.whole.unlisted:
        more = [f"{len(unlisted) - _MOST_NAMED} more"] if len(unlisted) > _MOST_NAMED else []
        doubts.append(_UNLISTED.format(", ".join([*unlisted[:_MOST_NAMED], *more])))
    return {
        "event": "file",
        "name": file.name,
        "place": file.place,
        "size": sum(package.whole.sizes.values()),
        "sha256": file.sha256,
        "kind": "quectel-package",
        "product": package.product.name,
        "chip": package.product.chip,
        "release": package.product.release,
        "files_checked": len(package.whole.sizes),
        "programmer": posixpath.basename(package.files.programmer),
        "command_list": posixpath.basename(package.files.command_list),
        "sector_bytes": package.geometry.sector_bytes,
        "sectors_per_block": package.geometry.sectors_per_block,
        "steps": [_step(command, package.layout, package.geometry) for command in package.commands],
        "stays": stays(package),
        "proof": [{"title": line.title, "fact": line.fact} for line in package.proof],
        "doubts": doubts,
    }


def stays(package: ProvedPackage) -> list[EventFields]:
    """The partitions that no command reaches, with their blocks: all that are protected, and maybe more."""
    reached = [command.effect(package.geometry) for command in package.commands]
    return [
        {"partition": part.name, "first_block": part.first_block, "blocks": part.blocks}
        for part in package.layout
        if not any(blocks.meets(part.range) for blocks in reached)
    ]


def changes(package: ProvedPackage) -> EventFields:
    """Of a plan: what is erased and written, by partitions in their order, and what stays."""
    met = {
        kind: [
            part.name
            for part in package.layout
            if any(
                each.kind == kind and each.effect(package.geometry).meets(part.range)
                for each in package.commands
            )
        ]
        for kind in (ERASE, PROGRAM)
    }
    return {"erases": met[ERASE], "writes": met[PROGRAM], "stays": stays(package)}


def plan_rows(event: Event) -> Sequence[Row]:
    """What a plan erases, writes and leaves alone, before anybody agrees to it."""
    if "stays" not in event:
        return ()  # as an older version told it
    kept = [(part["partition"], _blocks(part["first_block"], part["blocks"])) for part in event["stays"]]
    stay = ", ".join(f"{name} ({blocks})" for name, blocks in kept)
    rows = [row("Writes", ", ".join(event["writes"]), ", each erased before")]
    if emptied := [name for name in event["erases"] if name not in event["writes"]]:
        rows.append(row("Empties", ", ".join(emptied)))
    return (*rows, row("Stays", (stay, GOOD), "; first a copy of EFS2 is made"))


def _step(command: Command, layout: tuple[Partition, ...], geometry: Geometry) -> EventFields:
    effect = command.effect(geometry)
    names = [part.name for part in layout if part.range.meets(effect)]
    return {
        "do": command.kind,
        "partitions": names,
        "first_block": effect.first,
        "blocks": effect.end - effect.first,
        "image": posixpath.basename(command.image),
    }


def package_rows(event: Event) -> Sequence[Row]:
    """Label and text of every line about a package."""
    if event.get("kind") != "quectel-package":
        return ()
    kilobytes = event["sector_bytes"] * event["sectors_per_block"] // 1024
    rows = [
        row("Kind", "update package for a Quectel modem (Sahara and Firehose)"),
        row("For", (event["product"] or "not said", STRONG), (f", chip {event['chip'] or 'not said'}", DIM)),
        row("Flash", f"NAND, sectors of {event['sector_bytes']} bytes, blocks of {kilobytes} KB"),
        row("Commands", event["command_list"], (f", sent by {event['programmer']}", DIM)),
        row("SHA-256", (event["sha256"], DIM)),
        row("Whole", (f"{event['files_checked']} files, all sums right, every digit compared", GOOD)),
    ]
    for number, step in enumerate(event["steps"], 1):
        rows.append(row("" if number > 1 else "Would do", f"{number:>2}. {_words(step)}"))
    for number, part in enumerate(event["stays"]):
        where = f": {_blocks(part['first_block'], part['blocks'])}"
        rows.append(row("" if number else "Stays", (part["partition"], STRONG), where))
    for number, line in enumerate(event["proof"]):
        rows.append(row("" if number else "Proof", (f"{line['title']}: ", GOOD), line["fact"]))
    for number, doubt in enumerate(event["doubts"]):
        rows.append(row("" if number else "Doubt", (doubt, DOUBT)))
    return rows


def _words(step: Event) -> str:
    where = f"{', '.join(step['partitions'])}, {_blocks(step['first_block'], step['blocks'])}"
    if step["do"] == ERASE:
        return f"erase {where}"
    if step["do"] == PATCH:
        return f"patch {where}"
    return f"write {step['image']} to {where}"


def _blocks(first: int, blocks: int | None) -> str:
    return str(Blocks(first, first + blocks)) if blocks else f"blocks {first} to the end"
