"""Every step in every trouble, with true words; and docs/safety.md says what came of it."""

from pathlib import Path

import pytest

from matrix import safety_page
from matrix.phase_table import TROUBLES, WHERE, cell
from modemflash import phases
from support.tables import used_words

PAGE = Path(__file__).parents[2] / "docs" / "safety.md"


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("step", phases.STEPS)
def test_a_step_in_trouble(step: str, trouble: str) -> None:
    """True words, and the same command finishes it."""
    found = cell(step, trouble)
    assert found.wrong == ()
    assert (found.then or found.code) in ("updated", "finished-meanwhile")
    if trouble == "silent for good":
        assert found.state != "updated"


def test_before_the_first_write_a_trouble_leaves_the_modem_untouched() -> None:
    for step in ("prepare", "stage"):
        for trouble in set(TROUBLES) - {"updater killed"}:
            assert cell(step, trouble).state == "untouched"


def test_every_step_is_broken_somewhere() -> None:
    assert set(WHERE) == set(phases.STEPS)


def test_every_step_is_part_of_a_route() -> None:
    """A row of `phases.STEPS` that no plan names is carried out by nobody."""
    used = used_words(("device/modemflash/phases.py", "STEPS"))
    planners = tuple(f"device/modemflash/{name}.py:" for name in ("planning", "routes"))
    planned = {word for word, places in used.items() if any(p.startswith(planners) for p in places)}
    assert [step for step in phases.STEPS if step not in planned] == []
    assert {row[0] for row in phases.STEPS.values()} <= set(phases.PHASES)


def test_the_page_is_up_to_date() -> None:
    """`python tests/matrix/safety_page.py docs/safety.md` makes it."""
    assert PAGE.read_text(encoding="utf-8") == safety_page.page()
