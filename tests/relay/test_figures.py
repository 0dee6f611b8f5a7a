"""How much of the line is the file's, on each way through a simulated board, in virtual time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modemflash_host.sim import profiles
from modemflash_host.sim.board.pc_end import Cable
from modemflash_host.sim.modem import SimModem
from relay.desk import QUICK, Build, Desk

IMAGE_BYTES = 600_000


def smooth_modem() -> SimModem:
    """A modem that never stalls: what is left is the way."""
    return SimModem(replace(profiles.find("pycom-catm1"), timing=replace(QUICK, stalls=())))


def bytes_a_second(table: Desk) -> float:
    """Of the transfer, from its session on."""
    begun = next(event["at_s"] for event in table.heard.events if event["event"] == "session")
    last = [event for event in table.heard.events if event.get("phase") == "transfer"][-1]
    return float(last["done"] / (last["at_s"] - begun))


@pytest.mark.parametrize(
    ("profile", "baud", "share"),
    [
        ("gpy-1.20.0", 921_600, 0.80),
        ("fipy-1.20.2", 921_600, 0.80),
        ("gpy-1.18.2", 921_600, 0.80),
        ("gpy-1.20.0", 115_200, 0.90),
        ("gpy-1.18.2", 115_200, 0.90),
    ],
)
def test_relay(desk: Build, profile: str, baud: int, share: float) -> None:
    """The relay fills the line between PC and board, whatever the release's ring."""
    size = IMAGE_BYTES if baud > 115_200 else 150_000
    with desk(profile=profile, modem=smooth_modem(), size=size, cable=Cable(most_baud=baud)) as table:
        assert table.command("relay").status == "updated"
        assert bytes_a_second(table) >= share * baud / 10
        assert table.board.console_uart is not None
        assert not table.board.console_uart.tally.lost  # never more is under way than the ring holds


def test_mirror(desk: Build) -> None:
    """The mirror pays for every burst of 2 kB with two answers; the rest of the line is the file's."""
    with desk(modem=smooth_modem(), size=IMAGE_BYTES, cable=Cable(0)) as table:
        assert table.command("mirror").status == "updated"
        assert bytes_a_second(table) >= 0.80 * 92_160


@pytest.mark.slow
def test_whole_update(desk: Build) -> None:
    """A whole update of 6 MB takes 95 s and the modem's own install, on a board that has the updater."""
    with desk(modem=smooth_modem(), size=6_000_000) as table:
        start_us = table.board.now_us
        assert table.command("relay").status == "updated"
        seconds = (table.board.now_us - start_us - QUICK.install_us) / 1_000_000
        assert seconds <= 95
