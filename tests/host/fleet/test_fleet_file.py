"""The list of boards: what is read is what was written, and what is not understood is refused by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemflash.errors import Refusal
from modemflash_host.families.vocabulary import Danger
from modemflash_host.fleet.fleet_file import BoardEntry, fleet_text, read_fleet

DANGERS = {
    "allow-downgrade": Danger("risk", "downgrade"),
    "change-radio": Danger("risk", "", "RADIO", ("nb-iot", "cat-m1")),
    "erase": Danger("risk", "erase", "PARTITION"),
}
GOOD = '[[board]]\nname = "pump-1"\nport = "/dev/ttyACM0"\n'


def read(tmp_path: Path, text: str | bytes) -> tuple[BoardEntry, ...]:
    path = tmp_path / "fleet.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_fleet(path, DANGERS)


def test_all_that_can_be_said_of_a_board(tmp_path: Path) -> None:
    [entry] = read(
        tmp_path,
        GOOD
        + 'via = "relay"\nmac = "30:AE:A4:00:00:01"\nimei = "4711"\nboard = "FiPy"\nversion = "38638"\n'
        + 'consents = ["allow-downgrade", "change-radio nb-iot"]\n',
    )
    expected = {"mac": "30:AE:A4:00:00:01", "imei": "4711", "board": "FiPy", "version": "38638"}
    assert entry == BoardEntry(
        "pump-1", "/dev/ttyACM0", "relay", expected, ("allow-downgrade", "change-radio nb-iot")
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no [[board]]"),
        ("x = 1", "x is not known"),
        ("board = 1", "no [[board]]"),
        ("[board]\nname = 1\n", "with [[board]], not with [board]"),
        ("[[board]]\nname = 1\n", "line 2: board 1: 1 is no name"),
        ('[[board]]\nport = "a"\n', "line 1: board 1: it has no name"),
        ('[[board]]\nName = "a"\n', "line 2: board 1: Name is not known; name is"),
        ('[[board]]\nname = "../x"\nport = "a"\n', "line 2: board 1: '../x' is no name"),
        ('[[board]]\nname = "=cmd()"\nport = "a"\n', "is no name"),
        ('[[board]]\nname = "[red]x"\nport = "a"\n', "is no name"),
        ('[[board]]\nname = "pümp"\nport = "a"\n', "is no name"),
        ('[[board]]\nname = "a"\n', "line 1: a: it has no port"),
        ('board = [{name = "a"}]\n', "fleet.toml: a: it has no port"),
        (GOOD + 'prot = "x"\n', "line 4: pump-1: prot is not known; port is"),
        ("# héllo\r\n\r\n" + (GOOD + "version = 5").replace("\n", "\r\n"), "line 6: pump-1: version must"),
        (GOOD + GOOD.replace("1", "2").replace("ACM0", "ACM1") + "mac = 5\n", "line 7: pump-2: mac must"),
        ("[[board]]\nname = pump-1\n", 'line 2, column 8); a text stands in quotes, as in port = "COM5"'),
        ('[[board]]\nport = "\\\\.\\USB"\n', "line 2"),
        ('[[board]]\nport = "C:\\USB"\n', "a text with \\ in it stands in '…'"),
        (b"[[board]]\nname = 'p\xfcmp'\n", "line 2: this is no UTF-8 text; save it as UTF-8"),
        ("x = " + "[" * 5000, "nested too deeply"),
        ('[[board]]\nname = "a"\nport = " "\n', "port must be a text"),
        (GOOD + 'via = "air"\n', "via is one of"),
        (GOOD + "mac = 5\n", "mac must be a text"),
        (GOOD + 'mac = "5"\n', "no address of a board"),
        (GOOD + 'imei = "490154203237518"\n', "last 4 to 8 digits"),
        (GOOD + 'consents = "x"\n', "a list of texts"),
        (GOOD + 'consents = ["yes"]\n', "is no consent"),
        (GOOD + 'consents = ["--erase"]\n', "is no consent"),
        (GOOD + 'consents = ["change-radio"]\n', "is no consent"),
        (GOOD + 'consents = ["change-radio --yes"]\n', "is no consent"),
        (GOOD + 'consents = ["erase "]\n', "is no consent"),
        (GOOD + 'consents = ["allow-downgrade x"]\n', "is no consent"),
        ('[[board]]\nname = "a"\nport = "auto"\n', "not the port of one board"),
        ('[[board]]\nname = "a"\nport = "--yes"\n', "not the port of one board"),
        ('[[board]]\nname = "a"\nport = "serial:"\n', "not the port of one board"),
        ('[[board]]\nname = "a"\nport = "rfc2217://bench1"\n', "needs a host and a port"),
        (
            '[[board]]\nname = "a"\nport = "rfc2217:bench1:4000"\n',
            "line 3: a: rfc2217:bench1:4000: an address",
        ),
        ('[[board]]\nname = "a"\nport = "http://bench1:4000"\n', "no addresses that begin with http://"),
        ('[[board]]\nname = "a"\nport = "labgrid:"\n', "no place of labgrid"),
        ('[[board]]\nname = "a"\nport = "labgrid:tags(modem)"\n', "write labgrid:PLACE"),
        (GOOD + GOOD, "two boards have the name pump-1 (line 2 and line 5)"),
        (
            GOOD + GOOD.replace("pump-1", "pump-2"),
            "two boards have the port /dev/ttyACM0 (line 3 and line 6)",
        ),
        (GOOD.encode("utf-16"), "line 1: this is no UTF-8 text"),
        ("[[board]]\n" * 2000, "more than 1000 boards"),
    ],
)
def test_what_is_not_understood_is_refused_by_its_name(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(tmp_path, text)
    assert caught.value.code == "fleet-file-broken" and told.lower() in caught.value.detail.lower()


def test_what_editors_of_windows_put_in_is_read(tmp_path: Path) -> None:
    """A byte order mark, and lines that end otherwise."""
    [entry] = read(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert entry == BoardEntry("pump-1", "/dev/ttyACM0")


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", tmp_path / "none", tmp_path):
        with pytest.raises(Refusal) as caught:
            read_fleet(path, DANGERS)
        assert caught.value.code == "fleet-file-missing"


names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", fullmatch=True)
ports = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=30).map("/dev/{}".format)


@given(st.lists(st.tuples(names, ports), min_size=1, max_size=5, unique_by=(lambda p: p[0], lambda p: p[1])))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]
) -> None:
    entries = tuple(BoardEntry(name, port, expected={"imei": "0815"}) for name, port in pairs)
    text = fleet_text(entries, {pairs[0][0]: "GM01Q 38638"})
    assert read(tmp_path_factory.mktemp("fleet"), text) == entries
