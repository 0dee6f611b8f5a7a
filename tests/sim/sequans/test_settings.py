"""What a user sets in the simulated modem: taken as the standard has it, kept or not as is assumed."""

from __future__ import annotations

import pytest

from modemflash_sim.sequans import settings
from modemflash_sim.sequans.assumptions import Assumptions
from modemflash_sim.sequans.memory import CONTEXTS, POWER_SAVING, Memory
from modemflash_sim.sequans.profiles import find


@pytest.mark.parametrize(
    ("command", "result", "context", "saving"),
    [
        ('AT+CGDCONT=1,"IP","a.Net"', "OK", '1,"IP","a.Net","",,0,0,0,0', POWER_SAVING),
        ('at+cgdcont=1,"IP","",,,0,0,1', "OK", '1,"IP","",,,0,0,1,0', POWER_SAVING),
        ("AT+CGDCONT=1", "OK", None, POWER_SAVING),
        ('AT+CPSMS=1,,,"00100001"', "OK", CONTEXTS["1"], '1,,,"00100001",'),
        ("AT+CPSMS=3", "+CME ERROR: 3", CONTEXTS["1"], POWER_SAVING),
        ("AT+CGDCONT=", None, CONTEXTS["1"], POWER_SAVING),
        ("AT+CGDCONT=x", "+CME ERROR: 3", CONTEXTS["1"], POWER_SAVING),
        ("AT+CGAUTH=1", None, CONTEXTS["1"], POWER_SAVING),
    ],
)
def test_a_setting_reads_back_as_it_was_set(
    command: str, result: str | None, context: str | None, saving: str
) -> None:
    memory = Memory.fresh(find("pycom-catm1"))
    assert settings.set_by(command, memory, Assumptions()) == result
    read = (context or "").replace(',"",,0', ",,,0")
    assert (memory.contexts.get("1") or "").replace(',"",,0', ",,,0") == read
    assert memory.power_saving == saving


@pytest.mark.parametrize(("behaviour", "result"), [("refused", "+CME ERROR: 3"), ("ignored", "OK")])
def test_a_modem_that_takes_no_setting(behaviour: str, result: str) -> None:
    memory = Memory.fresh(find("pycom-catm1"))
    assumed = Assumptions(settings_set=behaviour)
    assert settings.set_by('AT+CGDCONT=1,"IP","a"', memory, assumed) == result
    assert memory.contexts == CONTEXTS
