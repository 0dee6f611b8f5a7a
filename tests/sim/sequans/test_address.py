"""`sim://` URLs, real time, and the pace of the simulated line."""

import contextlib
import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from modemflash_sim.sequans import images, profiles
from modemflash_sim.sequans.address import SimLine, open_line
from modemflash_sim.sequans.modem import SimModem
from support.plain_updater import Updater

IMAGE = images.make_full_image(41065, size_bytes=6_000_000)
LINE_BYTES_PER_S = 92_160


@pytest.mark.parametrize(
    ("block_bytes", "answer_us", "share"), [(2016, 1_000, 0.885), (8176, 1_000, 0.965), (8176, 16_000, 0.725)]
)
def test_the_pace_of_a_transfer(block_bytes: int, answer_us: int, share: float) -> None:
    """What is left of the line for payload, with an updater that never waits; within 1.5 %."""
    profile = profiles.with_answers_after(profiles.find("pycom-catm1", start_mode="recovery"), answer_us)
    updater = Updater(SimModem(profiles.without_waits(profile)))
    updater.at('AT+SMSTPU="ON_THE_FLY"')
    updater.open_session()
    image = IMAGE[: 200 * block_bytes]
    start_us = updater.line.now_us
    for _ in updater.blocks(image, block_bytes):
        pass
    seconds = (updater.line.now_us - start_us) / 1e6
    assert share <= len(image) / seconds / LINE_BYTES_PER_S < share + 0.015


def test_six_megabytes_take_seconds_of_computing() -> None:
    """A whole image, walked, hashed and installed, in far less time than it stands for."""
    updater = Updater(SimModem("pycom-catm1"))
    began = time.process_time()
    updater.switch(3)
    updater.transfer('AT+SMSTPU="ON_THE_FLY"', IMAGE, block_bytes=8176)
    updater.wait(200)
    assert time.process_time() - began < 5
    assert updater.line.ticks_ms() > 400_000
    assert b"success" in updater.at("AT+SMUPGRADE?")


def talk(line: SimLine, command: bytes) -> bytes:
    updater = Updater(line.modem, 921600)
    updater.line = line
    line.set_baud(921600)
    return updater.at(command.decode())


def test_a_modem_lives_on_between_commands(tmp_path: Path) -> None:
    """What one command changed the next one finds; a second has passed."""
    url = f"sim://pycom-catm1?state={tmp_path / 'modem.json'}&gap_s=5"
    line = open_line(url)
    assert talk(line, b"AT+SMSWBOOT=3,1") == b"\r\nOK\r\n"
    line.close()
    ended_us = line.now_us
    line = open_line(url)
    assert line.now_us == ended_us + 5_000_000
    assert talk(line, b"AT+SMOD?") == b"\r\n4\r\nOK\r\n"


def test_a_killed_command_leaves_what_it_did(tmp_path: Path) -> None:
    """Without close: what is half-written stays so, and the modem waits in its session."""
    url = f"sim://pycom-catm1?state={tmp_path / 'modem.json'}&mode=recovery"
    line = open_line(url)
    updater = Updater(line.modem)
    updater.line = line
    updater.at('AT+SMSTPU="ON_THE_FLY"')
    updater.open_session()
    next(updater.blocks(IMAGE))
    assert line._user is not None
    os.close(line._user._descriptor)  # as the system does when a process ends
    line = open_line(url)
    assert talk(line, b"AT") == b""
    assert not line.modem.verdict.whole


def test_counted_faults_are_not_spent_again(tmp_path: Path) -> None:
    """A fault that happened once does not happen in the next command."""
    url = f"sim://pycom-catm1?state={tmp_path / 'modem.json'}&fault=switch-refused:1"
    line = open_line(url)
    assert talk(line, b"AT+SMSWBOOT=3,0") == b"\r\nERROR\r\n"
    line.close()
    assert talk(open_line(url), b"AT+SMSWBOOT=3,0") == b"\r\nOK\r\n"


def test_power_can_be_cycled_between_commands(tmp_path: Path) -> None:
    """`power=cycle`: a boot has passed, and what is not in flash is forgotten."""
    url = f"sim://pycom-catm1?state={tmp_path / 'modem.json'}"
    line = open_line(url)
    talk(line, b"AT+CFUN=4")
    line.close()
    line = open_line(url + "&power=cycle&gap_s=10")
    assert talk(line, b"AT+CFUN?") == b"\r\n+CFUN: 1\r\n\r\nOK\r\n"


def test_the_parts_of_a_url() -> None:
    """Faults, assumptions, and the modem's own state."""
    line = open_line(
        "sim://pycom-nb1?fault=mute:3&fault=urc:0.5&assume=stp_idle:for-ever&build=37781&answer_ms=16"
        "&mode=recovery&half_written=1&stalls=0&max_burst=2016&seed=4&version=6.0.0.1&nb_iot=1"
    )
    modem = line.modem
    assert line.max_burst == 2016
    assert modem.faults.number("urc") == 0.5
    assert modem.faults.on("mute")
    assert modem.assumptions.stp_idle == "for-ever"
    assert (modem.verdict.build, modem.verdict.mode, modem.verdict.whole) == (37781, "recovery", False)
    assert modem.profile.timing.answer_us == 16_000
    assert modem.profile.timing.stalls == ()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sim://moon", "no simulated modem"),
        ("sim://pycom-catm1?speed=1", "knows no 'speed'"),
        ("sim://pycom-catm1?seed=x", "seed is a number"),
        ("sim://pycom-catm1?mode=moon", "mode is one of"),
        ("sim://pycom-catm1?fault=moon", "no fault"),
        ("sim://pycom-catm1?assume=moon:1", "no assumption"),
    ],
)
def test_a_wrong_address_is_refused(url: str, words: str) -> None:
    """With a sentence that names what there is."""
    with pytest.raises(ValueError, match=words):
        open_line(url)


def test_real_pace_waits() -> None:
    """`pace=real`: a wait takes its time."""
    line = open_line("sim://pycom-catm1?pace=real")
    began = time.monotonic()
    line.sleep_ms(50)
    assert time.monotonic() - began >= 0.05


def test_a_state_file_has_one_user_at_a_time(tmp_path: Path) -> None:
    """The second command is told, and spoils nothing; when the first has ended it is let in."""
    url = f"sim://pycom-catm1?state={tmp_path / 'modem.json'}"
    first = open_line(url)
    for _ in range(2):
        with pytest.raises(OSError, match="another command") as caught:
            open_line(url)
        assert caught.value.errno == errno.EBUSY
    assert talk(first, b"AT") == b"\r\nOK\r\n"
    first.close()
    first.close()
    open_line(url).close()
    assert [path.name for path in tmp_path.iterdir()] == ["modem.json"]


def test_a_state_file_that_is_refused_is_free_again(tmp_path: Path) -> None:
    (tmp_path / "modem.json").write_text("rubbish")
    for _ in range(2):
        with pytest.raises(ValueError, match="not JSON"):
            open_line(f"sim://pycom-catm1?state={tmp_path / 'modem.json'}")


CHILD = """
import sys
from modemflash_sim.sequans.address import open_line
ends = 0
while ends < 20:
    try:
        line = open_line(sys.argv[1])
    except OSError as error:
        assert "another command" in str(error), error
        continue
    line.jump(line.now_us + 1000)
    line.close()
    ends += 1
"""


def test_eight_at_once_end_in_words(tmp_path: Path) -> None:
    """Each has its turns; no file is missing for anybody, and the modem's time went on for each."""
    url = f"sim://pycom-catm1?gap_s=1&state={tmp_path / 'modem.json'}"
    children = [subprocess.Popen([sys.executable, "-c", CHILD, url]) for _ in range(8)]
    assert [child.wait(60) for child in children] == [0] * 8
    assert open_line(url).now_us >= 8 * 20 * 1_000_000


@pytest.mark.skipif(os.name != "posix", reason="pipes and links")
@pytest.mark.parametrize("name", ["modem.json", "modem.json.lock", "modem.json.new"])
@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_what_lies_in_the_way_is_neither_waited_for_nor_written_through(
    tmp_path: Path, name: str, kind: str
) -> None:
    target, path = tmp_path / "target", tmp_path / name
    target.write_text("mine")
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(target)
    with contextlib.suppress(OSError, ValueError):
        open_line(f"sim://pycom-catm1?state={tmp_path / 'modem.json'}").close()
    assert target.read_text() == "mine"
