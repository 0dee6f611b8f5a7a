"""Power, resets, time: what is done to the simulated board from outside."""

from pathlib import Path

from modemflash_sim.board import hardware
from support.programmed_board import HELP, quick_modem, said, workshop


def test_watchdog_resets(interpreter: Path) -> None:
    """An unfed watchdog resets the board, and the next boot knows; feeding keeps it away."""
    program = (
        HELP
        + """
if machine.reset_cause() != machine.WDT_RESET:
    dog = machine.WDT(timeout=1000)
    for _ in range(3):
        utime.sleep_ms(900)
        dog.feed()
    dog = machine.WDT(timeout=5000)
    utime.sleep_ms(4000)
    print("alive")
    utime.sleep_ms(9000)
    print("never")
"""
    )
    with workshop(interpreter).board() as board:
        assert said(board, program) == ["alive"]
        assert [cause for _, cause in board.boots] == [hardware.POWER_ON, hardware.WATCHDOG]
        assert board.boots[1][0] > 7_700_000


def test_reset_is_not_the_modems(interpreter: Path) -> None:
    """machine.reset boots the board with another cause and leaves the modem as it is."""
    modem = quick_modem()
    with workshop(interpreter).board(modem=modem) as board:
        said(board, HELP + "machine.reset_cause() or machine.reset()\n")
        assert [cause for _, cause in board.boots] == [hardware.POWER_ON, hardware.HARD]
        assert modem.live.powered_at_us == 0


def test_scripts_run_as_at_power_up(interpreter: Path) -> None:
    """boot.py runs before main.py, and main.py also when boot.py failed; what is on /flash stays there."""
    with workshop(interpreter).board() as board:
        said(
            board,
            """
for name, text in (('boot', 'print(1/0)'), ('main', 'print(42)')):
"""
            "    with open('/flash/' + name + '.py', 'w') as file:\n"
            "        file.write(text)\n",
        )
        assert board.boot() == "over"
        assert "ZeroDivisionError" in board.printed
        assert board.printed.endswith("42\n")


def test_power_goes_before_any_operation(interpreter: Path) -> None:
    """Cut before each operation in turn: the board comes back, and the card with its one file."""
    shop = workshop(interpreter)
    program = (
        HELP
        + """
os.mount(machine.SD(), '/sd')
with open('/sd/a.txt', 'w') as file:
    file.write('new' * 300)
"""
    )
    with shop.board(card=shop.image({"/a.txt": b"old"})) as board:
        said(board, program)
        operations = board.operations
    assert operations > 20
    for number in range(1, operations + 1):
        card = shop.image({"/a.txt": b"old"}, 1 << 20)
        modem = quick_modem()
        with shop.board(modem=modem, card=card) as board:
            board.cut_at_operation(number)
            assert board.boot(program) == "cut"
            assert not board.powered
            assert not modem.live.powered
            assert said(
                board,
                HELP
                + """
os.mount(machine.SD(), '/sd')
print('up')
""",
            ) == ["up"]
        assert set(card.names()) == {"/a.txt"}


def test_power_goes_at_a_moment(interpreter: Path) -> None:
    """A cut at a moment strikes there, in the middle of a sleep; the modem's power is its own."""
    modem = quick_modem()
    with workshop(interpreter).board(modem=modem) as board:
        board.cut_after(1_500_000, modem=False)
        assert (
            board.boot("""
import utime
utime.sleep(5)
print('never')
""")
            == "cut"
        )
        assert (board.now_us, board.printed, modem.live.powered) == (1_500_000, "", True)
        board.power_off(board=False)
        assert not modem.live.powered


def test_a_board_can_be_held(interpreter: Path) -> None:
    """A look at a running board: time stands still until it goes on."""
    with workshop(interpreter).board() as board:
        assert (
            board.boot(
                """
import utime
for n in range(10):
    print(n)
    utime.sleep(1)
""",
                for_us=4_500_000,
            )
            == "running"
        )
        assert board.printed == "0\n1\n2\n3\n4\n"
        assert board.go_on() == "over"
        assert [round(at_us / 1e6) for at_us, _ in board.console] == list(range(10))


def test_clock_may_start_anywhere(interpreter: Path) -> None:
    """ticks_ms of a board whose clock was set starts high, and wraps."""
    with workshop(interpreter).board(ticks_ms=(1 << 32) - 500) as board:
        lines = said(
            board,
            """
import utime
a = utime.ticks_ms()
utime.sleep(1)
b = utime.ticks_ms()
print(b < a, utime.ticks_diff(b, a))
""",
        )
    assert lines == ["True 1000"]
