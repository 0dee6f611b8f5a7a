"""Words as they are typed into this system's shell: what is pasted there means just these words.

Rules: on Windows the same line has to do in cmd and in PowerShell wherever that
is possible, because nobody knows into which it is pasted; where it is not, it is
the line for the shell that started us; what no screen shows stands there as an
escape. Sources: Microsoft's "Parsing C command-line arguments", `help cmd`,
"about_Quoting_Rules".
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Mapping, Sequence

from modemflash_host.reporters.words import printable

_PLAIN = re.compile(r"[\w.:\\/=+-][\w.:\\/=+@~-]*", re.ASCII)  # for both shells of Windows
_CMD = '()%!^"<>&|'
_BEFORE_A_QUOTE = re.compile(r'(\\*)("|$)')


def command_line(
    words: Sequence[str], system: str = os.name, environment: Mapping[str, str] = os.environ
) -> str:
    """Words as they are typed.

    Args:
        words: the words.
        system: as `os.name`.
        environment: of this process; cmd gives PROMPT to what it starts, PowerShell does not.
    """
    if system == "nt":
        quoted = _for_cmd if "PROMPT" in environment else _for_powershell
        return " ".join(_for_windows(printable(word), quoted) for word in words)
    return " ".join(shlex.quote(word) if word.isprintable() else _escaped(word) for word in words)


def _for_windows(word: str, quoted: Callable[[str], str]) -> str:
    if _PLAIN.fullmatch(word):
        return word
    if not set(word) & set('$`%"“”„'):
        return f'"{_argument(word)}"'
    return quoted(word)


def _argument(word: str) -> str:
    """A word between double quotes, as a program takes it apart: backslashes before a quote double."""
    return _BEFORE_A_QUOTE.sub(lambda found: found[1] * 2 + ('\\"' if found[2] else ""), word)


def _for_cmd(word: str) -> str:
    """A caret before everything that is special there, quotes too: so cmd itself never counts quotes."""
    return "".join("^" + letter if letter in _CMD else letter for letter in f'"{_argument(word)}"')


def _for_powershell(word: str) -> str:
    """Single quotes, in which nothing is special but they themselves."""
    return "'" + word.replace("'", "''").replace('"', '\\"') + "'"


def _escaped(word: str) -> str:
    """A word in the quotes of bash, zsh and ksh that know escapes: the same bytes, and no control code."""
    letters = []
    for letter in word:
        if letter in "\\'":
            letters.append("\\" + letter)
        elif letter.isprintable():
            letters.append(letter)
        else:
            letters += [f"\\{byte:03o}" for byte in os.fsencode(letter)]
    return "$'" + "".join(letters) + "'"
