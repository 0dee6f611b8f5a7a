"""The simulated modem's replies are those of the transcripts."""

import dataclasses
import json
from pathlib import Path

import pytest

from modemflash_sim.sequans import at_texts, faults, profiles
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import SLOW_BAUD
from support.plain_updater import Updater

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "transcripts.json").read_text())


def updater_of(profile: str, mode: str = "application", fault: str = "") -> Updater:
    started = dataclasses.replace(profiles.find(profile), start_mode=mode)
    modem = SimModem(started, faults=faults.parse(fault))
    return Updater(modem, modem.baud)


@pytest.mark.parametrize("talk", VECTORS["talks"], ids=lambda talk: talk["name"])
def test_a_talk_is_what_the_transcript_shows(talk: dict[str, object]) -> None:
    """Every literal of the transcripts, byte for byte."""
    updater = updater_of(str(talk["profile"]), str(talk["mode"]), str(talk["fault"]))
    lines = talk["lines"]
    assert isinstance(lines, list)
    for command, reply in lines:
        heard = updater.at(command) if command else updater.hear_once()
        assert heard == reply.encode()


@pytest.mark.parametrize("row", VECTORS["showver"], ids=lambda row: row["name"])
def test_all_five_variants_of_showver(row: dict[str, object]) -> None:
    """The lines of each variant stand in the reply of its profile, in their order."""
    reply = updater_of(str(row["profile"])).at('AT!="showver"').decode()
    lines = row["lines"]
    assert isinstance(lines, list)
    found = [line.strip() for line in reply.splitlines() if line.strip() in lines]
    assert found[: len(lines)] == lines
    assert reply.startswith("\r\nSYSTEM VERSION\r\n==============\r\n  FIRMWARE VERSION\r\n")


def test_the_newest_factory_build_says_showver_twice() -> None:
    """The whole block comes again behind OK."""
    updater = updater_of("pycom-50523")
    updater.send(b'AT!="showver"\r')
    before, after = updater.hear().split(b"OK\r\n")
    assert before.count(b"Bootloader1* : 5.4.1.0 [50523]") == 1
    assert after.count(b"Bootloader1* : 5.4.1.0 [50523]") == 1


def test_both_crc_fields_of_an_answer_are_zero() -> None:
    """An STP answer carries 0 in both CRC fields, as real modems do."""
    updater = updater_of("pycom-catm1")
    updater.at("AT+SMSTPU")
    row = VECTORS["stp"][0]
    updater.send(bytes.fromhex(row["request"]))
    assert updater.hear() == bytes.fromhex(row["answer"])


@pytest.mark.parametrize(
    ("profile", "mode", "command", "said"),
    [
        ("pycom-catm1", "application", "AT+SMSTPU", (1, 1, 8192)),
        ("pycom-catm1", "recovery", 'AT+SMSTPU="ON_THE_FLY"', (1, 1, 8192)),
        ("pycom-catm1", "boot-loader", "AT+STP", (1, 1, 2048)),
        ("gm02s", "application", "AT+SMSTPU", (1, 2, 8192)),
    ],
)
def test_a_session_says_version_and_size(
    profile: str, mode: str, command: str, said: tuple[int, int, int]
) -> None:
    """Version 1 and 8192 bytes on Pycom's modems, 2048 in the boot loader, version 2 on newer ones."""
    updater = updater_of(profile, mode)
    updater.at("AT")
    assert updater.at(command).endswith(b"OK\n" if mode == "boot-loader" else b"OK\r\n")
    assert updater.open_session() == said


def test_the_boot_loader_changes_its_rate_after_the_answer() -> None:
    """AT+IPR is answered at the old rate; then only the new one works."""
    updater = updater_of("pycom-catm1", "boot-loader")
    assert updater.line.baud == SLOW_BAUD
    updater.at("AT")
    assert updater.at("AT+IPR=921600") == b"OK\r\n"
    assert b"OK" not in updater.at("AT")
    updater.line.set_baud(921600)
    updater.wait(1)
    updater.at("AT")
    assert updater.at("AT+SMOD?") == b"0\r\nOK\r\n"


def test_the_boot_loader_takes_a_bare_line_feed() -> None:
    """LF alone ends a command in the boot loader, and not in the application."""
    boot_loader = updater_of("pycom-catm1", "boot-loader")
    boot_loader.at("AT")
    assert boot_loader.at("AT", end="\n") == b"OK\r\n"
    assert updater_of("pycom-catm1").at("AT", end="\n") == b""


def test_echo_goes_off_with_ate0() -> None:
    """A modem that echoes stops with ATE0."""
    updater = updater_of("gm02s")
    assert updater.at("AT") == b"AT\r\r\nOK\r\n"
    updater.at("ATE0")
    assert updater.at("AT") == b"\r\nOK\r\n"


def test_identity_is_for_the_application() -> None:
    """Boot loader and RECOVERY answer ERROR to identity commands."""
    for mode in ("boot-loader", "recovery", "mtools"):
        updater = updater_of("pycom-catm1", mode)
        updater.at("AT")
        for command in ("ATI1", 'AT!="showver"', "AT+CGSN", "AT+CGMR"):
            assert updater.at(command).endswith(b"ERROR\r\n"), (mode, command)


def test_gm02s_says_who_it_is() -> None:
    """The newer module names itself and its release."""
    updater = updater_of("gm02s")
    updater.at("ATE0")
    assert updater.at("AT+CGMM") == b"\r\nGM02S\r\n\r\nOK\r\n"
    assert b"UE8.0.5." in updater.at("ATI1")


def test_no_device_has_the_imei() -> None:
    """The IMEI starts with zeros: no type of device has that."""
    assert at_texts.fake_imei(5) == "000000000000005"
    assert b"\r\n000000000000000\r\n" in updater_of("pycom-catm1").at("AT+CGSN")
