"""The real esptool against a simulated ROM loader; its words understood; a silent chip has its own code."""

from __future__ import annotations

import pytest

from modemflash_host.board.tools import esptool
from modemflash_host.board.tools.program import run_program
from modemflash_host.errors import BoardProblem
from modemflash_host.links.usb_ids import DEVICES
from modemflash_sim.board.esp32_rom import Esp32Rom
from modemflash_sim.endpoints.serve import serve
from support.virtual_board import BehavingPython, VirtualBoard

WORDS = """
Connected to ESP32 on /dev/ttyUSB0:
Chip type:          ESP32-D0WDQ6 (revision v1.0)
Features:           Wi-Fi, BT, Dual Core
Crystal frequency:  40MHz
MAC:                24:0a:c4:01:02:03
Detected flash size: 8MB
"""


@pytest.mark.referee
@pytest.mark.slow
def test_the_real_esptool_through_the_rfc2217_endpoint() -> None:
    """Each change of a time-out is negotiated over such a link, so this takes a third of a minute."""
    rom = Esp32Rom()
    with serve(rom, "rfc2217", paced=False) as url:
        found = esptool.chip(url)
    assert (found.name, found.revision, found.flash_mb) == ("ESP32-D0WDQ6", (1, 0), 8)
    assert found.mac == "240ac4010203"
    assert 0x08 in rom.commands and 0x0A in rom.commands


@pytest.mark.referee
@pytest.mark.parametrize(("revision", "flash_mb"), [(0, 4), (3, 8)])
def test_the_real_esptool_through_a_pty(
    revision: int, flash_mb: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pty has no reset lines; the chip waits in its loader already."""
    plain = run_program

    def without_resets(module: str, words: list[str], deadline_s: float, on_wait: object) -> str:
        return plain(module, ["no-reset" if word.endswith("-reset") else word for word in words], deadline_s)

    monkeypatch.setattr(esptool, "run_program", without_resets)
    with serve(Esp32Rom(revision=revision, flash_mb=flash_mb), "pty") as url:
        found = esptool.chip(url)
    assert (found.revision, found.flash_mb) == ((revision, 0), flash_mb)


@pytest.mark.referee
def test_a_chip_that_runs_its_firmware_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(esptool, "CONNECT_ATTEMPTS", "1")
    silent = serve(Esp32Rom(listens=False), "rfc2217", paced=False)
    with silent as url, pytest.raises(BoardProblem, match="esp32-not-in-download-mode"):
        esptool.chip(url)


def test_esptools_words_are_understood() -> None:
    assert esptool.parse(WORDS) == esptool.Chip(
        "ESP32-D0WDQ6", (1, 0), "240ac4010203", 8, "Wi-Fi, BT, Dual Core"
    )
    assert esptool.parse(WORDS.replace("Detected flash size: 8MB", "")).flash_mb == 0
    with pytest.raises(BoardProblem, match="tool-failed"):
        esptool.parse("Chip type: something else")


def test_a_pic_adapter_puts_the_chip_into_its_loader_and_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    board = VirtualBoard(BehavingPython(""), pic=True)
    at_work: list[dict[int, int]] = []

    def tool(module: str, words: list[str], deadline_s: float, on_wait: object) -> str:
        assert not board._is_open
        assert "no-reset" in words
        at_work.append(dict(board.registers))
        return WORDS

    monkeypatch.setattr(esptool, "run_program", tool)
    esptool.chip("/dev/ttyACM0", board.open, DEVICES[0x04D8, 0xF013])
    assert not at_work[0][0x08E] & 1 and not at_work[0][0x00E] & 1, "P2 is held low"
    assert board.registers[0x08E] & 1, "and let go"
    assert board.registers[0x08E] & 0x20, "the reset line is an input again"
    assert len(board.console.resets) == 3  # power, into the loader, out of it


def test_an_adapter_that_does_not_answer_is_said() -> None:
    board = VirtualBoard(BehavingPython(""))
    with pytest.raises(BoardProblem, match="pic-silent"):
        esptool.chip("/dev/ttyACM0", board.open, DEVICES[0x04D8, 0xF013])
    assert not board._is_open


def test_a_program_that_is_not_installed_is_said() -> None:
    with pytest.raises(BoardProblem, match="tool-missing"):
        run_program("no_such_program_of_anybody", [], 1)


def test_without_esptool_nothing_is_touched_and_the_pip_line_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(esptool, "is_installed", lambda module: False)
    board = VirtualBoard(BehavingPython(""), pic=True)
    before = list(board.console.resets)
    with pytest.raises(BoardProblem, match="esptool-missing") as caught:
        esptool.chip("/dev/ttyACM0", board.open, DEVICES[0x04D8, 0xF013])
    assert "pip install" in caught.value.hint and "esp32" in caught.value.hint
    assert not board._is_open and board.console.resets == before
