"""Rules of what an error means for the module: one function, for every kind of error and every record."""

from modemflash.catalogue import ADVISE_POWER_CUT
from modemflash.errors import (
    CATALOGUE,
    RECOVERABLE,
    UNKNOWN,
    UNTOUCHED,
    LinkProblem,
    ModemProblem,
    NoModem,
    Refusal,
    Stopped,
    UpdateFailed,
)
from modemflash.modem_state import judged, without_power_cut

STAGING = {"step": "stage", "route": 1, "target": 41065}
SENDING = {"step": "send", "route": 2, "target": 41065}
BETWEEN_PARTS = {"step": "install", "route": 7, "target": 48829}


def test_nothing_written():
    """Before the first write, and while a difference is only stored, an error leaves the module untouched."""
    for past in (None, STAGING):
        assert judged(ModemProblem("wrong-mode"), past).modem_state == UNTOUCHED
        assert judged(Refusal("no-image"), past).modem_state == UNTOUCHED
        assert judged(NoModem("modem-silent"), past).code == "modem-silent"


def test_an_earlier_run_wrote():
    """What an earlier run began counts, and a module that was not heard since may be at work."""
    assert judged(Refusal("no-image"), SENDING).modem_state == RECOVERABLE
    assert judged(LinkProblem("uart-refused"), SENDING, UNTOUCHED, False).modem_state == UNKNOWN
    lost = judged(NoModem("modem-silent"), SENDING, UNTOUCHED, False)
    assert (lost.code, lost.modem_state, lost.detail) == ("modem-lost", UNKNOWN, "modem-silent")


def test_in_a_step():
    """In a step that writes, the step's word counts; silence there is a module that was lost."""
    assert judged(ModemProblem("wrong-mode"), SENDING, UNKNOWN).modem_state == UNKNOWN
    assert judged(NoModem("modem-nuls"), None, RECOVERABLE).code == "modem-lost"


def test_who_raised_it_knew():
    """A failed update, a stop and a state that stands already keep their word."""
    assert judged(UpdateFailed("install-timeout"), None).modem_state == UNKNOWN
    assert judged(Stopped("stopped-in-transfer"), None).modem_state == RECOVERABLE
    assert judged(Refusal("no-image").stamp(UNKNOWN), None).modem_state == UNKNOWN


def test_no_advice_that_kills():
    """Between the parts of a package no hint advises to cut the power; elsewhere the hint stands."""
    for code in ADVISE_POWER_CUT:
        if code in CATALOGUE:
            assert without_power_cut(ModemProblem(code), BETWEEN_PARTS).code == "power-must-stay"
            assert without_power_cut(ModemProblem(code), SENDING).code == code
    assert without_power_cut(Refusal("no-image"), BETWEEN_PARTS).code == "no-image"


def test_the_column_says_what_the_hints_say():
    """Each code whose hint says "cut all power" stands in the table, and no other."""
    for code in CATALOGUE:
        advises = CATALOGUE[code][1].lower().find("cut all power") >= 0
        assert advises == (code in ADVISE_POWER_CUT), code
