"""`explain` knows codes, exit codes and vendors' words as they were printed, and what is spelled alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modemflash_host.cli import app
from modemflash_host.cli.explain import CODE, CONSENT, EXIT_CODE, VENDOR_WORD, explanations
from modemflash_host.errors import CATALOGUE
from modemflash_host.families import registry
from modemflash_host.run.exit_codes import EXIT_CODES


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("b'' count=10", VENDOR_WORD),
        ("err: 0x103", VENDOR_WORD),
        ("RECEIVED <- SAHARA_CMD_UNKONOW_1836597052", VENDOR_WORD),
        ("FAIL, Confirm dynamic com port 24 timeout(5)!", VENDOR_WORD),
        ("INFO: Skipping: bad block 0x4a0", VENDOR_WORD),
        ("INFO: Erasing start sector 640, num sectors 0", VENDOR_WORD),
        ("STATE <- SAHARA_WAIT_HELLO", VENDOR_WORD),
        ("Received an unknown command: 18", VENDOR_WORD),
        ("Bus 001 Device 004: ID 05c6:9008 Qualcomm, Inc.", VENDOR_WORD),
        ("+CFUN: 5", VENDOR_WORD),
        ("AT+CFUN=1 +CME ERROR: 3", VENDOR_WORD),
        ('AT+QCFGEXT="disusb"', VENDOR_WORD),
        ("modem-silent", CODE),
        ("Modem_Silent", CODE),
        ("PORT  BUSY", CODE),
        ("7", EXIT_CODE),
        ("exit code 130", EXIT_CODE),
        ("exit code: 7", EXIT_CODE),
        ("rc=7", EXIT_CODE),
        ("07", EXIT_CODE),
        ("%ERRORLEVEL% 7", EXIT_CODE),
        ("confirm   dynamic com  PORT", VENDOR_WORD),
        ("confirm-dynamic", VENDOR_WORD),
        ("dynamic", VENDOR_WORD),
        ("count", VENDOR_WORD),
        ("Code       port-lost", CODE),
        ("`port-lost`.", CODE),
        ("error: port_lost!", CODE),
        ("accept-unknown-file", CONSENT),
        ("--accept-unknown-file", CONSENT),
    ],
)
def test_a_word_as_it_was_printed(typed: str, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whole lines are taken, in words that a shell has split, too."""
    assert [each.kind for each in explanations(typed)] == [kind]
    assert app.run(["explain", "--", *typed.split()]) == 0
    assert "What " in capsys.readouterr().out


def test_every_row_of_every_table_is_found() -> None:
    for code in CATALOGUE:
        assert any(each.kind == CODE for each in explanations(code)), code
    for number, _ in EXIT_CODES:
        assert any(each.kind == EXIT_CODE for each in explanations(str(number))), number
    for word in registry.vendor_words():
        assert word == word.lower()
        assert any(each.name == word for each in explanations(word.upper())), word


def test_json_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["explain", "0x103", "--json"]) == 0
    told, result = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (told["event"], told["kind"], told["name"]) == ("explanation", VENDOR_WORD, "0x103")
    assert told["meaning"] and told["advice"]
    assert (result["event"], result["code"]) == ("result", "explained")


def test_without_a_word_all_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Every row of every table: codes, exit codes, vendors' words, consents."""
    rows = len(CATALOGUE) + len(EXIT_CODES) + len(registry.vendor_words()) + len(registry.all_dangers())
    assert app.run(["explain", "--json"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == rows + 1
    assert app.run(["explain"]) == 0
    shown = capsys.readouterr().out
    assert all(f"\nexit code {number} " in shown for number, _ in EXIT_CODES)


def test_a_part_lists_all_that_fits(capsys: pytest.CaptureFixture[str]) -> None:
    """In the names, else in the sentences; each with its meaning, no number left out."""
    silent = {code for code in CATALOGUE if "silent" in code}
    assert {each.name for each in explanations("silent")} == silent
    assert app.run(["explain", "silent"]) == 0
    shown = capsys.readouterr().out
    assert all(code in shown and CATALOGUE[code][0][:25] in shown for code in silent)
    assert [each.name for each in explanations("another program port")] == ["port-busy"]
    assert "6" in {each.name for each in explanations("untouched")}


@pytest.mark.parametrize("typed", ["count=100", "0x1033", "10 file fail", "7 8", "42", "a", "-", "!", "\x1b"])
def test_what_only_looks_alike_is_not_explained(typed: str) -> None:
    """A number is another one where a digit more stands beside it, and a letter is no word."""
    assert explanations(typed) == []


def test_what_is_spelled_alike(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the finger."""
    for typed, meant in (
        ("modem-silnt", "modem-silent"),
        ("confirm dinamic com port", "confirm dynamic com port"),
    ):
        assert app.run(["explain", typed, "--json"]) == 5
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [line["event"] for line in lines] == ["similar", "problem", "result"]
        assert meant in lines[0]["names"]


@pytest.mark.parametrize(
    "words",
    [
        ["history"], ["config"], ["ports"], ["setup"], ["explain"], ["explain", "no-such-word-anywhere"],
        ["identify", "no-such-file.dup"], ["info", "--no-such-option"], ["no-such-command"],
        ["history", "--no-such"], ["update"], ["card", "check"], ["board", "info", "-p", "no-such-port"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_json_ends_with_a_result(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Also where the command line was not understood; every line is an object with an event."""
    code = app.run([*words, "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all("event" in line for line in lines)
    assert [line["event"] for line in lines].count("result") == 1
    assert lines[-1]["event"] == "result" and lines[-1]["code"] in CATALOGUE
    assert (lines[-1]["code"] == "usage") == (code == 2)
