"""The settings of a Sequans modem: compared with what was recorded of them, and set again.

Rules: what is set again are contexts, power saving and the radio, by commands of 3GPP TS 27.007
(10.1.1, 7.38, 8.2), the radio last; a text that was masked in the record is never sent, nor is an address,
which the network gives; nothing that is there now is removed; what counts is what the modem
reads back. Nobody has tried it on a real modem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from modemflash.at import printable
from modemflash.errors import NoModem, Refusal
from modemflash_host.families.plan import (
    AS_BEFORE,
    DIFFERS,
    MASKED,
    NOT_RECORDED,
    NOT_SETTABLE,
    NOT_TAKEN,
    REFUSED,
    RESTORED,
    Setting,
)
from modemflash_host.families.sequans.readable import READABLE
from modemflash_host.privacy import mask

if TYPE_CHECKING:
    from modemflash.at import At
    from modemflash_host.board.modem_update import Found

CONTEXTS, BANDS, POWER_SAVING, RADIO = "AT+CGDCONT?", "AT+SQNBANDSEL?", "AT+CPSMS?", "AT+CFUN?"
_SET_MS = 15_000  # AT+CFUN=1 takes seconds
_ASK_MS = 10_000
# Whole lines of an answer, and what of them is sent again; a masked text has other signs (`privacy.shapes`).
_WHOLE = {
    CONTEXTS: re.compile(
        r'\+CGDCONT: (\d{1,2},"[A-Za-z0-9-]{2,8}","[A-Za-z0-9._-]{0,63}")'
        r'(?:,(?:"[0-9.]*")?((?:,(?:""|\d)?){0,12}))?'
    ),
    POWER_SAVING: re.compile(r'\+CPSMS: ([01])((?:,(?:"[01]{8}")?){0,4})'),
    RADIO: re.compile(r"\+CFUN: ([014])((?:,\d)?)"),
}


class SequansSettings:
    """See `modemflash_host.families.contract.Settings`.

    Args:
        found: what the look found.
        talk: the AT dialogue, for as long as it is entered.
    """

    def __init__(self, found: Found, talk: Callable[[], AbstractContextManager[At]]) -> None:
        self._found = found
        self._talk = talk

    def compare(self, recorded: Mapping[str, str]) -> tuple[Setting, ...]:
        """See `Settings`."""
        if self._found.state != "application":
            raise Refusal("settings-not-asked", self._found.state)
        return compared(recorded, self._found.record)

    def restore(self, setting: Setting) -> Setting:
        """See `Settings`. An answer that is lost is no end: what reads back counts."""
        with self._talk() as at:
            reply = at.command(setting.command, _SET_MS)
            if reply.result is None:
                at.resync()
            back = at.command(setting.name, _ASK_MS)
            if back.result is None:
                raise NoModem("modem-silent", f"after {setting.command.partition('=')[0]}")
        answer = printable(reply.result or b"")
        lines = _lines_of(setting.name, back.text)
        now = next((line for line in lines if _key(line) == _key(setting.recorded)), "")
        if _value(setting.name, now) == _value(setting.name, setting.recorded):
            return setting.sent(RESTORED, now, answer)
        return setting.sent(NOT_TAKEN if reply.ok else REFUSED, now, answer)


def compared(recorded: Mapping[str, str], now: Mapping[str, str]) -> tuple[Setting, ...]:
    """Two records (`modemflash.identity.record`), setting by setting, in the order in which they are set."""
    found: list[Setting] = []
    for name in (CONTEXTS, BANDS, POWER_SAVING, RADIO):
        before = _lines_of(name, recorded.get(name, ""))
        if name in now:
            found += _compared(name, before, _lines_of(name, now[name]))
        else:  # what the modem does not tell could not be read back
            found += [Setting(name, line, "", "", NOT_SETTABLE) for line in before]
    return tuple(found)


def settings_differ(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether one differs that can be set again."""
    return any(each.status == DIFFERS for each in compared(before, after))


def _compared(name: str, recorded: list[str], now: list[str]) -> Iterator[Setting]:
    """The lines of one answer: a context each, or the one line of any other."""
    for line in recorded:
        same = next((each for each in now if _key(each) == _key(line)), "")
        is_masked = "#" in line  # for a digit, and each line has one
        if is_masked and not same and now:
            same = now[0]
        if same:
            now.remove(same)
        value = _value(name, line) if _is_shown(line) else ""
        if line == same or (value and value == _value(name, same)):
            yield Setting(name, line, same, "", AS_BEFORE)
        elif value:
            yield Setting(name, line, same, name.replace("?", "=") + value, DIFFERS)
        else:
            yield Setting(name, line, same, "", MASKED if is_masked else NOT_SETTABLE)
    for line in now:
        yield Setting(name, "", line, "", NOT_RECORDED)


def _lines_of(name: str, text: str) -> list[str]:
    """The lines of an answer that are about what was asked."""
    head = name[2:-1] + ":"
    return [line.strip() for line in text.split("\n") if line.strip().startswith(head)]


def _key(line: str) -> str:
    """What tells a context from others; the same of every line of another setting."""
    return line.partition(",")[0] if line.startswith("+CGDCONT:") else ""


def _is_shown(line: str) -> bool:
    """Whether a screen has it as it is: nothing is sent that its owner does not see first."""
    return line.isascii() and mask(line.encode(), READABLE) == line.encode()


def _value(name: str, line: str) -> str:
    """What is compared, and sent: without an address and empty fields at the end; "" for no value."""
    found = _WHOLE[name].fullmatch(line) if name in _WHOLE else None
    if found is None:
        return ""
    gap = "," if name == CONTEXTS else ""  # in place of the address
    rest = "" if name == RADIO else found[2] or ""
    return f"{found[1]}{gap}{rest}".rstrip(",")
