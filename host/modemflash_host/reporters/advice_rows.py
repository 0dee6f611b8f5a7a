"""What to do about an error, as people read it: on the screen of a run that failed, and in `explain`.

Rule: there is one instruction about the power, decided by the family's first
aid, and it stands first; the hint, and the words on the module's state, then
say nothing of it.
"""

from __future__ import annotations

from rich.text import Text

from modemflash.errors import UNKNOWN
from modemflash_host.errors import CATALOGUE
from modemflash_host.families.vocabulary import Event, Vocabulary
from modemflash_host.reporters import words as w

Pair = tuple[str, Text]
_STATE_STYLES = {"untouched": "green", "recoverable": "yellow", "updated": "green", "unknown": "bold red"}


def advice_rows(
    code: str, hint: str, state: str, vocabulary: Vocabulary, evidence: str = "", begun: Event | None = None
) -> list[Pair]:
    """Label and text of each row.

    Args:
        code: of the error.
        hint: its own; shown where no first aid takes its place.
        state: of the module, see `modemflash.errors`.
        vocabulary: of its family.
        evidence: what was heard of the module; "" for what the code says.
        begun: the event of an update that did not finish.
    """
    aid = vocabulary.first_aid(evidence or vocabulary.evidence.get(code, ""), begun, code)
    rows = [("Power", Text(aid.power, "bold yellow"))] if aid and aid.power else []
    rows.append(("Code", Text(code)))
    if rows[0][0] != "Power":
        rows.append(("Do this", Text(w.printable(hint))))
    if aid:
        checks = [(f"{n}. {title}", text) for n, (title, text) in enumerate(aid.checks, 1)]
        rows += [("By hand", Text.assemble(*_paragraphs(checks))), ("Prognosis", Text(aid.prognosis))]
    words = w.MODEM_STATES[state]
    speaks_of_power = aid is not None and (bool(aid.power) or aid.may_lose_power)
    if begun and state == "untouched":
        words = "as this run found it: the update begun earlier is not finished"
    elif state == UNKNOWN and (speaks_of_power or CATALOGUE.get(code, ("", "", ""))[2] == UNKNOWN):
        words = w.NOT_KNOWN
    rows.append(("Modem", Text(words, _STATE_STYLES[state])))
    return rows


def _paragraphs(checks: list[tuple[str, str]]) -> list[str | tuple[str, str]]:
    texts: list[str | tuple[str, str]] = []
    for number, (title, text) in enumerate(checks):
        texts += [("\n" if number else "") + "", (title + ". ", "bold"), text]
    return texts
