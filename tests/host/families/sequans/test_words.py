"""The words of Sequans modems: one row for everything that can be said, and none for what nothing says."""

from __future__ import annotations

import ast

from modemflash import builds, errors, identity, modem, phases
from modemflash_host.families.sequans.card.lights import LIGHTS
from modemflash_host.families.sequans.file_rows import RADIOS
from modemflash_host.families.sequans.words import WORDS
from modemflash_host.families.vocabulary import BOARD_PHASES, HARMLESS
from modemflash_host.reporters.words import MODEM_STATES
from support.tables import keys, product, tree, used_words

FILE = "host/modemflash_host/families/sequans/words.py"
HOST_PHASES = ("verify", "restore-settings", *BOARD_PHASES)  # what the PC does without the engine


def returned(file: str, function: str) -> set[str]:
    """The texts that a function of the engine can return."""
    (found,) = [
        node for node in tree(file).body if isinstance(node, ast.FunctionDef) and node.name == function
    ]
    values = [node.value for node in ast.walk(found) if isinstance(node, ast.Return) and node.value]
    texts = [each for value in values for each in ast.walk(value) if isinstance(each, ast.Constant)]
    return {each.value for each in texts if isinstance(each.value, str)}


def in_engine(word: str, used: dict[str, list[str]], file: str = "") -> bool:
    """Whether the engine, or one file of it, uses a word."""
    return any(place.startswith(f"device/modemflash/{file}") for place in used.get(word, ()))


def test_every_state_of_the_modem_after_an_error_has_words() -> None:
    assert set(MODEM_STATES) == {errors.UNTOUCHED, errors.RECOVERABLE, errors.UPDATED, errors.UNKNOWN}
    for state, text in MODEM_STATES.items():
        assert ": " in text, state  # docs/errors.md shows what stands behind it


def test_every_state_of_a_modem_that_was_found_has_words() -> None:
    """And a tone of its own, where it has one, belongs to a state that there is."""
    assert set(WORDS.states) == set(modem.STATES)
    assert set(keys(FILE, "_TONES")) <= set(modem.STATES)


def test_every_state_is_one_that_a_modem_is_found_in() -> None:
    """A row of `modem.STATES` that no code sets describes nothing."""
    used = used_words(("device/modemflash/modem.py", "STATES"))
    assert [state for state in modem.STATES if not in_engine(state, used)] == []


def test_every_phase_has_a_name_and_an_answer_to_ctrl_c() -> None:
    """Those of the engine and those of the PC, and no other."""
    said = {*phases.PHASES, *HOST_PHASES}
    for phase in said:
        assert WORDS.phase(phase) != phase, phase
        assert phase in WORDS.stop_answers or phase in WORDS.harmless_phases, phase
    assert set(WORDS.phases) <= said
    assert {*WORDS.stop_answers, *WORDS.harmless_phases} == {*HARMLESS, *said}


def test_every_phase_is_begun_somewhere() -> None:
    """A phase of the engine by one of its steps or by name, a phase of the PC by name."""
    used = used_words(("device/modemflash/phases.py", "PHASES"))
    of_steps = {row[0] for row in phases.STEPS.values()}
    assert [name for name in phases.PHASES if name not in of_steps and not in_engine(name, used)] == []
    elsewhere = {
        word for word, places in used.items() if any("/families/sequans/words.py:" not in p for p in places)
    }
    assert [name for name in HOST_PHASES if name not in elsewhere] == []


def test_every_direction_of_an_update_has_words() -> None:
    assert set(WORDS.directions) == returned("device/modemflash/edges.py", "direction")


def test_every_role_of_a_file_has_words() -> None:
    """The roles are what the planner gives to files."""
    used = used_words()
    assert [role for role in WORDS.roles if not in_engine(role, used)] == []


def test_every_radio_has_a_name() -> None:
    assert set(RADIOS) == {row[0] for row in builds.BUILDS.values()}


def test_every_reply_of_the_record_has_a_name() -> None:
    assert list(WORDS.settings) == list(identity.RECORD)
    assert set(WORDS.hidden_settings) <= set(WORDS.settings)


def test_every_light_is_shown_by_a_board() -> None:
    """Pycom's own blink is shown by the firmware of the board."""
    used = used_words(
        ("device/modemflash/board/led.py", "PATTERNS"),
        ("device/modemflash/board/led.py", "CAUSES"),
        ("device/modemflash/board/words.py", "SHOWN_S"),
    )
    names = [name for name, _, _ in LIGHTS if name != "pycom"]
    assert [name for name in names if not in_engine(name, used, "board/")] == []


def test_an_end_that_is_shown_longer_is_an_end() -> None:
    shown = keys("device/modemflash/board/words.py", "SHOWN_S")
    assert shown
    assert set(shown) <= {*errors.CATALOGUE, *(name for name, _, _ in LIGHTS)}


def test_no_table_has_a_key_twice() -> None:
    """The second would hide the first, and nobody would be told."""
    for file in product():
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Dict):
                found = [key.value for key in node.keys if isinstance(key, ast.Constant)]
                assert len(found) == len(set(found)), f"{file}:{node.lineno}"
