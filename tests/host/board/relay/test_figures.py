"""How much of the line is the file's, on each way through a simulated board, in virtual time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modemflash.interface import COMMAND_FILE
from modemflash_host.board.relay.conversation import RelayTalk
from modemflash_sim.board.pc_end import Cable
from modemflash_sim.board.profiles import find as find_board
from modemflash_sim.sequans import profiles
from modemflash_sim.sequans.modem import SimModem
from support.desk import QUICK, SECOND_US, Build, Desk

SMALL_RING = "ring-of-512"
OWN_BOARDS = {SMALL_RING: replace(find_board("gpy-1.20.0"), name=SMALL_RING, ring_can_be_set=False)}


def smooth_modem() -> SimModem:
    """A modem that never stalls: what is left is the way."""
    return SimModem(replace(profiles.find("pycom-catm1"), timing=replace(QUICK, stalls=())))


@pytest.fixture
def asked_s(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When the board asked for bytes of a file; its own events come later than what they tell of."""
    moments: list[float] = []
    serve = RelayTalk.serve

    def timed(self: RelayTalk, file: int, start: int, count: int) -> bytes:
        if file != COMMAND_FILE:
            moments.append(self.reporter.at_s)
        return serve(self, file, start, count)

    monkeypatch.setattr(RelayTalk, "serve", timed)
    return moments


def bytes_a_second(table: Desk, asked_s: list[float] | None = None) -> float:
    """Of the transfer: from the first question for its bytes on, or from its session."""
    begun = next(event["at_s"] for event in table.heard.events if event["event"] == "session")
    if asked_s:
        begun = asked_s[0]
    last = [event for event in table.heard.events if event.get("phase") == "transfer"][-1]
    return float(last["done"] / (last["at_s"] - begun))


@pytest.mark.parametrize(
    ("profile", "baud", "latency_ms", "share"),
    [
        pytest.param("gpy-1.20.0", 921_600, 16, 0.80, marks=pytest.mark.sweep),
        ("fipy-1.20.2", 921_600, 1, 0.90),
        ("gpy-1.18.2", 921_600, 16, 0.80),
        (SMALL_RING, 921_600, 1, 0.90),
        (SMALL_RING, 921_600, 16, 0.80),
        pytest.param("gpy-1.20.0", 115_200, 1, 0.93, marks=pytest.mark.sweep),
        pytest.param("gpy-1.18.2", 115_200, 16, 0.93, marks=pytest.mark.sweep),
        pytest.param(SMALL_RING, 115_200, 1, 0.93, marks=pytest.mark.sweep),
        (SMALL_RING, 115_200, 16, 0.93),
    ],
)
def test_relay(
    desk: Build, asked_s: list[float], profile: str, baud: int, latency_ms: int, share: float
) -> None:
    """The relay fills the line between PC and board, whatever the board's ring and the adapter's latency."""
    size = 300_000 if baud > 115_200 else 100_000
    cable = Cable(latency_ms * 1000, most_baud=baud)
    with desk(
        profile=OWN_BOARDS.get(profile, profile), modem=smooth_modem(), size=size, cable=cable
    ) as table:
        assert table.command("relay").status == "updated"
        assert bytes_a_second(table, asked_s) >= share * baud / 10
        assert table.board.console_uart is not None
        assert not table.board.console_uart.tally.lost  # it is emptied as fast as it fills


def test_a_small_ring_while_the_modem_erases(desk: Build) -> None:
    """A board that waits for its modem takes what the PC sends all the same: nothing is lost."""
    with desk(profile=OWN_BOARDS[SMALL_RING], size=60_000) as table:
        assert table.command("relay").status == "updated"
        assert table.board.console_uart is not None
        assert not table.board.console_uart.tally.lost


def test_relay_of_a_board_that_pauses(desk: Build, asked_s: list[float]) -> None:
    """What comes while Python collects garbage is lost beyond a small ring, and is sent again."""
    with desk(
        profile=OWN_BOARDS[SMALL_RING], modem=smooth_modem(), size=300_000, cable=Cable(16_000)
    ) as table:
        table.board.pauses = (2 * SECOND_US, SECOND_US // 25)
        assert table.command("relay").status == "updated"
        assert table.modem.verdict.violations == ()
        assert bytes_a_second(table, asked_s) >= 0.50 * 92_160
        assert table.board.console_uart is not None
        assert table.board.console_uart.tally.lost


@pytest.mark.parametrize("latency_ms", [0, 1])
def test_mirror(desk: Build, latency_ms: int) -> None:
    """The mirror pays for every block with two answers and a pause; the rest of the line is the file's."""
    with desk(modem=smooth_modem(), size=300_000, cable=Cable(latency_ms * 1000)) as table:
        assert table.command("mirror").status == "updated"
        assert bytes_a_second(table) >= 0.85 * 92_160


@pytest.mark.slow
def test_whole_update(desk: Build) -> None:
    """A whole update of 6 MB takes 95 s and the modem's own install, on a board that has the updater."""
    with desk(modem=smooth_modem(), size=6_000_000) as table:
        start_us = table.board.now_us
        assert table.command("relay").status == "updated"
        seconds = (table.board.now_us - start_us - QUICK.install_us) / 1_000_000
        assert seconds <= 95
