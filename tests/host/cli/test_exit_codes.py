"""How commands end: every exit code, every status, every consent, by real command lines in virtual time."""

from __future__ import annotations

import io
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from host.cli.test_commands import SMALL, Desk, Ended
from modemflash.errors import RECOVERABLE, UNKNOWN, UNTOUCHED, UPDATED
from modemflash_host.cli import app, asking
from modemflash_host.consents import Consent, flag_of, names_of, word_of
from modemflash_host.families.sequans.words import DANGERS
from modemflash_host.run import exit_codes
from modemflash_sim.sequans import images, install
from referees import vendor_client

CAPTURE = str(Path(__file__).parents[2] / "captures" / "info-catm1.jsonl")
RESULT_FIELDS = [
    "event", "schema", "status", "code", "modem_state", "next", "family", "from_version", "to_version",
    "boot_mode", "bytes", "seconds",
]  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    for name in [name for name in os.environ if name.startswith("MODEMFLASH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    return Desk(tmp_path, monkeypatch, capsys)


def nameless(desk: Desk) -> str:
    """A full image that names no build anywhere."""
    inner = images.container("UPGR", bytes(range(256)) * 300, description="fff upgrade package")
    return desk.file("firmware.dup", images.container("PACK", inner, description="firmware"))


def difference(desk: Desk) -> str:
    return desk.file("upgdiff_38638-to-41065.dup", images.make_difference(38638, 41065, SMALL))


# what is wrong with the modem ("to": the build it ends with), the command, and how it ends
ENDS = [
    ("", "new -y", exit_codes.DONE, "updated", "updated", UPDATED),
    ("", "same -y", exit_codes.DONE, "nothing-to-do", "already-runs-it", UNTOUCHED),
    ("", "new --dry-run", exit_codes.DONE, "nothing-to-do", "dry-run", UNTOUCHED),
    ("mute:100000", "new -y --answer-timeout 5", exit_codes.NO_MODEM, "failed", "modem-silent", UNTOUCHED),
    ("nuls", "new -y --answer-timeout 5", exit_codes.NO_MODEM, "failed", "modem-nuls", UNTOUCHED),
    ("", "new", exit_codes.REFUSED, "refused", "consent-missing", UNTOUCHED),
    ("open-refused:99", "difference -y", exit_codes.FAILED_UNTOUCHED, "failed", "session-refused", UNTOUCHED),
    ("install-fails:9", "new -y", exit_codes.FAILED_RECOVERABLE, "failed", "install-failed", RECOVERABLE),
    ("sticks:9", "new -y", exit_codes.FAILED_UNKNOWN, "failed", "install-timeout", UNKNOWN),
    ("to:39529", "new -y", exit_codes.UNCONFIRMED, "installed-unconfirmed", "other-build", UPDATED),
    (
        "to:41065",
        "nameless -y --accept-unproven-path 38638-unknown --accept-unknown-file",
        exit_codes.UNCONFIRMED,
        "installed-unconfirmed",
        "build-not-predicted",
        UPDATED,
    ),
]


@pytest.mark.parametrize(("fault", "words", "code", "status", "slug", "state"), ENDS)
def test_every_way_an_update_ends(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    words: str,
    code: int,
    status: str,
    slug: str,
    state: str,
) -> None:
    """The last line has exactly its documented fields, and the exit code says the same."""
    name, *flags = words.split()
    if fault.startswith("to:"):
        end = install.Outcome("success", "", int(fault[3:]), "5.1.1.0", "5.0.0.0d")
        monkeypatch.setattr(install, "outcome_of", lambda *_: end)
        fault = ""
    if name == "same":
        desk.update(desk.new, "-y")
    make: dict[str, Callable[[Desk], str]] = {"difference": difference, "nameless": nameless}
    file = make[name](desk) if name in make else desk.new
    ended = desk.update(file, *flags, port=desk.modem(fault=fault))
    result = ended.result
    assert (ended.code, result["status"], result["code"]) == (code, status, slug)
    assert result["modem_state"] == state
    assert list(result) == RESULT_FIELDS
    assert [event["event"] for event in ended.events].count("result") == 1
    assert bool(result["next"]) == (slug not in ("updated", "already-runs-it"))


# consent: its modem, its file, and whether the updater is at hand
CONSENTS: dict[Consent, tuple[dict[str, str], str, bool]] = {
    Consent("allow-downgrade"): ({}, "old", True),
    Consent("change-radio", "nb-iot"): ({}, "nb", True),
    Consent("accept-unproven-path", "41065-48829"): ({"build": "41065"}, "parts", True),
    Consent("accept-unknown-file"): ({"assume": "extra_data:swallowed"}, "odd", True),
    Consent("without-way-back"): ({}, "new", False),
    Consent("write-boot-rom"): ({"profile": "pycom-factory"}, "new", True),
}


class Case:
    """One danger: a command line that needs exactly one consent, and its modem."""

    def __init__(self, desk: Desk, consent: Consent) -> None:
        options, file, with_updater = CONSENTS[consent]
        self.desk = desk
        odd = Path(desk.new).read_bytes() + b"and more bytes"
        make: dict[str, Callable[[], list[str]]] = {
            "old": lambda: [desk.old],
            "nb": lambda: [desk.nb],
            "new": lambda: [desk.new],
            "odd": lambda: [desk.file("CATM1-41065x.dup", odd)],
            "parts": lambda: [
                desk.file("CATM1-5.2-48829-1.dup", images.make_full_image(39529, size_bytes=416_448)),
                desk.file("CATM1-5.2-48829-2.dup", images.make_full_image(48829, size_bytes=SMALL, seed=2)),
            ],
        }
        self.words = ["update", *make[file](), "-p", desk.modem(**options)]
        if with_updater:
            self.words += ["--updater", desk.updater]
        else:
            Path(desk.updater).unlink()
        if consent.name == "write-boot-rom":
            self.words += ["--bootrom", desk.file("bootrom.dup", images.make_bootrom())]

    def type(self, *more: str) -> Ended:
        return self.desk.type(*self.words, *more)

    def untouched(self) -> bool:
        saved = self.desk.saved()
        return saved["record"]["images"] == [] and saved["live"]["mode"] == "application"


def test_every_danger_has_its_case() -> None:
    assert {consent.name for consent in CONSENTS} == set(DANGERS)


@pytest.mark.parametrize("consent", CONSENTS, ids=flag_of)
def test_off_a_terminal_a_missing_consent_is_5_with_its_name_and_nothing_is_written(
    desk: Desk, consent: Consent
) -> None:
    """Neither `-y` nor another consent stands in for it; its name is said, its flag nowhere to be pasted."""
    case = Case(desk, consent)
    others = ["--allow-downgrade", "--accept-unknown-file", "--without-way-back", "--write-boot-rom"]
    ended = case.type("-y", "--json", *(flag for flag in others if flag != flag_of(consent)))
    assert (ended.code, ended.result["code"]) == (exit_codes.REFUSED, "consent-missing")
    assert names_of([consent]) in next(e["happened"] for e in ended.events if e["event"] == "problem")
    assert case.untouched()
    seen = case.type("-y")
    assert f"--{consent.name}" not in ended.out + ended.err + seen.out + seen.err

    given = case.type("-y", "--json", *flag_of(consent).split(" "))
    assert (given.code, given.result["status"]) == (exit_codes.DONE, "updated")


@pytest.mark.parametrize("consent", CONSENTS, ids=flag_of)
def test_on_a_terminal_each_danger_is_asked_for_by_its_own_word(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, consent: Consent
) -> None:
    case = Case(desk, consent)
    monkeypatch.setattr(asking, "on_a_terminal", lambda: True)
    for typed in ("y", "yes", ""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed + "\n"))
        ended = case.type("-y")
        assert ended.code == exit_codes.REFUSED
        assert f"Type {word_of(consent, DANGERS)}" in ended.out
        assert "not-confirmed" in ended.err
        assert case.untouched()
    monkeypatch.setattr(sys, "stdin", io.StringIO(word_of(consent, DANGERS) + "\n"))
    assert case.type("-y").code == exit_codes.DONE


@pytest.mark.referee
@pytest.mark.parametrize("name", ["GM02RB6Q_LR8.0.5.13-59577.dup", "CATM1-41065.dup", "NB1-41019.dup"])
def test_the_vendors_file_is_refused_by_a_pycom_modem_under_any_name(
    desk: Desk, tool: Callable[[str], Path], name: str
) -> None:
    """No name and no consent brings another product's image into a modem."""
    file = desk.folder / "elsewhere" / name
    file.parent.mkdir()
    file.symlink_to(vendor_client.firmware_file(tool("vendor-client")))
    flags = [flag_of(Consent(name)) for name in DANGERS if not DANGERS[name].argument]
    ended = desk.update(str(file), "-y", *flags, "--change-radio", "cat-m1")
    assert (ended.code, ended.result["code"]) == (exit_codes.REFUSED, "wrong-product")
    assert desk.saved()["record"]["images"] == []


@pytest.mark.referee
def test_the_vendors_file_goes_compressed_into_its_own_modem(desk: Desk, tool: Callable[[str], Path]) -> None:
    file = vendor_client.firmware_file(tool("vendor-client"))
    # stalls=0: two virtual minutes of silence cost as many writes of the modem's state file
    ended = desk.type("update", str(file), "-p", desk.modem("gm02s", stalls="0"), "--json", "-y")
    assert (ended.code, ended.result["to_version"]) == (exit_codes.DONE, "59577"), ended.result
    assert [e["packed"] for e in ended.events if e["event"] == "session"] == [True]


def test_after_a_run_that_wrote_silence_is_never_called_untouched(desk: Desk) -> None:
    """Neither by the same command nor by `info`; and the prognosis is that of an update that was begun."""
    desk.update(desk.new, "-y", port=desk.modem(fault="install-fails:9"))
    dead = desk.modem(fault="mute:1000000")
    for words in (["info"], ["update", desk.new, "--updater", desk.updater, "-y"]):
        ended = desk.type(*words, "-p", dead, "--json")
        assert (ended.code, ended.result["code"]) == (exit_codes.FAILED_UNKNOWN, "modem-lost")
        assert ended.result["modem_state"] == "unknown"
        (begun,) = [event for event in ended.events if event["event"] == "unfinished"]
        assert (begun["target"], begun["files"]) == ("41065", ["CATM1-41065.dup", "updater.elf"])
        assert shlex.split(ended.result["next"])[:4] == ["modemflash", "rescue", desk.new, desk.updater]
    seen = desk.type("info", "-p", dead)
    assert "an update to 41065 with CATM1-41065.dup" in seen.out
    assert "Leave all power on for 20 minutes" in seen.err
    assert "of four modems that owners found silent here three stayed so" in seen.err
    assert "nothing was written" not in seen.err


def test_where_nothing_can_be_kept_info_works_and_an_update_is_refused_untouched(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home that is no folder: no journal, so no write."""
    monkeypatch.setenv("MODEMFLASH_HOME", desk.new + "/is-a-file")
    assert desk.type("info", "-p", desk.modem(), "--json").code == exit_codes.DONE
    ended = desk.update(desk.new, "-y")
    assert (ended.code, ended.result["code"]) == (exit_codes.REFUSED, "no-place-for-the-journal")
    assert ended.result["modem_state"] == "untouched"
    assert "unfinished" not in [event["event"] for event in ended.events]
    assert desk.saved()["record"]["images"] == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_pipe_is_refused_and_not_waited_for(desk: Desk) -> None:
    os.mkfifo(desk.folder / "pipe.dup")
    ended = desk.update(str(desk.folder / "pipe.dup"), "-y")
    assert (ended.code, ended.result["status"]) == (exit_codes.REFUSED, "refused")


def test_the_expected_build_is_compared_before_anything_is_asked_of_the_modems_flash(desk: Desk) -> None:
    refused = desk.update(desk.new, "-y", "--expect-build", "41019")
    assert (refused.code, refused.result["code"]) == (exit_codes.REFUSED, "not-the-expected-build")
    assert desk.saved()["record"]["images"] == []
    assert desk.update(desk.new, "-y", "--expect-build", "41065").result["status"] == "updated"


def test_verbose_shows_every_probe_and_quiet_only_the_end(desk: Desk) -> None:
    port = desk.modem(fault="mute:5")
    assert "921600 baud, pass 1: silence" in desk.type("info", "-p", port, "-v").out
    quiet = desk.type("info", "-p", desk.modem(), "-q")
    assert quiet.code == exit_codes.DONE
    assert len(quiet.out.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["info", "-p", "sim://pycom-catm1"], "config-broken"),
        (["fleet", "results", "none.json"], "fleet-results-broken"),
        (["fleet", "results"], "fleet-no-results"),
        (["completion", "install", "bash"], "shell-file-not-edited"),
        (["report", "3"], "no-such-run"),
        (["history", "--html", "-o", "none/page.html"], "report-not-written"),
        (["card", "results", "--csv", "none"], "card-no-results"),
        (["capture", "export", CAPTURE, "--pcapng", "none/run.pcapng"], "capture-not-written"),
    ],
    ids=lambda words: words if isinstance(words, str) else "",
)
def test_a_refusal_before_any_work_is_told_as_any_other(
    words: list[str],
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With its code, what to do, the state of the modem and the next command."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "MODEMFLASH_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    if code == "config-broken":
        (tmp_path / "config.toml").write_text("port = 5\n")
        monkeypatch.setenv("MODEMFLASH_CONFIG", str(tmp_path / "config.toml"))
    assert app.run(words) == exit_codes.REFUSED
    said = capsys.readouterr().err.splitlines()
    told = [line.split()[0] for line in said if line[:1].isalpha()]
    assert told == ["Code", "Do", "Modem", "Next"] and f"Code       {code}" in said
