"""The boards of a fleet, as `fleet.toml` has them.

    [[board]]
    name = "pump-1"
    port = "/dev/ttyACM0"              a device, an address, serial:…, labgrid:…
    mac = "30aea4123456"               what is expected there; all of it may be left out
    imei = "4711"                      its last 4 to 8 digits
    board = "FiPy"
    version = "38638"
    via = "relay"
    consents = ["allow-downgrade", "change-radio nb-iot"]

Rules: a name is one board and a port is one board; what is not understood is
refused, with its line and its board named; a danger is consented to by board, here,
and never for all at once.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from modemflash.errors import Refusal
from modemflash_host.families.plan import AUTO, VIAS
from modemflash_host.families.vocabulary import Danger
from modemflash_host.fleet import labgrid
from modemflash_host.links.names import AUTO as AUTO_PORT
from modemflash_host.links.names import SCHEMES, fault_of, is_address
from modemflash_host.run.expected import NAMES, Expected
from modemflash_host.store.regular_file import NotRegular, TooLarge, read_regular
from modemflash_host.store.settings import loads_toml

_LARGEST_BYTES = 1 << 20
_MOST_BOARDS = 1000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_HEADER = re.compile(r"\s*\[\[\s*[\"']?board[\"']?\s*\]\]")
_KEY = re.compile(r"\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*=")
_KEYS = ("name", "port", "via", "consents", *NAMES)


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """One board of a fleet.

    Attributes:
        name: what people call it.
        port: where it is, see `modemflash_host.fleet.places`.
        via: one of `VIAS`.
        expected: what must be there, by name, as it was written.
        consents: names of dangers, with their subject behind a blank.
    """

    name: str
    port: str
    via: str = AUTO
    expected: Mapping[str, str] = field(default_factory=dict)
    consents: tuple[str, ...] = ()


def read_fleet(path: Path, dangers: Mapping[str, Danger]) -> tuple[BoardEntry, ...]:
    """The boards of a file.

    Args:
        path: the file.
        dangers: what can be consented to, by name.

    Raises:
        Refusal: `fleet-file-missing`, `fleet-file-broken`.
    """
    try:
        data = read_regular(path, _LARGEST_BYTES)
    except (FileNotFoundError, NotADirectoryError, NotRegular):
        raise Refusal("fleet-file-missing", str(path)) from None
    except TooLarge:
        raise _broken(path, "it is larger than any list of boards") from None
    except OSError as error:
        raise _broken(path, error.strerror or "it cannot be read") from None
    text, content = _parsed(path, data)
    lines = _lines_of(text)
    if unknown := sorted(set(content) - {"board"}):
        raise _broken(path, f"{unknown[0]} is not known; each board is a [[board]]")
    tables = content.get("board")
    if isinstance(tables, dict):
        raise _broken(path, "a board begins with [[board]], not with [board]")
    if not isinstance(tables, list) or not tables or not all(isinstance(each, dict) for each in tables):
        raise _broken(path, "there is no [[board]] in it")
    if len(tables) > _MOST_BOARDS:
        raise _broken(path, f"it has more than {_MOST_BOARDS} boards")
    if len(lines) != len(tables):
        lines = [{} for _ in tables]  # written in another way: then a board is named by its number
    boards = tuple(
        _entry(path, number, table, dangers, where)
        for number, (table, where) in enumerate(zip(tables, lines, strict=True), 1)
    )
    for what in ("name", "port"):
        first: dict[str, str] = {}
        for board, where in zip(boards, lines, strict=True):
            value, at = getattr(board, what), f"line {where.get(what, '?')}"
            if value in first:
                both = f" ({first[value]} and {at})" if where else ""
                raise _broken(path, f"two boards have the {what} {value}{both}")
            first[value] = at
    return boards


def _parsed(path: Path, data: bytes) -> tuple[str, Mapping[str, object]]:
    """The text of a file, and what is in it."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _broken(path, f"line {line}: this is no UTF-8 text; save it as UTF-8") from None
    try:
        return text, loads_toml(text)
    except RecursionError:
        raise _broken(path, "it is nested too deeply") from None
    except ValueError as error:
        raise _broken(path, f"{error}{_advice(text, str(error))}") from None


def _advice(text: str, error: str) -> str:
    """What is usually wrong in a line that is no TOML; "" where that is not known."""
    found = re.search(r"line (\d+)", error)
    line = (text.split("\n")[int(found[1]) - 1 :] or [""])[0] if found else ""
    if "\\" in line:
        return "; a text with \\ in it stands in '…'"
    return '; a text stands in quotes, as in port = "COM5"' if "Invalid value" in error else ""


def _lines_of(text: str) -> list[Mapping[str, int]]:
    """Of each [[board]] its line, as "", and those of its keys."""
    found: list[dict[str, int]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if _HEADER.match(line):
            found.append({"": number})
        elif found and (key := _KEY.match(line)):
            found[-1].setdefault(key[1], number)
    return list(found)


def _entry(
    path: Path,
    number: int,
    table: Mapping[str, object],
    dangers: Mapping[str, Danger],
    lines: Mapping[str, int],
) -> BoardEntry:
    name = table.get("name")
    is_named = isinstance(name, str) and _NAME.fullmatch(name) is not None
    who = name if is_named else f"board {number}"

    def refuse(text: str, key: str = "") -> Refusal:
        line = lines.get(key) or lines.get("")
        return _broken(path, f"line {line}: {who}: {text}" if line else f"{who}: {text}")

    for key in table:
        if key not in _KEYS:
            close = difflib.get_close_matches(key, _KEYS, n=1)
            raise refuse(f"{key} is not known" + (f"; {close[0]} is" if close else ""), key)
    if not is_named:
        told = f"{name!r:.60} is no name" if "name" in table else "it has no name"
        raise refuse(f"{told} (letters, digits, . _ -, at most 40)", "name")
    words = {key: value for key, value in table.items() if key != "consents"}
    for key, value in words.items():
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise refuse(f'{key} must be a text, such as {key} = "…"', key)
    port, via = str(words.get("port", "")), str(words.get("via", AUTO))
    if not port:
        raise refuse("it has no port")
    if fault := _fault_of(port):
        raise refuse(fault, "port")
    if via not in VIAS:
        raise refuse(f"via is one of {', '.join(VIAS)}, not {via}", "via")
    expected = {key: str(words[key]) for key in NAMES if key in words}
    for key, value in expected.items():
        try:
            Expected.of_words({key: value})
        except ValueError as error:
            raise refuse(str(error), key) from None
    consents = table.get("consents", [])
    if not isinstance(consents, list) or not all(isinstance(each, str) for each in consents):
        raise refuse('consents must be a list of texts, such as ["allow-downgrade"]', "consents")
    for consent in consents:
        if not _is_consent(consent, dangers):
            raise refuse(f"{consent!r:.60} is no consent", "consents")
    return BoardEntry(str(name), port, via, expected, tuple(consents))


def _fault_of(port: str) -> str:
    """Why this can be the port of no board, in words; "" where it may be one."""
    if port in (AUTO_PORT, "serial:") or port.startswith("-"):
        return f"{port} is not the port of one board"
    if port.startswith(labgrid.SCHEME):
        try:
            labgrid.tags_of(port[len(labgrid.SCHEME) :])
        except Refusal as refusal:
            return f"{port} is no place of labgrid. {refusal.hint.rstrip('.')}"
    elif is_address(port) and (scheme := port.partition("://")[0]) not in SCHEMES:
        return f"{port}: there are no addresses that begin with {scheme}://"
    return fault_of(port)


def _is_consent(text: str, dangers: Mapping[str, Danger]) -> bool:
    """A danger that there is, with its subject where it has one, and with nothing where it has none."""
    name, blank, subject = text.partition(" ")
    danger = dangers.get(name)
    if danger is None or not text.isprintable():
        return False
    if danger.choices:
        return subject in danger.choices
    return bool(subject.strip()) if danger.argument else not blank


def fleet_text(boards: Sequence[BoardEntry], remarks: Mapping[str, str]) -> str:
    """A file for these boards.

    Args:
        boards: in this order.
        remarks: by name of the board: what is said of it in a comment.
    """
    lines = ["# The boards of a fleet. See docs/fleet.md for what else can be said of each."]
    for each in boards:
        lines += ["", "[[board]]"]
        if remark := remarks.get(each.name):
            lines[-1] += f"  # {remark}"
        fields = {"name": each.name, "port": each.port, **each.expected}
        if each.via != AUTO:
            fields["via"] = each.via
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    return "\n".join(lines) + "\n"


def _broken(path: Path, text: str) -> Refusal:
    return Refusal("fleet-file-broken", f"{path}: {text}")
