"""The package as it is deployed, on a board."""

from collections.abc import Callable
from pathlib import Path

import pytest

from modemflash_host.board.install.package import deployed
from modemflash_sim.board import requests
from modemflash_sim.board.fat import FatImage
from modemflash_sim.board.process import BoardProcess
from support.card_board import HOOK, PLAIN, SECOND_US, make_flash, quick_modem
from support.programmed_board import BOARDS, said, workshop

INSIDE = Path(requests.__file__).parent / "inside"


@pytest.mark.parametrize("profile", BOARDS)
def test_every_module_imports(interpreter: Path, profile: str) -> None:
    """Each file of the package is imported by itself, and prints nothing."""
    modules = [name[:-3].replace("/__init__", "").replace("/", ".") for name in deployed()]
    program = f"for name in {modules}:\n    __import__(name)\nprint('all')\n"
    with workshop(interpreter).board(profile, heap="5120k") as board:
        assert said(board, program) == ["all"]


DEPTH = """
import builtins, sys
import_, depth = builtins.__import__, [0, 0]
def counted(*words):
    new = words[0] not in sys.modules and words[0].startswith("modemflash.")
    depth[0] += new
    depth[1] = max(depth)
    try:
        return import_(*words)
    finally:
        depth[0] -= new
builtins.__import__ = counted
__import__(NAME)
print(depth[1])
"""


@pytest.mark.parametrize(
    "name", ["modemflash.board.startup", "modemflash.board.card_run", "modemflash.board.relay"]
)
def test_imports_are_not_nested(interpreter: Path, name: str) -> None:
    """An import within an import takes 1 kB and more of a stack of 12 kB: never more than three."""
    with workshop(interpreter).board("gpy-1.20.0", heap="5120k") as board:
        assert int(said(board, DEPTH.replace("NAME", repr(name)))[-1]) <= 3


def test_a_whole_run_in_a_small_heap(tool: Callable[[str], Path], tmp_path: Path) -> None:
    """A card's whole job, from power-up to the user's program, works with 512 kB of a 32-bit heap."""
    interpreter = tool("micropython-i386")
    flash = make_flash(tmp_path / "flash", interpreter)
    card = FatImage(tmp_path / "card", interpreter).make(2 << 20)
    card.put(PLAIN)
    modem = quick_modem()
    with BoardProcess(
        "gpy-1.20.0", modem, interpreter=interpreter, flash=flash, card=card.path, heap="512k"
    ) as board:
        assert board.boot() == "over"
    assert modem.verdict.build == 41065


STACK = b"""
import machine, micropython
peak = micropython.stack_use()
class Uart(machine.UART):
    def write(self, *words):
        global peak
        if micropython.stack_use() > peak:
            peak = micropython.stack_use()
            print("stack", peak)
        return super().write(*words)
machine.UART = Uart
SD = machine.SD
def card():
    global peak
    if micropython.stack_use() > peak:
        peak = micropython.stack_use()
        print("stack", peak)
    return SD()
machine.SD = card
"""


@pytest.mark.parametrize("profile", ["gpy-1.20.0", "fipy-1.20.2"])
def test_a_whole_run_in_a_small_stack(tool: Callable[[str], Path], tmp_path: Path, profile: str) -> None:
    """Where a run is deepest, a pulled card included, it has used 8 kB of 32-bit stack; a board has 12."""
    interpreter = tool("micropython-i386")
    flash = make_flash(tmp_path / "flash", interpreter, main=STACK + HOOK)
    card = FatImage(tmp_path / "card", interpreter).make(2 << 20)
    card.put(PLAIN)
    modem = quick_modem()
    with BoardProcess(profile, modem, interpreter=interpreter, flash=flash, card=card.path) as board:
        board.boot(for_us=SECOND_US)
        while "transfer:" not in board.printed:
            assert board.go_on(for_us=100_000) == "running"
        assert board.card
        board.card.present = False
        assert board.go_on(for_us=3 * SECOND_US) == "running"
        board.card.present = True
        assert board.go_on() == "over"
        assert "the card is back" in board.printed
        peaks = [int(line.split()[1]) for line in board.printed.splitlines() if line.startswith("stack ")]
    assert modem.verdict.build == 41065
    assert 4_000 < max(peaks) < 8_000


def test_both_sides_have_the_same_numbers() -> None:
    """The numbers of the requests are the same on both sides of the pipe."""
    names: dict[str, object] = {}
    exec((INSIDE / "sim_link.py").read_text(), names)
    assert {op.name: int(op) for op in requests.Op} == {op.name: names[op.name] for op in requests.Op}
