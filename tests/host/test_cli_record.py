"""Files as owners have them, and the record of a run, through the real commands."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from host.test_cli import Desk
from modemflash.journal import Journal
from modemflash_host import exits
from modemflash_host.capture.reading import read_capture
from modemflash_host.capture.runs import runs
from modemflash_host.cli import app
from modemflash_host.journal_store import SlotFiles, journal_key
from modemflash_host.sim import images


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    for name in [name for name in os.environ if name.startswith("MODEMFLASH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    return Desk(tmp_path, monkeypatch, capsys)


def zipped(desk: Desk, *names: str) -> str:
    path = desk.folder / "package.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.write(name, "CATM1/" + Path(name).name)
        made.writestr("__MACOSX/._CATM1-41065.dup", b"twin")
    return str(path)


def test_a_zip_is_updated_from(desk: Desk) -> None:
    """The forum's .zip, image and updater in it, is enough."""
    ended = desk.type("update", zipped(desk, desk.new, desk.updater), "-p", desk.modem(), "-y", "--json")
    assert ended.result["status"] == "updated"


def test_a_folder_with_several_images_is_refused_with_their_names(desk: Desk) -> None:
    """Several full images fit: they are listed, none is chosen."""
    ended = desk.type("update", str(desk.folder), "-p", desk.modem(), "-y", "--json")
    assert ended.result["code"] == "several-images"


def test_a_damaged_file_in_a_folder_is_passed_over_a_named_one_is_refused(desk: Desk) -> None:
    """What merely lies there is warned of; what was asked for must be good."""
    for name in (desk.old, desk.nb):
        Path(name).unlink()
    cut = desk.file("CATM1-38638.dup", images.make_full_image(38638, size_bytes=40_000)[:-5])
    ended = desk.type("update", str(desk.folder), "-p", desk.modem(), "-y", "--json")
    assert ended.result["status"] == "updated"
    assert "file-truncated" in [each["code"] for each in ended.events if each["event"] == "warning"]
    assert desk.type("update", cut, "-p", desk.modem(), "-y", "--json").result["code"] == "file-truncated"


def test_the_updater_beside_the_file_is_taken_and_said(desk: Desk) -> None:
    """Exactly one neighbour belongs to the file; of two none is guessed."""
    ended = desk.type("update", desk.new, "-p", desk.modem(), "-y", "--json")
    assert ended.result["status"] == "updated"
    assert "updater.elf lies beside" in next(each["text"] for each in ended.events if each["event"] == "note")
    desk.file("mtools.elf", images.make_updater_elf(seed=2))
    ended = desk.type("update", desk.old, "-p", desk.modem(), "-y", "--allow-downgrade", "--json")
    assert ended.result["code"] == "consent-missing"
    assert "none is taken" in next(each["text"] for each in ended.events if each["event"] == "note")


def test_identify_of_a_folder_shows_ways_and_what_is_missing(desk: Desk) -> None:
    """Each file with its ways; an updater at hand is not missing."""
    ended = desk.type("identify", str(desk.folder), "--json")
    files = {each["name"]: each for each in ended.events if each["event"] == "file"}
    assert set(files) == {"CATM1-33988.dup", "CATM1-41065.dup", "NB1-41019.dup", "updater.elf"}
    assert files["CATM1-41065.dup"]["ways"]
    assert files["CATM1-41065.dup"]["missing"] == []
    assert "Goes onto" in desk.type("identify", desk.new).out


def test_a_run_is_remembered_and_reported(desk: Desk) -> None:
    """The history has the run; a failure ends with the path of its zip."""
    desk.type("info", "-p", desk.modem(), "-q")
    desk.type("update", desk.new, "-p", desk.modem(), "-y", "-q")
    update, info = runs()
    assert (info.header["command"][0], update.result["to_build"]) == ("info", 41065)
    assert any("rx" in each for each in read_capture(info.path).records)
    ended = desk.type("update", desk.new, "-p", "sim://pycom-catm1?fault=install-fails:9", "-y")
    assert ended.code == exits.FAILED_RECOVERABLE
    path = Path(ended.err.strip().splitlines()[-1].split()[-1])
    assert path.is_file()
    assert path.suffix == ".zip"


def test_no_report_for_a_refusal(desk: Desk) -> None:
    """A missing consent is no case for support."""
    assert ".zip" not in desk.type("update", desk.nb, "-p", desk.modem(), "-y").err


def test_capture_goes_where_it_is_told(desk: Desk) -> None:
    """--capture FILE has the bytes; a firmware file of that name is not overwritten."""
    file = desk.folder / "mine.jsonl"
    assert desk.type("info", "-p", desk.modem(), "--capture", str(file)).code == 0
    assert any("rx" in each for each in read_capture(file).records)
    before = Path(desk.new).read_bytes()
    assert desk.type("info", "-p", desk.modem(), "--capture", desk.new).code == exits.REFUSED
    assert Path(desk.new).read_bytes() == before


def test_a_setting_replaces_an_option(desk: Desk) -> None:
    """The port of the config file is the default of --port; a broken file is named."""
    home = desk.folder / "home"
    home.mkdir()
    (home / "config.toml").write_text(f"port = {json.dumps(desk.modem())}\ncolour = 1\n")
    ended = desk.type("info", "--json")
    assert ended.result["boot_mode"] == "application"
    assert "colour is no setting" in ended.err
    (home / "config.toml").write_text("port = 5")
    ended = desk.type("info", "--json")
    assert (ended.code, ended.result["code"]) == (exits.REFUSED, "config-broken")
    assert desk.type("explain", "config-broken").code == 0


def test_colours_are_as_they_were_asked_for(desk: Desk) -> None:
    """always: control codes even into a pipe; never: none."""
    assert "\x1b[" in desk.type("info", "-p", desk.modem(), "--color", "always").out
    assert "\x1b[" not in desk.type("info", "-p", desk.modem(), "--color", "never").out


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kills a process")
@pytest.mark.parametrize("seed", range(4))
def test_killed_at_a_random_point_capture_and_journal_still_open(desk: Desk, seed: int) -> None:
    """Whatever was being written: the capture opens, the journal reads, and the same command finishes."""
    port = desk.modem(pace="real", stalls="0")
    words = ["update", desk.new, "-p", port, "-y", "-q"]
    with subprocess.Popen([sys.executable, "-m", "modemflash", *words], stdout=subprocess.DEVNULL) as child:
        time.sleep(random.Random(seed).uniform(0.4, 6.0))
        child.send_signal(signal.SIGKILL)
    for run in runs():
        assert not run.result
    home = desk.folder / "home"
    if (home / "journal").is_dir():
        key = journal_key(port)
        Journal(SlotFiles(home / "journal", key), key).read()
    ended = desk.type("update", desk.new, "-p", desk.modem(), "-y", "--json")
    assert ended.result["status"] in ("updated", "nothing-to-do")


def test_the_commands_are_listed(desk: Desk) -> None:
    """history, report, config and completion are there."""
    helped = desk.type("--help").out
    for name in ("history", "report", "config", "completion"):
        assert name in helped
    assert app is not None
