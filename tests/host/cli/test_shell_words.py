"""What is printed to be pasted means the same words in cmd and PowerShell, by their own rules."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemflash_host.cli.shell_words import command_line

CMD, POWERSHELL = {"PROMPT": "$P$G"}, {"PSModulePath": "x"}
WORDS = [
    "fw.zip", "my firmware.zip", "a&b.zip", "50% off.zip", "$5.zip", "it's.zip", r"C:\new dir\x",
    "C:\\dir \\",
    "(1).dup", "a;b", "a,b", "@x", "`tick`", "^caret^", "%PATH%", "rfc2217://h:1?a=b&c=d", "", "{x}", "a|b>c",
]  # fmt: skip


def program(line: str) -> list[str]:
    """How a program's start takes its command line apart (Microsoft's rules; `""` is not made here)."""
    words, at, word, inside, begun = [], 0, "", False, False
    while at < len(line):
        slashes = len(line[at:]) - len(line[at:].lstrip("\\"))
        at += slashes
        letter = line[at] if at < len(line) else ""
        begun = begun or bool(slashes) or letter not in (" ", "")
        if letter == '"':
            word += "\\" * (slashes // 2)
            word, inside = (word + '"', inside) if slashes % 2 else (word, not inside)
        elif letter == " " and not inside:
            word += "\\" * slashes
            if begun:
                words.append(word)
            word, begun = "", False
        else:
            word += "\\" * slashes + letter
        at += 1
    return [*words, word] if begun else words


def cmd(line: str) -> str:
    """What cmd hands on: variables first, then carets; nothing that ends a command may be left bare."""
    line = re.sub(r"%(\w+)%", lambda found: {"PATH": "C:\\bin"}.get(found[1], found[0]), line)
    out, inside, at = "", False, 0
    while at < len(line):
        letter = line[at]
        if letter == '"':
            inside = not inside
        elif letter == "^" and not inside:
            at += 1
            letter = line[at]
        else:
            assert inside or letter not in "&|<>()", line
        out += letter
        at += 1
    return out


def powershell(line: str) -> list[str]:
    """The arguments that PowerShell makes of a line; nothing may be expanded."""
    words, at = [], 0
    while at < len(line):
        if line[at] == " ":
            at += 1
        elif line[at] == "'":
            found = re.compile(r"'((?:[^']|'')*)'").match(line, at)
            assert found, line
            words.append(found[1].replace("''", "'"))
            at = found.end()
        elif line[at] == '"':
            found = re.compile(r'"([^"$`]*)"').match(line, at)
            assert found, line
            words.append(found[1])
            at = found.end()
        else:
            found = re.compile(r"[^\s'\"$`;&|<>(){},@#][^\s'\"$`;&|<>(){},]*").match(line, at)
            assert found, line
            words.append(found[0])
            at = found.end()
    return words


@pytest.mark.parametrize("word", WORDS)
def test_cmd(word: str) -> None:
    line = command_line(["modemflash", word, "-y"], "nt", CMD)
    assert program(cmd(line)) == ["modemflash", word, "-y"]


@pytest.mark.parametrize("word", [word for word in WORDS if not word.endswith("\\")])
def test_powershell(word: str) -> None:
    line = command_line(["modemflash", word, "-y"], "nt", POWERSHELL)
    assert powershell(line) == ["modemflash", word, "-y"]


@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc", "Cf", "Zs"]), max_size=12))
def test_any_word_in_cmd(word: str) -> None:
    line = command_line(["modemflash", word], "nt", CMD)
    assert program(cmd(line)) == ["modemflash", word]


@pytest.mark.parametrize("word", ["my firmware.zip", "a&b.zip", "(1).dup", "a;b", "it's.zip"])
def test_one_line_for_both_where_there_is_one(word: str) -> None:
    assert command_line([word], "nt", CMD) == command_line([word], "nt", POWERSHELL)
