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
refused, with the line's board named; a danger is consented to by board, here,
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
from modemflash_host.links.names import AUTO as AUTO_PORT
from modemflash_host.links.names import fault_of
from modemflash_host.run.expected import NAMES, Expected
from modemflash_host.store.regular_file import NotRegular, TooLarge, read_regular
from modemflash_host.store.settings import loads_toml

_LARGEST_BYTES = 1 << 20
_MOST_BOARDS = 1000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
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
        content = loads_toml(read_regular(path, _LARGEST_BYTES).decode("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError, NotRegular):
        raise Refusal("fleet-file-missing", str(path)) from None
    except TooLarge:
        raise _broken(path, "it is larger than any list of boards") from None
    except OSError as error:
        raise _broken(path, error.strerror or "it cannot be read") from None
    except (ValueError, RecursionError) as error:
        raise _broken(path, str(error)) from None
    if unknown := sorted(set(content) - {"board"}):
        raise _broken(path, f"{unknown[0]} is not known; each board is a [[board]]")
    tables = content.get("board")
    if not isinstance(tables, list) or not tables or not all(isinstance(each, dict) for each in tables):
        raise _broken(path, "there is no [[board]] in it")
    if len(tables) > _MOST_BOARDS:
        raise _broken(path, f"it has more than {_MOST_BOARDS} boards")
    boards = tuple(_entry(path, number, table, dangers) for number, table in enumerate(tables, 1))
    for what in ("name", "port"):
        values = [getattr(each, what) for each in boards]
        if twice := sorted({value for value in values if values.count(value) > 1}):
            raise _broken(path, f"two boards have the {what} {twice[0]}")
    return boards


def _entry(path: Path, number: int, table: Mapping[str, object], dangers: Mapping[str, Danger]) -> BoardEntry:
    name = table.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _broken(path, f"board {number} has no name (letters, digits, . _ -, at most 40)")

    def refuse(text: str) -> Refusal:
        return _broken(path, f"{name}: {text}")

    for key in table:
        if key not in _KEYS:
            close = difflib.get_close_matches(key, _KEYS, n=1)
            raise refuse(f"{key} is not known" + (f"; {close[0]} is" if close else ""))
    words = {key: value for key, value in table.items() if key != "consents"}
    for key, value in words.items():
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise refuse(f'{key} must be a text, such as {key} = "…"')
    port, via = str(words.get("port", "")), str(words.get("via", AUTO))
    if not port:
        raise refuse("it has no port")
    if port in (AUTO_PORT, "serial:", "labgrid:") or port.startswith("-"):
        raise refuse(f"{port} is not the port of one board")
    if fault := fault_of(port):
        raise refuse(fault)
    if via not in VIAS:
        raise refuse(f"via is one of {', '.join(VIAS)}, not {via}")
    expected = {key: str(words[key]) for key in NAMES if key in words}
    try:
        Expected.of_words(expected)
    except ValueError as error:
        raise refuse(str(error)) from None
    consents = table.get("consents", [])
    if not isinstance(consents, list) or not all(isinstance(each, str) for each in consents):
        raise refuse('consents must be a list of texts, such as ["allow-downgrade"]')
    for consent in consents:
        if not _is_consent(consent, dangers):
            raise refuse(f"{consent!r:.60} is no consent")
    return BoardEntry(name, port, via, expected, tuple(consents))


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
