"""A setting of the modem, as people read it: what was recorded, what is now, what is sent."""

from __future__ import annotations

from rich.text import Text

from modemflash_host.families.plan import (
    AS_BEFORE,
    DIFFERS,
    MASKED,
    NOT_RECORDED,
    NOT_SETTABLE,
    NOT_TAKEN,
    REFUSED,
    RESTORED,
)
from modemflash_host.families.vocabulary import Event
from modemflash_host.reporters import words as w

# What becomes of it, and in which colour.
_STATUSES = {
    AS_BEFORE: ("as it was recorded", "green"),
    DIFFERS: ("differs", "yellow"),
    MASKED: ("masked in the record: set it by hand if it is not right", "yellow"),
    NOT_RECORDED: ("not recorded: left as it is", "dim"),
    NOT_SETTABLE: ("differs, and cannot be set here", "yellow"),
    RESTORED: ("set again, and reads back so", "green"),
    REFUSED: ("refused by the modem", "bold red"),
    NOT_TAKEN: ("not taken: it reads back otherwise", "bold red"),
}
SENT = (RESTORED, REFUSED, NOT_TAKEN)


def setting_rows(event: Event, label: str) -> list[tuple[str, Text]]:
    """Label and text of each row.

    Args:
        event: of the setting.
        label: what the vocabulary calls it.
    """
    words, style = _STATUSES.get(event["status"], (event["status"], ""))
    if event["status"] == REFUSED:
        words += f" ({event['answer'] or 'no answer'})"
    rows = [(label, Text(w.printable(words), style))]
    if event["status"] in (RESTORED, AS_BEFORE):
        shown = [("", event["now"])]
    else:
        shown = [("recorded ", event["recorded"]), ("now ", event["now"]), ("send ", event["command"])]
    if event["status"] in SENT:
        shown = shown[:2]
    return rows + [("", Text.assemble((name, "dim"), w.printable(text))) for name, text in shown if text]
