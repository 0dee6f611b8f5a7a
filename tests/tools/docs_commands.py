"""The site's page of all commands, as Markdown: `python tests/tools/docs_commands.py` prints it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from modemflash_host.run.exit_codes import EXIT_CODES
from tools.command_tree import CommandRow, commands


def page() -> str:
    """The whole page below its title."""
    return "\n".join(map(_section, commands())).rstrip() + "\n"


def _section(row: CommandRow) -> str:
    is_first = row.words == "modemflash"
    lines = ["## The program" if is_first else f"## {row.words.partition(' ')[2]}", ""]
    lines += ["```text", f"{row.words} {row.pieces}".rstrip(), "```", ""]
    for paragraph in row.paragraphs:
        lines += [_plain(paragraph), ""]
    if row.examples:
        lines += ["```text", *(f"{line}    # {what}" for line, what in row.examples), "```", ""]
    if row.options:
        lines += ["| option | |", "|---|---|"]
        for option in row.options:
            typed = ", ".join(f"`{name}`" for name in option.names)
            value = " `{}`".format(option.value.replace("|", "\\|")) if option.value else ""
            lines.append(f"| {typed}{value} | {_plain(option.text)} |")
        lines.append("")
    if row.below:
        lines += ["| command | |", "|---|---|"]
        for name, what in row.below:
            anchor = f"{row.words} {name}".partition(" ")[2].replace(" ", "-")
            lines.append(f"| [{name}](#{anchor}) | {_plain(what)} |")
        lines.append("")
    if is_first:
        lines += ["Exit codes: " + " · ".join(f"{number} {meaning}" for number, meaning in EXIT_CODES), ""]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """A sentence in which nothing is Markdown but what stands in backquotes."""
    pieces = re.split(r"(`[^`]*`)", text)
    escaped = [
        each.replace("|", "\\|") if each.startswith("`") else re.sub(r"([\\*_\[\]<>|#])", r"\\\1", each)
        for each in pieces
    ]
    return "".join(escaped)


if __name__ == "__main__":
    sys.stdout.write(page())
