"""A simulated modem is kept in its file, and a file that is not one is refused."""

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemflash_sim.sequans import images, profiles, state_file
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import Timing
from modemflash_sim.sequans.state_file import BadStateFile
from support.plain_updater import Updater

ON_THE_FLY = 'AT+SMSTPU="ON_THE_FLY"'
PROFILE = profiles.find("pycom-catm1", timing=Timing(stalls=()))
IMAGE = images.make_full_image(41065, size_bytes=20_000)
STEPS = (
    lambda updater: updater.switch(3),
    lambda updater: updater.at(ON_THE_FLY),
    lambda updater: updater.open_session(),
    lambda updater: list(updater.blocks(IMAGE)),
    lambda updater: updater.close(),
    lambda updater: updater.wait(30),
    lambda updater: updater.wait(200),
    lambda updater: updater.switch(1),
)


def again(modem: SimModem, path: Path) -> SimModem:
    """The modem saved and loaded."""
    state_file.save(modem, path)
    return state_file.load(path, modem.profile, modem.assumptions, modem.faults, modem.seed)


@pytest.mark.parametrize("done", range(len(STEPS) + 1))
def test_a_modem_is_the_same_after_its_file(done: int, tmp_path: Path) -> None:
    """At every point of an update: same memory, same doings, same verdict."""
    updater = Updater(SimModem(PROFILE))
    for step in STEPS[:done]:
        step(updater)
    modem = updater.modem
    loaded = again(modem, tmp_path / "modem.json")
    assert loaded.memory == modem.memory
    assert loaded.live == modem.live
    assert loaded.verdict == modem.verdict
    assert loaded.session == modem.session
    assert loaded.now_us == modem.now_us
    assert loaded.next_due() == min(modem.live.timers.values(), default=None)


@pytest.mark.parametrize("done", [0, 1, 2, 3, 5, 6, 7])
def test_an_update_goes_on_after_the_file(done: int, tmp_path: Path) -> None:
    """The program that comes next carries on from where the modem is."""
    updater = Updater(SimModem(PROFILE))
    for step in STEPS[:done]:
        step(updater)
    later = Updater(again(updater.modem, tmp_path / "modem.json"))
    later.next = updater.next
    for step in STEPS[2 if done == 3 else done :]:
        step(later)
    assert later.modem.verdict.build == 41065
    assert later.modem.verdict.violations == ()


def test_a_killed_updater_leaves_a_session(tmp_path: Path) -> None:
    """In the middle of a block: the modem still waits, takes filler, and starts anew."""
    updater = Updater(SimModem(dataclasses.replace(PROFILE, start_mode="recovery")))
    updater.at(ON_THE_FLY)
    updater.open_session()
    blocks = updater.blocks(IMAGE)
    next(blocks)
    updater.send(b"fast" + bytes(5))
    updater.line.sleep_ms(10)
    later = Updater(again(updater.modem, tmp_path / "modem.json"))
    assert later.at("AT", timeout_ms=500) == b""
    later.send(bytes(9_000))
    later.wait(2)
    later.open_session()
    for _ in later.blocks(IMAGE):
        pass
    later.close()
    first, second = later.modem.verdict.images
    assert (first.complete, second.complete) == (False, True)


def test_a_whole_image_without_its_closing_reset_is_kept(tmp_path: Path) -> None:
    """The updater died after the last block: the idle time-out installs what is complete."""
    updater = Updater(SimModem(PROFILE))
    for step in STEPS[:4]:
        step(updater)
    later = Updater(again(updater.modem, tmp_path / "modem.json"))
    later.wait(300)
    assert b"success" in later.at("AT+SMUPGRADE?")


def good_text(tmp_path: Path) -> str:
    state_file.save(SimModem(PROFILE, now_us=7), tmp_path / "good.json")
    return (tmp_path / "good.json").read_text()


def test_the_file_can_be_read_by_a_person(tmp_path: Path) -> None:
    """JSON with names and a format number, and nothing else lies beside it."""
    content = json.loads(good_text(tmp_path))
    assert content["number"] == 2
    assert content["memory"]["build"] == 38638
    assert [path.name for path in tmp_path.iterdir()] == ["good.json"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"number": 2', '"number": 3', "format 3"),
        ('"format": "modemflash', '"format": "another', "does not hold"),
        ("{", "", "not JSON"),
        ('"now_us": 7', '"now_us": NaN', "not JSON"),
        ('"now_us": 7', '"now_us": ' + "[" * 100_000, "not JSON"),
        ('"now_us": 7', '"now_us": 7, "x": ' + "9" * 5000, "not JSON"),
        ('"now_us": 7', '"now_us": 7, "x": "' + "x" * 2_000_000 + '"', "too large"),
        ("pycom-catm1", "gm02s", "holds a gm02s"),
        ('"build": 38638', '"build": "38638"', "memory.build"),
        ('"phase": "at"', '"phase": null', "live.phase"),
        ('"timers": {}', '"timers": {"idle": 1.5}', "live.timers.idle"),
        ('"staged"', '"stagged"', "fields"),
        ('"now_us": 7', '"now_us": true', "now_us"),
        ('"images": []', '"images": [{}]', "record.images"),
    ],
)
def test_a_damaged_file_is_refused(old: str, new: str, words: str, tmp_path: Path) -> None:
    """With a sentence that says where."""
    path = tmp_path / "bad.json"
    path.write_text(good_text(tmp_path).replace(old, new, 1))
    with pytest.raises(BadStateFile, match=words):
        state_file.load(path, PROFILE)


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_rubbish_is_refused(tmp_path_factory: pytest.TempPathFactory, rubbish: bytes) -> None:
    """Any bytes: refused in words, nothing else is raised."""
    path = tmp_path_factory.getbasetemp() / "rubbish.json"
    path.write_bytes(rubbish)
    with pytest.raises(BadStateFile):
        state_file.load(path, PROFILE)
