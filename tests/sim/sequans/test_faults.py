"""Every fault of the simulated modem does what its sentence says, the same at every run."""

import itertools
import struct
from pathlib import Path

import pytest

from modemflash_sim.sequans import faults, images, profiles
from modemflash_sim.sequans import stp_frames as frames
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import FAST_BAUD, SLOW_BAUD, Timing
from modemflash_sim.sequans.stp_frames import Request
from support.plain_updater import Updater

ON_THE_FLY = 'AT+SMSTPU="ON_THE_FLY"'
IMAGE = images.make_full_image(41065, size_bytes=20_000)
RESET = Request(frames.RESET, 0, 0, b"")


def faulty(fault: str, mode: str = "application", seed: int = 0) -> Updater:
    started = profiles.find("pycom-catm1", start_mode=mode, timing=Timing(stalls=()))
    modem = SimModem(started, faults=faults.parse(fault), seed=seed)
    return Updater(modem, modem.baud)


def in_session(fault: str, seed: int = 0) -> Updater:
    updater = faulty(fault, "recovery", seed)
    updater.at(ON_THE_FLY)
    return updater


def answers(fault: str, count: int = 40, seed: int = 0) -> list[bytes]:
    """What comes back for so many RESETs, one after the other."""
    updater = in_session(fault, seed)
    heard = []
    for _ in range(count):
        updater.send(frames.request_bytes(RESET))
        heard.append(updater.hear(1_500))
    return heard


GOOD = frames.answer(RESET, 0x80, b"", with_crc=False)


# -- the text ----------------------------------------------------------------


def test_faults_are_read_from_text() -> None:
    """Names with arguments; what is left out is the default."""
    parsed = faults.parse("drop:0.5, mute:3,die")
    assert parsed.number("drop") == 0.5
    assert (parsed.number("mute"), parsed.number("mute", 1)) == (3, 0)
    assert parsed.number("die") == 3
    assert not parsed.on("flip")
    assert faults.parse(str(parsed)) == parsed
    assert faults.parse("") == faults.Faults()


@pytest.mark.parametrize(
    "text", ["nonsense", "drop:x", "drop:-1", "drop:1:2", "other-mode:moon", "in-transfer:1", "mute:nan"]
)
def test_a_wrong_fault_is_refused(text: str) -> None:
    """With a sentence that names the fault or what there is."""
    with pytest.raises(ValueError, match="fault"):
        faults.parse(text)


def test_every_fault_is_tested_here() -> None:
    """No name in the table without a test in this file."""
    text = Path(__file__).read_text(encoding="utf-8")
    missing = [name for name in faults.FAULTS if f'"{name}' not in text and f",{name}" not in text]
    assert missing == []


# -- the wire ----------------------------------------------------------------


@pytest.mark.parametrize("fault", ["drop:0.3", "drop-to:0.3", "drop-from:0.3"])
def test_dropped_messages(fault: str) -> None:
    """Some answers never come, the others are whole."""
    heard = answers(fault)
    assert set(heard) == {b"", GOOD}


def test_flipped_bits() -> None:
    """To the modem: not answered. From the modem: one bit differs."""
    assert set(answers("flip-to:0.3")) == {b"", GOOD}
    for heard in answers("flip-from:0.5"):
        bits = sum(bin(a ^ b).count("1") for a, b in zip(heard, GOOD, strict=True))
        assert bits in (0, 1)
    assert any(heard not in (GOOD, b"") for heard in answers("flip:0.5"))


def test_doubled_messages() -> None:
    """Either direction gives a second answer, and no violation."""
    for fault in ("duplicate-to:0.3", "duplicate-from:0.3", "duplicate:0.3"):
        assert GOOD * 2 in answers(fault)
    updater = in_session("duplicate-to:1")
    for request in (RESET, Request(frames.OPEN_SESSION, 1, 1, b"")):
        updater.send(frames.request_bytes(request))
        updater.hear(1_500)
    assert updater.modem.verdict.violations == ()


@pytest.mark.parametrize("fault", ["delay:1:700", "delay-to:1:700", "delay-from:1:700"])
def test_delayed_messages(fault: str) -> None:
    """The answer comes so much later."""
    updater = in_session(fault)
    start_ms = updater.line.ticks_ms()
    assert updater.ask(RESET)[:8] == GOOD[:8]
    assert 700 <= updater.line.ticks_ms() - start_ms < 1_500


def test_a_late_message_comes_even_after_a_pause() -> None:
    """A message on its way is not forgotten when the one before it is given up."""
    updater = in_session("delay-to:1:3000")
    updater.send(frames.request_bytes(RESET))
    updater.line.sleep_ms(1_500)
    updater.send(frames.request_bytes(RESET))
    assert updater.hear(4_000) == GOOD * 2
    updater.send(frames.request_bytes(RESET))
    updater.modem.power(False, updater.line.now_us)
    assert updater.hear(4_000) == b""


def test_the_at_dialogue_is_spared_unless_asked_for() -> None:
    """AT has no checksum: it is only corrupted with `corrupt-at`."""
    assert faulty("drop:1").at("AT") == b"\r\nOK\r\n"
    assert faulty("drop:1,corrupt-at").at("AT") == b""
    assert faulty("flip-from:1,corrupt-at").at("AT") not in (b"", b"\r\nOK\r\n")


def test_the_same_seed_has_the_same_luck() -> None:
    """Two runs are one run; another seed is another one."""
    assert answers("drop:0.4") == answers("drop:0.4")
    assert answers("drop:0.4") != answers("drop:0.4", seed=1)


# -- the output ---------------------------------------------------------------


def test_mute_for_a_time() -> None:
    """Deaf and silent for ten seconds after power on, then all is well."""
    updater = faulty("mute:10")
    assert updater.at("AT", timeout_ms=9_000) == b""
    updater.wait(2)
    assert updater.at("AT") == b"\r\nOK\r\n"


def test_mute_from_a_time_on() -> None:
    """Fifteen silent minutes in the middle, and then answers."""
    updater = faulty("mute:900:5")
    assert updater.at("AT") == b"\r\nOK\r\n"
    updater.wait(5)
    assert updater.at("AT", timeout_ms=890_000) == b""
    updater.wait(20)
    assert updater.at("AT") == b"\r\nOK\r\n"


def test_wedged() -> None:
    """Only a power cut that is long enough makes it talk, and as often as asked for."""
    updater = faulty("wedged:10:2")
    modem = updater.modem
    heard = []
    for off_s in (4, 10, 9, 11):
        heard.append(updater.at("AT", timeout_ms=500))
        modem.power(False, modem.now_us)
        updater.wait(off_s)
        modem.power(True, modem.now_us)
        updater.wait(20)
    assert set(heard) == {b""}
    assert updater.at("AT").endswith(b"\r\nOK\r\n")


def test_nuls() -> None:
    """One to three NULs for whatever it is sent."""
    updater = faulty("nuls:5")
    updater.send(b"AT\r\n")
    heard = updater.hear(1_000)
    assert heard.strip(b"\0") == b""
    assert 1 <= len(heard) <= 3
    updater.wait(6)
    assert updater.at("AT") == b"\r\nOK\r\n"


def test_other_rates() -> None:
    """It starts at the other rate, or comes up at it after a mode change."""
    assert faulty("starts-at-other-rate").modem.baud == SLOW_BAUD
    assert faulty("starts-at-other-rate", "boot-loader").modem.baud == FAST_BAUD
    updater = faulty("other-rate:1")
    updater.switch(3)
    assert updater.modem.baud == SLOW_BAUD
    updater.switch(1)
    assert updater.modem.baud == FAST_BAUD


def test_noise_at_the_wrong_rate() -> None:
    """Both ways; the first command at the right rate is then answered ERROR."""
    updater = faulty("")
    updater.line.set_baud(SLOW_BAUD)
    heard = updater.at("AT")
    assert b"OK" not in heard
    updater.line.set_baud(FAST_BAUD)
    updater.hear()
    assert updater.at("AT") == b"\r\nERROR\r\n"
    assert updater.at("AT") == b"\r\nOK\r\n"
    updater.send(b"AT\r")
    updater.line.baud = SLOW_BAUD
    assert b"OK" not in updater.hear()


def test_data_mode() -> None:
    """Only `+++` with a second of quiet before and after leads out of it."""
    updater = faulty("data-mode")
    assert updater.at("AT") == b""
    updater.send(b"+++")
    updater.line.sleep_ms(500)
    updater.send(b"x")
    assert updater.hear() == b""
    updater.send(b"+++")
    assert updater.hear() == b"\r\nOK\r\n"
    assert updater.at("ATH") == b"\r\nOK\r\n"


@pytest.mark.parametrize(
    ("purpose", "mode", "whole"),
    [("on-the-fly", "recovery", False), ("staged", "application", True), ("updater", "boot-loader", True)],
)
def test_left_in_a_transfer(purpose: str, mode: str, whole: bool) -> None:
    """It ignores AT, answers an STP RESET after some filler, and has the modes of its purpose."""
    updater = faulty(f"in-transfer:{purpose}")
    assert updater.at("AT", timeout_ms=500) == b""
    updater.send(bytes(9_000))
    updater.wait(1.5)
    assert updater.ask(RESET)[4] == 0x80
    verdict = updater.modem.verdict
    assert (verdict.mode, verdict.whole) == (mode, whole)


@pytest.mark.parametrize("mode", ["recovery", "boot-loader"])
def test_errors_only(mode: str) -> None:
    """ERROR to everything, AT+SMOD? too; but a transfer opens."""
    updater = faulty("errors-only:" + mode)
    for command in ("AT", "AT+SMOD?", "ATI1", "AT+SMSWBOOT=1,1"):
        assert updater.at(command).endswith(b"ERROR\r\n")
    assert updater.at("AT+STP" if mode == "boot-loader" else ON_THE_FLY).strip() == b"OK"
    assert updater.open_session()[0] == 1


def test_errors_only_is_cured_by_an_image() -> None:
    """The image installs, the modem boots by itself and talks."""
    updater = faulty("errors-only")
    updater.transfer(ON_THE_FLY, IMAGE)
    updater.wait(200)
    assert b"41065" in updater.at("ATI1")


def test_echo_that_switches_itself_on() -> None:
    """After so many commands."""
    updater = faulty("echo-on:2")
    assert [updater.at("AT") for _ in range(3)] == [b"\r\nOK\r\n"] * 2 + [b"AT\r\r\nOK\r\n"]


def test_unsolicited_lines() -> None:
    """Around replies, or all the time."""
    updater = faulty("urc")
    updater.send(b"AT\r")
    assert b"\r\nOK\r\n" in updater.hear()
    updater = faulty("urc-flood:20")
    assert all(updater.hear_once(1_000).startswith(b"\r\n") for _ in range(5))


def test_cut_and_left_over_replies() -> None:
    """Replies that end early, and an ERROR that belongs to nobody."""
    assert faulty("reply-cut:4:1").at("AT") == b"\r\nOK"
    updater = faulty("leftover:2")
    assert [updater.at("AT")[2:4] for _ in range(3)] == [b"ER", b"ER", b"OK"]
    updater = faulty("showver-error")
    assert updater.at('AT!="showver"') == b"\r\nERROR\r\n"
    assert b"Bootloader0" in updater.at('AT!="showver"')


def test_a_crash_dump() -> None:
    """Long, binary, full of OK, with pauses shorter than 300 ms, and a result at its end."""
    updater = faulty("crash-dump:3000")
    updater.send(b'AT+FSRDFILE="/fs/crashdump"\r')
    dump = updater.hear(300)
    assert len(dump) > 3_000
    assert dump.count(b"OK") > 5
    assert dump.count(b"\r\nOK\r\n") > 1
    assert dump.endswith(b"\r\nOK\r\n")
    assert updater.at("AT") == b"\r\nOK\r\n"


# -- boot modes and installs -------------------------------------------------


def test_refused_and_wrong_mode_switches() -> None:
    """AT+SMSWBOOT is answered ERROR once; or another mode comes up."""
    updater = faulty("switch-refused:1")
    assert updater.at("AT+SMSWBOOT=3,1") == b"\r\nERROR\r\n"
    assert updater.at("AT+SMSWBOOT=3,1") == b"\r\nOK\r\n"
    updater = faulty("other-mode:boot-loader")
    updater.switch(3)
    assert updater.modem.verdict.mode == "boot-loader"


@pytest.mark.parametrize(
    ("fault", "word", "build"),
    [("install-fails", b"fail", 38638), ("old-build", b"success", 38638), ("sticks", b"on-going", 38638)],
)
def test_installs_that_go_wrong(fault: str, word: bytes, build: int) -> None:
    """It says fail, or a success that is none, or nothing ever."""
    updater = faulty(fault)
    updater.full_image(IMAGE)
    updater.wait(3_000)
    assert word in updater.at("AT+SMUPGRADE?")
    assert updater.modem.verdict.build == build


# -- the transfer ------------------------------------------------------------


def test_a_stall_at_a_block() -> None:
    """Its answer comes so much later, the others at once."""
    updater = in_session("stall:2:120")
    updater.open_session()
    times = [updater.line.ticks_ms()]
    times += [updater.line.ticks_ms() for _ in updater.blocks(IMAGE[:6_000])]
    waits = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert [wait > 100_000 for wait in waits] == [False, True, False]


def test_power_lost_at_a_block() -> None:
    """The modem dies there once, comes back by itself, and the next try goes through."""
    updater = faulty("die:2:10")
    updater.switch(3)
    updater.at(ON_THE_FLY)
    updater.open_session()
    with pytest.raises(IndexError):
        list(updater.blocks(IMAGE))
    assert updater.modem.verdict.powered
    updater.line.set_baud(updater.modem.baud)
    updater.transfer(ON_THE_FLY, IMAGE)
    assert updater.modem.verdict.images[-1].complete


def test_sessions_that_are_not_what_they_should_be() -> None:
    """Not accepted at first; or with an absurd size."""
    updater = in_session("open-refused:1")
    assert updater.open_session()[0] == 0
    assert updater.open_session()[0] == 1
    for size in (0, 16, 17, 65535):
        assert in_session(f"max-transfer:{size}").open_session()[2] == size


@pytest.mark.parametrize("fault", ["residue:0.5", "residue:0.5,residue-all:0.2"])
def test_residues_are_not_taken(fault: str) -> None:
    """What the modem leaves it did not take: sent again, the image is whole."""
    updater = in_session(fault)
    updater.open_session()
    positions = list(updater.blocks(IMAGE))
    updater.close()
    assert len(positions) > 11
    assert updater.modem.verdict.images[-1].complete


def test_a_lie_about_the_residue() -> None:
    """The modem took all and names a residue: a believer sends too much."""
    updater = in_session("residue-lie:1")
    updater.open_session()
    assert updater.request(frames.BLOCK_CMD, struct.pack(">H", 5_000))[4] == 0x82
    answer = updater.request(frames.BLOCK, IMAGE[:5_000])
    assert struct.unpack(">H", answer[16:])[0] > 0
    updater.close()
    assert updater.modem.verdict.images[-1].size_bytes == 5_000


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("refuse:0.3", lambda heard: heard[4] == 0x40),
        ("not-understood:0.3", lambda heard: heard[4] == 0x7F),
        ("wrong-transaction:0.3", lambda heard: heard[8:12] != bytes(4)),
        ("double-answer:0.3", lambda heard: heard == GOOD * 2),
        ("wrong-signature:0.3", lambda heard: heard[:4] == b"fast"),
        ("stray:0.3", lambda heard: heard.endswith(GOOD) and heard[:1] == b"\r"),
    ],
)
def test_answers_out_of_sorts(fault: str, seen: object) -> None:
    """Some answers are what the fault says, the others are good; none is a violation."""
    assert callable(seen)
    heard = answers(fault)
    assert any(seen(answer) for answer in heard)
    assert GOOD in heard


def test_stale_answers() -> None:
    """The answer before, once more, instead of this one."""
    updater = in_session("stale-answer:0.5")
    for _ in range(20):
        updater.ask(RESET)
        if updater.ask(Request(frames.OPEN_SESSION, 1, 1, b""))[4] == 0x80:
            return
    raise AssertionError("no stale answer came")
