"""What is not known to be one of ours is shown, and never written to."""

import pytest

from modemflash.errors import Problem
from modemflash_sim.endpoints.virtual import VirtualLine
from support.table_modem import EM7455, FOREIGN, GM01Q, HALF_ANSWERS, MONARCH, NAMELESS, SAYS_OK, TableModem
from support.world import World, full, updater

QUESTIONS = ("AT", "AT+SMOD?", "ATH", "+++")


def commanded(modem):
    """All that was sent and is no question."""
    return [
        line for line in modem.asked if not line.startswith(("ATI", "AT!", "AT+CG")) and line not in QUESTIONS
    ]


def run(modem, **options):
    world = World()
    world.wire = VirtualLine(modem)
    return world, world.update([full(41065), updater()], all_consents=True, **options)


TABLES = {
    **{name: table for name, (table, _) in FOREIGN.items()},
    "no name": NAMELESS,
    "no name, no mode": {"AT": ""},
    "OK to everything": SAYS_OK,
    "a name of ours in a longer one": {**GM01Q, "AT+CGMM": "FiPyX", "ATI": "not a VZM20Q-A"},
    "our name, but no boot mode": {**EM7455, "AT+CGMM": "FiPy", "ATI": "VZM20Q"},
    "a foreign one in its boot loader": {**GM01Q, "AT+SMOD?": "0"},
    "a foreign one in recovery": {**GM01Q, "AT+SMOD?": "4"},
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("baud", [921_600, 115_200])
def test_nothing_unknown_is_written_to(name, baud):
    """Each unknown fails closed, before the radio is switched off or a boot mode is ordered."""
    modem = TableModem(TABLES[name], baud)
    _, result = run(modem, find_ms=5000)
    assert isinstance(result, Problem)
    assert result.code in ("wrong-product", "modem-out-of-step") and result.modem_state == "untouched"
    changing = [line for line in commanded(modem) if "=" in line or line == "AT^RESET" or "STP" in line]
    assert changing == [] and not modem.binary


@pytest.mark.parametrize("name", HALF_ANSWERS)
@pytest.mark.parametrize("baud", [921_600, 115_200])
def test_half_answers_are_no_names(name, baud):
    """Who speaks is in no transfer, who gives no result gave no answer: nothing but questions is sent."""
    replies, how = HALF_ANSWERS[name]
    modem = TableModem(replies, baud, **how)
    _, result = run(modem, find_ms=5000)
    assert isinstance(result, Problem)
    assert result.code in ("wrong-product", "modem-out-of-step") and result.modem_state == "untouched"
    assert [line for line in commanded(modem) if "=" in line] == [] and not modem.binary


@pytest.mark.parametrize("name", FOREIGN)
def test_what_it_calls_itself_is_shown(name):
    """As its product where it is asked, and in the refusal."""
    table, called = FOREIGN[name]
    world, result = run(TableModem(table))
    assert world.reporter.all("identity")[0]["product"] == called
    assert world.reporter.all("found")[0]["state"] in ("application", "other-modem")
    assert called in result.happened


def test_only_errors_means_that_at_gets_one_too():
    """A modem that says ERROR to AT may wait in recovery; one that says OK does not."""
    world, _ = run(TableModem({}), find_ms=5000)
    assert world.reporter.all("found")[0]["state"] == "errors-only"
    world, _ = run(TableModem({"AT": ""}), find_ms=5000)
    assert world.reporter.all("found")[0]["state"] == "other-modem"


def test_a_known_modem_needs_both():
    """Name and boot mode, in any order of the questions."""
    for name in ("FiPy", "GPy", "G01", "VZM20Q"):
        world, _ = run(TableModem({**NAMELESS, **MONARCH, "AT+CGMM": name}), find_ms=5000)
        assert world.reporter.all("found")[0]["state"] == "application"
        assert world.reporter.all("identity")[0]["product"] == name
