"""The power goes at every step of a run and comes back: the same card finishes, untouched by any hand.

Rules: a clean run lists the operations that change something: notes (sectors of
card and /flash, NVS, flags, resets) and what is sent to the modem; a case cuts
the power before one of them, for board and modem alike, and gives it again
after ten seconds. A sample runs always, spread evenly and the same each time;
the sweep cuts in more places:

    python -m pytest tests/board/test_power_cuts.py -m sweep
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from board.routes import ROUTES
from modemflash_sim.board.requests import Op
from support.card_board import RUNS, SECOND_US, WHITE, YELLOW, Bench

Build = Callable[..., Bench]
Cards = Callable[[str], Path]

# Route -> cuts of the sample: before notes, before bytes to the modem.
SAMPLE = {
    "plain": (2, 1),
    "prepared": (1, 1),
    "staged": (1, 2),
    "recovery": (1, 2),
    "boot-loader": (1, 2),
    "two-part": (2, 3),
    "factory": (2, 2),
    "autostart": (3, 1),
}
MANY = (20, 15)
SURVIVES = {"part_one_power_loss": "survives"}
CASES = [
    (name, kind, number)
    for name, counts in SAMPLE.items()
    for kind, count in zip(("note", "send"), counts, strict=True)
    for number in range(count)
]
NOTES = {Op.BLOCKS_WRITE: (0, 1), Op.NVS: (1, 2), Op.FLAG: (0, 1), Op.RESET: (0,)}
_LISTED: dict[str, dict[str, list[int]]] = {}


@pytest.fixture
def on_table(bench: Build, route_card: Cards) -> Callable[..., Bench]:
    """`on_table(route, **assumptions)`: a board with that route's card and modem."""

    def put(name: str, **assumptions: str) -> Bench:
        table = bench(card=route_card(name), modem=ROUTES[name].modem(**assumptions))
        table.board.hardware.flags["lte_modem_en_on_boot"] = ROUTES[name].autostart
        return table

    return put


def operations(on_table: Callable[..., Bench], name: str) -> dict[str, list[int]]:
    """Which operations of a run without a cut are notes, and which send to the modem."""
    if name in _LISTED:
        return _LISTED[name]
    listed: dict[str, list[int]] = {"note": [], "send": []}
    with on_table(name) as table:
        carry_out = table.board._answers.carry_out

        def listen(op: int, a: int, b: int, data: bytes) -> tuple[int, bytes]:
            if op == Op.UART_WRITE:
                listed["send"].append(table.board.operations)
            elif a in NOTES.get(Op(op), ()):
                listed["note"].append(table.board.operations)
            return carry_out(op, a, b, data)

        table.board._answers.carry_out = listen  # type: ignore[method-assign]
        assert table.boot() == "over", table.board.printed
    _LISTED[name] = listed
    return listed


def finishes(table: Bench, name: str, cut_at: int) -> None:
    """Cut the power there, give it again, and find the modem updated and everything as it was."""
    route, where = ROUTES[name], (name, cut_at)
    table.board.cut_at_operation(cut_at)
    assert table.boot() in ("cut", "over")
    table.off()
    light = len(table.board.hardware.light)
    assert table.boot() == "over", table.board.printed
    if table.verdict.bricked:
        assert name == "factory", where  # nothing helps a modem whose boot ROM is half written
        tells_no_lie(table, light)
        return
    assert table.verdict.build == route.target, (where, table.board.printed)
    assert (table.verdict.mode, table.verdict.violations) == ("application", ()), where
    assert table.board.printed.rstrip().endswith(RUNS), where
    assert table.board.hardware.flags["lte_modem_en_on_boot"] == route.autostart, where
    assert table.results()[-1]["result"] in ("updated", "nothing-to-do"), where


def tells_no_lie(table: Bench, light: int) -> None:
    """Of a dead modem the board says neither untouched nor updated, and asks for no power cut."""
    assert YELLOW not in table.colours(light)
    assert table.board.printed.rstrip().endswith(RUNS)
    ended = table.results()[-1]
    assert (ended["result"], ended["modem_state"]) == ("failed", "unknown")


@pytest.mark.parametrize(("name", "kind", "number"), CASES)
def test_cut_anywhere(on_table: Callable[..., Bench], name: str, kind: str, number: int) -> None:
    """Some moments of every route, evenly spread over its notes and over what the modem is sent."""
    count = SAMPLE[name][kind == "send"]
    moments = operations(on_table, name)[kind]
    with on_table(name, **SURVIVES) as table:
        finishes(table, name, moments[len(moments) * (2 * number + 1) // (2 * count)])


@pytest.mark.sweep
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ROUTES)
def test_cut_everywhere(on_table: Callable[..., Bench], name: str) -> None:
    """The same in many more moments, beginning with the very first."""
    for moments, count in zip(operations(on_table, name).values(), MANY, strict=True):
        for number in range(count):
            with on_table(name, **SURVIVES) as table:
                finishes(table, name, moments[len(moments) * number // count])


PHASES = ["verify:", "prepare:", "enter-recovery:", "transfer:", "install:", "read-back:"]


@pytest.mark.parametrize("step", PHASES)
def test_cut_in_each_phase(on_table: Callable[..., Bench], step: str) -> None:
    """As soon as a phase has begun, whichever it is."""
    with on_table("prepared") as table:
        until(table, lambda: step in table.board.printed)
        table.off()
        assert table.boot() == "over"
        assert table.verdict.build == 41065, table.board.printed
        assert table.results()[-1]["result"] in ("updated", "nothing-to-do")


def until(table: Bench, reached: Callable[[], bool]) -> None:
    """Run until then."""
    table.board.boot(for_us=SECOND_US // 10)
    while not reached():
        assert table.board.go_on(for_us=100_000) == "running", table.board.printed


def between_parts(table: Bench) -> bool:
    """Part 1 is installed and checked, part 2 not begun."""
    return table.board.printed.count("prepare:") >= 2


@pytest.mark.parametrize("assumption", ["survives", "bricks"])
def test_cut_between_the_parts(on_table: Callable[..., Bench], assumption: str) -> None:
    """Part 2 follows at the next power-up; where the modem died of it, as six did, the words are true."""
    with on_table("two-part", part_one_power_loss=assumption) as table:
        until(table, lambda: between_parts(table))
        table.off()
        light = len(table.board.hardware.light)
        assert table.boot() == "over"
        if assumption == "survives":
            assert (table.verdict.build, table.verdict.bricked) == (48829, ""), table.board.printed
            assert table.results()[-1]["result"] == "updated"
        else:
            assert table.verdict.bricked
            tells_no_lie(table, light)


def test_white_means_hands_off_between_the_parts(on_table: Callable[..., Bench]) -> None:
    """While part 2 is missing the light pulses white, and the console says to keep the power on."""
    with on_table("two-part") as table:
        until(table, lambda: between_parts(table))
        assert table.colours()[-1] == WHITE
        assert "keep the power on" in table.board.printed
