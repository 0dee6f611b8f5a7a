"""Masks sentences of our own: they are readable, but a module's words may stand in them.

Rules: 14 digits or more are a number, whatever a person or a module puts between
them; so are 7 behind a plus or a leading 0, and those that are parted as 3, 3
and 4; from what looks like a line of an AT dialogue only what the family knows
stays, and our sentence goes on only where it cannot be the rest of that line; a
word with escaped bytes in it is a module's, and reduced to its shape. Commas part
a list, so they join no number, unless each item is one digit, or stands in quotes.
"""

from __future__ import annotations

import re

from modemflash_host.families.vocabulary import NAME_WORD, Readable
from modemflash_host.privacy.shapes import ESCAPE, shape_of_text
from modemflash_host.privacy.talk import kept_of, mask

# Numbers of our own making: a date, the name of a run, the host of an address, a checksum.
_OURS = re.compile(
    r"(?:19|20)\d\d-[01]\d-[0-3]\d(?:[ T][0-2]\d:[0-5]\d(?::[0-5]\d(?:[+-]\d{4})?)?)?(?!\d)"
    r"|(?<!\d)20\d{6}-[0-2]\d{5}-(?:\d{3}-)?\d{1,7}(?!\d)"
    r"|://[^/\s@]*(?=[/\s]|$)"
    r"|(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z])"
)
_BETWEEN = rf"(?:(?:{ESCAPE.pattern}|[^0-9A-Za-z,;|]){{0,3}}?|['\"], ?['\"])"
_NUMBER = re.compile(
    rf"\+{_BETWEEN}\d(?:{_BETWEEN}\d){{6,}}|\d(?:{_BETWEEN}\d){{13,}}|[0-9A-F]{{24,}}"
    r"|(?<!\d)\d(?:[,;|] ?\d){13,}(?!\d)"
    r"|(?<![\w.:,-])\(?0\d(?:[ ()/-]{0,3}\d){5,}"
    r"|(?<![\w.,-])(?:1[ .-]?)?\(?\d{3}(?:\) ?|[ .-])\d{3}[ .-]\d{4}(?![\w.-]*\d)"
    r"|(?<![\w.:,-])0\d(?:\.\d\d){4}(?![\w.-]*\d)"
)
_AT_LINE = re.compile(r"(?P<name>(?:\bAT)?[+^$!%&*][A-Z][A-Z0-9]{2,}\s?[:=]|\+CM[ES] ERROR:|\bATD)[^\r\n]*")
# What a sentence of ours has behind a module's line, and behind a command that we sent.
_BEHIND_LINE = re.compile(r"$|[)`]|\.(?:\s|$)|: ")
_BEHIND_COMMAND = re.compile(r"(?![\s,'\"]*\d)")
_NAME_WORD = re.compile(NAME_WORD + "[,:;.]?", re.ASCII)
_DIGITS_OF_A_NAME = 7
_DIGIT = re.compile(r"\d")  # of any script
_SHAPES = {ord(char): shape_of_text(char) for char in "0123456789ABCDEF"}
_WORD = re.compile(rb"[A-Za-z0-9]+")
_NO_BLANKS = re.compile(r"\S+?(?=[).]*(?:\s|$))")  # the end of a sentence is ours


def mask_text(text: str, readable: Readable | None = None) -> str:
    """A text of ours, masked; of the same length where nothing in it was escaped."""
    # Numbers before and after: one may begin in such a line and go on in the next one.
    masked = _but_ours(_without_at_lines(_but_ours(text), readable))
    return _NO_BLANKS.sub(lambda word: shape_of_text(word[0]) if ESCAPE.search(word[0]) else word[0], masked)


def mask_quotes(text: str, heard: bytes, readable: Readable | None = None) -> str:
    """A sentence that may quote what a module said: words of it that are not readable there are not here.

    Args:
        text: the sentence.
        heard: what the module said.
        readable: what of it stays.
    """
    masked = mask(heard, readable)
    words = {word[0] for word in _WORD.finditer(heard)}
    for word in words - {word[0] for word in _WORD.finditer(masked)}:
        quoted = word.decode("ascii")
        text = re.sub(rf"(?<![A-Za-z0-9]){quoted}(?![A-Za-z0-9])", shape_of_text(quoted), text)
    return text


def mask_name(name: str) -> str:
    """What a module calls itself, for a sentence of ours: makers and models stay, else the shape."""

    def masked(word: re.Match[str]) -> str:
        return word[0] if _NAME_WORD.fullmatch(word[0]) else shape_of_text(word[0])

    shown = re.sub(r"\S+", masked, name)
    has_many = sum(map(str.isdigit, shown)) > _DIGITS_OF_A_NAME
    return _DIGIT.sub("#", shown) if has_many else shown


def _but_ours(text: str) -> str:
    """Without numbers, but for those of our own making."""
    out, start = [], 0
    for ours in _OURS.finditer(text):
        out += [_without_numbers(text[start : ours.start()]), ours[0]]
        start = ours.end()
    return "".join([*out, _without_numbers(text[start:])])


def _without_numbers(text: str) -> str:
    return _NUMBER.sub(lambda found: shape_of_text(found[0]) if "\\" in found[0] else _hidden(found[0]), text)


def _hidden(number: str) -> str:
    """A number as a shape, with what stands between its digits."""
    hidden = number.translate(_SHAPES)
    return hidden if hidden.isascii() else _DIGIT.sub("#", hidden)


def _without_at_lines(text: str, readable: Readable | None) -> str:
    """What the family knows stays, and our sentence goes on behind it; else nothing of the line does."""
    out, start = [], 0
    while found := _AT_LINE.search(text, start):
        kept = kept_of(found[0], readable)
        behind = _BEHIND_COMMAND if found["name"].startswith("AT") else _BEHIND_LINE
        if kept > len(found["name"]) and behind.match(found[0], kept):
            end, rest = found.start() + kept, ""
        else:
            end, rest = found.end(), shape_of_text(found[0][kept:])
        out += [text[start : found.start()], found[0][:kept], rest]
        start = end
    return "".join([*out, text[start:]])
