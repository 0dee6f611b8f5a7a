"""The last of what went over the wire, as the capture keeps it: masked, and without firmware."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from modemflash_host.capture.file import Record
from modemflash_host.report.page.markup import Markup, element, section
from modemflash_host.report.page.story import number, text

_LONGEST_LINE = 240
_TITLE = "The last of the wire"
_ABOUT = (
    "Times in seconds. To the module →, from the module ←. Firmware is only counted, and whatever could name "
    "the owner is reduced to its shape: x a letter, # a digit."
)


def wire(records: Iterable[Record], why_not: str) -> Markup:
    """The last of what went over the wire."""
    lines = [element("li", *_wire_line(record)) for record in records if _words_of(record)[1]]
    if why_not and not lines:
        return section(_TITLE, element("p", f"The wire is {why_not}."))
    if not lines:
        return Markup("")
    return section(_TITLE, element("p", _ABOUT), element("ol", *lines, class_="wire"))


def _wire_line(record: Record) -> Iterator[Markup]:
    direction, said = _words_of(record)
    if len(said) > _LONGEST_LINE:
        said = f"{said[:_LONGEST_LINE]}… {len(said) - _LONGEST_LINE} more"
    names = {"→": "to the module", "←": "from the module", "·": "the link"}
    yield element("span", f"{number(record.get('at_ms')) / 1000:.3f}", class_="at")
    yield element("span", direction, class_="direction", role="img", aria_label=names[direction])
    yield element("code", said)


def _words_of(record: Record) -> tuple[str, str]:
    """Direction and text of a record; ("", "") for one that says nothing of the wire."""
    if "tx_block" in record:
        return "→", f"[{record['tx_block']} bytes of firmware]"
    if "tx_same" in record:
        return "→", f"[{record['tx_same'][1]} × {record['tx_same'][0]:#04x}]"
    for key, direction in (("tx", "→"), ("rx", "←")):
        if key in record:
            cut = f" [{record['cut']} more]" if "cut" in record else ""
            return direction, record[key] + cut
    for key, direction in (("relay_tx", "→"), ("relay_rx", "←")):
        if key in record:
            more = {name: value for name, value in record.items() if name not in (key, "at_ms", "phase")}
            return direction, f"relay {text(record[key])} {json.dumps(more) if more else ''}".strip()
    if "baud" in record:
        return "·", f"{record['baud']} baud from here on"
    return "", ""
