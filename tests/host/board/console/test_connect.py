"""The escalation: each step is taken when the one before it failed, and no byte goes where it is data."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from modemflash.errors import Problem
from modemflash_host.board.console import connect as escalation
from modemflash_host.board.console import repl
from modemflash_host.board.console.connect import (
    INTERRUPTED,
    MIRROR,
    PIC_RESET,
    REPL,
    SAFE_BOOT,
    connect,
    is_at_work,
    is_binary,
)
from modemflash_host.board.console.identity import need_pycom, read_identity
from modemflash_host.board.console.safe_boot import restart_safely
from modemflash_host.links.open import open_console
from modemflash_host.links.usb_ids import DEVICES, NO_DEVICE
from support.consoles import simulated
from support.virtual_board import IDENTITY, BehavingPython, VirtualBoard

CTRL_F = 0x06
PYSENSE = DEVICES[0x04D8, 0xF012]
EXPANSION_2 = DEVICES[0x0403, 0x6015]


def quiet(_: str) -> None:
    """Nobody listens."""


@pytest.mark.parametrize("main", ["", "polite"])
def test_a_board_that_stops_at_ctrl_c_is_never_reset(main: str) -> None:
    board = VirtualBoard(BehavingPython(main))
    found = connect(board.open, quiet)
    assert (found.state, found.by) == (REPL, INTERRUPTED)
    assert CTRL_F not in board.sent
    assert board.console.resets == ["plain"]


def test_a_program_that_catches_everything_is_skipped_by_a_safe_boot() -> None:
    board = VirtualBoard(BehavingPython("stubborn"))
    found = connect(board.open, quiet)
    assert (found.state, found.by) == (REPL, SAFE_BOOT)
    assert board.console.resets == ["plain", "safe"]
    assert board.sent.count(CTRL_F) == 1


def test_a_program_that_talks_all_the_time_is_skipped_too() -> None:
    board = VirtualBoard(BehavingPython("stubborn", chatter=b"temperature 21.5\r\n"))
    assert connect(board.open, quiet).by == SAFE_BOOT


@pytest.mark.parametrize("main", ["deaf", "detached"])
def test_a_deaf_board_on_a_pic_is_caught_while_it_starts(main: str) -> None:
    board = VirtualBoard(BehavingPython(main), pic=True)
    found = connect(board.open, quiet, PYSENSE)
    assert (found.state, found.by) == (REPL, PIC_RESET)
    assert board.opened == [8, 8], "the console is back on the port that the PIC was reset through"
    assert board.console.resets[-1] == "safe"
    assert board.registers[0x08E] & 0x20, "the reset line is an input again"


@pytest.mark.parametrize(
    ("main", "device", "words"),
    [
        ("deaf", EXPANSION_2, "P12"),
        ("detached", NO_DEVICE, "P12"),
        ("deaf", DEVICES[0x04D8, 0xED14], "button"),
    ],
)
def test_what_no_byte_can_do_is_said_for_this_kind_of_board(main: str, device: object, words: str) -> None:
    board = VirtualBoard(BehavingPython(main))
    with pytest.raises(Problem) as caught:
        connect(board.open, quiet, device)  # type: ignore[arg-type]
    if words == "button":
        assert caught.value.code == "pic-silent"  # this board was given no PIC
    else:
        assert caught.value.code == "board-not-reached"
        assert words in caught.value.happened
    assert not board._is_open


def test_a_board_that_prints_and_hears_nothing_is_told_from_one_that_keeps_its_program() -> None:
    """Text that nothing changes: RX is not wired, or P0 is in use; the program is not to blame."""
    board = VirtualBoard(BehavingPython("deaf", chatter=b"temperature 21.5\r\n"))
    with pytest.raises(Problem) as caught:
        connect(board.open, quiet, EXPANSION_2)
    assert caught.value.code == "board-deaf"
    assert "does not hear you" in caught.value.happened and "RX and P0" in caught.value.hint


@pytest.mark.parametrize("answer", [b"AT\r\r\nOK\r\n", b"\r\nOK\r\n", b"\r\nERROR\r\n"])
def test_mirror_mode_is_recognised_and_gets_no_ctrl_f(answer: bytes) -> None:
    board = VirtualBoard(BehavingPython(""), mirror=answer)
    assert connect(board.open, quiet).state == MIRROR
    assert CTRL_F not in board.sent
    assert board._baud == 921_600


def test_an_adapter_without_921600_is_not_asked_for_mirror_mode() -> None:
    board = VirtualBoard(BehavingPython("stubborn"), fast=False)
    assert connect(board.open, quiet).by == SAFE_BOOT


def test_binary_data_is_left_in_peace() -> None:
    board = VirtualBoard(BehavingPython("stubborn", chatter=bytes(range(128, 256))))
    with pytest.raises(Problem, match="board-binary"):
        connect(board.open, quiet)
    assert CTRL_F not in board.sent


def test_who_forbids_resets_gets_none() -> None:
    board = VirtualBoard(BehavingPython("stubborn"))
    with pytest.raises(Problem, match="board-not-reached"):
        connect(board.open, quiet, may_reset=False)
    assert board.console.resets == ["plain"]


@pytest.mark.parametrize(
    ("heard", "binary"),
    [
        (b"", False),
        (b"\xff\xfe" * 4, False),
        (b"rst:0x1 (POWERON_RESET),boot:0x13\r\n\xff", False),
        ("Temperatur 21 °C, Überlauf\r\n".encode(), False),
        (bytes(range(256)), True),
        (b"\x06\x15" * 20, True),
    ],
)
def test_text_with_some_noise_is_text(heard: bytes, binary: bool) -> None:
    assert is_binary(heard) is binary


def test_a_safe_boot_from_the_raw_repl_comes_back_to_it() -> None:
    board = VirtualBoard(BehavingPython("polite", says=IDENTITY))
    found = connect(board.open, quiet)
    restart_safely(found.repl)
    assert board.console.resets == ["plain", "safe"]
    assert found.repl.value("anything") == IDENTITY


def await_word(url: str, word: bytes) -> None:
    """Until the program on the board has said it."""
    link, clock = open_console(url)
    with closing(link):
        heard, room, start = b"", bytearray(256), clock.ticks_ms()
        while word not in heard:
            heard += room[: link.readinto(room, len(room), 100)]
            assert clock.ticks_diff(clock.ticks_ms(), start) < 30_000, heard


HOSTILE = b"""
import time
said = 0
while True:
    try:
        while True:
            try:
                while True:
                    time.sleep(0.1)
                    said += 1
                    if said < 30:
                        print('busy')
            except:
                print('not me')  # a second Ctrl-C may come just here
    except:
        pass
"""


def test_a_real_hostile_program_and_a_pybytes_build(
    tool: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real Python with bare excepts in main.py, and frozen code that takes its time at each boot."""
    monkeypatch.setattr(escalation, "MIRROR_ANSWER_MS", 50)
    monkeypatch.setattr(repl, "BANNER_MS", 300)
    with simulated(tool, tmp_path, "fipy-1.20.2", files={"/main.py": HOSTILE}, pybytes=True) as board:
        await_word(board.url, b"busy")  # before that a Ctrl-C ends it like any other program
        found = connect(lambda bits: open_console(board.url, data_bits=bits), quiet)
        with closing(found.link):
            assert found.by == SAFE_BOOT
            assert found.repl.run("print(6 * 7)") == b"42\r\n"
        assert board.console.resets == ["plain", "safe"]


@pytest.mark.parametrize(
    ("system", "machine"),
    [
        ("esp32", "Generic ESP32 module with ESP32"),
        ("esp32", "LILYGO TTGO LoRa32 with ESP32"),
        ("espressif", "DOIT ESP32 Development Board with ESP32"),
    ],
)
def test_another_micropython_on_an_esp32_is_told_what_to_install(system: str, machine: str) -> None:
    """Mainline and CircuitPython do not say which board they are on: a GPy with them is no other board."""
    words = (
        f"('{system}', '1.24.1', 'v1.24.1 on 2024-11-29', '{machine}', (1, 24, 1), "
        f"b'$\\n\\xc4\\x01\\x02\\x03', None, None, None, {system == 'esp32'})"
    )
    board = VirtualBoard(BehavingPython("", says=words))
    with pytest.raises(Problem) as caught:
        need_pycom(read_identity(connect(board.open, quiet).repl))
    assert caught.value.code == "board-other-firmware"
    assert "1.20.2.r6" in caught.value.hint and "1.24.1" in caught.value.happened


@pytest.mark.parametrize(
    ("system", "machine"),
    [("rp2", "Raspberry Pi Pico with RP2040"), ("espressif", "Adafruit Feather with ESP32S3"), ("WiPy", "")],
)
def test_a_board_without_the_chip_of_ours_is_told_no_firmware(system: str, machine: str) -> None:
    """Nobody is told to put Pycom's firmware onto another chip."""
    words = f"('{system}', '9.2', '9.2', '{machine}', (3, 4, 0), None, None, None, None, False)"
    board = VirtualBoard(BehavingPython("", says=words))
    with pytest.raises(Problem) as caught:
        need_pycom(read_identity(connect(board.open, quiet).repl))
    assert caught.value.code == "board-not-pycom"


@pytest.mark.parametrize("fault", [KeyboardInterrupt, MemoryError, OSError(5), ImportError()], ids=repr)
def test_what_the_hook_says_at_power_up_is_no_update(
    fault: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A board that resets when its port is opened, with a broken updater: it can be reached, and mended."""

    def broken(*_: object) -> int:
        raise fault

    for name, functions in (("machine", {"reset_cause": broken}), ("pycom", {})):
        monkeypatch.setitem(sys.modules, name, SimpleNamespace(**functions))
    before = set(sys.modules)
    try:
        main_py = importlib.import_module("modemflash.board.install").lines("P10", False)
        if isinstance(fault, ImportError):
            monkeypatch.setattr("modemflash.hook", broken)
        exec(main_py)
    finally:
        for name in set(sys.modules) - before:
            del sys.modules[name]
    said = capsys.readouterr().out
    assert said.startswith("modemflash hook: ")
    assert not is_at_work(said.encode())
