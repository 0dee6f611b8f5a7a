"""A card, a power switch and a light: whole updates with no PC, in virtual time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from board.routes import FILES, prepared
from modemflash_sim.sequans import assumptions, faults, images, profiles
from modemflash_sim.sequans.modem import SimModem
from support.card_board import BLUE, GREEN, PLAIN, QUICK, RUNS, SECOND_US, WHITE, Bench

Build = Callable[..., Bench]
PROFILES = ("gpy-1.18.2", "gpy-1.20.0", "fipy-1.20.2")


@pytest.mark.parametrize("profile", PROFILES)
def test_plain_card(bench: Build, profile: str) -> None:
    """Card in, power on: updated, log and results on the card, light right, and the user's program runs."""
    with bench(profile=profile) as table:
        assert table.boot() == "over", table.board.printed
        assert table.verdict.build == 41065, table.board.printed
        assert (table.verdict.mode, table.verdict.violations) == ("application", ())
        assert RUNS in table.board.printed
        assert table.colours() == [BLUE, WHITE, GREEN, BLUE, WHITE, GREEN]
        pulses = table.rhythm(WHITE)[:-1]  # the last one ends with the run
        assert len(pulses) > 20
        assert all(800 <= ms <= 1300 for _, ms in pulses), pulses
    assert "updated (updated)" in table.log
    begun, ended = table.results()
    assert begun["result"] == "begun"
    phases = ended.pop("phases")
    assert {"verify", "transfer", "install", "reboot", "read-back"} <= set(phases)  # type: ignore[call-overload]
    seconds = ended.pop("seconds")
    assert seconds >= sum(phases.values()) > 10  # type: ignore[attr-defined, operator]
    kind = "FiPy" if profile.startswith("fipy") else "GPy"
    row = {"schema": 1, "board": "240ac4010203", "type": kind}
    row |= {"attempt": 1, "from_build": 38638, "to_build": 41065, "result": "updated", "code": "updated"}
    assert ended == row | {"modem_state": "updated"}
    cells = [*map(str, row.values()), "updated", str(seconds), ""]
    assert table.card.get("/results.csv").decode().splitlines()[1:] == [",".join(cells)]


@pytest.mark.parametrize("hold", [True, False])
def test_the_end_stays_to_be_seen(bench: Build, tmp_path: Path, hold: bool) -> None:
    """Green stays behind the program's start; with `hold_light` the program waits until the card is out."""
    with bench(card=prepared(tmp_path, FILES, hold_light=hold)) as table:
        if hold:
            table.board.boot(for_us=SECOND_US)
            while "(updated)" not in table.board.printed:
                assert table.board.go_on(for_us=SECOND_US) == "running"
            assert table.board.go_on(for_us=20 * SECOND_US) == "running"
        else:
            assert table.boot() == "over"
        assert table.colours()[-1] == GREEN
        assert (RUNS in table.board.printed) is not hold
        assert table.board.hardware.nvs["mf_end"] == "updated 38638 41065"
        if hold:
            assert table.board.card
            table.board.card.present = False
            assert table.board.go_on() == "over"
            assert table.colours()[-1] == BLUE
            assert RUNS in table.board.printed


def test_the_log_is_for_people(bench: Build) -> None:
    """Whatever the modem's answers were and whatever happens again and again: no long line, and few alike."""
    program = (
        "import modemflash.upgrade as upgrade\n"
        "look = upgrade.Update.look\n"
        "def patient(self):\n"
        "    for n in range(17): self.line.report('retry', what='session', attempt=n, reason='silence')\n"
        "    return look(self)\n"
        "upgrade.Update.look = patient\n" + 'exec(open("/flash/main.py").read())\n'
    )
    with bench() as table:
        assert table.board.boot(program) == "over", table.board.printed
        assert table.verdict.build == 41065
    lines = [line[10:] for line in table.log.splitlines()]
    assert max(map(len, lines)) < 300
    assert not any("{" in line for line in lines)
    shapes = Counter(re.sub(r"\d+", "N", line) for line in lines)
    assert 1 < shapes["retry: attempt=N reason=silence what=session"] <= 5
    assert max(shapes.values()) <= 5, shapes


def test_firmware_in_a_folder(bench: Build) -> None:
    """As an archive was unpacked: the folder's files are found at power-up, the updater beside them, too."""
    folder = {f"/CATM1-41065{name}": data for name, data in PLAIN.items()}
    with bench(card=folder) as table:
        assert table.boot() == "over"
        assert table.verdict.build == 41065, table.board.printed
        assert "without-way-back" not in table.log


def test_a_file_alone_asks_for_its_updater(bench: Build) -> None:
    """No way back: somebody without a command line is told which file to copy, not which danger to accept."""
    with bench(card={"/CATM1-41065.dup": PLAIN["/CATM1-41065.dup"]}) as table:
        assert table.boot() == "over"
    assert "Copy the updater.elf of the same package onto the card, too." in table.log


def test_what_a_run_takes_and_gives_back(bench: Build) -> None:
    """One UART object for the whole run, radios off during it, a running watchdog fed, nobody calls LTE()."""
    program = """
import machine, network
made = []
class Uart(machine.UART):
    def __init__(self, *words, **named):
        made.append(self)
        super().__init__(*words, **named)
machine.UART = Uart
def never(*words): raise SystemExit("LTE()")
network.LTE = never
import modemflash
print(modemflash.run()["code"], len(made))
"""
    with bench() as table:
        table.board.hardware.flags["wdt_on_boot"] = True  # 15 s: less than the modem takes to install
        at_send: list[bool] = []
        write = table.board.uart.write

        def listen(data: bytes) -> int:
            at_send.append(table.board.hardware.radios["wifi"])
            return write(data)

        table.board.uart.write = listen  # type: ignore[method-assign]
        assert table.board.boot(program) == "over", table.board.printed
        assert table.board.printed.rstrip().endswith("updated 1"), table.board.printed[-300:]
        assert at_send and not any(at_send)
        assert table.board.hardware.radios["wifi"]
        assert len(table.board.boots) == 1


def test_all_attempts_are_kept(bench: Build) -> None:
    """A failure, a power cut, a success: each has its line, and the ended ones stand in the table."""
    with bench() as table:
        table.silence()
        table.boot()
        table.off()
        table.silence(False)
        table.board.boot(for_us=SECOND_US)
        while "transfer:" not in table.board.printed:
            table.board.go_on(for_us=100_000)
        table.off()
        assert table.boot() == "over"
    rows = [(row["attempt"], row["result"]) for row in table.results()]
    assert rows == [(1, "begun"), (1, "failed"), (2, "begun"), (3, "begun"), (3, "updated")]
    assert table.card.get("/results.csv").decode().count("\n") == 3


def test_second_power_up_is_quick(bench: Build) -> None:
    """With the job done, a power-up says so in seconds and leaves the modem alone."""
    with bench() as table:
        table.boot()
        table.off()
        start_us, images_before = table.board.now_us, len(table.verdict.images)
        assert table.boot() == "over"
        assert table.board.now_us - start_us < 8 * SECOND_US
        assert len(table.verdict.images) == images_before


def test_without_a_card_it_costs_nothing(bench: Build) -> None:
    """Without a card the hook takes less than 300 ms and shows no light."""
    with bench(card=None) as table:
        assert table.boot() == "over"
        assert table.board.now_us < 300_000
        assert table.colours() == [BLUE]
        assert RUNS in table.board.printed
        assert "modemflash" not in table.board.printed


def test_a_users_own_card(bench: Build) -> None:
    """A card without firmware is none of our business, and is not left mounted."""
    with bench(card={"/data.csv": b"1,2"}) as table:
        assert table.boot() == "over"
        assert table.colours() == [BLUE]
        assert "modemflash" not in table.board.printed
    assert set(table.card.names()) == {"/data.csv"}


def test_already_there(bench: Build) -> None:
    """A modem that runs the target is left alone, and the board says so."""
    card = {**PLAIN, "/CATM1-38638.dup": images.make_full_image(38638, size_bytes=30_000)}
    del card["/CATM1-41065.dup"]
    with bench(card=card) as table:
        assert table.boot() == "over"
        assert not table.verdict.images
        assert GREEN in table.colours()
    assert "already-runs-it" in table.log


def test_two_boards_one_card(bench: Build, tmp_path: Path) -> None:
    """One card serves many boards; each has its line."""
    first, second = bench(), bench()
    with first, second:
        first.boot()
        second.card.path.write_bytes(first.card.path.read_bytes())
        second.board.hardware.unique_id = b"\x01\x02\x03\x04\x05\x06"
        assert second.boot() == "over"
        assert second.verdict.build == 41065
    assert len([name for name in second.card.names() if name.endswith(".jsonl")]) == 2
    assert second.card.get("/results.csv").decode().count("\n") == 3


@pytest.mark.parametrize("how", ["button", "ctrl-c", "soft reset"])
def test_skipped(bench: Build, how: str) -> None:
    """A held button, Ctrl-C before the first write, and a soft reset go straight to the user's program."""
    with bench() as table:
        if how == "button":
            table.board.hardware.pins["P10"] = 0
            table.boot()
        elif how == "soft reset":
            table.board.hardware.pins["P10"] = 0
            table.boot()
            del table.board.hardware.pins["P10"]
            table.board.soft_reset()
        else:
            program = (
                "import modemflash.board.card_order as s\n"
                "def stop(*words): raise KeyboardInterrupt\n"
                "s.find = stop\n" + 'exec(open("/flash/main.py").read())\n'
            )
            table.board.boot(program)
        assert RUNS in table.board.printed
        assert not table.verdict.images
        assert table.verdict.build == 38638


@pytest.mark.parametrize("profile", PROFILES)
def test_a_small_heap(tool: Callable[[str], Path], flash: Path, tmp_path: Path, profile: str) -> None:
    """A whole run fits into 512 kB of a board's own objects."""
    with Bench(tmp_path, tool("micropython-i386"), flash, profile=profile, heap="512k") as table:
        assert table.boot() == "over", table.board.printed
        assert table.verdict.build == 41065, table.board.printed


def test_a_modem_that_loses_its_power_in_mid_transfer(bench: Build) -> None:
    """It speaks AT again: the board begins anew at once, not after five minutes."""
    modem = SimModem(
        profiles.find("pycom-catm1", timing=QUICK),
        assumptions.parse("recovery_baud:115200"),
        faults.parse("die:2:5"),
    )
    with bench(modem=modem) as table:
        assert table.boot() == "over", table.board.printed
        assert table.verdict.build == 41065
        assert "text-in-transfer" in table.log
        assert table.board.now_us < 120 * SECOND_US


def test_the_cards_log_tells_a_stall_while_it_lasts(bench: Build) -> None:
    """A modem that erases holds the line, so the engine is in a write: the log says so meanwhile."""
    timing = replace(QUICK, stalls=((50, 90 * SECOND_US),))
    modem = SimModem(replace(profiles.find("pycom-catm1"), timing=timing))
    with bench(modem=modem) as table:
        table.board.boot(for_us=SECOND_US)
        for _ in range(60):
            if "transfer:" in table.board.printed and "nothing moved for" in table.log:
                break
            assert table.board.go_on(for_us=2 * SECOND_US) == "running"
        assert "transfer: nothing moved for 1" in table.log
        assert "updated (updated)" not in table.log
        assert table.board.go_on() == "over"
        assert table.verdict.build == 41065
