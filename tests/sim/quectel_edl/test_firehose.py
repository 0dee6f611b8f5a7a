"""Rules of the simulated programmer: what it takes, what it refuses, and each fault."""

from __future__ import annotations

import hashlib

import pytest

from modemflash.errors import LinkProblem
from modemflash_sim.quectel_edl.module import EDL_PORT
from modemflash_sim.quectel_edl.packages import PackageMaker, erase, program
from modemflash_sim.quectel_edl.partition_tables import LAYOUT, mibib
from modemflash_sim.quectel_edl.profiles import APPLICATION, EDL, PROGRAMMER
from support.edl_port import PlainHost, at, in_firehose, modem


def started(fault: str = "", assume: str = "", profile: str = "rm502q") -> PlainHost:
    host = in_firehose(modem(profile, fault, assume))
    assert b"ACK" in host.configure()
    return host


def line(text: str) -> str:
    return text[1:-2]


def test_a_whole_update() -> None:
    """Erases with sector 0 first, images with sector 0 last, reset: the new revision, and EFS2 as it was."""
    host = started()
    maker = PackageMaker()
    host.write_package(maker)
    assert b'value="ACK"' in host.command('power value="reset" DelayInSeconds="1"', 100)
    host.line.sleep_ms(30_000)
    verdict = host.module.verdict
    assert verdict.mode == APPLICATION and verdict.revision == "RM502QAEAAR11A04M4G_01.001.01.001"
    assert verdict.efs2_unchanged and not verdict.changed and not verdict.torn and verdict.cfun == 1
    assert verdict.violations == ()
    boot = maker.files["update/boot.img"].ljust(3 * 4096, b"\0")
    assert f"boot {hashlib.sha256(boot).hexdigest()}" in verdict.images
    assert host.module.memory.flash.content(26, 1)[: len(boot)] == boot
    assert verdict.counts.pop("image_us") // 100_000 == 25  # this host waits half a second before each image
    assert verdict.counts == {
        "switches": 0, "programmers": 1, "erases": 5, "programs": 5, "reads": 0, "resets": 1,
        "image_bytes": (4 * 3 + 4) * 4096,
    }  # fmt: skip


def test_configure_names_what_it_takes() -> None:
    host = in_firehose(modem())
    refused = host.configure(16384)
    assert b'value="NAK"' in refused and b'MaxPayloadSizeToTargetInBytes="8192"' in refused
    taken = host.configure(8192)
    assert b'value="ACK"' in taken and b'MaxPayloadSizeToTargetInBytesSupported="8192"' in taken
    assert b'MaxXMLSizeInBytes="4096"' in taken
    host = in_firehose(modem(fault="nak-payload:1024"))
    assert b'MaxPayloadSizeToTargetInBytes="1024"' in host.configure(8192)
    assert b"ACK" in host.configure(1024)


@pytest.mark.parametrize("protected", [8, 9, 20, 34])
@pytest.mark.parametrize("how", ["erase", "program"])
def test_each_change_of_a_protected_block_is_a_violation(protected: int, how: str) -> None:
    host = started()
    if how == "erase":
        assert b"ACK" in host.command(line(erase(protected, 1)))
    else:
        host.command(line(program(protected, 1, "x")))
        assert b"ACK" in host.ask(b"\0" * 4096 * 64)
    verdict = host.module.verdict
    [name] = [text for text in verdict.violations if "must stay" in text]
    assert name.split()[0] == host.module.memory.partition_at(protected)
    assert verdict.efs2_unchanged is (protected > 19)


def test_an_image_that_runs_over_the_end_of_its_partition() -> None:
    host = started()
    host.command(line(program(4, 5, "x")))
    host.ask(b"\0" * 4096 * 64 * 5)
    assert "EFS2" in host.module.verdict.changed


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (line(erase(22, 4)).replace('start_sector="1408"', 'start_sector="1409"'), b"start_sector unaligned"),
        (line(erase(22, 4, page=2048)), b"start_sector unaligned"),
        (line(erase(50, 20)), b"behind the flash"),
        ('erase SECTOR_SIZE_IN_BYTES="512" start_sector="0"', b"num_partition_sectors"),
        ("firmwarewrite", b"not supported"),
        ('getsha256digest num_partition_sectors="1" start_sector="0"', b"not supported"),
        ('power value="off"', b"not supported"),
    ],
)
def test_what_is_refused_changes_nothing(asked: str, said: bytes) -> None:
    host = started()
    answer = host.command(asked)
    assert said in answer and b'value="NAK"' in answer
    assert not host.module.verdict.torn


def test_what_a_careful_program_does_not_send() -> None:
    host = in_firehose(modem())
    host.command(line(erase(22, 4)))
    host.configure()
    host.command(line(erase(22, 4)))
    host.command(line(erase(0, 4)))
    host.command(line(program(0, 1, "x")))
    host.ask(bytes(4096 * 64))
    host.command(line(program(0, 1, "x")))
    host.ask(b"\x01" * 4096 * 64)
    host.command('patch filename="partition.mbn" start_sector="1" value="1"')
    host.ask(b"\x7e\x00\x78\xf0\x7e")
    assert host.module.verdict.violations == (
        "Firehose: erase before configure",
        "TZ was erased while SBL was whole",
        "SBL was written before TZ",
        "an image at block 0 without an erase before it",
        "Firehose: a patch of 'partition.mbn', which is a file",
        "Firehose: no document: 7e 00 78 f0 7e",
    )


def test_read_gives_what_stands_there() -> None:
    host = started()
    efs2 = host.module.memory.flash.content(8, 12)
    heard = host.command(line(erase(8, 12)).replace("erase", "read"))
    first, _, rest = heard.partition(b'rawmode="true" /></data>')
    assert first and rest[: len(efs2)] == efs2 and b'rawmode="false"' in rest[len(efs2) :]
    assert host.module.verdict.violations == ()
    host = started(assume="read-blank:ee")
    heard = host.command(line(erase(8, 12)).replace("erase", "read"))
    assert heard.count(b"\xee" * 4096) >= 10 * 64
    host = started(assume="read:no")
    assert b'value="NAK"' in host.command(line(erase(8, 12)).replace("erase", "read"))
    host = started("short-read")
    assert len(host.command(line(erase(8, 12)).replace("erase", "read"))) < len(efs2)


def test_bad_blocks() -> None:
    host = started("bad-block:23")
    assert b"Skipping: bad block 0x17" in host.command(line(erase(22, 4)))
    host.command(line(program(22, 2, "x")))
    image = bytes(range(256)) * 16 * 128
    assert b"ACK" in host.ask(image)
    assert host.module.memory.flash.read(22) + host.module.memory.flash.read(24) == image
    host = started("bad-block:23", "program-bad:fail")
    host.command(line(erase(22, 4)))
    host.command(line(program(22, 2, "x")))
    assert b"NAK" in host.ask(image)


def test_storage_info_is_not_xml() -> None:
    host = started()
    said = host.command('getstorageinfo physical_partition_number="0"')
    assert b'"total_blocks":60, "block_size":262144, "page_size":4096' in said


def test_one_byte_is_answered_in_xml() -> None:
    """Report 003: who takes `<?xm` for a number reads 1836597052."""
    module = modem("rm520n-programmer")
    host = at(module, EDL_PORT)
    assert host.hear(5000) == b""
    said = host.ask(b"\0")
    assert int.from_bytes(said[:4], "little") == 1836597052
    assert b"ACK" in host.command("nop")
    assert not module.verdict.violations


@pytest.mark.parametrize("fault", ["split-xml:3", "merge-xml", "malformed-logs", "noise-log", "log-flood:50"])
def test_faults_that_leave_the_update_as_it_is(fault: str) -> None:
    host = started(fault)
    host.write_package(PackageMaker())
    assert not host.module.verdict.torn and not host.module.verdict.violations


@pytest.mark.parametrize(
    ("fault", "torn"),
    [
        ("nak:erase=2", {"SBL"}),
        ("nak:command=4", {"SBL", "MIBIB"}),
        ("nak:program=1", "all"),
        ("nak:data=3", "all"),
    ],
)
def test_a_stage_is_refused_once(fault: str, torn: object) -> None:
    host = started(fault)
    with pytest.raises(AssertionError):
        host.write_package(PackageMaker())
    found = set(host.module.verdict.torn)
    assert found == torn if torn != "all" else "SBL" in found
    host.write_package(PackageMaker())
    assert not host.module.verdict.torn


@pytest.mark.parametrize("fault", ["die:erase=2", "die:data=2", "die-at-byte:20000"])
def test_a_modem_that_died_needs_its_power_cut(fault: str) -> None:
    host = started(fault)
    with pytest.raises(AssertionError):
        host.write_package(PackageMaker())
    assert host.command("nop") == b""
    host.module.power(False, host.line.now_us)
    host.module.power(True, host.line.now_us)
    host.line.sleep_ms(10_000)
    assert host.module.mode == EDL and host.module.verdict.efs2_unchanged


@pytest.mark.parametrize("where", ["{}:erase=2", "{}:program=2", "{}:data=2", "{}-at-byte:20000"])
@pytest.mark.parametrize(("how", "mode"), [("lost", PROGRAMMER), ("power", EDL)])
def test_link_and_power_are_lost_and_come_back(where: str, how: str, mode: str) -> None:
    """After a lost link the programmer still runs; after a lost power the boot ROM asks again."""
    host = started(where.format(how))
    with pytest.raises((AssertionError, LinkProblem)):
        host.write_package(PackageMaker())
    assert host.line.port.is_gone
    host.line.sleep_ms(10_000)
    assert host.module.mode == mode
    again = at(host.module, EDL_PORT)
    if mode == EDL:
        again = in_firehose(host.module)
    again.configure()
    again.write_package(PackageMaker())
    verdict = host.module.verdict
    assert not verdict.torn and verdict.efs2_unchanged and not verdict.violations


def test_a_transfer_may_be_waited_for_after_a_lost_link() -> None:
    host = started("lost-at-byte:5000", "lost-link:waits")
    with pytest.raises((AssertionError, LinkProblem)):
        host.write_package(PackageMaker())
    host.line.sleep_ms(10_000)
    assert at(host.module, EDL_PORT).command("nop") == b""


def test_more_faults_of_the_programmer() -> None:
    assert len(in_firehose(modem(fault="endless-xml")).configure()) > 1_000_000
    assert b'value="ack"' in in_firehose(modem(fault="lowercase-ack")).configure()
    assert b'value="NAK"' in in_firehose(modem(fault="nak-configure")).configure()
    assert host_of("no-greeting").hear() == b""
    host = started("no-power-ack")
    with pytest.raises(LinkProblem, match="port-lost"):
        host.command('power value="reset"')
    host = started("late:erase=1:20000")
    assert host.command(line(erase(0, 4)), 15_000) == b""
    assert b"ACK" in host.hear(6_000)


def host_of(fault: str) -> PlainHost:
    return in_firehose(modem(fault=fault))


def test_where_a_modem_finds_itself_with_a_broken_chain() -> None:
    """As long as the first boot loader is away it is EDL; else it depends."""
    for assume, mode in (("broken-chain:edl", EDL), ("broken-chain:dump", "crash-dump")):
        host = started(assume=assume)
        host.command(line(erase(22, 4)))
        host.restart()
        assert host.module.mode == mode


def test_a_table_that_moves_efs2_loses_it() -> None:
    host = started()
    rows = PackageMaker().files["update/firehose/partition_complete_p4K_b256K.mbn"]
    moved = tuple((name, at + 1 if name == "EFS2" else at, n, image) for name, at, n, image in LAYOUT)
    assert rows != mibib(moved)
    maker = PackageMaker()
    maker.files["update/firehose/partition_complete_p4K_b256K.mbn"] = mibib(moved)
    host.write_package(maker)
    host.restart()
    assert host.module.mode == APPLICATION and host.module.verdict.cfun == 5
