"""Shields with a PIC, from end to end: host, pyserial's RFC 2217 client, a simulated PIC and its board.

Rules: all of it in real time, behind a real socket; the board is the simulated
one with a real MicroPython; what hangs at the address stands in the address.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from modemflash_host.board.console import connect as escalation
from modemflash_host.board.console import repl, session
from modemflash_host.board.console.connect import PIC_RESET, REPL, connect
from modemflash_host.board.pic import pic_channel
from modemflash_host.cli import app
from modemflash_host.cli import board as commands
from modemflash_host.links.usb_ids import DEVICES, PIC_VENDOR
from modemflash_host.run import exit_codes
from modemflash_sim.board import pic as sim_pic
from modemflash_sim.board.pic import PicAdapter
from modemflash_sim.board.serve_board import ServedBoard, serve_board
from modemflash_sim.board.usb_board import UsbBoard
from modemflash_sim.endpoints.rfc2217 import Rfc2217Endpoint
from modemflash_sim.sequans import profiles
from modemflash_sim.sequans.modem import SimModem
from support.desk import make_flash
from support.sinks import reporter

pytestmark = [
    pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning"),  # pyserial 3.5
    pytest.mark.slow,
]

PYSENSE, EXPANSION_3, FTDI = (PIC_VENDOR, 0xF012), (PIC_VENDOR, 0xEF98), (0x0403, 0x6015)
BOOT_MS = 1_500
SECOND_US = 1_000_000
QUICK = profiles.Timing(
    boot_us=SECOND_US // 5,
    updater_start_us=SECOND_US // 2,
    stalls=((30, SECOND_US),),
    install_us=SECOND_US,
    bootrom_install_us=SECOND_US // 5,
)
# Neither Ctrl-C nor Ctrl-F reaches it: its console is away.
HOSTILE = b"""
import os, time
os.dupterm(None)
while True:
    try:
        time.sleep(1)
    except:
        pass
"""


BRIDGE = b"""
from network import LTE
try:
    LTE()
except OSError:
    pass
LTE.modem_upgrade_mode()
"""


@dataclass
class Shield:
    """A board on a shield; read `pic`, `board` and `modem` when nobody talks to it."""

    url: str
    board: UsbBoard
    pic: PicAdapter
    modem: SimModem

    def port(self, device: tuple[int, int] = PYSENSE) -> str:
        """The address, with what is said to hang there."""
        return f"{self.url}#{device[0]:04x}:{device[1]:04x}"


Make = Callable[..., Any]


@pytest.fixture(scope="session")
def flash(tool: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """/flash with the updater and a user's program."""
    return make_flash(tmp_path_factory.mktemp("pic") / "flash", tool("micropython"))


@pytest.fixture
def shield(tool: Callable[[str], Path], flash: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes a board on a shield, behind an endpoint; the keywords say what is special about it."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(repl, "BANNER_MS", 400)
    monkeypatch.setattr(escalation, "RESET_MS", 500)

    @contextmanager
    def make(
        *,
        main: bytes = b"",
        pic: bool = True,
        device: tuple[int, int] = PYSENSE,
        on_for_s: int = 4,
        **switches: Any,
    ) -> Iterator[Shield]:
        path = tmp_path / "flash"
        if main:
            make_flash(path, tool("micropython"), fresh=True, main=main)
        else:
            shutil.copyfile(flash, path)
        modem = SimModem(replace(profiles.find("pycom-catm1"), timing=QUICK))
        board = UsbBoard(
            "gpy-1.20.0", modem, boot_ms=BOOT_MS, interpreter=tool("micropython"), flash=path, heap="5120k"
        )
        adapter = PicAdapter(board, device[1], cuts_power=DEVICES[device].cuts_power, **switches)
        endpoint = Rfc2217Endpoint()
        board.switch_on()
        board.pass_s(on_for_s)
        try:
            with serve_board(ServedBoard(board, endpoint, adapter if pic else None, step_ms=4)):
                yield Shield(endpoint.url, board, adapter, modem)
        finally:
            board.close()
            endpoint.close()

    return make


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]]]:
    """A command line, its exit code and its events."""
    code = app.run([*words, "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def opener(url: str) -> Any:
    return session.open_board_port(url, reporter())


def test_the_command_channel(shield: Make) -> None:
    """At 5 data bits the PIC answers; a reset is a pulse on RC5 that leaves the pin an input."""
    with shield() as there:
        with pic_channel(opener(there.url)) as channel:
            assert channel.firmware() == 8
            channel.reset_board()
        time.sleep(0.2)
        assert there.board.repl.resets == ["plain", "plain"]
        assert [command[0] for command in there.pic.commands].count(sim_pic.MAGIC) == 4
        assert there.pic.registers[sim_pic.TRISC] == 0xFF
    assert len(there.modem.verdict.images) == 0 and there.modem.verdict.mode == "application"


def test_a_deaf_board_is_caught_while_it_starts(shield: Make) -> None:
    """Where Ctrl-C and Ctrl-F are not heard, the PIC resets the board and Ctrl-F meets its start."""
    with shield(main=HOSTILE) as there:
        found = connect(opener(there.url), lambda _: None, DEVICES[PYSENSE])
        assert (found.state, found.by) == (REPL, PIC_RESET)
        assert found.repl.run("print(6 * 7)") == b"42\r\n"
        found.link.close()
    assert there.board.repl.resets[:3] == ["plain", "plain", "safe"]


@pytest.mark.sweep
def test_a_board_in_mirror_mode_is_reset(shield: Make, capsys: pytest.CaptureFixture[str]) -> None:
    """`board reset` gets a board out of its bridge, which no byte can end; the modem does not notice."""
    with shield(main=BRIDGE, on_for_s=12) as there:
        assert there.board.bridge.is_open
        since = there.modem.live.powered_at_us
        code, events = typed(capsys, "board", "reset", "-p", there.port())
        assert (code, events[-1]["code"]) == (exit_codes.DONE, "board-reset")
        assert there.pic.commands
        assert there.board.repl.resets[0] == "plain" and len(there.board.repl.resets) > 2
        assert there.modem.live.powered_at_us == since


def test_a_power_cycle_reaches_the_modem(
    shield: Make, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shield switches the module off and on again: the modem boots, which no reset makes it do."""
    monkeypatch.setattr(commands, "POWER_OFF_S", 1)
    with shield() as there:
        since_us = there.modem.live.powered_at_us
        code, events = typed(capsys, "board", "power-cycle", "-p", there.port())
        assert (code, events[-1]["code"]) == (exit_codes.DONE, "board-power-cycled")
        deadline = time.monotonic() + 20
        while not there.modem.live.powered_at_us > since_us and time.monotonic() < deadline:
            time.sleep(0.05)
        assert there.modem.live.powered_at_us - since_us >= SECOND_US
        code, events = typed(capsys, "board", "info", "-p", there.port())
        assert code == exit_codes.DONE
        assert next(event for event in events if event["event"] == "board")["name"] == "GPy"


def test_a_shield_that_does_not_switch_the_module(
    shield: Make, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the assumption is wrong nothing happens to board and modem, and no success is claimed."""
    monkeypatch.setattr(commands, "POWER_OFF_S", 1)
    with shield(device=EXPANSION_3) as there:
        code, events = typed(capsys, "board", "power-cycle", "-p", there.port(PYSENSE))
        assert (code, events[-1]["code"]) == (exit_codes.DONE, "board-power-cycled")
        assert any("not tried" in event["text"] for event in events if event["event"] == "note")
        assert [command[0] for command in there.pic.commands][-2:] == [sim_pic.SETUP_SLEEP, sim_pic.GO_SLEEP]
        time.sleep(0.1)
        assert there.board.powered and there.modem.live.powered


@pytest.mark.parametrize(
    ("device", "switches", "exit_code", "code", "words"),
    [
        (PYSENSE, {"firmware": 5}, exit_codes.FAILED_UNTOUCHED, "pic-too-old", "5"),
        (PYSENSE, {"pic": False}, exit_codes.FAILED_UNTOUCHED, "pic-silent", "does not answer"),
        (FTDI, {"pic": False}, exit_codes.REFUSED, "pic-needed", "FTDI"),
        (EXPANSION_3, {}, exit_codes.REFUSED, "pic-needed", "Expansion Board 3"),
    ],
)
def test_what_cannot_cut_the_power_is_said(
    shield: Make,
    capsys: pytest.CaptureFixture[str],
    device: tuple[int, int],
    switches: dict[str, Any],
    exit_code: int,
    code: str,
    words: str,
) -> None:
    """An old PIC, a silent one and an adapter that is none are named; the board runs on as before."""
    with shield(**switches) as there:
        ended, events = typed(capsys, "board", "power-cycle", "-p", there.port(device))
        problem = next(event for event in events if event["event"] == "problem")
        assert (ended, problem["code"]) == (exit_code, code)
        assert words in problem["happened"]
        assert there.board.repl.resets == ["plain"] and there.modem.live.powered


def test_a_rate_that_is_refused(shield: Make) -> None:
    """A refused rate costs the rate, not the port, and the one before holds."""
    with shield() as there:
        link, _ = opener(there.url)(8)
        assert link.set_baud(230_400) and link.set_baud(115_200)
        assert not link.set_baud(921_600)
        found = repl.Repl(link, _)
        assert found.enter()
        assert found.run("print(6 * 7)") == b"42\r\n"
        link.close()


@pytest.mark.sweep
def test_a_rate_that_is_swallowed_is_measured(shield: Make, capsys: pytest.CaptureFixture[str]) -> None:
    """An adapter that says yes to 921600 and stays where it was is found out by the echo."""
    with shield(refuses=False) as there:
        code, events = typed(capsys, "info", "-p", there.port(), "--via", "relay")
        assert (code, events[-1]["from_build"]) == (exit_codes.DONE, 38638)


def test_an_update_through_a_shield(shield: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """921600 is refused, a lower rate carries the image, and the modem ends updated."""
    from modemflash_sim.sequans import images

    image = tmp_path / "CATM1-41065.dup"
    image.write_bytes(images.make_full_image(41065, size_bytes=64_000))
    updater = tmp_path / "updater.elf"
    updater.write_bytes(images.make_updater_elf(66_000))
    with shield() as there:
        words = ["update", str(image), "--updater", str(updater), "-p", there.port(), "--via", "relay", "-y"]
        code, events = typed(capsys, *words)
        assert (code, events[-1]["status"]) == (exit_codes.DONE, "updated"), events[-1]
        assert (there.modem.verdict.build, there.modem.verdict.violations) == (41065, ())
        assert max(there.pic.rates) == 230_400
