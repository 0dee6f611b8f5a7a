"""The tables of words: every phase is named, and what a stop request in it means is decided."""

from __future__ import annotations

import pytest

from modemflash_host.families.quectel_gnss import finding
from modemflash_host.families.quectel_gnss.planning import phases_of
from modemflash_host.families.quectel_gnss.words import WORDS
from modemflash_host.families.vocabulary import BOARD_PHASES, HARMLESS, NOTHING_WRITTEN

SAID = ("find", "reset-by-hand", *phases_of(1))


@pytest.mark.parametrize("phase", SAID)
def test_every_phase_has_a_name_and_a_meaning(phase: str) -> None:
    assert WORDS.phase(phase) != phase
    assert (phase in WORDS.stop_answers) != (phase in WORDS.harmless_phases)


def test_no_phase_is_listed_that_nobody_says() -> None:
    assert {*WORDS.stop_answers, *WORDS.harmless_phases} == {*SAID, *HARMLESS}


@pytest.mark.parametrize("phase", [*BOARD_PHASES, "verify", "find"])
def test_what_every_family_does_leaves_a_module_alone(phase: str) -> None:
    """To watch a port, or to look for a module, writes nothing."""
    assert not WORDS.writes(phase)


@pytest.mark.parametrize("phase", ["find", "reset", "reset-by-hand"])
def test_before_the_erase_nothing_is_written(phase: str) -> None:
    assert WORDS.stop_answer(phase, 1) == NOTHING_WRITTEN[0]
    assert WORDS.stop_answer(phase, 1, written=True) != NOTHING_WRITTEN[0]


def test_every_state_has_words() -> None:
    names = ("APPLICATION", "OTHER_APPLICATION", "BOOT_LOADER", "NOISE", "SILENCE")
    assert {getattr(finding, name) for name in names} == set(WORDS.states)
