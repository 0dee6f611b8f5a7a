"""No secret leaves: however the stream is cut, and without harm to what support needs."""

import base64
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemflash_host.families.registry import FAMILIES
from modemflash_host.families.sequans.readable import READABLE
from modemflash_host.privacy import (
    Masker,
    mask,
    mask_command_line,
    mask_crash,
    mask_event,
    mask_name,
    mask_quotes,
    mask_text,
    shape,
    without_home,
)
from modemflash_host.privacy.shapes import escaped
from modemflash_host.privacy.talk import LONGEST_LINE
from modemflash_host.reporters.masking_sink import MaskingSink
from support.sinks import EventSink

IMEI, IMSI, ICCID = b"123456789012345", b"001011234567890", b"8900000000012345678"
R = READABLE

# What a modem or a host may write, and what is left of it: # a digit, x a letter, . another sign.
SECRETS = [
    (b"\r\n123456789012345\r\n\r\nOK\r\n", b"\r\n###############\r\n\r\nOK\r\n"),
    (b'+CGSN: "123456789012345"\r\n', b"+CGSN: .###############.\r\n"),
    (b"IMEI123456789012345", b"xxxx###############"),
    (b"IMEI: 12-345678-901234-5\r", b"xxxx. ##.######.######.#\r"),
    (b"12 34 56 78 90 12 34 5\r\n", b"## ## ## ## ## ## ## #\r\n"),
    (b"1\r\n2\r\n3\r\n4\r\n5\r\n", b"#\r\n#\r\n#\r\n#\r\n#\r\n"),
    (b"1234567\r\n89012345\r\n", b"#######\r\n########\r\n"),
    (b"1\x002\x003\x004\x00", b"#\0#\0#\0#\0"),
    (b"\x21\x43\x65\x87\x09\x21\x43\xf5", b".xx\x80\t.x\x80"),
    (b"\r\n001011234567890\r\n", b"\r\n###############\r\n"),
    (b"+CIMI: 26201123456\r\n", b"+CIMI: ###########\r\n"),
    (b'+SQNCCID: "8900000000012345678F",""\r\n', b"+SQNCCID: .###################x....\r\n"),
    (b"+CCID: 89000000000123456789\r\n", b"+CCID: ####################\r\n"),
    (b'+CNUM: "Anna","015112345678",129\r\n', b"+CNUM: .xxxx...############..###\r\n"),
    (b'+CMT: "+4915112345678",,"20/11/20"\r\n', b"+CMT: ..#############....##.##.##.\r\n"),
    (b"call me: 0151 123 45 678!", b"xxxx xx. #### ### ## ###."),
    (b"ATD015112345678;\r\n", b"xxx############.\r\n"),
    (b'AT+CGAUTH=1,1,"anna","se,cret 1"\r\n', b"AT+CGAUTH=#.#..xxxx...xx.xxxx #.\r\n"),
    (b"AT+CGAUTH=1,1,anna,secret\r\nATI", b"AT+CGAUTH=#.#.xxxx.xxxxxx\r\nATI"),
    (b'+CGAUTH: 1,2,"anna","pw"\r\n', b"+CGAUTH: #.#..xxxx...xx.\r\n"),
    (
        b'AT+CGDCONT=1,"IP","my.apn",,"anna","pw",0\r\n',
        b"AT+CGDCONT=#..xx...xx.xxx....xxxx...xx..#\r\n",
    ),
    (b'AT$QCPDPP=1,1,"pass","user"\r\n', b"AT$QCPDPP=#.#..xxxx...xxxx.\r\n"),
    (b'AT+SQNMQTTCFG=0,"me","user","pw"\r\n', b"AT+SQNMQTTCFG=#..xx...xxxx...xx.\r\n"),
    (b'+SQNMQTTCFG: 0,"me"\r\n', b"+SQNMQTTCFG: #..xx.\r\n"),
    (b'+CGDCONT: 1,"IP","a.b","","anna","pw"\r\n', b'+CGDCONT: 1,"IP","a.b",""..xxxx...xx.\r\n'),
    (b'+CGDCONT: 1,"IP","015112345678.iot",""\r\n', b"+CGDCONT: #..xx...############.xxx....\r\n"),
    (b'AT+CPIN="1234"\r\n', b"AT+CPIN=.####.\r\n"),
    (b"AT+CPIN=1234,5678\r", b"AT+CPIN=####.####\r"),
    (b'AT+CPWD="SC","1234","5678"\r', b"AT+CPWD=.xx...####...####.\r"),
    (b'AT+CLCK="SC",1,"1234"\r', b"AT+CLCK=.xx..#..####.\r"),
    (b'+CRSM: 144,0,"98940200F0"\r\n', b"+CRSM: ###.#..########x#.\r\n"),
    (b"AT+CFUN=1234567890\r", b"AT+CFUN=##########\r"),
    (b"+CFUN: 1234567890\r", b"+CFUN: ##########\r"),
    (b"+CME ERROR: 123456789\r", b"+CME ERROR: #########\r"),
    (b"ValueError: Anna 0151 1234567\r", b"ValueError: xxxx #### #######\r"),
    (b'  File "anna/secret.py", line 2\r', b"  xxxx .xxxx.xxxxxx.xx.. xxxx #\r"),
    (b"OKAnna\r", b"xxxxxx\r"),
    (b"^EXIT: 0151 12345678\r", b"^EXIT: #### ########\r"),
    (b"Dear Anna, welcome\r", b"xxxx xxxx. xxxxxxx\r"),
    (b"0791947101670000040B91945111325476F8\r\n", b"#" * 19 + b"x" + b"#" * 14 + b"x#\r\n"),
    (b"LR5.1.1.0-123456789012345\r\n", b"LR5.1.1.0.###############\r\n"),
    (b"    Bootloader0  : 0151-12345678\r\n", b"    Bootloader0  : ####.########\r\n"),
]

PLAIN = [
    b"UE:5.0.0.0d;att:5.1.0.0d\r\nLR5.1.1.0-39529\r\n",
    b"UE6.0.0.0-ER7\r\nLR6.0.0.0-35351\r\n",
    b"SEQUANS Communications\r\nVZM20Q\r\nUE5.0.0.0d\r\n\r\nOK\r\n",
    b"SYSTEM VERSION\r\n==============\r\n  FIRMWARE VERSION\r\n    Bootloader0  : 5.1.1.0 [33080]\r\n",
    b"Bootloader1* : BUILD5.1.1.0-33988 by robot-soft at 2017-12-11 15:06:33\r\nBootloader2  : NA\r\n",
    b"  Software     : 5.1.1.0 [33988] by robot-soft at 2017-12-11 15:04:15\r\n  UE      : Unknown\r\n",
    b"NV Info      : 1.1,0,0\r\nZSP0 1.0.99-13028  ZSP1 1.0.98-12295\r\n",
    b"ZSP0 1.0.0-16046 ZSP1 1.0.99-15984\r\n",
    b"  Ecopaging    : 5.4.1.0 [50523] by robot-soft at 2020-08-31 09:28:03\r\n  pxl  : 5.4.1.0-50523\r\n",
    b"[BOOTROM1*] 5.4.1.0 [50523]\r\n[NVRAM] 1.1,0,0\r\n",
    b'+CGDCONT: 1,"IP","internet.iot","10.160.1.2",0,0\r\n+CGDCONT: 1,"IPV4V6","",,,0,0,0,0\r\n',
    b"+CPIN: READY\r\n+CME ERROR: 3\r\n+CME ERROR: SIM not inserted\r\n+CFUN: 4\r\n+CEREG: 0,2\r\n",
    b'+CEREG: 2,1,"00FF","01A2D001",7\r\n',
    b'+CPSMS: 1,,,"01000011","00000001"\r\n+CPSMS: 1,,,,\r\n',
    b'+SQNBANDSEL: 0,"standard","3,4,12,13,20,28"\r\n+SQNBANDSEL: (1,2,3,66)\r\n',
    b"\0\0\r\n+SYSSTART\r\n+SYSFFH\r\n+SHUTDOWN\r\n^EXIT: File: rfcChar.c@107\r\n^EXIT: Fatal error\r\n",
    b"+SMUPGRADE: on-going\r\n+SMUPGRADE: fail: crc\r\n+SMSWBOOT: RECOVERY\r\n+SMLOG: LOG_INHERIT\r\nFFF\r\n",
    b"Assertion failed\r\nFile: hal_misc.c@420\r\n. supported : 28/20/13/12/8/5/4/3\r\n",
    b'AT+SMSWBOOT=3,1\r\nAT+CFUN=4\r\nAT!="showver"\r\nAT+IPR=921600\r\nAT+SMSTPU="ON_THE_FLY"\r\n+++',
    b'Traceback (most recent call last):\r\n  File "modemflash/board/relay.py", line 12, in serve\r\n',
    b"ImportError: no module named 'modemflash.interface'\r\nOSError: [Errno 28] ENOSPC\r\nMemoryError:\r\n",
    b'AT+BIND=AT\r\nATE0\r\nAT+SQNWL="sqndcc",2\r\nAT+FSRDFILE="/fs/crashdump"\r\nAT^RESET\r\nAT+SMOD?\r\nATH\r\n',
]


@pytest.mark.parametrize(("plain", "masked"), SECRETS)
def test_secrets_are_reduced_to_their_shape(plain: bytes, masked: bytes) -> None:
    """Each kind of secret, in each form in which modems and hosts write it."""
    assert mask(plain, R) == masked


@pytest.mark.parametrize("plain", PLAIN)
def test_what_support_needs_stays(plain: bytes) -> None:
    """Versions, builds, dates, bands, boot modes, radio and errors are not touched."""
    assert mask(plain, R) == plain


@pytest.mark.parametrize("plain", [plain for plain, _ in SECRETS] + PLAIN)
def test_without_a_family_only_the_shape_stays(plain: bytes) -> None:
    """Nothing is readable on a line on which no family speaks yet."""
    assert mask(plain) == shape(plain)


def test_a_number_that_only_its_command_explains() -> None:
    """A boot mode is readable as the answer to its question, once, and nowhere else."""
    assert mask(b"2\r\nOK\r\n", R) == b"#\r\nOK\r\n"
    assert mask(b"2\r\n3\r\nOK\r\n", R, "AT+SMOD?\r\n") == b"2\r\n#\r\nOK\r\n"
    assert mask(b"EM7455\r\nOK\r\n", R, "at+cgmm") == b"EM7455\r\nOK\r\n"
    assert mask(b"on-going\r\nOK\r\n", R, "AT+SMUPGRADE?") == b"on-going\r\nOK\r\n"


pieces_of_talk = st.lists(
    st.one_of(
        st.sampled_from([plain for plain, _ in SECRETS] + PLAIN),
        st.binary(max_size=30),
        st.text('0123456789ABCDEF+,"=:\r\n xg\0', max_size=40).map(str.encode),
        st.just(b"z" * 300),
    ),
    max_size=6,
).map(b"".join)


@given(pieces_of_talk, st.lists(st.integers(0, 700), max_size=12))
def test_cuts_change_nothing(talk: bytes, cuts: list[int]) -> None:
    """Wherever the stream is cut, the result is that of the whole, and little is held."""
    masker = Masker(R)
    out = b""
    start = 0
    for cut in [*sorted(cuts), len(talk)]:
        out += masker.feed(talk[start:cut])
        start = max(start, cut)
        assert masker.held <= LONGEST_LINE
    out += masker.finish()
    assert out == mask(talk, R)
    assert len(out) == len(talk)
    assert [at for at, byte in enumerate(out) if byte in b"\r\n\0"] == [
        at for at, byte in enumerate(talk) if byte in b"\r\n\0"
    ]


@given(pieces_of_talk)
def test_masked_twice_is_masked_once(talk: bytes) -> None:
    """A replayed capture is captured again as it was."""
    assert mask(mask(talk, R), R) == mask(talk, R)


SEPARATORS = st.sampled_from(
    ["", "-", " ", "\r\n", "\n", "\0", ".", "/", "_", ":", "\t", "--", " - ", "\xa0", ","]
)


def encoded(number: str, separators: list[str], encoding: str) -> bytes:
    """A number with something after each digit, in an encoding."""
    if encoding == "bcd":
        digits = number + "f" * (len(number) % 2)
        return bytes.fromhex("".join(digits[i + 1] + digits[i] for i in range(0, len(digits), 2)))
    text = "".join(digit + between for digit, between in zip(number, separators, strict=False))
    return text.encode(encoding)


@given(
    st.binary(max_size=40),
    st.sampled_from([IMEI, IMSI, ICCID, b"4915112345678", b"015112345678"]),
    st.lists(SEPARATORS, min_size=20, max_size=20),
    st.sampled_from(["latin-1", "utf-16-le", "utf-16-be", "bcd"]),
    st.binary(max_size=40),
    st.integers(0, 160),
)
def test_no_digit_of_a_secret_survives(
    before: bytes, number: bytes, separators: list[str], encoding: str, after: bytes, cut: int
) -> None:
    """A number with anything between its digits, in any encoding and surroundings, cut anywhere."""
    secret = encoded(number.decode(), separators, encoding)
    talk = before + secret + after
    masker = Masker(R)
    out = masker.feed(talk[:cut]) + masker.feed(talk[cut:]) + masker.finish()
    assert out[len(before) : len(before) + len(secret)] == shape(secret)


@given(
    st.sampled_from([IMEI, IMSI, ICCID]).map(bytes.decode),
    st.lists(SEPARATORS.filter(lambda each: each not in (",", "\xa0")), min_size=20, max_size=20),
)
def test_no_digit_survives_in_words_of_ours(number: str, separators: list[str]) -> None:
    """A number that got into a sentence of ours, with anything between its digits but commas, or escaped."""
    text = encoded(number, separators, "latin-1").decode("latin-1")
    for sentence in (f"first bytes: {text}.", f"first bytes: {escaped(text.encode())}."):
        assert not set("123456789") & set(mask_text(sentence))
    for encoding in ("utf-16-le", "utf-16-be"):
        words = escaped(number.encode(encoding))
        assert not set("123456789") & set(mask_text(f"first bytes: {words}.").replace(r"\x80", ""))


def test_the_rest_of_a_line_is_held_until_it_is_decided() -> None:
    """The first digits of a number do not leave before it is known what line they stand in."""
    masker = Masker(R)
    assert masker.feed(b"\r\n35693803") == b"\r\n"
    assert masker.feed(b"5643809\r\n") == b"###############\r\n"


def test_what_follows_an_early_release_is_not_read_as_a_line() -> None:
    """A line that was given out in its middle has no readable end."""
    masker = Masker(R)
    assert masker.feed(b"3569380") + masker.flush() == b"#######"
    assert masker.feed(b"+CFUN: 1\r\n+CFUN: 1\r\n") == b".xxxx. #\r\n+CFUN: 1\r\n"


def test_endless_line_is_given_out() -> None:
    """Noise without an end is not kept in memory, and does not blind the rest of the log."""
    assert mask(b"+CPIN=" + b"z" * 3000 + b"\r\nOK\r\n", R) == b".xxxx." + b"x" * 3000 + b"\r\nOK\r\n"


EVENT_BROTHERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"event": "details", "record": {"AT+CNUM": '+CNUM: "Anna","0151-12345678"'}}, ["Anna", "0151", "1234"]),
    ({"event": "details", "record": {'AT+CPIN="4711"': "OK"}}, ["4711"]),
    ({"event": "details", "bootloaders": [("Bootloader0", "IMEI 490154203237518", True)]}, ["4901"]),
    ({"event": "before", "record": {"ATI": "49-015420-323751-8\nGPy"}}, ["49", "0154"]),
    ({"event": "record", "before": {"AT+CGAUTH?": '+CGAUTH: 1,1,"anna","pw"'}, "after": {}}, ["anna", "pw"]),
    ({"event": "record", "before": {}, "after": {"AT$QCPDPP?": '$QCPDPP: 1,1,"anna"'}}, ["anna"]),
    ({"event": "identity", "product": "0151 12345678", "version": "LR490154203237518"}, ["0151", "4901"]),
    ({"event": "crash-dump", "size": 9, "raw": b"4\x009\x000\x001\x005\x004\x00Anna"}, ["4", "Anna"]),
    ({"event": "crash-dump", "size": 9, "raw": r"\x94\x10Edcba"}, ["Edcba", "94"]),
    ({"event": "problem", "heard": b"pin 4711", "happened": "x"}, ["4711", "pin"]),
    ({"event": "problem", "happened": r"It answered (first bytes: I\x09E0\x02s)."}, ["E0", "I"[:0] or "09"]),
    ({"event": "problem", "happened": 'It refuses (+CNUM: "Anna","0151 1234567").'}, ["Anna", "0151"]),
    ({"event": "retry", "what": "x", "attempt": 1, "reason": "+CGAUTH: 1,1,anna,pw"}, ["anna", "pw"]),
    ({"event": "note", "text": "rfc2217://anna:se@cr/et@host:4000 is busy"}, ["anna", "se@", "cr/et"]),
    ({"event": "place", "port": "socket://anna:secret@host:1?password=abc"}, ["anna", "secret", "abc"]),
    ({"event": "board-log", "text": "heard 490154-203237-518 at 921600"}, ["4901", "2032"]),
    ({"event": "note", "text": "call +49 151 123 45 67"}, ["49", "151"]),
    ({"event": "warning", "text": "it restarted. ^EXIT: Fatal error 0151 12345678 Anna"}, ["0151", "Anna"]),
    (
        {"event": "warning", "text": "restarted. ^EXIT: File: rfcChar.c@107 Anna 612345678"},
        ["Anna", "612"],
    ),
    ({"event": "retry", "reason": "+CME ERROR: dial 612345678 Anna"}, ["612", "Anna"]),
    ({"event": "note", "text": "it says +CFUN: 1,Anna 612345678"}, ["Anna", "612"]),
    ({"event": "note", "text": "AT+CFUN=4 612345678 refused"}, ["612"]),
    ({"event": "note", "text": "heard 0151 1234567, (0151) 1234567, 030/1234567 and 0301234567"}, ["1234"]),
    ({"event": "note", "text": "heard (415) 555-2671 or 415-555-2671 or 415.555.2671"}, ["415", "2671"]),
    (
        {"event": "note", "text": "tel:1-800-555-0199, 06.12.34.56.78, 1 (800) 555-0199"},
        ["800", "0199", "06"],
    ),
    ({"event": "unknown", "deep": [{"er": ("490154203237518",)}]}, ["4901"]),
    ({"event": "unknown", "deep": {"490154203237518": 1}}, ["4901"]),
]


@pytest.mark.parametrize(("event", "secrets"), EVENT_BROTHERS)
def test_no_event_tells(event: dict[str, Any], secrets: list[str]) -> None:
    """Each field in which a module's words, or a port's, come: the secret is gone, and it is not longer."""
    for readable in (R, None):
        masked = json.dumps(mask_event(event, readable), default=bytes.decode)
        assert not [secret for secret in secrets if secret in masked]


def test_events_keep_what_support_needs() -> None:
    """Versions and settings of the family, own words, numbers, and checksums of ours."""
    event = {
        "event": "details",
        "size": 123456789012345,
        "sha256": "1" * 64,
        "bootloaders": [["Bootloader0", "5.1.1.0 [41065]", True], ["Bootloader1", "NA", False]],
        "record": {"AT+CFUN?": "+CFUN: 1", "ATI1": "UE5.0.0.0d\nLR5.1.1.0-38638", "AT+SMOD?": "2"},
    }
    assert mask_event(event, R) == event
    for text in (
        "The modem refuses the boot mode (AT+SMSWBOOT=3). Run it again.",
        "The install failed (+CME ERROR: 3).",
        "Builds 33080, 33988, 38638, 41065; 6160982 of 7020424 bytes at 921600 baud, 4194304",
        "/home/x/reports/modemflash-report-20261130-011009-123-4567.zip",
        "2026-11-30T01:10:09+0100 rfc2217://192.168.100.200:40000",
        "a1b2c3d4" * 8,
    ):
        assert mask_event({"event": "note", "text": text}, R)["text"] == text


def test_a_sentence_quotes_only_what_is_readable() -> None:
    """Words of a module in the detail of an error: what is not readable where it came is not there."""
    heard = b"+SMUPGRADE: fail: crc\r\nOwner Mueller 0151 1234567\r\nERROR\r\n"
    text = r"+SMUPGRADE: fail: crc\x0aOwner Mueller 0151 1234567"
    quoted = mask_event(mask_quotes(text, heard, R), R)
    assert "SMUPGRADE: fail: " in quoted
    assert not [word for word in ("Owner", "Mueller", "0151", "1234567") if word in quoted]


def test_text_of_any_script_keeps_its_words() -> None:
    """Text that is no ASCII passes."""
    assert mask_text("Größe → 6,16 MB, 123456789012345") == "Größe → 6,16 MB, ###############"


def test_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The home folder and the passwords of addresses leave the command line."""
    monkeypatch.setenv("HOME", "/home/anna")
    monkeypatch.setenv("USERPROFILE", "/home/anna")
    words = ["update", "/home/anna/CATM1-41065.dup", "-p", "rfc2217://anna:pw@host:4000"]
    assert mask_command_line(words) == ["update", "~/CATM1-41065.dup", "-p", "rfc2217://xxx@host:4000"]


def test_home_leaves_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """At any depth; the event that others are shown keeps its path."""
    monkeypatch.setenv("HOME", "/home/anna")
    monkeypatch.setenv("USERPROFILE", "/home/anna")
    event = {"event": "note", "text": "in /home/anna/fw", "files": [{"name": "/home/anna/a.dup"}], "n": 1}
    assert without_home(event) == {
        "event": "note",
        "text": "in ~/fw",
        "files": [{"name": "~/a.dup"}],
        "n": 1,
    }
    assert event["text"] == "in /home/anna/fw"


@pytest.mark.parametrize(
    ("variable", "value", "text"),
    [
        ("HOME", "/data/people/anna", "/data/people/anna/fw.dup"),
        ("HOME", "/data/people/anna/", "in /data/people/anna"),
        ("HOME", "/data/people/anna/.", "/data/people/anna/fw.dup"),
        ("HOME", "/data/people/anna/.", "/data/people/anna/./fw.dup"),
        ("HOME", "/data//people/anna", "/data/people//anna/fw.dup"),
        ("HOME", "/root", "/home/anna/fw.dup"),
        ("HOME", "/root", "/var/home/anna/fw.dup"),
        ("HOME", "/root", "/Users/anna/fw.dup"),
        ("HOME", "/root", r"C:\Users\anna\fw.dup"),
        ("HOME", "/root", "'/home/anna'"),
        ("HOME", "/root", "C:\\Users\\anna maria\\fw.dup"),
        ("HOME", "/root", "/Users/anna maria rossi/fw.dup"),
        ("HOME", "/root", "/run/media/anna/CARD/fw.dup"),
        ("HOME", "/root", "in /media/anna.maria/CARD/fw.dup"),
        ("SUDO_USER", "anna", "/run/media/anna/CARD/fw.dup"),
        ("USER", "anna", "/media/anna"),
    ],
)
def test_no_home_and_no_name(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, text: str) -> None:
    """However HOME is written, and whoever called sudo; the rest of the path stays."""
    for name in ("SUDO_USER", "USER", "LOGNAME", "USERNAME", "USERPROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, value)
    masked = without_home({"event": "note", "text": text})["text"]
    assert "anna" not in masked and "maria" not in masked
    assert masked.endswith("fw.dup") == text.endswith("fw.dup")


@pytest.mark.skipif(os.name != "posix", reason="symbolic links and a user table")
def test_a_home_that_is_a_link_is_known_both_ways(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Paths come as they were typed, or resolved."""
    (tmp_path / "real-anna").mkdir()
    (tmp_path / "anna").symlink_to(tmp_path / "real-anna")
    monkeypatch.setenv("HOME", str(tmp_path / "anna"))
    for path in (tmp_path / "anna" / "a.dup", tmp_path / "real-anna" / "a.dup"):
        assert without_home(str(path)) == f"~{os.sep}a.dup"


@pytest.mark.skipif(os.name != "posix", reason="a user table")
def test_the_home_of_who_called_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program runs as root, the files are a person's: as the system's own table has them."""
    import pwd

    entry = pwd.struct_passwd(("petra", "x", 1000, 1000, "", "/data/people/a-home", "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwnam", {"petra": entry}.__getitem__)
    monkeypatch.setenv("SUDO_USER", "petra")
    monkeypatch.setenv("HOME", "/root")
    assert without_home("/data/people/a-home/fw.dup") == "~/fw.dup"


@pytest.mark.parametrize(
    "word",
    [
        "rfc2217://anna:secret@host:4000",
        "rfc2217://anna:se@cret@host:4000",
        "rfc2217://anna:se/cret@host:4000",
        "rfc2217://anna:se cret@host:4000",
        "--port=socket://anna:secret@host:4000",
        "socket://host:4000?user=anna&password=secret",
    ],
)
def test_no_password_of_an_address(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """On the command line, in the environment, and wherever an error repeats a part of it."""
    assert not [each for each in ("anna", "cret") if each in mask_command_line([word])[0]]
    monkeypatch.setenv("MODEMFLASH_PORT", word)
    for text in (f"cannot open {word}", f"no host is named {word.split('://')[1]}"):
        masked = mask_event({"event": "note", "text": text})["text"]
        assert not [each for each in ("anna", "cret") if each in masked], masked


def test_a_crash_keeps_where_and_drops_what() -> None:
    """Files, lines, kinds and names of our own stay; what stands in quotes in a message is data."""
    trace = (
        'Traceback (most recent call last):\n  File "/opt/modemflash_host/x.py", line 12, in read\n'
        "    raise ValueError(word)\nValueError: not a number: '0151 1234567'"
    )
    assert mask_crash(trace) == trace.replace("0151 1234567", "#### #######")
    assert mask_crash("KeyError: 'before'") == "KeyError: 'before'"
    assert mask_crash("KeyError: 'pw4711'") == "KeyError: 'xx####'"
    assert mask_crash("AttributeError: 'Board' object has no attribute 'mac'").endswith("attribute 'mac'")


def test_sink_say_no_identity() -> None:
    """A sink behind the mask hears the same events, without the numbers."""
    heard = EventSink()
    sink = MaskingSink(heard)
    sink.report({"event": "note", "text": "IMEI 123456789012345"}, 0.0)
    sink.tick(1.5)
    sink.close()
    assert heard.events == [{"event": "note", "text": "IMEI ###############", "at_s": 0.0}]
    assert heard.ticks == [1.5]


@pytest.mark.parametrize("begin", ["", "Traceback ", "+CREG: ", "AT+CFUN=", "LR5.1.1.0-", "the modem said "])
@pytest.mark.parametrize("between", ["-", "\r\n", ",", ", ", ";", '","', '", "', "','"])
@pytest.mark.parametrize("group", [1, 2, 3, 5])
def test_a_number_in_pieces_is_a_number(begin: str, between: str, group: int) -> None:
    """In a sentence of ours that quotes a module, whatever stands between the digits, and over a line's end.

    Single digits behind commas are no list: no list has fourteen of them.
    """
    number = IMEI.decode()
    pieces = [number[at : at + group] for at in range(0, 15, group)]
    if between[0] in ",;" and group > 1:
        return  # a list of bands looks like that
    for family in FAMILIES:
        left = re.sub(r"[^0-9]", "", mask_text(begin + between.join(pieces), family.vocabulary.readable))
        assert number[:7] not in left and number[-7:] not in left


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    [
        "1,",
        '1","',
        '","',
        "\\x00",
        "\\x00 ",
        "1 - ",
        "+",
        "+1",
        "A",
        "1;(",
        "1 ",
        "+CFUN: ",
        "://",
        "//",
        "?pin=",
    ],
)
def test_a_long_text_takes_no_longer_than_its_length(piece: str) -> None:
    """Nothing in it makes a pattern begin anew at each character."""
    mask_text(without_home(piece * 10_000), R)


def test_the_end_of_a_sentence_is_ours() -> None:
    """What a module said is its shape, with its line ends; our bracket and full stop behind it stay."""
    said = r"The modem answers (first bytes: \x0d\x0aNO\x0d\x0a42\x80)."
    assert mask_text(said) == r"The modem answers (first bytes: \x0d\x0axx\x0d\x0a##\x80)."
    assert mask_text(mask_text(said)) == mask_text(said)


_FULL_WIDTH = {ord("0") + n: 0xFF10 + n for n in range(10)}
_ARABIC = {ord("0") + n: 0x660 + n for n in range(10)}


@pytest.mark.parametrize("between", [".", "/", "_", "*", " - ", "\u00a0", "\u200b", "\t", "\r\n", "%3", "#&"])
@pytest.mark.parametrize("script", [{}, _FULL_WIDTH, _ARABIC], ids=["ascii", "full width", "arabic"])
def test_a_number_in_any_spelling(between: str, script: dict[int, int]) -> None:
    """Whatever stands between its digits, and whatever script they are in: in talk, and in our sentences."""
    spelled = between.join("490154203237518".translate(script))
    for shown in (
        mask_text(f"It says {spelled} and more", R),
        mask(spelled.encode() + b"\r\n", R).decode("latin-1"),
    ):
        assert not re.search(
            r"[^\W#_]", shown.removeprefix("It says").removesuffix("and more").replace("x", "")
        )


@pytest.mark.parametrize(
    "sentence",
    [
        "6160982 of 6160982 bytes at 0x08000000, in 00:00:14",
        "From 38638 to 41065 (LR5.1.1.0-41065, SWI9X30C_02.08.02.00)",
        "AT+CFUN=1 gives an error; AT+SMOD?, which every Monarch knows; AT+SMSWBOOT=3,1: refused",
        "The modem refused this (+CFUN: 5). It did (+CME ERROR: 3) before.",
        "^EXIT: Fatal error",
        "Between 2020-08-31 and 31-08-2020, 1836597052 and 405419896 sectors",
    ],
)
def test_no_number_of_ours_is_a_telephones(sentence: str) -> None:
    """Sizes, versions, dates and addresses stay, and so does a sentence that names a command."""
    assert mask_text(sentence, R) == sentence


def test_a_version_is_no_beginning_of_a_number() -> None:
    """Four small numbers are one; where more follow they are none."""
    assert mask(b"5.1.1.0\r\n", R) == b"5.1.1.0\r\n"
    assert mask(b"4.9.0.1.5.4.2.0\r\n", R) == b"#.#.#.#.#.#.#.#\r\n"


_HEX = IMEI.hex()
NO_NAMES = (
    "A1B2C3D4E5F60A",  # an MEID
    f"{int(IMEI):x}",
    f"{int(IMEI):X}",
    _HEX,
    IMEI.decode().encode("utf-16-be").hex().upper(),
    base64.b64encode(IMEI).decode(),
    base64.b64encode(b"hmueller:Geh3im!x").decode(),
    "203.0.113.77",
    "2001:db8:85a3::8a2e:370:7334",
    "24:0a:c4:11:22:33",
    "acme.m2m.priv",
    "h.mueller@acme.example",
    "SN:7K2QXW9P",
    "J8444870120210",
    "hmueller",
    "Geh3im!x",
    "M1234-5678-9012-345",
)
NAMES = (
    "EM7455", "SIMCOM_SIM7000G", "BG96", "BG77", "GM01Q", "RYZ014A", "nRF9160-SICA", "LE910C4-EU",
    "ME910C1-E1", "SARA-R410M-02B", "u-blox", "Quectel, BG96", "Telit",
    "Sierra Wireless, MC7354", "A7670E-FASE", "GM02SP",
)  # fmt: skip


@pytest.mark.parametrize("word", NO_NAMES)
@pytest.mark.parametrize("around", ["%s", "M95 %s", "%s, M95", "Model: M1, %s, +GCAP: +CGSM"])
def test_what_a_module_calls_itself_is_a_name_or_a_shape(word: str, around: str) -> None:
    """Identities in forms that are no number: in a sentence, in an event, and in the talk itself."""
    said = around % word
    assert word not in mask_name(said)
    assert word not in str(mask_event({"event": "identity", "product": said}, R))
    assert word.encode() not in mask(said.encode() + b"\r\nOK\r\n", R, "AT+CGMM")


@pytest.mark.parametrize("name", NAMES)
def test_names_of_makers_and_models_stay(name: str) -> None:
    """Whoever picked the wrong port has to see what is there."""
    assert mask_name(name) == name
    assert mask_event({"event": "identity", "product": name}, R)["product"] == name


def test_a_hash_by_which_a_module_is_known_again_stays() -> None:
    """Of twenty hex digits some look like a number; in a capture it must stay what it was."""
    event = {"event": "before", "module_hash": "01234567890123456789", "text": "01234567890123456789"}
    assert mask_event(event, R) == {**event, "text": "#" * 20}
