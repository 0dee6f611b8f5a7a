"""Masks what identifies a person in whatever is logged, captured or shown.

Masked by as many `x` as there were characters: IMEI, ICCID and IMSI (any run of
14 digits or more, wherever it stands), phone numbers (`+` and 7 digits or more,
and all digits in the replies that hold them), the user and password of an APN,
PINs and passwords, and text messages in hex. Versions, builds, sizes and dates
are shorter and stay.

Rules: the length never changes; the same stream gives the same result however
it is cut into pieces, so a byte is held back until it is decided (never more
than 23 of them); in doubt it is masked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_X = ord("x")
_DIGITS = frozenset(b"0123456789")
_HEX = frozenset(b"0123456789ABCDEF")
_LONG_NUMBER = 14
_PHONE_NUMBER = 7
_HEX_MESSAGE = 24
_WORD_BYTES = 16
_RULE_BYTES = 1024  # a line without an end is noise, not a reply
_PLAIN_KEYS = ("sha256",)  # of our own making


@dataclass(frozen=True, slots=True)
class _Rule:
    """What is masked behind one word of a line.

    Attributes:
        first: the first field that is masked, counted from 0 at the word.
        quoted: only what stands in quotes.
        digits: only digits.
    """

    first: int
    quoted: bool = False
    digits: bool = False


_NUMBERS = _Rule(0, quoted=True, digits=True)
_ALL_DIGITS = _Rule(0, digits=True)

# What stands before "=" or ":".
_RULES = {
    b"+CGAUTH": _Rule(2),  # context, kind, user, password
    b"+CGDCONT": _Rule(4, quoted=True),  # behind context, kind, APN and address
    b"+CPIN=": _Rule(0),
    b"+CLCK=": _Rule(2),
    b"+CPWD=": _Rule(1),
    b"+CIMI": _ALL_DIGITS,
    b"CCID": _ALL_DIGITS,
    b"+CRSM": _Rule(0, quoted=True),
    b"+CSIM": _Rule(0, quoted=True),
    b"+CNUM": _NUMBERS,
    b"+CLIP": _NUMBERS,
    b"+CSCA": _NUMBERS,
    b"+CMGL": _NUMBERS,
    b"+CMGR": _NUMBERS,
    b"+CMGS": _NUMBERS,
    b"+CMGW": _NUMBERS,
    b"+CMT": _NUMBERS,
    b"+CDS": _NUMBERS,
}


class Masker:
    """Masks one direction of a stream."""

    def __init__(self) -> None:
        self._run = bytearray()  # digits and A to F that are not decided yet
        self._in_message = False  # a hex run that was decided: it is masked to its end
        self._after_plus = False
        self._word = bytearray()
        self._rule: _Rule | None = None
        self._rule_bytes = 0
        self._field = 0
        self._in_quotes = False

    @property
    def held(self) -> int:
        """Bytes that were fed and are not given out yet."""
        return len(self._run)

    def feed(self, data: bytes | bytearray | memoryview) -> bytes:
        """Take a piece of the stream; give what is decided, masked."""
        out = bytearray()
        for byte in bytes(data):
            if self._by_rule(byte):
                self._end_run(out)
                out.append(_X)
            elif byte in _HEX:
                self._extend_run(byte, out)
            else:
                self._end_run(out)
                out.append(byte)
                self._after_plus = byte == ord("+")
            self._follow(byte)
        return bytes(out)

    def finish(self) -> bytes:
        """The stream has ended: what was held back."""
        out = bytearray()
        self._end_run(out)
        return bytes(out)

    def _by_rule(self, byte: int) -> bool:
        """Whether the line's rule masks this byte."""
        rule = self._rule
        if rule is None or byte in b'\r\n"' or (byte == ord(",") and not self._in_quotes):
            return False
        if self._field < rule.first or (rule.quoted and not self._in_quotes):
            return False
        return byte in _DIGITS if rule.digits else byte != ord(" ") or self._in_quotes

    def _extend_run(self, byte: int, out: bytearray) -> None:
        if self._in_message:
            out.append(_X)
            return
        self._run.append(byte)
        if len(self._run) == _HEX_MESSAGE:
            out += bytes([_X]) * _HEX_MESSAGE
            self._run.clear()
            self._in_message = True

    def _end_run(self, out: bytearray) -> None:
        """A run of digits and A to F is over: decide about the numbers in it."""
        at = 0
        for number in re.finditer(rb"[0-9]+", self._run):
            size = number.end() - number.start()
            phone = self._after_plus and number.start() == 0 and size >= _PHONE_NUMBER
            out += self._run[at : number.start()]
            out += bytes([_X]) * size if phone or size >= _LONG_NUMBER else number.group()
            at = number.end()
        out += self._run[at:]
        self._run.clear()
        self._in_message = False
        self._after_plus = False

    def _follow(self, byte: int) -> None:
        """Keep up with the line: its last word, the rule that it sets, and its fields."""
        if byte in b"\r\n":
            self._rule = None
            self._word.clear()
        elif self._rule is not None:
            self._rule_bytes += 1
            if byte == ord('"'):
                self._in_quotes = not self._in_quotes
            elif byte == ord(",") and not self._in_quotes:
                self._field += 1
            if self._rule_bytes > _RULE_BYTES:
                self._rule = None
        else:
            self._word.append(byte)
            self._word[:-_WORD_BYTES] = b""
            word = bytes(self._word).upper()
            if byte in b"=:":
                rules = (
                    rule for name, rule in _RULES.items() if word.endswith((name, name + b"=", name + b":"))
                )
                self._set_rule(next(rules, None))
            elif word == b"ATD":
                self._set_rule(_ALL_DIGITS)

    def _set_rule(self, rule: _Rule | None) -> None:
        self._rule = rule
        self._rule_bytes = self._field = 0
        self._in_quotes = False


def mask(data: bytes) -> bytes:
    """A whole stream, masked."""
    masker = Masker()
    return masker.feed(data) + masker.finish()


def mask_text(text: str) -> str:
    """A whole text, masked."""
    return mask(text.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")


def mask_event(value: Any) -> Any:
    """An event with every text and every bytes in it masked; the original stays as it is."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return mask(bytes(value))
    if isinstance(value, dict):
        return {key: each if key in _PLAIN_KEYS else mask_event(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask_event(each) for each in value]
    return value


def without_home(value: Any) -> Any:
    """An event with `~` for the user's home folder, and no passwords in addresses; the original stays."""
    if isinstance(value, str):
        home = _home()
        value = re.sub(r"://[^/@\s]*@", "://xxx@", value)
        return value.replace(home, "~") if len(home) > 1 else value
    if isinstance(value, dict):
        return {key: without_home(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_home(each) for each in value]
    return value


def _home() -> str:
    """The user's home folder; "" for one who has none."""
    try:
        return str(Path.home())
    except RuntimeError:
        return ""


def mask_command_line(words: Sequence[str]) -> list[str]:
    """A command line without the user's name and passwords in paths and addresses."""
    return [mask_text(without_home(word)) for word in words]
