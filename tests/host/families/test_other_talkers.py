"""Text that belongs to others is recognised by every family before anything but text is sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modemflash.errors import Problem
from modemflash.line import Line
from modemflash.modem import find
from modemflash_host.families.plan import Request
from modemflash_host.families.quectel_edl.questions import ask_diag
from modemflash_host.families.quectel_gnss.job import GnssJob
from modemflash_host.families.registry import FAMILIES
from modemflash_host.links.talkers import AT_MODEM, GNSS, refuse_others
from modemflash_sim.endpoints.virtual import VirtualLine
from support.gnss import MemoryJournal
from support.sinks import reporter
from support.table_modem import TableModem

Look = Callable[[Line], object]
LOOKS: dict[str, tuple[Look, str]] = {
    "sequans": (lambda line: find(line, 5_000, who_else=refuse_others), AT_MODEM),
    "quectel-gnss": (lambda line: GnssJob(line, Request("/dev/ttyUSB9"), MemoryJournal()).look(), GNSS),
    "quectel-edl": (ask_diag, ""),
}
PROMPT = b"\r\nNameError: name 'AT' isn't defined\r\n>>> "
TALKERS = {
    "a Python prompt": ("board-console", PROMPT),
    "a board that starts": (
        "board-console",
        b"\r\nets Jun  8 2016\r\n\r\nrst:0x1 (POWERON_RESET)\r\n",
    ),
    "a login": ("other-device", b"\r\nopenwrt login: "),
    "U-Boot": ("other-device", b"Unknown command 'AT' - try 'help'\r\n=> "),
    "BusyBox": ("other-device", b"\r\n-sh: AT: not found\r\n# "),
    "ESP-IDF": ("other-device", b"\r\nUnrecognized command\r\nesp32> "),
    "Zephyr": ("other-device", b"\r\nAT: command not found\r\n\x1b[1;32muart:~$ \x1b[m"),
    "a 3D printer": ("other-device", b'echo:Unknown command: "AT"\nok\n'),
    "a switch": ("other-device", b"\r\n% Invalid input detected at '^' marker.\r\n\r\nSwitch>"),
    AT_MODEM: ("other-device", b"\r\nERROR\r\n"),
    GNSS: ("other-device", b"$GNGGA,120000.00,,,,,0,,,,,,,*54\r\n"),
}


class Talker(TableModem):
    """Says the same every half second, and to whatever it is asked."""

    def __init__(self, words: bytes) -> None:
        super().__init__({}, 115_200, unasked=((0.05, 0.5, words),))
        self.words = words

    def answer(self, command: str) -> bytes:
        return self.words


@pytest.mark.parametrize(
    ("family", "talker"),
    [(family, talker) for family, (_, ours) in LOOKS.items() for talker in TALKERS if talker != ours],
)
def test_whoever_else_talks_is_named_and_gets_no_binary_byte(family: str, talker: str) -> None:
    look, _ = LOOKS[family]
    code, words = TALKERS[talker]
    device = Talker(words)
    port = VirtualLine(device)
    port.set_baud(115_200)
    with pytest.raises(Problem) as raised:
        look(Line(port, port, reporter()))
    assert raised.value.code == code
    assert not device.binary


def test_every_family_has_its_look_here() -> None:
    assert {family.name for family in FAMILIES} == set(LOOKS)
