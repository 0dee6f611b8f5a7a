"""Rules of the simulated GNSS module: the frames of the description, byte for byte, and each fault."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from modemflash_sim.quectel_gnss import assumptions, faults, packages
from modemflash_sim.quectel_gnss.address import GnssLine, open_line, start
from modemflash_sim.quectel_gnss.module import APPLICATION, BARE, COMMAND, SimGnss
from modemflash_sim.quectel_gnss.profiles import PROFILES

SYNC_1, SYNC_2 = bytes.fromhex("09 13 4C 51"), bytes.fromhex("04 A5 03 12")
ANSWER_1, ANSWER_2 = bytes.fromhex("4D 3A FC AA"), bytes.fromhex("A0 5B FD 55")
QUERY = bytes.fromhex("AA 02 71 00 00 DE 7E 15 F0 55")
ERASE = bytes.fromhex("AA 02 03 00 00 89 0B A9 CE 55")
RESET = bytes.fromhex("AA 02 31 00 00 AE E4 98 30 55")
INFO_R02A01S = bytes.fromhex("AA 02 02 00 10 00 29 06 C8 4A B1 AE 2B 00 00 00 00 00 00 00 00 14 0B AF D5 55")
DATA_0 = bytes.fromhex("AA 02 04 00 08 00 00 00 00 70 00 00 00 F7 D0 29 F6 55")
BOOT_1_0_1 = bytes.fromhex("AA 02 00 00 07 02 71 00 00 01 00 01 18 0A 94 D8 55")
INFO_OK = bytes.fromhex("AA 02 00 00 04 02 02 00 00 7B 0A 62 31 55")
ERASE_OK = bytes.fromhex("AA 02 00 00 04 02 03 00 00 7A C8 08 06 55")
DATA_OK = bytes.fromhex("AA 02 00 00 04 02 04 00 00 7F 87 1E 83 55")
RESET_OK = bytes.fromhex("AA 02 00 00 04 02 31 00 00 5D 27 39 F8 55")
DATA_CRC = bytes.fromhex("AA 02 00 00 04 02 04 00 02 91 89 7F AF 55")
DATA_PACKAGE = bytes.fromhex("AA 02 00 00 04 02 04 00 05 0F ED EA 0C 55")
DATA_WRITE = bytes.fromhex("AA 02 00 00 04 02 04 00 21 33 EE 0E DD 55")
ERASE_ERROR = bytes.fromhex("AA 02 00 00 04 02 03 00 20 41 A6 28 CE 55")
VERSION = b"$PQTMVERNO,LG290P03AANR01A06S,2025/09/18,15:57:00*"


class PlainHost:
    """Sends what it is told."""

    def __init__(self, fault: str = "", assume: str = "", profile: str = "lg290p", hand_us: int = 0) -> None:
        chosen = assumptions.parse(assume), faults.parse(fault)
        self.module = SimGnss(PROFILES[profile], *chosen, press_every_us=hand_us)
        self.line = GnssLine(self.module)
        self.line.set_baud(460_800)

    def hear(self, ms: int = 300) -> bytes:
        heard = bytearray()
        buf = bytearray(4096)
        while len(heard) < 100_000 and (got := self.line.readinto(buf, len(buf), ms)):
            heard += buf[:got]
        return bytes(heard)

    def ask(self, data: bytes, ms: int = 300) -> bytes:
        self.line.write(data, 0, len(data))
        return self.hear(ms)

    def synced(self) -> PlainHost:
        self.module.reset()
        self.line.drop_input()
        assert self.ask(SYNC_1, 100).endswith(ANSWER_1)
        assert self.ask(SYNC_2, 100) == ANSWER_2
        return self


def frame(message: int, payload: bytes) -> bytes:
    middle = bytes([2, message]) + len(payload).to_bytes(2, "big") + payload
    return b"\xaa" + middle + zlib.crc32(middle).to_bytes(4, "big") + b"\x55"


def info(image: bytes) -> bytes:
    sealed = zlib.crc32(len(image).to_bytes(4, "little") + image)
    return frame(2, len(image).to_bytes(4, "big") + sealed.to_bytes(4, "big") + bytes(8))


def packets(image: bytes) -> list[bytes]:
    return [
        frame(4, number.to_bytes(4, "big") + image[at : at + 4096])
        for number, at in enumerate(range(0, len(image), 4096))
    ]


def test_the_frames_of_the_description() -> None:
    host = PlainHost().synced()
    assert host.module.mode == COMMAND
    assert host.ask(QUERY) == BOOT_1_0_1
    assert host.ask(INFO_R02A01S) == INFO_OK
    assert host.ask(ERASE, 15_000) == ERASE_OK
    assert host.ask(DATA_0) == DATA_PACKAGE  # only the last block may be short
    assert host.ask(RESET, 100) == RESET_OK


def test_a_whole_update() -> None:
    image = packages.make_package(size=20_000)
    host = PlainHost().synced()
    host.ask(info(image))
    assert host.module.memory.application is not None
    host.ask(ERASE, 15_000)
    assert host.module.memory.application is None
    *most, last = packets(image)
    assert {host.ask(packet) for packet in most} == {DATA_OK}
    assert host.ask(last, 40_000) == DATA_OK
    assert host.ask(RESET, 100) == RESET_OK
    host.line.sleep_ms(2_000)
    verdict = host.module.verdict
    assert (verdict.mode, verdict.version, verdict.updates) == (APPLICATION, "LG290P03AANR02A01S", 1)
    assert verdict.violations == ()
    assert b"$PQTMVERNO,LG290P03AANR02A01S,2025/12/12,11:21:01*1D\r\n" in host.ask(b"$PQTMVERNO*58\r\n", 200)


def test_half_an_update_leaves_no_application_and_the_boot_loader() -> None:
    image = packages.make_package(size=20_000)
    host = PlainHost().synced()
    host.ask(info(image))
    host.ask(ERASE, 15_000)
    host.ask(packets(image)[0])
    host.ask(RESET)
    host.line.sleep_ms(5_000)
    assert host.module.verdict.mode == BARE and host.hear(5_000) == b""
    host.synced()


def test_the_window_is_half_a_second() -> None:
    host = PlainHost()
    host.module.reset()
    host.line.drop_input()
    host.line.sleep_ms(510)
    assert ANSWER_1 not in host.ask(SYNC_1, 100)
    host.module.reset()
    assert host.ask(SYNC_1, 100) == ANSWER_1
    host.line.sleep_ms(1_000)  # the second word does not come: the application starts
    assert host.module.mode == APPLICATION


@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        (b"$PQTMVERNO*58\r\n", VERSION),
        (b"$PQTMUNIQID*16\r\n", b"$PQTMUNIQID,OK,8,"),
        (b"$PQTMCFGUART,R*36\r\n", b"$PQTMCFGUART,OK,1,460800,8,0,1,0*"),
        (b"$PQTMNONE*6A\r\n", b""),
        (b"$PQTMVERNO*59\r\n", b""),
    ],
)
def test_questions_to_the_application(sentence: bytes, answer: bytes) -> None:
    host = PlainHost()
    said = host.ask(sentence, 100)
    assert answer in said and (answer != b"" or VERSION not in said)
    assert host.module.verdict.violations == ()


def test_settings_must_not_be_written() -> None:
    host = PlainHost()
    for sentence in (b"$PQTMRESTOREPAR*13\r\n", b"$PQTMSAVEPAR*5A\r\n"):
        host.ask(sentence, 100)
    assert host.module.verdict.violations == ("PQTMRESTOREPAR", "PQTMSAVEPAR")


def test_the_reset_by_command_opens_the_window() -> None:
    host = PlainHost()
    host.ask(b"$PQTMSRR*4B\r\n", 50)
    host.line.sleep_ms(100)
    assert ANSWER_1 in host.ask(SYNC_1, 100)
    host = PlainHost(assume="command-reset:no-window")
    host.ask(b"$PQTMSRR*4B\r\n", 50)
    host.line.sleep_ms(100)
    assert ANSWER_1 not in host.ask(SYNC_1, 100)


def test_what_a_careful_host_does_not_send() -> None:
    image = packages.make_package(size=20_000)
    host = PlainHost().synced()
    first, second, *_ = packets(image)
    assert host.ask(first) == DATA_PACKAGE
    host.ask(ERASE, 15_000)
    host.ask(info(image))
    host.ask(first)
    host.ask(first)
    host.ask(packets(image)[2])
    host.ask(frame(0x55, b""))
    host.line.write(second + second, 0, 2 * len(second))
    host.hear()
    assert host.module.verdict.violations[:6] == (
        "data before the erase",
        "erase before the facts of the file",
        "packet 0 again",
        "packet 2 of 4096 bytes",
        "message 0x55",
        "a frame before the last one was answered",
    )


def test_a_damaged_frame_is_refused() -> None:
    host = PlainHost().synced()
    host.ask(ERASE, 15_000)
    assert host.ask(DATA_0[:-2] + b"\0\x55") == DATA_CRC


@pytest.mark.parametrize(
    ("assume", "answer"),
    [("bad-image:crc", DATA_CRC), ("bad-image:write", DATA_WRITE), ("bad-image:silent", DATA_OK)],
)
def test_a_whole_image_with_a_wrong_sum(assume: str, answer: bytes) -> None:
    image = packages.make_package(size=20_000)
    host = PlainHost(assume=assume).synced()
    host.ask(info(image[:-1] + b"\0"))
    host.ask(ERASE, 15_000)
    *most, last = packets(image)
    for packet in most:
        host.ask(packet)
    assert host.ask(last, 40_000) == answer


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ("status:erase:20", ERASE_ERROR),
        ("drop:erase", b""),
        ("lose:erase", b""),
        ("twice:erase", ERASE_OK * 2),
        ("stray", b"$GNRMC,10" + ERASE_OK),
        ("echo-0", frame(0, bytes([2, 0, 0, 0]))),
        ("wrong-echo:erase", frame(0, bytes([2, 0x33, 0, 0]))),
        ("corrupt:erase", ERASE_OK[:6] + b"\x02" + ERASE_OK[7:]),
        ("other-class:erase", b"\xaa\x04" + frame(0, b"")[2:3]),
        ("long:erase", b"\xaa\x02\0\x14\0"),
    ],
)
def test_faults_of_an_answer(fault: str, answer: bytes) -> None:
    host = PlainHost(fault).synced()
    host.ask(INFO_R02A01S)
    said = host.ask(ERASE, 15_000)
    assert said.startswith(answer) if answer else said == b""


def test_more_faults() -> None:
    host = PlainHost("silent")
    host.module.reset()
    assert host.ask(SYNC_1, 100) == b""
    host = PlainHost("boot-noise:7")
    host.module.reset()
    host.line.drop_input()
    said = host.ask(SYNC_1, 100)
    assert len(said) == 11 and said.endswith(ANSWER_1)
    host = PlainHost("late:erase:9000").synced()
    assert host.ask(ERASE, 12_000) == b"" and host.hear(2_000) == ERASE_OK
    assert len(PlainHost("endless:erase").synced().ask(ERASE, 15_000)) == 60_000
    for fault in ("flip:0", "swallow:0"):
        host = PlainHost(fault).synced()
        assert host.ask(QUERY) == b"" and host.ask(QUERY) == BOOT_1_0_1


@pytest.mark.parametrize(
    ("fault", "ends"), [("power-cut:6000", BARE), ("reset-at:6000", BARE), ("hang-at:6000", COMMAND)]
)
def test_faults_in_the_middle_of_an_image(fault: str, ends: str) -> None:
    image = packages.make_package(size=20_000)
    host = PlainHost(fault).synced()
    host.ask(info(image))
    host.ask(ERASE, 15_000)
    answers = [host.ask(packet) for packet in packets(image)]
    assert answers[0] == DATA_OK and answers[-1] == b""
    host.line.sleep_ms(5_000)
    assert host.module.mode == ends and host.module.verdict.version == ""


def test_a_hand_at_the_button_leaves_a_session_alone() -> None:
    host = PlainHost(hand_us=5_000_000, profile="lg290p-interrupted")
    host.line.sleep_ms(5_100)
    assert host.ask(SYNC_1, 100) == ANSWER_1
    host.ask(SYNC_2, 100)
    host.line.sleep_ms(20_000)
    assert host.module.mode == COMMAND
    host.line.sleep_ms(60_000)
    assert host.module.mode != COMMAND


def test_a_module_lives_on_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "module.json"
    line = open_line(f"sim://lg290p?state={path}")
    with pytest.raises(OSError, match="another command"):
        open_line(f"sim://lg290p?state={path}")
    line.module.memory.application = None
    line.close()
    assert start(f"sim://lg290p?state={path}").mode == BARE
    with pytest.raises(ValueError, match="holds a simulated lg290p"):
        start(f"sim://lg580p?state={path}")
    kept = json.loads(path.read_text())
    kept["erases"] = "many"
    path.write_text(json.dumps(kept))
    with pytest.raises(ValueError, match="holds no simulated module"):
        start(f"sim://lg290p?state={path}")


@pytest.mark.parametrize("text", ["rain", "status:erase", "late:erase", "silent:1"])
def test_a_fault_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no such fault|takes"):
        faults.parse(text)
