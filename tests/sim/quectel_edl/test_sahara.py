"""Rules of the simulated boot ROM: the packets of the description, byte for byte, and each fault."""

from __future__ import annotations

import pytest

from modemflash_sim.quectel_edl.module import EDL_PORT
from modemflash_sim.quectel_edl.packages import elf
from modemflash_sim.quectel_edl.profiles import EDL, PROGRAMMER
from support.edl_port import DONE, HELLO, HELLO_RESPONSE, RESET, PlainHost, at, modem


def edl(fault: str = "", assume: str = "", profile: str = "rm502q") -> PlainHost:
    module = modem(profile, fault, assume)
    module.resume(EDL)
    return at(module, EDL_PORT)


def test_the_packets_of_the_description() -> None:
    host = edl()
    assert host.hear() == HELLO
    assert host.ask(HELLO_RESPONSE) == bytes.fromhex("03000000 14000000 0D000000 00000000 34000000")
    programmer = elf(6000, "SDX55")
    assert host.ask(programmer[:0x34]) == bytes.fromhex("03000000 14000000 0D000000 34000000 40000000")
    assert host.ask(programmer[0x34:0x74]) == bytes.fromhex("03000000 14000000 0D000000 74000000 7E0B0000")
    assert host.ask(programmer[0x74 : 0x74 + 0xB7E]) == bytes.fromhex(
        "03000000 14000000 0D000000 F20B0000 7E0B0000"
    )
    assert host.ask(programmer[0xBF2 : 0xBF2 + 0xB7E]) == bytes.fromhex("04000000 10000000 0D000000 00000000")
    assert host.ask(DONE, 100) == bytes.fromhex("06000000 0C000000 01000000")
    assert host.module.mode == PROGRAMMER and not host.module.verdict.violations


def test_reads_of_64_bits() -> None:
    host = edl(profile="rm551e")
    assert host.hear()[8:12] == b"\x03\0\0\0"
    asked = host.ask(HELLO_RESPONSE)
    assert asked == bytes.fromhex("12000000 20000000 0D00000000000000 0000000000000000 4000000000000000")
    host = edl(profile="rm551e")
    host.hear()
    assert b"End of supported functions 15" in host.load(elf(9000, "SDX7X", wide=True))


@pytest.mark.parametrize("order", ["headers", "backward", "twice"])
def test_each_order_of_reads_takes_the_whole_programmer(order: str) -> None:
    host = edl(assume=f"order:{order}")
    host.hear()
    assert b"Binary build date" in host.load(elf(20_000, "SDX55"))


def test_a_programmer_that_is_no_elf_or_for_another_chip() -> None:
    host = edl()
    host.hear()
    assert host.load(b"MZ" + bytes(4000))[12] == 0x14
    host = edl()
    host.hear()
    assert host.load(elf(chip="SDX7X"))[12] == 0x25
    assert host.ask(RESET)[8:] == HELLO  # a session that failed ends with a new one


def test_pending_after_image_13() -> None:
    host = edl(profile="rm520n")
    host.hear()
    assert host.load(elf(chip="SDX6X"))[:12] == bytes.fromhex("06000000 0C000000 00000000")
    assert host.module.mode == PROGRAMMER


def test_questions_in_command_mode() -> None:
    host = edl()
    host.hear()
    asked = HELLO_RESPONSE[:20] + b"\x03\0\0\0" + bytes(24)
    assert host.ask(asked) == bytes.fromhex("0B000000 08000000")
    assert host.ask(bytes.fromhex("0D000000 0C000000 01000000")) == bytes.fromhex(
        "0E000000 10000000 01000000 04000000"
    )
    assert host.ask(bytes.fromhex("0F000000 0C000000 01000000")) == bytes.fromhex("78563412")
    assert host.ask(bytes.fromhex("0C000000 0C000000 00000000")) == HELLO


@pytest.mark.parametrize("poke", [b"\0", b"A", b"\x02"])
def test_a_lost_hello_is_brought_back_by_a_byte(poke: bytes) -> None:
    host = edl("hello-lost")
    assert host.hear(5000) == b""
    assert host.ask(poke) == HELLO
    assert not host.module.verdict.violations


def test_a_hello_is_said_once() -> None:
    """Whoever throws away what waits has lost it."""
    host = edl()
    host.line.sleep_ms(10)
    host.line.drop_input()
    assert host.hear(5000) == b""
    host.send(HELLO_RESPONSE)
    assert host.hear()[:1] == b"\x03"


def test_the_other_ways_to_lose_it() -> None:
    host = edl("hello-lost-response")
    assert host.ask(b"\0", 5000) == b""
    assert host.ask(HELLO_RESPONSE)[:1] == b"\x03"
    host = edl("hello-lost-deaf")
    assert host.ask(HELLO_RESPONSE + RESET, 5000) == b""
    host.module.power(False, host.line.now_us)
    host.module.power(True, host.line.now_us)
    host.line.sleep_ms(60_000)
    assert host.module.mode == "application"


@pytest.mark.parametrize(("fault", "first"), [("stale-end", 4), ("stale-read", 3)])
def test_a_stale_session_is_ended_by_one_reset(fault: str, first: int) -> None:
    host = edl(fault)
    assert host.hear()[0] == first
    assert host.ask(RESET) == bytes.fromhex("08000000 08000000") + HELLO


def test_a_reset_sends_a_whole_modem_back() -> None:
    host = edl()
    host.hear()
    host.send(RESET)
    host.line.sleep_ms(60_000)
    assert host.module.mode == "application"


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        ("huge-read", "03000000 14000000 0D000000 00000000 FFFFFFFF"),
        ("read-outside", "03000000 14000000 0D000000 0000FF7F 34000000"),
        ("image:36", "03000000 14000000 24000000 00000000 34000000"),
        ("packet:0x30", "30000000 10000000 00000000 00000000"),
    ],
)
def test_reads_that_no_host_may_answer(fault: str, asked: str) -> None:
    host = edl(fault)
    host.hear()
    assert host.ask(HELLO_RESPONSE) == bytes.fromhex(asked)


def test_more_faults_of_the_boot_rom() -> None:
    host = edl("end-status:21")
    host.hear()
    assert host.load(elf(chip="SDX55"))[12] == 0x21
    host = edl("die-in-sahara:1000")
    host.hear()
    assert host.load(elf(chip="SDX55")) == b""
    host = edl("garbage:5")
    assert host.hear()[5:] == HELLO
    host = edl("silent-after-hello")
    assert host.hear() == HELLO and host.ask(b"\0" + HELLO_RESPONSE, 5000) == b""
    host = edl("no-programmer")
    host.hear()
    assert host.load(elf(chip="SDX55")) == bytes.fromhex("06000000 0C000000 01000000")
    host = edl("endless-reads")
    host.hear()
    host.ask(HELLO_RESPONSE)
    for _ in range(50):
        assert len(host.ask(bytes(0x34), 50)) == 20
    assert host.module.mode == EDL


def test_a_crash_dump_takes_no_image() -> None:
    module = modem("rm520n-dump")
    host = at(module, "dump")
    assert host.line.port.usb == "05c6:900e"
    assert host.hear() == HELLO[:20] + b"\x02\0\0\0" + bytes(24)
    host.ask(HELLO_RESPONSE)
    assert module.verdict.violations == ("Sahara: an image is offered to a crash dump",)
