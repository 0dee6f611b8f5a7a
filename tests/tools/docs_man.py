"""Makes the manual page from the program's own commands and options.

    python tests/tools/docs_man.py docs/man/modemflash.1

Rule: no date, and nothing of this computer: the same program gives the same page.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import modemflash
from modemflash_host.run.exit_codes import EXIT_CODES
from modemflash_host.store.settings import SETTINGS
from tools.command_tree import CommandRow, commands

_HEAD = """.\\" Made by `python tests/tools/docs_man.py docs/man/modemflash.1`; do not edit.
.TH MODEMFLASH 1 "" "modemflash {version}" "User Commands"
.nh
.ad l
.SH NAME
modemflash \\- update the firmware of radio modules, and say in plain words what is done
.SH SYNOPSIS
.B modemflash
.I COMMAND
.RI [ OPTIONS ]
.RI [ FILE... ]
.SH DESCRIPTION
Updates Sequans LTE modems on Pycom boards, Quectel LG290P receivers, and Quectel modems by Sahara and
Firehose.
Everything is checked before the first write, the plan is shown before anything is done, and success is
what the module says about itself afterwards.
.PP
.B modemflash info
only looks, and says what to type next.
"""
_TAIL = """.SH SEE ALSO
.B modemflash explain CODE
explains every error and every exit code.
.B modemflash COMMAND \\-\\-help
is one screen.
"""


def page() -> str:
    """The whole page."""
    rows = list(commands())
    parts = [_HEAD.format(version=_roff(modemflash.__version__)), ".SH COMMANDS\n"]
    parts += [_command(row) for row in rows[1:] if not row.below]
    parts.append(".SH EXIT STATUS\n")
    parts += [f".TP\n.B {number}\n{_roff(meaning)}\n" for number, meaning in EXIT_CODES]
    parts.append(".SH ENVIRONMENT\n")
    parts += [f".TP\n.B {each.variable}\n{_roff(each.about)}\n" for each in SETTINGS]
    parts.append(_TAIL)
    return "".join(parts)


def _command(row: CommandRow) -> str:
    lines = [f".SS {_roff(row.words)}", f"{_roff(row.pieces)}"]
    for paragraph in row.paragraphs:
        lines += [".PP", _roff(paragraph)]
    for option in row.options:
        names = ", ".join(rf"\fB{_roff(name)}\fR" for name in option.names)
        value = rf" \fI{_roff(option.value)}\fR" if option.value else ""
        lines += [".TP", names + value, _roff(option.text)]
    if row.examples:
        lines += [".PP", "Examples:", ".RS", ".nf"]
        lines += [rf"{_roff(line)}    # {_roff(what)}" for line, what in row.examples]
        lines += [".fi", ".RE"]
    return "\n".join(each for each in lines if each) + "\n"


def _roff(text: str) -> str:
    """A text in which nothing is a request or an escape."""
    text = re.sub(r"`([^`]*)`", r"\1", text).replace("\\", "\\e").replace("-", "\\-")
    text = text.replace("…", "...").replace("’", "\\(cq")
    return "\\&" + text if text[:1] in (".", "'") else text


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(exist_ok=True)
    target.write_text(page(), encoding="utf-8")
