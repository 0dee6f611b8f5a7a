"""Rules of the simulated modem as a whole: its ports, what it says over AT and DIAG, the way to EDL."""

from __future__ import annotations

import pytest

from modemflash.errors import LinkProblem
from modemflash_sim.quectel_edl.module import EDL_PORT, SimQuectel
from modemflash_sim.quectel_edl.profiles import APPLICATION, EDL, PROFILES
from support.edl_port import HELLO, SWITCH, at, in_firehose, modem


def usb(module: object) -> list[tuple[str, int, str]]:
    return [(port.usb, port.interface, port.role) for port in module.ports]  # type: ignore[attr-defined]


def test_its_ports_have_ids_and_numbers() -> None:
    assert usb(modem("rm520n")) == [
        ("2c7c:0801", 0, "DM"), ("2c7c:0801", 1, "NMEA"), ("2c7c:0801", 2, "AT"), ("2c7c:0801", 3, "modem"),
    ]  # fmt: skip
    assert [row[1] for row in usb(modem("bg95"))] == [0, 1, 2, 4]
    assert usb(modem("rm520n-edl")) == [("05c6:9008", 0, "EDL")]
    assert usb(modem("rm520n-dump")) == [("05c6:900e", 0, "dump")]


def test_the_switch_to_edl() -> None:
    """The same seven bytes come back, then the port leaves, and another one comes."""
    module = modem("eg25")
    host = at(module, "DM")
    assert host.ask(SWITCH, 40) == SWITCH
    with pytest.raises(LinkProblem, match="port-lost"):
        host.hear(1000)
    with pytest.raises(LinkProblem, match="port-lost"):
        host.send(SWITCH)
    assert module.ports == ()
    host.line.sleep_ms(2_000)
    assert usb(module) == [("05c6:9008", 0, "EDL")]
    assert at(module, EDL_PORT).hear() == HELLO
    assert module.verdict.counts["switches"] == 1 and not module.verdict.violations


def test_faults_and_assumptions_of_the_switch() -> None:
    module = modem(assume="echo:no")
    host = at(module, "DM")
    with pytest.raises(LinkProblem):
        host.ask(SWITCH)
    module = modem(fault="no-edl")
    host = at(module, "DM")
    host.send(SWITCH)
    host.line.sleep_ms(600_000)
    assert module.ports == ()
    module = modem(fault="stays")
    host = at(module, "DM")
    assert host.ask(SWITCH) == SWITCH and module.mode == APPLICATION
    module = modem(fault="crash-dump")
    host = at(module, "DM")
    host.send(SWITCH)
    host.line.sleep_ms(5_000)
    assert usb(module) == [("05c6:900e", 0, "dump")]
    module = modem(fault="programmer-runs")
    host = at(module, "DM")
    host.send(SWITCH)
    host.line.sleep_ms(5_000)
    assert at(module, EDL_PORT).ask(b"\0")[:4] == b"<?xm"


def test_the_port_may_leave_when_the_programmer_starts() -> None:
    module = modem(assume="after-sahara:re-enumerates")
    with pytest.raises(LinkProblem):
        in_firehose(module)
    module.advance(module.now_us + 5_000_000)
    assert b"Supported Functions (15)" in at(module, EDL_PORT).hear()


def test_questions_over_diag() -> None:
    host = at(modem("rm520n"), "DM")
    said = host.ask(bytes.fromhex("7E 00 78 F0 7E"))
    assert said[0] == 0 and said[-1] == 0x7E
    assert b"RM520NGLAAR01A05M4G" in host.ask(bytes.fromhex("7C 93 49 7E"))
    assert host.ask(bytes.fromhex("4B 13 01 00 55 59 7E"))[:4] == bytes.fromhex("4B 13 01 00")
    assert host.ask(bytes.fromhex("0C 14 3A 7E"))[:2] == bytes.fromhex("13 0C")  # not known
    assert host.ask(bytes.fromhex("00 78 F1 7E")) == b""  # a wrong checksum


def test_other_requests_go_to_the_server() -> None:
    """With their payload, and the answer goes back in a frame of its own."""
    asked = []

    def server(request: bytes) -> bytes:
        asked.append(request)
        return request + b"\x7e"

    module = modem()
    module.diag = server
    module.resume(APPLICATION)
    said = at(module, "DM").ask(bytes.fromhex("4B 13 0D 00 01 00 00 00 2D 75 7E"))
    assert asked == [bytes.fromhex("4B 13 0D 00 01 00 00 00")]
    assert said[:10] == bytes.fromhex("4B 13 0D 00 01 00 00 00 7D 5E")


def test_its_files_are_read_over_the_same_port() -> None:
    """With its IMEI, its faults and assumptions; what would change them is in its verdict."""
    from modemflash_sim.quectel_edl.hdlc import framed

    module = modem(fault="efs-denied:/nv", assume="efs-query:no")
    host = at(module, "DM")
    assert host.ask(framed(b"\x26\x26\x02" + bytes(130)))[3:12] == bytes.fromhex("08 8A 76 30 04 04 00 00 71")
    assert host.ask(framed(bytes.fromhex("4B130100")))[0] == 0x13
    assert not module.verdict.violations
    host.ask(framed(bytes.fromhex("4B130800") + b"/nv\0"))
    assert len(module.verdict.violations) == 1


def test_what_changes_the_modem_is_refused() -> None:
    from modemflash_sim.quectel_edl.hdlc import framed

    module = modem()
    host = at(module, "DM")
    for request in (b"\x29\x01\0", b"\x41000000", b"\x46" + b"\xfe" * 8, b"\x27\x26\x02" + bytes(130)):
        assert host.ask(framed(request))[0] == 0x13
    port = at(module, "AT")
    for line in (b'AT+EGMR=1,7,"1"', b"AT+QPRTPARA=3", b"AT+CFUN=0", b'AT+QCFG="usbcfg",1'):
        assert b"ERROR" in port.ask(line + b"\r")
    assert len(module.verdict.violations) == 8


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("ATI", "Quectel\r\nRM520N-GL\r\nRevision: RM520NGLAAR01A05M4G"),
        ("AT+QGMR", "RM520NGLAAR01A05M4G_01.001.01.001"),
        ("AT+CGMM", "RM520N-GL"),
        ("AT+GSN", "867034040000017"),
        ("AT+CFUN?", "+CFUN: 1"),
        ('AT+QCFG="usbcfg"', '+QCFG: "usbcfg",0x2C7C,0x0801,1,1,1,1,1,0,0'),
        ("AT+QPRTPARA=4", "+QPRTPARA: 0,0"),
    ],
)
def test_questions_over_at(question: str, answer: str) -> None:
    module = modem("rm520n")
    said = at(module, "AT").ask(question.encode() + b"\r").decode()
    assert said == f"{question}\r\r\n{answer}\r\n\r\nOK\r\n"
    assert not module.verdict.violations


def test_factory_test_mode() -> None:
    port = at(modem("rm520n-cfun5"), "AT")
    assert b"+CFUN: 5" in port.ask(b"AT+CFUN?\r")
    assert b"+CME ERROR: 3" in port.ask(b"AT+CFUN=1\r")
    assert b"867034" not in port.ask(b"AT+CGSN\r")


@pytest.mark.parametrize("name", PROFILES)
def test_each_profile_in_the_mode_that_it_says(name: str) -> None:
    module = modem(name)
    assert module.mode == PROFILES[name].start and not module.verdict.violations
    used = sum(map(len, module.memory.flash.contents.values()))
    assert used < 700_000


def test_what_it_says_after_an_update_may_be_wrong() -> None:
    from modemflash_sim.quectel_edl.packages import PackageMaker

    module = modem(fault="not-updated,other-imei,no-boot")
    host = in_firehose(module)
    host.configure()
    host.write_package(PackageMaker())
    host.restart()
    assert module.mode == EDL
    module.power(False, host.line.now_us)
    module.power(True, host.line.now_us)
    host.line.sleep_ms(30_000)
    port = at(module, "AT")
    assert b"RM502QAEAAR11A03M4G" in port.ask(b"AT+QGMR\r")
    assert b"867034040000025" in port.ask(b"AT+CGSN\r")


def test_another_model_geometry_and_table() -> None:
    assert b"RM500Q-GL" in at(modem(fault="model:RM500Q-GL"), "AT").ask(b"ATI\r")
    host = in_firehose(modem(fault="geometry:2048"))
    host.configure()
    assert b'"page_size":2048' in host.command("getstorageinfo")
    module = modem(fault="moved:2")
    assert module.memory.place("EFS2") == (8, 14) and module.memory.place("RAWDATA") == (22, 2)
    assert module.verdict.cfun == 1


def test_a_table_that_is_not_whole_is_none() -> None:
    """Such as that of a block that is bad."""
    from modemflash_sim.quectel_edl.partition_tables import mibib, read_mibib

    whole = mibib()
    assert read_mibib(whole, 4096)["EFS2"] and read_mibib(whole[:-1], 4096) == read_mibib(b"", 4096) == {}


def test_its_imei_is_the_same_over_diag_and_at_and_after_a_restart() -> None:
    """One memory, whoever asks; with EFS2 empty there is none."""
    module = modem("rm502q", "other-imei")
    for expected in ("867034040000017", "867034040000025"):
        assert module.memory.imei == expected
        assert _told_over_diag(module) == expected
        module.power(False, module.now_us)
        module.power(True, module.now_us + 1_000_000)
        module.advance(module.now_us + 60_000_000)
    assert _told_over_diag(modem("rm520n-cfun5")) == ""


def _told_over_diag(module: SimQuectel) -> str:
    answer = module.diag(b"\x26" + (550).to_bytes(2, "little") + bytes(130))
    if answer[-2:] != bytes(2):
        return ""
    nibbles = "".join(f"{byte & 15:x}{byte >> 4:x}" for byte in answer[4:12])
    return nibbles[1:]
