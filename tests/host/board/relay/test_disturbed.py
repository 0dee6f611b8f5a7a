"""Whatever breaks between PC and modem, at every phase: after one more command the modem is updated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modemflash.interface import HELLO
from modemflash_host.board.relay.line import RelayLine
from modemflash_host.run.result import Result
from support.desk import RUNS, Build, Desk, Killed

PHASES = (
    "find",
    "identify",
    "prepare",
    "enter-recovery",
    "transfer",
    "half",
    "install",
    "reboot",
    "read-back",
)
# Always: the middle of the transfer, and the install; `tests/matrix` has cuts in every phase.
ALWAYS = ("half", "install")
AT = [pytest.param(phase, marks=() if phase in ALWAYS else pytest.mark.sweep) for phase in PHASES]
TEN_MINUTES_MS = 600_000


def at(table: Desk, phase: str, strike: Callable[[], object]) -> None:
    """Do something when the PC hears that a phase begins, once; "half": in the middle of the transfer."""
    done: list[str] = []

    def report(event: dict[str, Any], at_s: float) -> None:
        table.heard.events.append(event)
        is_sending = event["event"] == "progress" and event["phase"] == "transfer"
        half = is_sending and 2 * event["done"] >= event["total"]
        if not done and (half if phase == "half" else event.get("phase") == phase):
            done.append(phase)
            strike()

    table.heard.report = report  # type: ignore[method-assign]


def kill(table: Desk) -> Callable[[], object]:
    def strike() -> None:
        table.pc_is_dead = True
        raise Killed

    return strike


def run(table: Desk) -> Result | None:
    try:
        return table.command("relay")
    except Killed:
        table.pc_is_dead = False
        return None


def end(table: Desk) -> None:
    """One more command, and all is well."""
    again = run(table)
    assert again is not None
    assert again.status in ("updated", "nothing-to-do"), (again, again.problem)
    verdict = table.modem.verdict
    assert (verdict.build, verdict.mode, verdict.violations) == (41065, "application", ())
    assert RUNS in table.shows(8)


@pytest.mark.parametrize("phase", AT)
def test_pc_is_killed(desk: Build, phase: str) -> None:
    """The PC's process is killed: the board goes on as far as it can, and is taken up."""
    with desk() as table:
        at(table, phase, kill(table))
        assert run(table) is None
        table.board.pass_s(20)
        end(table)


@pytest.mark.parametrize("phase", AT)
def test_port_is_unplugged(desk: Build, phase: str) -> None:
    """The cable is pulled and put back a minute later."""
    with desk() as table:
        at(table, phase, table.board.unplug)
        first = run(table)
        assert first is not None
        assert first.code == "port-lost"
        table.board.pass_s(60)
        table.board.plug_in()
        end(table)


@pytest.mark.parametrize("phase", AT)
def test_laptop_sleeps(desk: Build, phase: str) -> None:
    """The PC sleeps for ten minutes: the same command goes on afterwards, by itself."""
    with desk() as table:
        at(table, phase, lambda: table.pc.sleep_ms(TEN_MINUTES_MS))
        first = run(table)
        assert first is not None
        assert first.status == "updated", (first, first.problem)
        end(table)


@pytest.mark.parametrize("phase", AT)
def test_board_is_reset(desk: Build, phase: str) -> None:
    """Somebody presses the board's button."""
    with desk() as table:
        at(table, phase, table.board.press_reset)
        run(table)
        end(table)


@pytest.mark.parametrize("phase", AT)
def test_power_is_cut(desk: Build, phase: str) -> None:
    """All power goes for ten seconds."""

    def strike() -> None:
        table.board.cut_power()
        table.board.pass_s(10)
        table.board.switch_on()

    with desk() as table:
        at(table, phase, strike)
        run(table)
        end(table)


def test_question_of_the_new_pc_is_lost(desk: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """The board ends well, and a new PC whose question it never heard gets the whole answer."""
    with desk() as table:
        at(table, "half", kill(table))
        assert run(table) is None
        lost: list[int] = []
        control = RelayLine.send_control

        def damaged(self: RelayLine, kind: int, first: int, second: int) -> None:
            if kind == HELLO and not lost:
                lost.append(kind)
                return
            control(self, kind, first, second)

        monkeypatch.setattr(RelayLine, "send_control", damaged)
        again = run(table)
        assert lost
        assert again is not None
        assert again.status == "updated", (again, again.problem)


def test_nobody_comes_back(desk: Build) -> None:
    """After 30 minutes without a PC the board ends the session and goes on to the user's program."""
    with desk() as table:
        at(table, "half", kill(table))
        run(table)
        table.board.pass_s(600)
        assert table.board.hardware.light[-1][1] in (0x300000, 0)  # the light says so
        table.board.pass_s(1260)
        assert RUNS in table.shows(8)
        end(table)


def test_ctrl_c_in_the_transfer(desk: Build) -> None:
    """Ctrl-C means what it means on every way: two end a transfer, the next command repeats it."""
    with desk() as table:

        def strike() -> None:
            table.stop_requests.count += 2

        at(table, "half", strike)
        first = run(table)
        assert first is not None
        assert first.code == "stopped-in-transfer"
        assert RUNS in table.shows()
        end(table)
