"""The program as a user or a script meets it: real commands on the simulated modem in virtual time."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import modemflash
from modemflash_host.api import commands
from modemflash_host.cli import app, asking
from modemflash_host.families import registry
from modemflash_host.report.history import history
from modemflash_host.reporters import Event, Reporter, Sink
from modemflash_host.run import exit_codes
from modemflash_sim.sequans import images

SMALL = 40_000


@dataclass
class Ended:
    """One command that was run."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[Event]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def result(self) -> Event:
        return self.events[-1]


class Desk:
    """A folder with firmware, a simulated modem that lives on in a file, and a way to type commands."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.new = self.file("CATM1-41065.dup", images.make_full_image(41065, size_bytes=SMALL))
        self.old = self.file("CATM1-33988.dup", images.make_full_image(33988, size_bytes=SMALL))
        self.nb = self.file("NB1-41019.dup", images.make_full_image(41019, size_bytes=SMALL))
        self.updater = self.file("updater.elf", images.make_updater_elf())

    def file(self, name: str, data: bytes) -> str:
        path = self.folder / name
        path.write_bytes(data)
        return str(path)

    def modem(self, profile: str = "pycom-catm1", **options: str) -> str:
        more = "".join(f"&{name}={value}" for name, value in options.items())
        return f"sim://{profile}?state={self.folder / 'modem.json'}{more}"

    def type(self, *words: str) -> Ended:
        self._monkeypatch.setattr(sys, "argv", ["modemflash", *words])
        code = app.run(list(words))
        out, err = self._capsys.readouterr()
        return Ended(code, out, err)

    def update(self, *words: str, port: str = "") -> Ended:
        return self.type("update", "--updater", self.updater, "-p", port or self.modem(), "--json", *words)

    def saved(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "modem.json").read_text())
        return found


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    return Desk(tmp_path, monkeypatch, capsys)


def test_a_plain_upgrade_ends_with_the_new_build_and_0(desk: Desk) -> None:
    ended = desk.update(desk.new, "-y")
    assert ended.code == exit_codes.DONE
    assert {**ended.result, "seconds": 0} == {
        "event": "result",
        "schema": 2,
        "status": "updated",
        "code": "updated",
        "modem_state": "updated",
        "next": "",
        "family": "sequans",
        "from_version": "38638",
        "to_version": "41065",
        "boot_mode": "application",
        "bytes": SMALL,
        "seconds": 0,
    }
    assert desk.saved()["memory"]["build"] == 41065


def test_a_modem_that_runs_the_build_already_is_left_alone(desk: Desk) -> None:
    desk.update(desk.new, "-y")
    ended = desk.update(desk.new)
    assert (ended.code, ended.result["status"]) == (exit_codes.DONE, "nothing-to-do")


def test_the_same_build_is_written_again_where_a_repair_is_wanted(desk: Desk) -> None:
    desk.update(desk.new, "-y")
    ended = desk.update(desk.new, "-y", "--repair")
    assert ended.result["status"] == "updated"
    assert next(e for e in ended.events if e["event"] == "plan")["direction"] == "repair"


def test_a_dry_run_shows_the_plan_and_writes_nothing(desk: Desk) -> None:
    ended = desk.update(desk.new, "--dry-run")
    assert (ended.code, ended.result["code"]) == (exit_codes.DONE, "dry-run")
    assert "plan" in [event["event"] for event in ended.events]
    assert "--dry-run" not in ended.result["next"]
    assert desk.saved()["record"]["images"] == []


@pytest.mark.parametrize(
    ("file", "flags"),
    [
        ("new", []),
        ("old", ["-y"]),
        ("nb", ["-y"]),
    ],
)
def test_without_its_consent_a_danger_is_refused_with_5_and_only_the_plain_yes_is_offered(
    desk: Desk, file: str, flags: list[str]
) -> None:
    """`-y` says yes to a plain upgrade only."""
    needed = " -y" if file == "new" else "modemflash explain consent-missing"
    ended = desk.update(getattr(desk, file), *flags)
    assert (ended.code, ended.result["status"]) == (exit_codes.REFUSED, "refused")
    assert ended.result["next"].endswith(needed)
    assert desk.saved()["record"]["images"] == []


def test_with_its_own_flag_a_danger_is_accepted(desk: Desk) -> None:
    assert desk.update(desk.nb, "-y", "--change-radio", "nb-iot").result["status"] == "updated"
    assert desk.update(desk.new, "-y", "--change-radio", "nb-iot").code == exit_codes.REFUSED
    assert desk.update(desk.new, "-y", "--change-radio", "cat-m1").result["status"] == "updated"


def test_a_missing_way_back_is_its_own_danger(desk: Desk) -> None:
    Path(desk.updater).unlink()
    ended = desk.type("update", desk.new, "-p", desk.modem(), "-y", "--json")
    assert ended.code == exit_codes.REFUSED
    [plan] = [event for event in ended.events if event["event"] == "plan"]
    [need] = plan["consents"]
    assert need["consent"] == "without-way-back"
    assert need["danger"].startswith("look for updater.elf in the package (.zip)")


@pytest.mark.parametrize("columns", [1, 20, 40, 80, 300])
def test_a_question_about_a_danger_breaks_between_words(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """A terminal breaks a long line anywhere; what is asked there must be read at once."""
    monkeypatch.setenv("COLUMNS", str(columns))
    for text in [danger.risk for danger in registry.all_dangers().values()]:
        lines = asking.wrapped(text).splitlines()
        assert max(map(len, lines)) <= max(columns, 3)
        if columns >= 40:
            assert " ".join(line.strip() for line in lines) == text


def answers(desk: Desk, monkeypatch: pytest.MonkeyPatch, text: str, *words: str) -> Ended:
    """Type a command on a terminal, and `text` when asked."""
    monkeypatch.setattr(asking, "on_a_terminal", lambda: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    return desk.type("update", "--updater", desk.updater, "-p", desk.modem(), *words)


@pytest.mark.parametrize(
    ("text", "code"), [("y\n", exit_codes.DONE), ("n\n", exit_codes.REFUSED), ("\n", exit_codes.REFUSED)]
)
def test_on_a_terminal_a_plain_upgrade_is_asked_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, text: str, code: int
) -> None:
    assert answers(desk, monkeypatch, text, desk.new).code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("downgrade\n", exit_codes.DONE), ("y\n", exit_codes.REFUSED), ("yes\n", exit_codes.REFUSED)],
)
def test_on_a_terminal_a_danger_wants_its_word_and_names_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, text: str, code: int
) -> None:
    ended = answers(desk, monkeypatch, text, desk.old, "-y")
    assert ended.code == code
    assert "Type downgrade" in ended.out


def test_an_end_of_input_at_a_question_stops_before_the_write(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = answers(desk, monkeypatch, "", desk.new)
    assert ended.code == exit_codes.INTERRUPTED
    assert "stopped-before-write" in ended.err


@pytest.mark.parametrize(
    ("words", "code", "slug"),
    [
        (["update", "absent.dup", "-p", "sim://pycom-catm1"], exit_codes.REFUSED, "no-such-file"),
        (["info", "-p", "/dev/ttyNOTHERE7"], exit_codes.NO_PORT, "port-absent"),
        (
            ["info", "-p", "sim://pycom-catm1?fault=mute:100000", "--answer-timeout", "10"],
            exit_codes.NO_MODEM,
            "modem-silent",
        ),
        (
            ["info", "-p", "sim://pycom-catm1?fault=nuls", "--answer-timeout", "10"],
            exit_codes.NO_MODEM,
            "modem-nuls",
        ),
        (["info", "--via", "nonsense"], exit_codes.USAGE, "usage"),
        (["update", "--nonsense"], exit_codes.USAGE, "usage"),
        (["nonsense"], exit_codes.USAGE, "usage"),
    ],
)
def test_every_end_has_its_exit_code_and_its_result_line(
    desk: Desk, words: list[str], code: int, slug: str
) -> None:
    ended = desk.type(*words, "--json")
    assert (ended.code, ended.result["code"], ended.result["schema"]) == (code, slug, 2)


def test_a_file_of_another_kind_is_not_taken_as_the_updater(desk: Desk) -> None:
    ended = desk.type("update", desk.new, "--updater", desk.old, "-p", desk.modem(), "--json")
    assert ended.result["code"] == "other-kind-of-file"


def test_identify_needs_no_modem_and_a_damaged_file_is_5(desk: Desk) -> None:
    cut = desk.file("cut.dup", Path(desk.new).read_bytes()[:-100])
    good = desk.type("identify", desk.new, desk.updater)
    assert good.code == exit_codes.DONE
    assert "41065" in good.out
    told = desk.type("identify", cut, cut, desk.new)
    assert (told.out.count("ends too early"), told.err.count("ends too early")) == (1, 1), "once a file"
    bad = desk.type("identify", cut, desk.new, "--json")
    assert (bad.code, bad.result["status"]) == (exit_codes.REFUSED, "refused")
    assert [event["name"] for event in bad.events if event["event"] == "file"] == [
        "cut.dup",
        "CATM1-41065.dup",
    ]


def test_info_writes_nothing_and_says_who_it_is(desk: Desk) -> None:
    ended = desk.type("info", "-p", desk.modem())
    assert ended.code == exit_codes.DONE
    for part in ("FiPy", "build 38638", "CAT-M1", "running its application", "Bootloader2"):
        assert part in ended.out
    assert desk.saved()["record"]["images"] == []


def test_explain_says_what_to_do_lists_all_and_suggests_near_ones(desk: Desk) -> None:
    assert "Cut all power" in desk.type("explain", "modem-silent").out
    assert "port-busy" in desk.type("explain").out
    missed = desk.type("explain", "modem-silnt")
    assert missed.code == exit_codes.REFUSED
    assert "modem-silent" in missed.err


def test_what_nobody_thought_of_has_words_a_file_and_exit_code_1(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(commands, "info", broken)
    ended = desk.type("info", "-p", "sim://pycom-catm1", "--json")
    assert (ended.code, ended.result["code"], ended.result["modem_state"]) == (
        exit_codes.UNEXPECTED,
        "unexpected",
        "unknown",
    )
    assert "Traceback" not in ended.out + ended.err
    (crash,) = (desk.folder / "home" / "crashes").iterdir()
    assert str(crash) in ended.err
    assert "ZeroDivisionError: a defect" in crash.read_text()
    [row] = history()
    assert (row.status, row.code) == ("failed", "unexpected"), "and not a run that was killed"


class Presses(Sink):
    """A sink that sends signals when it hears of a phase."""

    def __init__(self, phase: str, signals: list[signal.Signals]) -> None:
        self._phase, self._signals = phase, signals

    def report(self, event: Event, at_s: float) -> None:
        if event["event"] == "phase" and event["phase"] == self._phase:
            for number in self._signals:
                signal.raise_signal(number)


@pytest.fixture
def pressed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, list[signal.Signals]], Ended]:
    """An update in which `signals` come as soon as a phase begins."""

    def run(phase: str, signals: list[signal.Signals]) -> Ended:
        made = Reporter.__init__

        def with_presses(self: Reporter, sinks: list[Any], stop_requests: Any, *more: Any) -> None:
            made(self, [*sinks, Presses(phase, signals)], stop_requests, *more)

        monkeypatch.setattr(Reporter, "__init__", with_presses)
        return desk.update(desk.new, "-y")

    return run


STOPS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP, signal.SIGTSTP] if os.name == "posix" else [])]


@pytest.mark.parametrize("stop", STOPS)
def test_a_stop_before_the_first_write_is_130(
    pressed: Callable[[str, list[signal.Signals]], Ended], stop: signal.Signals
) -> None:
    ended = pressed("prepare", [stop])
    assert (ended.code, ended.result["status"]) == (exit_codes.INTERRUPTED, "interrupted")
    assert ended.result["modem_state"] == "untouched"


@pytest.mark.parametrize("stop", STOPS)
def test_one_stop_in_a_transfer_warns_and_the_update_goes_on(
    pressed: Callable[[str, list[signal.Signals]], Ended], stop: signal.Signals
) -> None:
    ended = pressed("transfer", [stop])
    assert ended.result["status"] == "updated"
    (told,) = [event for event in ended.events if event["event"] == "interrupt"]
    assert "once more" in told["text"]


@pytest.mark.skipif(os.name != "posix", reason="there are no such signals")
def test_no_other_signal_halts_or_ends_a_transfer(
    pressed: Callable[[str, list[signal.Signals]], Ended],
) -> None:
    """Who asks how far it is, or writes to a terminal in the background, kills no modem by it."""
    others = [signal.SIGUSR1, signal.SIGUSR2, signal.SIGTTIN, signal.SIGTTOU, signal.SIGXCPU, signal.SIGPIPE]
    before = [signal.getsignal(number) for number in others]
    ended = pressed("transfer", others)
    assert ended.result["status"] == "updated"
    assert not [event for event in ended.events if event["event"] == "interrupt"]
    assert [signal.getsignal(number) for number in others] == before


@pytest.mark.skipif(os.name != "posix", reason="there is no such signal")
def test_a_closed_terminal_counts_once_however_often_it_is_told(
    pressed: Callable[[str, list[signal.Signals]], Ended],
) -> None:
    """The kernel and the shell both say it; a transfer must not end of that."""
    assert pressed("transfer", [signal.SIGHUP, signal.SIGHUP]).result["status"] == "updated"


def test_two_stops_in_a_transfer_leave_a_modem_that_the_same_command_finishes(
    desk: Desk, pressed: Callable[[str, list[signal.Signals]], Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = pressed("transfer", [signal.SIGINT, signal.SIGTERM])
    assert (ended.code, ended.result["modem_state"]) == (exit_codes.FAILED_RECOVERABLE, "recoverable")
    assert ended.result["status"] == "interrupted"
    monkeypatch.undo()
    monkeypatch.setenv("MODEMFLASH_HOME", str(desk.folder / "home"))
    again = desk.update(desk.new, "-y")
    assert (again.code, again.result["status"]) == (exit_codes.DONE, "updated")


def test_in_an_install_stopping_only_ends_the_watching(
    pressed: Callable[[str, list[signal.Signals]], Ended],
) -> None:
    ended = pressed("install", [signal.SIGINT, signal.SIGINT])
    assert (ended.code, ended.result["code"]) == (exit_codes.FAILED_UNKNOWN, "stopped-watching")
    assert "info" in ended.result["next"]


def test_an_update_whose_reader_goes_away_goes_on_to_its_end(desk: Desk) -> None:
    """`modemflash update … | head -1` must not leave a modem half-written."""
    words = [
        sys.executable,
        "-m",
        "modemflash",
        "update",
        desk.new,
        "--updater",
        desk.updater,
        "-y",
        "--json",
    ]
    with subprocess.Popen([*words, "-p", desk.modem()], stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        program.stdout.readline()
        program.stdout.close()
        assert program.wait(60) == exit_codes.DONE
    assert desk.saved()["memory"]["build"] == 41065


def test_after_a_command_the_signals_are_as_they_were(desk: Desk) -> None:
    before = [signal.getsignal(number) for number in STOPS]
    desk.type("info", "-p", desk.modem())
    assert [signal.getsignal(number) for number in STOPS] == before


def test_once_the_end_is_told_no_signal_changes_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a process: one Ctrl-C too many is neither "nothing was written" nor an exit code of its own."""
    before = {number: signal.getsignal(number) for number in STOPS}
    monkeypatch.setattr("modemflash_host.cli.app.is_process", True)
    try:
        desk.type("info", "-p", desk.modem())
        assert {signal.getsignal(number) for number in STOPS} == {signal.SIG_IGN}
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_no_color_is_honoured(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("FORCE_COLOR", "")
    assert "\x1b[3" not in desk.type("info", "-p", desk.modem()).out


def test_the_help_names_every_exit_code(desk: Desk) -> None:
    text = " ".join(desk.type("--help-all").out.split())
    for number, meaning in exit_codes.EXIT_CODES:
        assert f"{number} {meaning}" in text


def child(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=60)


@pytest.mark.skipif(os.name == "nt", reason="asks a POSIX system")
def test_the_version_is_told_within_0_4_s() -> None:
    """Of processor time, which other work on the machine does not change; the best of three."""
    took = []
    for _ in range(3):
        before = os.times()
        done = child("-m", "modemflash", "--version")
        after = os.times()
        took.append(
            after.children_user - before.children_user + after.children_system - before.children_system
        )
    assert modemflash.__version__ in done.stdout
    assert 0 < min(took) <= 0.4


def test_the_version_loads_neither_pyserial_nor_the_engine_nor_the_simulator() -> None:
    seen = child("-X", "importtime", "-m", "modemflash", "--version").stderr
    for name in ("serial", "modemflash.upgrade", "modemflash_sim.sequans", "platformdirs", "rich.live"):
        assert f" {name}\n" not in seen, name


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux")
def test_memory_stays_below_60_mb_for_any_file(tmp_path: Path) -> None:
    big = tmp_path / "CATM1-41065.dup"
    big.write_bytes(images.make_full_image(41065, size_bytes=1_000_000))
    with big.open("ab") as file:
        file.truncate(300_000_000)
    program = (
        "import sys; from pathlib import Path; from modemflash_host.cli import app; "
        "from modemflash_host.files.stable_file import open_stable; "
        "app.run(['identify', sys.argv[1]]); open_stable(Path(sys.argv[1])).packed(); "
        # Not getrusage: that one still counts what the parent had when it forked.
        "print('KB', Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"
    )
    done = child("-c", program, str(big))
    kilobytes = int(done.stdout.rpartition("KB")[2])
    assert kilobytes < 60_000


def test_the_simulated_modem_says_its_port_and_lives_on_in_a_file(tmp_path: Path) -> None:
    state = tmp_path / "modem.json"
    words = [
        sys.executable,
        "-m",
        "modemflash",
        "simulate",
        "modem",
        "--endpoint",
        "tcp",
        "--state",
        str(state),
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        port = program.stdout.readline().split()[1]
        seen = child("-m", "modemflash", "info", "-p", port, "--json")
        program.send_signal(signal.SIGTERM)
        out, _ = program.communicate(timeout=30)
    assert json.loads(seen.stdout.splitlines()[-1])["from_version"] == "38638"
    assert program.returncode == 0
    assert "38638" in out
    assert state.exists()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("true") is None, reason="a shell is needed")
def test_the_demo_updates_for_real_in_under_a_minute() -> None:
    start = time.monotonic()
    done = child("-m", "modemflash", "demo")
    assert done.returncode == 0
    assert "Updated: 38638" in done.stdout
    assert time.monotonic() - start < 60
