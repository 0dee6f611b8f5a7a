"""Rules of board/pycom, board/store and board/led, asked on every simulated board."""

from itertools import pairwise
from pathlib import Path

import pytest

from modemflash_sim.board.process import BoardProcess
from support.programmed_board import BOARDS, said, workshop

AUTOSTART = """
import machine
from modemflash.board import pycom
from modemflash.board.store import Nvs
autostart = pycom.Autostart(Nvs())
word = autostart.claim()
print(word)
if word == "reset":
    machine.reset()
"""
LIGHT = """
from modemflash.board.led import CAUSES, PATTERNS, Led, red
from modemflash.board.uart import Clock
clock = Clock()
led = Led(clock)
def show(pattern, seconds):
    led.show(pattern)
    start = clock.ticks_ms()
    while clock.ticks_diff(clock.ticks_ms(), start) < seconds * 1000:
        led.tick(clock.ticks_ms())
        clock.sleep_ms(TICK)
"""


@pytest.mark.parametrize("profile", BOARDS)
def test_nvs(interpreter: Path, profile: str) -> None:
    """Absent is the default on every release; what was set outlives a power cut; a bad name is told."""
    with workshop(interpreter).board(profile) as board:
        start = """
from modemflash.board.store import Nvs
n = Nvs()
"""
        assert said(
            board,
            start
            + """
print(n.get('x'), n.get('x', 7), n.set('x', 3), n.set('much-too-long-a-name', 1))
n.erase('y')
""",
        ) == ["None 7 True False"]
        board.power_off()
        assert said(
            board,
            start
            + """
print(n.get('x'))
n.erase('x')
print(n.get('x', 0))
""",
        ) == ["3", "0"]


@pytest.mark.parametrize("profile", BOARDS)
def test_slots(interpreter: Path, profile: str) -> None:
    """Two slots in files; an absent one is empty; a full or absent card is an OSError."""
    program = """
from modemflash.board.store import SlotFiles
slots = SlotFiles("/flash")
print(slots.load(0), slots.load(1))
slots.save(1, b"one")
slots.save(1, b"two")
print(slots.load(0), SlotFiles("/flash").load(1))
try:
    SlotFiles("/sd/none").save(0, b"x")
except OSError:
    print("told")
"""
    with workshop(interpreter).board(profile) as board:
        assert said(board, program) == ["b'' b''", "b'' b'two'", "told"]


@pytest.mark.parametrize("profile", BOARDS)
def test_autostart_is_claimed_by_one_reset(interpreter: Path, profile: str) -> None:
    """Flag set: saved, cleared, one hard reset, the modem alone; afterwards the flag is as it was."""
    with workshop(interpreter).board(profile) as board:
        board.hardware.flags["lte_modem_en_on_boot"] = True
        assert said(board, AUTOSTART) == ["reset", "alone"]
        assert len(board.boots) == 2
        assert board.hardware.flags["lte_modem_en_on_boot"] is False
        board.power_off()
        said(board, AUTOSTART + "autostart.restore()\n")
        assert dict(board.hardware.flags)["lte_modem_en_on_boot"]
        assert board.hardware.nvs == {"mf_lte_boot": 1}, "given back: a copy on a card counts no more"


def test_autostart_that_was_off_stays_off(interpreter: Path) -> None:
    """Flag clear: alone at once, no reset, and restore sets nothing."""
    with workshop(interpreter).board() as board:
        assert said(board, AUTOSTART + "autostart.restore()\n") == ["alone"]
        assert not board.hardware.flags["lte_modem_en_on_boot"]


def test_autostart_never_resets_twice(interpreter: Path) -> None:
    """A flag that does not stay cleared, and a board without NVS: wait instead of a loop of resets."""
    with workshop(interpreter).board() as board:
        board.hardware.flags["lte_modem_en_on_boot"] = True
        stubborn = """
import pycom as p
real = p.lte_modem_en_on_boot
p.lte_modem_en_on_boot = lambda *a: True
"""
        assert said(board, stubborn + AUTOSTART) == ["wait"]
    with workshop(interpreter).board() as board:
        board.hardware.flags["lte_modem_en_on_boot"] = True
        assert said(board, "import pycom as p\ndel p.nvs_set\n" + AUTOSTART) == ["wait"]
        assert said(board, "import pycom as p\ndel p.lte_modem_en_on_boot\n" + AUTOSTART) == ["wait"]
        assert board.hardware.flags["lte_modem_en_on_boot"]


def test_watchdog_of_others(interpreter: Path) -> None:
    """An armed watchdog is set long and fed; one that nobody armed is not started."""
    program = """
import utime
from modemflash.board import pycom
armed = pycom.watchdog_armed()
dog = pycom.Watchdog(armed)
for _ in range(40):
    utime.sleep(5)
    dog.feed()
print(armed)
"""
    with workshop(interpreter).board() as board:
        assert said(board, program) == ["False"]
        assert (
            said(
                board,
                """
import utime
utime.sleep(3600)
""",
            )
            == []
        )
        board.hardware.flags["wdt_on_boot"] = True
        assert said(board, program) == ["True"]
        assert len(board.boots) == 3
    with workshop(interpreter).board() as board:
        said(
            board,
            """
with open('/flash/boot.py', 'w') as file:
    file.write('import machine\\nwdt = machine.WDT(timeout=30000)\\n')
""",
        )
        assert said(
            board,
            """
import machine
machine.WDT(timeout=30000)
"""
            + program,
        ) == ["True"]


def test_radios(interpreter: Path) -> None:
    """Wi-Fi is off during a run and as it was afterwards; the servers keep their password."""
    program = """
from modemflash.board import pycom
r = pycom.Radios()
r.off()
"""
    with workshop(interpreter).board() as board:
        said(board, program)
        assert board.hardware.radios == {"wifi": False, "bluetooth": False, "servers": True}
        said(board, program + "r.restore()\n")
        assert board.hardware.radios["wifi"]
        board.hardware.flags["wifi_on_boot"] = False
        said(board, program + "r.restore()\n")
        assert not board.hardware.radios["wifi"]


def test_who_it_is(interpreter: Path) -> None:
    """Name and address without a word of the release."""
    program = """
from modemflash.board import pycom
print(pycom.name(), pycom.unique_id(), pycom.powered_on())
"""
    with workshop(interpreter).board("fipy-1.20.2") as board:
        assert said(board, program) == ["FiPy 240ac4010203 True"]


def rhythm(board: BoardProcess, pattern: str, seconds: int, tick_ms: int = 250) -> list[tuple[bool, int]]:
    """What an eye without colours sees: (lit, tenths of a second), the cut-off ends left out."""
    from_here = len(board.hardware.light)
    said(board, f"TICK = {tick_ms}\n" + LIGHT + f"show({pattern}, {seconds})\n")
    seen = board.hardware.light[from_here:]
    return [
        (colour > 0, round((after_us - at_us) / 100_000)) for (at_us, colour), (after_us, _) in pairwise(seen)
    ][2:]


@pytest.mark.parametrize("tick_ms", [10, 100, 250])
def test_rhythms(interpreter: Path, tick_ms: int) -> None:
    """Each pattern has its rhythm, at any pace of ticks: even, steady, two quick, counted slow flashes."""
    with workshop(interpreter).board() as board:
        even = rhythm(board, "PATTERNS['working']", 20, tick_ms)
        assert {lit for lit, _ in even} == {True, False}
        assert all(8 <= tenths <= 12 for _, tenths in even)
        assert rhythm(board, "PATTERNS['finished']", 20, tick_ms) == []
        double = [lit for lit, tenths in rhythm(board, "PATTERNS['power-cycle']", 20, tick_ms) if tenths <= 4]
        assert double.count(True) >= 18
        assert double.count(False) >= 9
        for cause in range(1, 6):
            seen = rhythm(board, f"red({cause})", 60, tick_ms)
            pauses = [at for at, (lit, tenths) in enumerate(seen) if not lit and tenths >= 20]
            assert len(pauses) >= 6
            assert {sum(lit for lit, _ in seen[a:b]) for a, b in pairwise(pauses)} == {cause}


def test_light_goes_back_to_the_heartbeat(interpreter: Path) -> None:
    """Released, the light is Pycom's own again; the colour changes only when it has to."""
    with workshop(interpreter).board() as board:
        said(
            board,
            "TICK = 10\n"
            + LIGHT
            + """
show(PATTERNS['working'], 3)
led.show(PATTERNS['working'])
led.release()
""",
        )
        assert board.hardware.light[0][1] == -1
        assert board.hardware.light[-1][1] == -1
        assert len(board.hardware.light) <= 7
