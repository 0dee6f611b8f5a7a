"""The settings of a modem: compared by their meaning, set by the standard, believed when read back."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from modemflash.at import At
from modemflash.errors import NoModem, Refusal
from modemflash.identity import RECORD
from modemflash.line import Line
from modemflash_host.families.plan import (
    AS_BEFORE,
    DIFFERS,
    MASKED,
    NOT_RECORDED,
    NOT_SETTABLE,
    NOT_TAKEN,
    REFUSED,
    RESTORED,
)
from modemflash_host.families.sequans import settings
from modemflash_host.families.sequans.readable import READABLE
from modemflash_host.privacy import mask
from modemflash_sim.endpoints.virtual import VirtualLine
from support.sinks import reporter
from support.table_modem import NAMELESS, SILENT, TableModem

RESTORABLE = (settings.CONTEXTS, settings.POWER_SAVING, settings.RADIO)
CONTEXT = '+CGDCONT: 1,"IP","internet.iot","",,0,0,0,0'
SETS_IT = 'AT+CGDCONT=1,"IP","internet.iot",,,0,0,0,0'


def compared(recorded: str, now: str, name: str = settings.CONTEXTS) -> list[tuple[str, str]]:
    found = settings.compared({name: recorded}, {name: now})
    return [(each.status, each.command) for each in found]


def test_what_is_set_is_asked_by_the_engine() -> None:
    assert set(RESTORABLE) <= set(RECORD)


@pytest.mark.parametrize(
    ("recorded", "now", "expected"),
    [
        (CONTEXT, CONTEXT, [(AS_BEFORE, "")]),
        (CONTEXT, '+CGDCONT: 1,"IP","internet.iot",,,0,0,0,0', [(AS_BEFORE, "")]),
        (CONTEXT, '+CGDCONT: 1,"IP","internet.iot","10.1.2.3",,0,0,0,0', [(AS_BEFORE, "")]),
        (CONTEXT, '+CGDCONT: 1,"IPV4V6","",,,0,0,0,0', [(DIFFERS, SETS_IT)]),
        (CONTEXT, "", [(DIFFERS, SETS_IT)]),
        ("", CONTEXT, [(NOT_RECORDED, "")]),
        ('+CGDCONT: 2,"IP","a"', CONTEXT, [(DIFFERS, 'AT+CGDCONT=2,"IP","a"'), (NOT_RECORDED, "")]),
        ('+CGDCONT: 1,"IP","a"\n' + CONTEXT.replace(": 1", ": 2"), "", [(DIFFERS, "")] * 2),
    ],
)
def test_contexts_are_compared_by_their_numbers(recorded: str, now: str, expected: list[Any]) -> None:
    """The network's address is no setting, and a context that is only there now is left alone."""
    found = compared(recorded, now)
    assert [each[0] for each in found] == [each[0] for each in expected]
    assert all(want[1] in ("", got[1]) for got, want in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    ("name", "recorded", "now", "expected"),
    [
        (settings.POWER_SAVING, '+CPSMS: 1,,,"00100001",""', "+CPSMS: 0", (NOT_SETTABLE, "")),
        (settings.POWER_SAVING, "+CPSMS: 1,,,,", "+CPSMS: 1", (AS_BEFORE, "")),
        (settings.POWER_SAVING, "+CPSMS: 0,,,,", "+CPSMS: 1,,,,", (DIFFERS, "AT+CPSMS=0")),
        (
            settings.POWER_SAVING,
            '+CPSMS: 1,,,"00100001","00000011"',
            "+CPSMS: 1,,,,",
            (DIFFERS, 'AT+CPSMS=1,,,"00100001","00000011"'),
        ),
        (settings.RADIO, "+CFUN: 1", "+CFUN: 4", (DIFFERS, "AT+CFUN=1")),
        (settings.RADIO, "+CFUN: 5", "+CFUN: 1", (NOT_SETTABLE, "")),
        (
            settings.BANDS,
            '+SQNBANDSEL: 0,"standard","3"',
            '+SQNBANDSEL: 0,"standard","3,8"',
            (NOT_SETTABLE, ""),
        ),
    ],
)
def test_the_other_settings(name: str, recorded: str, now: str, expected: tuple[str, str]) -> None:
    """No set form of the bands is known, and a radio in factory test mode is none that is given back."""
    assert compared(recorded, now, name) == [expected]


def test_an_address_alone_is_no_difference_to_set_right() -> None:
    """An attached modem has one from the network, none after its reboot: no command is named for that."""
    attached = {settings.CONTEXTS: CONTEXT.replace('iot","', 'iot","10.1.2.3')}
    assert not settings.settings_differ(attached, {settings.CONTEXTS: CONTEXT})
    assert settings.settings_differ({settings.CONTEXTS: CONTEXT}, {settings.CONTEXTS: ""})


def test_what_the_modem_does_not_tell_is_not_sent() -> None:
    found = settings.compared(
        {settings.CONTEXTS: CONTEXT, settings.RADIO: "+CFUN: 1"}, {settings.CONTEXTS: ""}
    )
    assert [(each.status, each.command) for each in found] == [(DIFFERS, SETS_IT), (NOT_SETTABLE, "")]


def test_the_radio_is_given_back_last() -> None:
    now = {settings.CONTEXTS: "", settings.POWER_SAVING: "+CPSMS: 0", settings.RADIO: "+CFUN: 4"}
    before = {settings.RADIO: "+CFUN: 1", settings.POWER_SAVING: "+CPSMS: 1", settings.CONTEXTS: CONTEXT}
    assert [each.name for each in settings.compared(before, now)][-1] == settings.RADIO


@pytest.mark.parametrize(
    "said",
    [
        '+CGDCONT: 1,"IP","a1234567","",,0,0',
        '+CGDCONT: 1,"IP","me@home","",,0,0',
        '+CGDCONT: 1,"IP","a b","",,0,0',
        '+CGDCONT: 1,"IP","#","",,0,0',
        '+CGDCONT: 1,"Non-IP","a",,,0,0',
        '+CGDCONT: 1,"IPV6","a","2001:db8::1",,0,0',
        '+CGDCONT: 1,"IP","a","10.1.2.3.255.255.255.0",,0,0,"secret"',
    ],
)
def test_a_masked_text_is_never_sent(said: str) -> None:
    """Whatever the masks leave of a context, nothing of it is a value; the same where one part is left."""
    masked = mask(said.encode(), READABLE).decode("latin-1")
    assert masked != said
    now = {settings.CONTEXTS: '+CGDCONT: 1,"IP","x"'}
    [found] = settings.compared({settings.CONTEXTS: masked}, now)
    assert (found.status, found.command) == (MASKED, "")
    [found] = settings.compared({settings.CONTEXTS: said}, now)  # of a record that somebody changed
    assert found.command == ""


@pytest.mark.parametrize(
    "recorded",
    [
        '+CGDCONT: 1,"IP","a"\rAT&F',
        '+CGDCONT: 1,"IP","a";&F',
        "+CPSMS: 1;+CFUN=0",
        "+CFUN: 1,1;^RESET",
        "+CFUN: 15",
    ],
)
def test_a_record_that_was_changed_smuggles_no_command(recorded: str) -> None:
    """What is sent is a whole line of the form that an answer has, or nothing."""
    for name in RESTORABLE:
        assert compared(recorded, "", name) in ([], [(NOT_SETTABLE, "")])


def of_modem(modem: TableModem) -> settings.SequansSettings:
    port = VirtualLine(modem)
    at = At(Line(port, port, reporter()))
    at.line.set_baud(921_600)

    @contextmanager
    def talk() -> Any:
        yield at

    record = {settings.RADIO: "+CFUN: 4"}
    return settings.SequansSettings(SimpleNamespace(state="application", record=record), talk)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "status", "answer"),
    [
        ({"AT+CFUN=1": "", "AT+CFUN?": "+CFUN: 1"}, RESTORED, "OK"),
        ({"AT+CFUN=1": "", "AT+CFUN?": "+CFUN: 4"}, NOT_TAKEN, "OK"),
        ({"AT+CFUN?": "+CFUN: 4"}, REFUSED, "+CME ERROR: 3"),
        ({"AT+CFUN?": "+CFUN: 1"}, RESTORED, "+CME ERROR: 3"),
        ({"AT+CFUN=1": "", "AT+CFUN?": "+CFUN: \x1b[31m"}, NOT_TAKEN, "OK"),
        ({"AT+CFUN=1": "", "AT+CFUN?": "rubbish\n" * 90}, NOT_TAKEN, "OK"),
    ],
)
def test_what_reads_back_counts(more: dict[str, str], status: str, answer: str) -> None:
    table = {key: text for key, text in NAMELESS.items() if "CFUN" not in key}
    found = of_modem(TableModem({**table, **more}, otherwise=b"\r\n+CME ERROR: 3\r\n"))
    [setting] = found.compare({settings.RADIO: "+CFUN: 1"})
    ended = found.restore(setting)
    assert (ended.status, ended.answer) == (status, answer)


class Late(TableModem):
    """Its OK comes when nobody waits for it any more; what it is asked next it answers a moment later."""

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        super().feed(now_us, data, baud)
        if data.startswith(b"AT+CFUN=1"):
            self._said = [(now_us + settings._SET_MS * 1_000 + 1_500, b"\r\nOK\r\n")]


def test_an_answer_that_comes_too_late_is_not_that_of_the_next_question() -> None:
    modem = Late({**NAMELESS, "AT+CFUN?": "+CFUN: 1"})
    found = of_modem(modem)
    [setting] = found.compare({settings.RADIO: "+CFUN: 1"})
    assert found.restore(setting).status == RESTORED


def test_a_modem_that_falls_silent_is_said_to() -> None:
    """Neither its answer nor its setting comes: an end with words, within a minute."""
    modem = TableModem({"AT": ""}, otherwise=SILENT)
    found = of_modem(modem)
    [setting] = found.compare({settings.RADIO: "+CFUN: 1"})
    with pytest.raises(NoModem) as raised:
        found.restore(setting)
    assert raised.value.code == "modem-silent" and modem.asked.count("AT+CFUN=1") == 1


@pytest.mark.parametrize("state", ["boot-loader", "recovery", "errors-only", "updater", "mtools"])
def test_only_an_application_has_settings(state: str) -> None:
    found = settings.SequansSettings(SimpleNamespace(state=state, record={}), lambda: None)  # type: ignore[arg-type, return-value]
    with pytest.raises(Refusal) as raised:
        found.compare({})
    assert raised.value.code == "settings-not-asked"
