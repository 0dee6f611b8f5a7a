"""Files as owners have them, and the record of a run, through the real commands."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from host.cli.test_commands import Desk
from modemflash.journal import Journal
from modemflash_host.api import connection
from modemflash_host.capture.reading import read_capture
from modemflash_host.capture.runs import find_run, runs
from modemflash_host.computer import battery
from modemflash_host.families.registry import words_of
from modemflash_host.report.bundle import make_report
from modemflash_host.run import exit_codes
from modemflash_host.store.journal_files import SlotFiles, journal_key
from modemflash_sim.endpoints.serve import serve
from modemflash_sim.sequans import images, profiles
from modemflash_sim.sequans.modem import SimModem

QUICK = profiles.Timing(boot_us=profiles.SECOND_US, stalls=(), install_us=2 * profiles.SECOND_US)


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
    assert (info.header["command"][0], update.result["to_version"]) == ("info", "41065")
    assert any("rx" in each for each in read_capture(info.path).records)
    ended = desk.type("update", desk.new, "-p", "sim://pycom-catm1?fault=install-fails:9", "-y")
    assert ended.code == exit_codes.FAILED_RECOVERABLE
    path = Path(ended.err.strip().splitlines()[-1].split()[-1])
    assert path.is_file()
    assert path.suffix == ".zip"


def test_a_failed_run_has_the_modem_before_and_where_it_is_now(desk: Desk) -> None:
    """The report has its settings, its files with their checksums, and the state it was left in."""
    port = desk.modem(fault="install-fails:9")
    ended = desk.type("update", desk.new, "-p", port, "-y", "--json")
    assert (ended.result["boot_mode"], ended.result["modem_state"]) == ("recovery", "recoverable")
    path = next(each["path"] for each in ended.events if each["event"] == "report")
    with zipfile.ZipFile(path) as bundle:
        text = bundle.read("report.txt").decode()
    assert "+SQNBANDSEL:" in text
    for file in (desk.new, desk.updater):
        assert hashlib.sha256(Path(file).read_bytes()).hexdigest() in text


def test_an_attempt_that_failed_is_not_called_done(desk: Desk) -> None:
    """Each failed attempt is marked so, with its reason, before the next one begins; it is no earlier run."""
    said = desk.type("update", desk.new, "-p", desk.modem(fault="install-fails:9"), "-y", "--color", "always")
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.out)
    assert "install failed: all again, attempt 2 of 3" in text
    assert "install failed: all again, attempt 3 of 3" in text
    assert "✓ modem installs" not in text
    assert text.count("✗ modem installs") == 3
    assert "did not finish" not in text


def test_the_plan_says_why_it_chose(desk: Desk) -> None:
    """The exact difference before a full image, and what lies beside it is named as not used."""
    difference = desk.file("upgdiff_38638-to-41065.dup", images.make_difference(38638, 41065))
    words = ["update", difference, desk.new, "--updater", desk.updater, "-p", desk.modem(), "--dry-run"]
    plan = next(each for each in desk.type(*words, "--json").events if each["event"] == "plan")
    assert (plan["files"][0]["name"], plan["unused"]) == (Path(difference).name, ["CATM1-41065.dup"])
    assert plan["files"][0]["why"] == "made for modems that run 38638"
    assert "made for modems that run 38638" in " ".join(desk.type(*words).out.split())


@pytest.mark.skipif(os.name != "posix", reason="needs a pty")
def test_a_low_battery_is_named_before_the_first_write(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a real port only: a simulated modem takes no harm."""
    monkeypatch.setattr(battery, "battery", lambda: battery.Battery(12, in_use=True))
    words = ["update", desk.new, "--updater", desk.updater, "--dry-run", "--json"]
    with serve(SimModem("pycom-catm1"), "pty") as port:
        events = desk.type(*words, "-p", port).events
    names = [each.get("code", each["event"]) for each in events]
    assert names.index("plan") < names.index("battery-low")
    assert "battery-low" not in desk.type(*words, "-p", desk.modem()).out


@pytest.mark.slow
def test_sleep_is_held_off_while_a_real_port_is_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only around the writing, and its trouble is a warning; nothing is held for a simulated modem."""
    held = []

    @contextmanager
    def sleep_inhibited(on_trouble: Callable[[str], object]) -> Iterator[None]:
        on_trouble("this computer may fall asleep")
        held.append(1)
        yield

    monkeypatch.setattr(connection, "sleep_inhibited", sleep_inhibited)
    ended = desk.type("update", desk.new, "--updater", desk.updater, "-p", desk.modem(), "-y", "--json")
    assert (ended.result["status"], held) == ("updated", [])
    quick = profiles.find("pycom-catm1", timing=QUICK)
    with serve(SimModem(quick), "tcp") as port:
        ended = desk.type("update", desk.new, "--updater", desk.updater, "-p", port, "-y", "--json")
    names = [each.get("code", each["event"]) for each in ended.events]
    assert (ended.result["status"], held) == ("updated", [1])
    assert names.index("plan") < names.index("may-sleep")


def test_no_report_for_a_refusal(desk: Desk) -> None:
    """A missing consent is no case for support."""
    assert ".zip" not in desk.type("update", desk.nb, "-p", desk.modem(), "-y").err


def test_capture_goes_where_it_is_told(desk: Desk) -> None:
    """--capture FILE has the bytes; a firmware file of that name is not overwritten."""
    file = desk.folder / "mine.jsonl"
    assert desk.type("info", "-p", desk.modem(), "--capture", str(file)).code == 0
    assert any("rx" in each for each in read_capture(file).records)
    before = Path(desk.new).read_bytes()
    assert desk.type("info", "-p", desk.modem(), "--capture", desk.new).code == exit_codes.REFUSED
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
    assert (ended.code, ended.result["code"]) == (exit_codes.REFUSED, "config-broken")
    assert desk.type("explain", "config-broken").code == 0


def test_colours_are_as_they_were_asked_for(desk: Desk) -> None:
    """always: control codes even into a pipe; never: none."""
    assert "\x1b[" in desk.type("info", "-p", desk.modem(), "--color", "always").out
    assert "\x1b[" not in desk.type("info", "-p", desk.modem(), "--color", "never").out


MOMENTS = 5  # from the start of the program to the end of the install


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(os.name != "posix", reason="kills a process")
@pytest.mark.parametrize("moment", range(MOMENTS))
def test_killed_at_a_random_point_capture_and_journal_still_open(desk: Desk, moment: int) -> None:
    """A process at a serial port, killed whatever it was writing; the same command finishes its work."""
    new = desk.file("CATM1-41065.dup", images.make_full_image(41065, size_bytes=200_000))
    with serve(SimModem(profiles.find("pycom-catm1", timing=QUICK)), "pty") as port:
        words = [sys.executable, "-m", "modemflash", "update", new, "-p", port, "-y", "-q"]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            time.sleep(random.Random(moment).uniform(0.5, 2.5) + 2.5 * moment)
            child.send_signal(signal.SIGKILL)
        killed = child.returncode == -signal.SIGKILL
        for run in runs():
            assert read_capture(run.path).header["port"] == port
            assert not run.result or not killed
        folder = desk.folder / "home" / "journal"
        key = journal_key(port)
        past = Journal(SlotFiles(folder, key), key).read() if folder.is_dir() else None
        assert past is None or past["files"]
        report = make_report(find_run(), words_of, desk.folder / "r.zip") if runs() else None
        assert report is None or zipfile.ZipFile(report).testzip() is None
        done = subprocess.run(words, capture_output=True, text=True, timeout=200)
        assert done.returncode == exit_codes.DONE, done.stderr
    assert runs()[0].result["to_version"] == "41065"


def test_the_commands_are_listed(desk: Desk) -> None:
    """history, report, config and completion are there."""
    helped = desk.type("--help-all").out
    for name in ("history", "report", "config", "completion"):
        assert name in helped
