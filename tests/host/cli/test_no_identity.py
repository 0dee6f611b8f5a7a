"""Whoever reads what a run leaves behind does not learn whose modem it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from host.cli.test_commands import Desk
from host.cli.test_hostile_modem import QUICK, desk, every_file
from modemflash_sim.sequans import at_texts, profiles

__all__ = ["desk"]

IMEI, IMSI, PHONE, PIN = "490154203237518", "262019876543210", "015199887766", "73519"
NAMES = ("Mueller", "hunter2", "annaapn", "sesame9")
WINDOW = 7  # so many digits in a row are no accident


def bcd(number: str) -> bytes:
    digits = number + "f" * (len(number) % 2)
    return bytes.fromhex("".join(digits[at + 1] + digits[at] for at in range(0, len(digits), 2)))


def told(secrets: tuple[str, ...], data: bytes) -> Iterator[str]:
    """Which parts of numbers stand in an artefact: with anything between the digits, in UTF-16, in BCD."""
    text = data.decode("latin-1")
    between = r"(?:\\u00[0-9a-f]{2}|\\x[0-9a-f]{2}|\\[rn0t]|[^0-9A-Za-z]){0,4}"
    for secret in secrets:
        for at in range(len(secret) - WINDOW + 1):
            part = secret[at : at + WINDOW]
            if re.search(between.join(part), text):
                yield part
        packed = bcd(secret)
        for at in range(len(packed) - 3):
            for form in (packed[at : at + 4], packed[at : at + 4].decode("latin-1").encode()):
                if form in data:
                    yield f"BCD {form!r}"


def crash_dump(size_bytes: int, seed: int) -> Iterator[bytes]:
    """A dump as memory holds it: numbers in every form."""
    yield b"\r\n\0\0\\.\0" + b"5.1.1.0 [39529] by robot-soft at 2018-09-28 16:07:40\r\n"
    for number in (IMEI, IMSI):
        yield (
            number.encode()
            + b"\0"
            + "-".join(number).encode()
            + b"\r\n"
            + "\0".join(number).encode()
            + b"\0\0"
        )
        yield number.encode("utf-16-le") + b"\xff" + bcd(number) + b"\xff" + number.encode("utf-16-be")
        yield b"\r\n".join(number[at : at + 4].encode() for at in range(0, 15, 4)) + b"\r\nOK\r\n"
    yield f'+CNUM: "Mueller","{PHONE}",129\r\nPIN {PIN}\0$QCPDPP: 1,1,"hunter2","annaapn"\r\n'.encode()
    yield b"Assertion failed\r\nFile: hal_misc.c@420\r\n\r\nOK\r\n"


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> str:
    """A modem that tells its owner's secrets wherever it may speak."""
    good = profiles.find("pycom-catm1")
    lines = (
        *good.extra_lines,
        f"IMEI {IMEI}",
        "IMSI: " + " ".join(IMSI),
        f"Owner: Mueller {PHONE}",
        "\0".join(IMEI),
        bcd(IMSI).decode("latin-1"),
    )
    telling = replace(good, timing=QUICK, chip=f"VZM20Q\r\n{IMEI}", extra_lines=lines)
    monkeypatch.setitem(profiles.PROFILES, "pycom-catm1", telling)
    monkeypatch.setattr(
        at_texts,
        "URCS",
        (
            f'\r\n+CMT: "{PHONE}","Mueller"\r\n{IMEI[:6]}-{IMEI[6:12]}-{IMEI[12:]}\r\n'.encode(),
            f'\r\n^EXIT: IMEI={IMEI}\r\n+CNUM: "Mueller","{PHONE}"\r\n'.encode(),
            b"\r\n" + IMSI.encode("utf-16-le") + b"\r\n" + bcd(IMEI) + b"\r\n",
        ),
    )
    monkeypatch.setattr(at_texts, "crash_dump", crash_dump)
    texts = at_texts.APPLICATION_TEXTS
    monkeypatch.setitem(
        texts, "AT+CGDCONT?", (['+CGDCONT: 1,"IP","a.b",,"annaapn","hunter2"', f"+CPIN: {PIN}"], True)
    )
    monkeypatch.setitem(texts, "AT+CEREG?", ([f"+CEREG: 0,0 {IMSI}", "+SQNMQTTCFG: 0,annaapn,hunter2"], True))
    monkeypatch.setitem(texts, "AT+SMLOG?", ([f"+SMLOG: {IMEI}"], False))
    return "sim://pycom-catm1?fault=urc:0.1,crash-dump:100"


def test_no_artefact_tells_whose_modem_it_was(desk: Desk, port: str) -> None:
    """Screens, JSON, run files, zips, journals and histories of an info, an update and a failure."""
    said = []
    failing = port + ",install-fails:9"
    for words in (
        ["info", "-p", port, "-v"],
        ["info", "-p", port, "--json"],
        ["update", desk.new, "--updater", desk.updater, "-p", port, "-y", "-v"],
        ["update", desk.new, "--updater", desk.updater, "-p", failing, "-y", "--json"],
        ["info", "-p", "socket://anna:sesame9@127.0.0.1:1", "-v"],
        ["history"],
        ["history", "--json"],
        ["report"],
        ["report", "2"],
    ):
        ended = desk.type(*words)
        said.append((" ".join(words[:1]), (ended.out + ended.err).encode()))
    artefacts = [*said, *every_file(desk.folder / "home").items()]
    assert any(b"LR5.1.1.0-41065" in data or b"41065" in data for _, data in artefacts)
    assert any(b"[39529] by robot-soft" in data for _, data in artefacts)
    assert len([name for name, _ in artefacts if name == "capture.jsonl"]) >= 1
    for name, data in artefacts:
        assert not list(told((IMEI, IMSI, PHONE), data)), name
        assert not [secret for secret in (*NAMES, PIN) if secret.encode() in data], name


def test_a_crash_file_tells_nothing_either(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its message, nor the command line, nor the port of the environment; where it happened stays."""
    monkeypatch.setenv("MODEMFLASH_PORT", "socket://anna:sesame9@127.0.0.1:1")

    def defect(*_: object, **__: object) -> None:
        raise ValueError(
            f"could not convert string to float: b'+CGSN: {IMEI}' of sesame9 at {'-'.join(IMEI)}"
        )

    monkeypatch.setattr("modemflash_host.cli.app.modemflash_group.main", defect)
    ended = desk.type("info", "-p", "rfc2217://mueller:hunter2@10.0.0.1:1", str(Path.home() / "x.dup"))
    (crash,) = (desk.folder / "home" / "crashes").iterdir()
    text = crash.read_text()
    for data in (text, ended.out + ended.err):
        assert not list(told((IMEI,), data.encode()))
        assert not [each for each in (*NAMES, "mueller", "anna:") if each in data]
    assert "ValueError: could not convert string to float" in text
    assert "test_no_identity.py" in text
    assert str(Path.home()) + "/" not in text or len(str(Path.home())) <= 1
