"""The REPL verbs, rescue, autostart and the hook's lines on all three boards."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modemflash_host.board.install.package import deployed, programs
from modemflash_sim.board.hardware import HARD
from support.card_board import PLAIN, RUNS, SECOND_US, USER, Bench, quick_modem

Build = Callable[..., Bench]
PROFILES = ("gpy-1.18.2", "gpy-1.20.0", "fipy-1.20.2")


def typed(table: Bench, text: str) -> str:
    """What the console shows when that is typed."""
    before = len(table.board.printed)
    assert table.board.boot("import modemflash\n" + text) == "over", table.board.printed
    return table.board.printed[before:]


def test_import_costs_next_to_nothing(bench: Build) -> None:
    """`import modemflash` takes less than 10 kB of heap."""
    program = (
        "import gc\ngc.collect()\nbefore = gc.mem_alloc()\nimport modemflash\n"
        "gc.collect()\nprint('cost', gc.mem_alloc() - before)\n"
    )
    with bench() as table:
        table.board.boot(program)
        assert int(table.board.printed.split("cost")[1]) < 10_000


def test_import_and_hook_read_next_to_nothing(bench: Build) -> None:
    """A board compiles what it imports, some 100 kB a second: below 1 kB at import, 3 kB for the hook."""
    program = (
        "import sys, modemflash\nprint('import', sorted(sys.modules))\n"
        "modemflash.hook(button='P10')\nprint('hook', sorted(sys.modules))\n"
    )
    with bench(card=None) as table:
        said = typed(table, program)
    modules = {
        line.split(" ", 1)[0]: {name for name in eval(line.split(" ", 1)[1]) if name.startswith("modemflash")}
        for line in said.splitlines()
    }
    assert modules["import"] == {"modemflash"}
    assert modules["hook"] - modules["import"] == {
        "modemflash.interface",
        "modemflash.board",
        "modemflash.board.hook",
    }
    sizes = {name: len(data) for name, data in deployed().items()}
    assert sizes["modemflash/__init__.py"] < 1_000
    at_power_up = ("interface", "board/__init__", "board/hook")
    assert sum(sizes[f"modemflash/{name}.py"] for name in at_power_up) < 3_000


def test_nobody_calls_lte() -> None:
    """The LTE driver is made in one place only, where mirror mode needs it."""
    assert [name for name, data in programs().items() if b"LTE()" in data] == ["modemflash/board/mirror.py"]


@pytest.mark.parametrize("profile", PROFILES)
def test_run(bench: Build, profile: str) -> None:
    """By hand: done, told in a sentence, returned, and not reset."""
    with bench(profile=profile) as table:
        said = typed(table, "print(modemflash.run(source='/sd')['to_build'])")
        assert table.verdict.build == 41065, said
        assert "modemflash: updated (updated)" in said
        assert said.rstrip().endswith("41065")
        assert len(table.board.boots) == 1


def test_info(bench: Build) -> None:
    """Who the modem is, and nothing written."""
    with bench(card=None) as table:
        said = typed(table, "modemflash.info()")
        assert "38638" in said
        assert not table.verdict.images


def test_plan(bench: Build) -> None:
    """The plan, and nothing written to the modem or counted."""
    with bench() as table:
        said = typed(table, "modemflash.plan()")
        assert "Plan: build 38638 to 41065, upgrade" in said
        assert not table.verdict.images
        assert "mf_tries" not in table.board.hardware.nvs


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("modemflash.run('/sd')", "give names with the values"),
        ("modemflash.run(path='/sd')", "unknown: path"),
        ("modemflash.run(source=3)", "source is a text"),
        ("modemflash.rescue(minutes='10')", "minutes is a whole number"),
        ("modemflash.rescue(minutes=0)", "minutes are 1 to"),
        ("modemflash.install_hook(button=7)", "button is a pin's name"),
        ("modemflash.run(source='/sd/CATM1-41056.dup')", "here are: CATM1-41065.dup"),
        ("modemflash.run(source='/flash')", "no firmware here"),
    ],
)
def test_wrong_words(bench: Build, text: str, sentence: str) -> None:
    """A typing error gets a sentence, never a traceback."""
    with bench() as table:
        said = typed(table, text)
        assert sentence in said
        assert "Traceback" not in said
        assert not table.verdict.images


@pytest.mark.parametrize("profile", PROFILES)
def test_hook_in_and_out(bench: Build, profile: str) -> None:
    """Installed on a board it starts the update at the next power-up; removed, main.py is as it was."""
    with bench(profile=profile) as table:
        table.flash.put({"/main.py": USER})
        typed(table, "modemflash.install_hook()")
        table.off()
        assert table.boot() == "over"
        assert table.verdict.build == 41065, table.board.printed
        assert table.board.printed.rstrip().endswith(RUNS)
        typed(table, "modemflash.remove_hook()")
        assert table.flash.get("/main.py") == USER


@pytest.mark.parametrize("profile", PROFILES)
def test_autostart(bench: Build, profile: str) -> None:
    """The firmware's LTE driver is kept away by one counted reset, and is given its flag back."""
    with bench(profile=profile) as table:
        flags = table.board.hardware.flags
        flags["lte_modem_en_on_boot"] = True
        assert table.boot() == "over"
        assert table.verdict.build == 41065, table.board.printed
        assert flags["lte_modem_en_on_boot"]
        assert [cause for _, cause in table.board.boots].count(HARD) == 2  # one to be alone, one to hand back
        assert table.results()[-1]["attempt"] == 1


def test_autostart_comes_back_when_the_card_is_taken(bench: Build) -> None:
    """The flag was cleared, and the power went: a boot without a card restores it."""
    with bench() as table:
        flags = claimed(table)
        assert table.board.card
        table.board.card.present = False
        table.boot()
        assert flags["lte_modem_en_on_boot"]


def claimed(table: Bench) -> Any:
    """A board whose LTE flag was cleared for a run that the power then ended."""
    flags = table.board.hardware.flags
    flags["lte_modem_en_on_boot"] = True
    table.board.boot(for_us=SECOND_US)
    while len(table.board.boots) < 2:
        table.board.go_on(for_us=50_000)
    assert not flags["lte_modem_en_on_boot"]
    table.off()
    return flags


@pytest.mark.parametrize("profile", PROFILES)
def test_autostart_comes_back_from_the_card_when_nvs_was_lost(bench: Build, profile: str) -> None:
    """The user's program erased NVS: the copy on the card tells, and is removed."""
    with bench(profile=profile) as table:
        flags = claimed(table)
        table.board.hardware.nvs.clear()
        assert table.boot() == "over"
        assert flags["lte_modem_en_on_boot"], table.board.printed
        assert table.verdict.build == 41065
        assert not [name for name in table.card.names() if name.endswith(".lte")]


def test_nvs_wins_over_an_old_copy_on_the_card(bench: Build) -> None:
    """Given back without the card, then switched off by the user: an old copy does not switch it on again."""
    with bench() as table:
        flags = claimed(table)
        assert table.board.card
        table.board.card.present = False
        table.boot()
        assert flags["lte_modem_en_on_boot"]
        flags["lte_modem_en_on_boot"] = False
        table.off()
        table.board.card.present = True
        assert table.boot() == "over"
        assert table.verdict.build == 41065, table.board.printed
        assert not flags["lte_modem_en_on_boot"]


def test_autostart_is_given_back_where_the_card_takes_nothing(bench: Build) -> None:
    """A read-only card keeps no copy; NVS has it."""
    with bench() as table:
        assert table.board.card
        table.board.card.read_only = True
        flags = claimed(table)
        assert table.boot() == "over"
        assert flags["lte_modem_en_on_boot"], table.board.printed


def test_rescue_at_power_up(bench: Build) -> None:
    """Armed, the board listens first thing, acts when the modem answers, and is disarmed by success."""
    with bench() as table:
        said = typed(table, "modemflash.arm_rescue(minutes=1)")
        assert "cut ALL power" in said
        table.off()
        assert table.boot() == "over"
        assert table.verdict.build == 41065, table.board.printed
        assert "mf_rescue" not in table.board.hardware.nvs
    assert "rescue: listening for 60 s" in table.flash.get("/modemflash.log").decode()


def test_rescue_without_a_card(bench: Build) -> None:
    """It logs on /flash what it heard, and stays armed."""
    with bench(card=None) as table:
        typed(table, "modemflash.arm_rescue(minutes=1)")
        table.off()
        assert table.boot() == "over"
        assert table.board.printed.rstrip().endswith(RUNS)
        assert table.board.hardware.nvs["mf_rescue"] == 1
    assert "found: baud=921600" in table.flash.get("/modemflash.log").decode()


def test_rescue_from_the_console(bench: Build) -> None:
    """A modem that answers late is caught."""
    with bench(modem=quick_modem(start_mode="recovery", start_half_written=True)) as table:
        typed(table, "modemflash.rescue(minutes=2)")
        assert table.verdict.build == 41065, table.board.printed


def test_disarmed(bench: Build) -> None:
    """It can be taken back."""
    with bench(card=None) as table:
        typed(table, "modemflash.arm_rescue(); modemflash.arm_rescue(on=False)")
        table.off()
        start_us = table.board.now_us
        table.boot()
        assert table.board.now_us - start_us < 300_000


@pytest.mark.parametrize(("profile", "ending"), [("fipy-1.20.2", "mirror"), ("gpy-1.20.0", "mirror")])
def test_mirror(bench: Build, profile: str, ending: str) -> None:
    """Mirror mode is entered where every condition holds; the LTE task is made first, or it would hang."""
    with bench(card=None, profile=profile) as table:
        assert table.board.boot("import modemflash\nmodemflash.mirror()") == ending


@pytest.mark.parametrize("starts", [True, False])
@pytest.mark.parametrize("verb", ["info", "mirror"])
def test_the_boards_own_driver_is_not_disturbed(bench: Build, verb: str, starts: bool) -> None:
    """Where the LTE driver starts by itself, no verb sends a byte before it has done."""
    with bench(card=None, profile="fipy-1.20.2") as table:
        table.board.hardware.flags["lte_modem_en_on_boot"] = starts
        table.board.boot(f"import modemflash\nmodemflash.{verb}()", for_us=9 * SECOND_US)
        assert (table.board.uart.tally.sent == 0) is starts


@pytest.mark.parametrize("text", ["modemflash.info()", "modemflash.run()", "modemflash.hook()"])
def test_too_little_memory_is_said(
    tool: Callable[[str], Path], flash: Path, tmp_path: Path, text: str
) -> None:
    """Where the program does not fit, a sentence says so, and nothing was sent."""
    with Bench(tmp_path, tool("micropython-i386"), flash, heap="96k") as table:
        said = typed(table, text + "\nprint('goes on')")
        assert "not enough memory" in said
        assert "MemoryError" not in said and "Traceback" not in said
        assert said.rstrip().endswith("goes on")
        assert table.board.uart.tally.sent == 0


def test_mirror_refused(bench: Build) -> None:
    """A modem at 115200 cannot be bridged: that is said, and nothing is frozen."""
    with bench(card=None, modem=quick_modem(start_mode="boot-loader")) as table:
        said = typed(table, "modemflash.mirror()")
        assert "the bridge has 921600 only" in said


def test_a_damaged_installation_still_runs_the_program(bench: Build, tmp_path: Path) -> None:
    """Whatever is wrong with the updater, the user's program follows."""
    for name, data in (
        ("board/startup.py", b"syntax error("),
        ("board/card_run.py", b"syntax error("),
        ("board/hook.py", b"1/0\n"),
        ("__init__.py", b"import no_such\n"),
    ):
        with bench() as table:
            table.flash.put({"/lib/modemflash/" + name: data})
            assert table.boot() == "over", table.board.printed
            assert table.board.printed.rstrip().endswith(RUNS)
            assert not table.verdict.images, name  # it was damaged where it is used


def test_console_at_most_a_line_a_second(bench: Build) -> None:
    """The console blocks while it prints, so it is used sparingly."""
    with bench(card=PLAIN) as table:
        table.boot()
        times = [
            at_us
            for at_us, data in table.board.console
            for line in data.split(b"\n")
            if b"modemflash:" in line
        ]
        gaps = [b - a for a, b in itertools.pairwise(times)]
        assert min(gaps) > 900_000, gaps
