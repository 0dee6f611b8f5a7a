"""Firmware that is made for simulated modems: good files, which no modem gets without a consent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from modemflash_host.cli.app import modemflash_group
from modemflash_host.run import exit_codes

ALL = ("CATM1-41065.dup", "updater.elf", "LG290P03AANR02A01S.pkg", "RM502QAEAAR11A04M4G.zip")


def run(*words: object) -> tuple[int, str]:
    """(exit code, what it prints)"""
    done = CliRunner().invoke(
        modemflash_group, [str(word) for word in words], prog_name="modemflash", standalone_mode=False
    )
    if done.exception is not None:
        return 2, str(getattr(done.exception, "message", done.exception))
    return done.return_value, done.output


def events(*words: object) -> tuple[int, list[dict[str, Any]]]:
    code, text = run(*words, "--json")
    return code, [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    code, _ = run("simulate", "firmware", tmp_path / "fw")
    assert code == 0
    return tmp_path / "fw"


def test_one_of_each_kind_and_all_are_good(made: Path) -> None:
    assert sorted(path.name for path in made.iterdir()) == sorted(ALL)
    code, told = events("identify", *(made / name for name in ALL))
    assert code == exit_codes.DONE
    assert [each["name"] for each in told if each["event"] == "file"] == list(ALL)
    text = run("identify", *(made / name for name in ALL))[1]
    assert text.count("simulated firmware: no m") == 3


@pytest.mark.parametrize(
    ("name", "port", "build"),
    [
        ("CATM1-41065.dup", "sim://pycom-catm1", "41065"),
        ("LG290P03AANR02A01S.pkg", "sim://lg290p?hand_s=20", "LG290P03AANR02A01S"),
    ],
)
def test_an_update_asks_for_a_consent(made: Path, name: str, port: str, build: str) -> None:
    """-y is not enough, whatever the modem; with the consent a simulated one runs it."""
    code, told = events("update", made / name, "-y", "-p", port)
    assert (code, told[-1]["code"]) == (exit_codes.REFUSED, "consent-missing")
    code, told = events("update", made / name, "-y", "--accept-unknown-file", "-p", port)
    assert (code, told[-1]["status"]) == (exit_codes.DONE, "updated")
    assert build in json.dumps(told[-1])


@pytest.mark.parametrize("name", ["upgdiff_38638-to-41065.dup", "NB1-41019.dup"])
def test_a_name_says_what_is_made(tmp_path: Path, name: str) -> None:
    assert run("simulate", "firmware", tmp_path, name)[0] == 0
    _, told = events("identify", tmp_path / name)
    [file] = [each for each in told if each["event"] == "file"]
    assert (file["reason"], file["build_source"], file["name_says"]) == ("image-simulated", "content", None)


def test_a_card_needs_the_consent(made: Path, tmp_path: Path) -> None:
    """So a card with it cannot be made by mistake, and a board refuses the plain files."""
    (tmp_path / "card").mkdir()
    for path in (made / ALL[2], made / ALL[3]):
        path.unlink()
    code, text = run("card", "prepare", made, "--to", tmp_path / "card")
    assert code == exit_codes.REFUSED
    assert "What boards would do with it" in text
    assert "a consent (accept-unknown-file)" in " ".join(text.split()), "and none that it can do without"
    assert run("card", "prepare", made, "--to", tmp_path / "card", "--accept-unknown-file")[0] == 0


@pytest.mark.parametrize("name", ["../CATM1-41065.dup", "bootrom.dup", "notes.txt", "LG290P.pkg"])
def test_what_cannot_be_made_is_refused(tmp_path: Path, name: str) -> None:
    """A boot ROM that was made up would kill a modem; nothing is written outside the folder."""
    code, text = run("simulate", "firmware", tmp_path / "fw", name)
    assert code == 2
    assert name in text
    assert not (tmp_path / "fw").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "updater.elf").write_bytes(b"mine")
    code, text = run("simulate", "firmware", tmp_path, "updater.elf")
    assert (code, "there already" in text) == (2, True)
    assert (tmp_path / "updater.elf").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("RM520NGLAAR01A08M4G.zip", "rm520n"),
        ("EG25GGBR07A09M2G_30.006.30.006.zip", "eg25"),
        ("RM551EGL00AAR01A03M8G.zip", "rm551e"),
    ],
)
def test_a_package_is_for_the_modem_that_its_name_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, profile: str
) -> None:
    """Chip, pages and revision are that one's; of a modem that nobody simulates none is made."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    assert run("simulate", "firmware", tmp_path, name)[0] == 0
    code, told = events("update", tmp_path / name, "-y", "-p", f"sim://{profile}")
    assert (code, told[-1]["code"]) == (exit_codes.DONE, "updated")
    assert told[-1]["to_version"].startswith(name.removesuffix(".zip"))
    code, text = run("simulate", "firmware", tmp_path, "XY99AAR01A01.zip")
    assert code == exit_codes.USAGE and "RM520" in text
