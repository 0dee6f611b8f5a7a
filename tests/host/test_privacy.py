"""No secret leaves: however the stream is cut, and without harm to what support needs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemflash_host.privacy import Masker, mask, mask_command_line, mask_event, mask_text, without_home
from modemflash_host.reporters.masking_sink import MaskingSink
from support.sinks import EventSink

IMEI, IMSI, ICCID = b"123456789012345", b"001011234567890", b"8900000000012345678"

SECRETS = [
    (b"\r\n123456789012345\r\n\r\nOK\r\n", b"\r\nxxxxxxxxxxxxxxx\r\n\r\nOK\r\n"),
    (b'+CGSN: "123456789012345"\r\n', b'+CGSN: "xxxxxxxxxxxxxxx"\r\n'),
    (b"IMEI123456789012345", b"IMEIxxxxxxxxxxxxxxx"),
    (b"\r\n001011234567890\r\n", b"\r\nxxxxxxxxxxxxxxx\r\n"),
    (b"+CIMI: 26201123456\r\n", b"+CIMI: xxxxxxxxxxx\r\n"),
    (b'+SQNCCID: "8900000000012345678F",""\r\n', b'+SQNCCID: "xxxxxxxxxxxxxxxxxxxF",""\r\n'),
    (b"+CCID: 89000000000123456789\r\n", b"+CCID: xxxxxxxxxxxxxxxxxxxx\r\n"),
    (b'+CNUM: "me","015112345678",129\r\n', b'+CNUM: "me","xxxxxxxxxxxx",129\r\n'),
    (b'+CMT: "+4915112345678",,"20/11/20"\r\n', b'+CMT: "+xxxxxxxxxxxxx",,"xx/xx/xx"\r\n'),
    (b"call me: +4915112345678!", b"call me: +xxxxxxxxxxxxx!"),
    (b"ATD015112345678;\r\n", b"ATDxxxxxxxxxxxx;\r\n"),
    (b'AT+CGAUTH=1,1,"anna","se,cret 1"\r\n', b'AT+CGAUTH=1,1,"xxxx","xxxxxxxxx"\r\n'),
    (b"AT+CGAUTH=1,1,anna,secret\r\nATI", b"AT+CGAUTH=1,1,xxxx,xxxxxx\r\nATI"),
    (b'+cgauth: 1,2,"anna","pw"\r\n', b'+cgauth: 1,2,"xxxx","xx"\r\n'),
    (b'AT+CGDCONT=1,"IP","my.apn",,"anna","pw",0\r\n', b'AT+CGDCONT=1,"IP","my.apn",,"xxxx","xx",0\r\n'),
    (b'AT+CPIN="1234"\r\n', b'AT+CPIN="xxxx"\r\n'),
    (b"AT+CPIN=1234,5678\r", b"AT+CPIN=xxxx,xxxx\r"),
    (b'AT+CPWD="SC","1234","5678"\r', b'AT+CPWD="SC","xxxx","xxxx"\r'),
    (b'AT+CLCK="SC",1,"1234"\r', b'AT+CLCK="SC",1,"xxxx"\r'),
    (b'+CRSM: 144,0,"98940200F0"\r\n', b'+CRSM: 144,0,"xxxxxxxxxx"\r\n'),
    (b"0791947101670000040B91945111325476F8\r\n", b"x" * 36 + b"\r\n"),
]

PLAIN = [
    b"UE:5.0.0.0d;att:5.1.0.0d\r\nLR5.1.1.0-39529\r\n",
    b"Bootloader1* : BUILD5.1.1.0-33988 by robot-soft at 2017-12-11 15:06:33\r\n",
    b"NV Info      : 1.1,0,0\r\nZSP0 1.0.99-13028  ZSP1 1.0.98-12295\r\n",
    b"6160982 bytes of 7020424, 921600 baud, 4194304\r\n",
    b'+CGDCONT: 1,"IP","internet.iot","10.160.1.2",0,0\r\n',
    b"+CPIN: READY\r\n",
    b'+CEREG: 2,1,"00FF","01A2D001",7\r\n',
    b'+CPSMS: 1,,,"01000011","00000001"\r\n',
    b'+SQNBANDSEL: 0,"standard","3,4,12,13,20,28"\r\n',
    b"CATM1-5.2-48829-1.dup upgdiff_33080-to-41065.dup\r\n",
    b"fast\x03\x01\x07\xf0\x00\x00\x00\x2a",
]


@pytest.mark.parametrize(("plain", "masked"), SECRETS)
def test_secrets_are_masked(plain: bytes, masked: bytes) -> None:
    """Each kind of secret, in each form in which modems and hosts write it."""
    assert mask(plain) == masked


@pytest.mark.parametrize("plain", PLAIN)
def test_what_support_needs_stays(plain: bytes) -> None:
    """Versions, builds, dates, sizes, bands, files and frames are not touched."""
    assert mask(plain) == plain


pieces_of_talk = st.lists(
    st.one_of(
        st.sampled_from([plain for plain, _ in SECRETS] + PLAIN),
        st.binary(max_size=30),
        st.text('0123456789ABCDEF+,"=:\r\n xg', max_size=40).map(str.encode),
    ),
    max_size=6,
).map(b"".join)


@given(pieces_of_talk, st.lists(st.integers(0, 400), max_size=12))
def test_cuts_change_nothing(talk: bytes, cuts: list[int]) -> None:
    """Wherever the stream is cut, the result is that of the whole, and little is held."""
    masker = Masker()
    out = b""
    start = 0
    for cut in [*sorted(cuts), len(talk)]:
        out += masker.feed(talk[start:cut])
        start = max(start, cut)
        assert masker.held < 24
    out += masker.finish()
    assert out == mask(talk)
    assert len(out) == len(talk)


@given(
    st.binary(max_size=40).filter(lambda b: not b or b[-1:] not in b"0123456789ABCDEF"),
    st.sampled_from([IMEI, IMSI, ICCID, b"+4915112345678"]),
    st.binary(max_size=40),
    st.integers(0, 60),
)
def test_no_digit_of_a_secret_survives(before: bytes, secret: bytes, after: bytes, cut: int) -> None:
    """A number in any surroundings, cut anywhere: not one of its digits comes out."""
    talk = before + secret + after
    masker = Masker()
    out = masker.feed(talk[:cut]) + masker.feed(talk[cut:]) + masker.finish()
    assert out[len(before) : len(before) + len(secret)].strip(b"+x") == b""


def test_unfinished_number_at_the_end_is_held() -> None:
    """The first digits of a number do not leave before it is known how long it gets."""
    masker = Masker()
    assert masker.feed(b"\r\n35693803") == b"\r\n"
    assert masker.feed(b"5643809\r\n") == b"xxxxxxxxxxxxxxx\r\n"


def test_endless_line_ends_its_rule() -> None:
    """Noise after a word that sets a rule does not blind the rest of the log."""
    assert mask(b"+CPIN=" + b"z" * 3000).endswith(b"z" * 1900)


def test_events_are_masked_throughout() -> None:
    """Texts and bytes at any depth are masked; numbers, and checksums of ours, stay."""
    event = {
        "event": "details",
        "size": 123456789012345,
        "sha256": "1" * 64,
        "record": {"AT+CGSN": "123456789012345", "list": [b"123456789012345", ("+4915112345678", None)]},
    }
    assert mask_event(event) == {
        "event": "details",
        "size": 123456789012345,
        "sha256": "1" * 64,
        "record": {"AT+CGSN": "x" * 15, "list": [b"x" * 15, ["+" + "x" * 13, None]]},
    }


def test_text_of_any_script_keeps_its_words() -> None:
    """Text that is no ASCII passes."""
    assert mask_text("Größe → 6,16 MB, 123456789012345") == "Größe → 6,16 MB, xxxxxxxxxxxxxxx"


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


def test_sink_say_no_identity() -> None:
    """A sink behind the mask hears the same events, without the numbers."""
    heard = EventSink()
    sink = MaskingSink(heard)
    sink.report({"event": "note", "text": "IMEI 123456789012345"}, 0.0)
    sink.tick(1.5)
    sink.close()
    assert heard.events == [{"event": "note", "text": "IMEI xxxxxxxxxxxxxxx", "at_s": 0.0}]
    assert heard.ticks == [1.5]
