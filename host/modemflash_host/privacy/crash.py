"""Masks a traceback: files, lines and kinds of errors stay, what was being worked on does not.

Rule: the lines of code are ours; a message is readable but for what stands in
quotes in it, because that is data, unless the message is Python's own about a name.
"""

from __future__ import annotations

import re

from modemflash_host.privacy.owner import without_home
from modemflash_host.privacy.shapes import shape_of_text
from modemflash_host.privacy.words import mask_text

_QUOTED = re.compile(r"""(?<![A-Za-z0-9_])b?(?P<quote>['"])(?P<data>.*?)(?P=quote)(?![A-Za-z0-9_])""")
_MESSAGE = re.compile(r"^(?P<kind>[A-Za-z_][\w.]*)(?P<colon>: )(?P<text>.*)$", re.DOTALL)
_ABOUT_NAMES = ("AttributeError", "ImportError", "KeyError", "ModuleNotFoundError", "NameError", "TypeError")
_NAME = re.compile(r"[A-Za-z_][A-Za-z_.-]{0,31}")


def mask_crash(text: str) -> str:
    """A traceback, or the last line of one."""
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    message = _MESSAGE.match(line)
    if message is not None:
        about_names = message["kind"].rpartition(".")[2] in _ABOUT_NAMES
        line = (
            message["kind"]
            + message["colon"]
            + _QUOTED.sub(lambda found: _data(found, about_names), message["text"])
        )
    elif not line.startswith(("  ", "Traceback (", "modemflash ", "[")):
        line = _QUOTED.sub(lambda found: _data(found, False), line)
    return mask_text(without_home(line))


def _data(found: re.Match[str], may_be_name: bool) -> str:
    data = found["data"]
    if may_be_name and _NAME.fullmatch(data):
        return found[0]
    return found[0].replace(data, shape_of_text(data)) if data else found[0]
