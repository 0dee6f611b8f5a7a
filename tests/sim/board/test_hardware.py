"""The simulated board has the traps of the real one, beside UART and files: each is a rule here."""

from pathlib import Path

import pytest

from support.programmed_board import BOARDS, HELP, OLD, on, said, workshop


@pytest.mark.parametrize("profile", BOARDS)
def test_names(interpreter: Path, profile: str) -> None:
    """The board says who it is as its firmware does, and its address is its own."""
    lines = on(
        interpreter,
        """
print(os.uname()[0], os.uname().release)
print(machine.unique_id(), machine.reset_cause())
""",
        profile,
    )
    assert lines[0].split()[0] == ("FiPy" if profile.startswith("fipy") else "GPy")
    assert lines[0].split()[1].startswith(profile.split("-")[1])
    assert lines[1] == r"b'$\n\xc4\x01\x02\x03' 0"


def test_light_belongs_to_the_heartbeat(interpreter: Path) -> None:
    """rgbled is refused while Pycom's blink is on; every change is kept with its time."""
    with workshop(interpreter).board() as board:
        lines = said(
            board,
            HELP
            + """
ends(pycom.rgbled, 7)
pycom.heartbeat(False)
ends(pycom.rgbled, 7)
utime.sleep(2)
pycom.rgbled(0)
""",
        )
        assert lines == ["OSError 'the requested operation is not possible'", "None"]
        colours = [colour for _, colour in board.hardware.light]
        assert colours == [-1, 0, 7, 0]
        assert board.hardware.light[3][0] - board.hardware.light[2][0] >= 2_000_000


def test_one_hash_at_a_time(interpreter: Path) -> None:
    """A second hash is refused until the first gave its digest, over a soft reset, not over a hard one."""
    program = (
        HELP
        + """
import uhashlib
ends(uhashlib.sha256)
"""
    )
    with workshop(interpreter).board() as board:
        first = said(
            board,
            HELP
            + """
import uhashlib
h = uhashlib.sha256(b'abc')
ends(uhashlib.sha256)
x = h.digest()
h.update(b'more')
print(h.digest() == x)
h = uhashlib.md5()
""",
        )
        assert first == ["OSError 'only one active hash operation is permitted at a time'", "True"]
        board.soft_reset(program)
        assert board.printed.count("only one active hash") == 2
        assert "object" in said(board, program)[0]


@pytest.mark.parametrize("profile", BOARDS)
def test_nvs_survives(interpreter: Path, profile: str) -> None:
    """NVS outlives a power cut; an absent key is None or a ValueError, by release."""
    with workshop(interpreter).board(profile) as board:
        said(
            board,
            HELP
            + """
pycom.nvs_set('a', 5)
pycom.nvs_set('b', 'text')
""",
        )
        board.power_off()
        lines = said(
            board,
            HELP
            + """
print(pycom.nvs_get('a'), pycom.nvs_get('b'))
ends(pycom.nvs_get, 'c')
ends(pycom.nvs_set, 'sixteen-chars-xx', 1)
""",
        )
    assert lines[0] == "5 text"
    assert lines[1].startswith("ValueError" if profile == "fipy-1.20.2" else "None")
    assert lines[2].startswith("OSError")


@pytest.mark.parametrize(
    ("call", "ending"), [("LTE.modem_upgrade_mode()", "hung"), ("LTE.reconnect_uart()", "loops")]
)
def test_lte_that_was_never_made(interpreter: Path, call: str, ending: str) -> None:
    """On the newest firmware the two calls hang or crash a board whose LTE task does not exist."""
    with workshop(interpreter).board("fipy-1.20.2") as board:
        assert board.boot("from network import LTE\n" + call, max_boots=3) == ending


def test_lte_waits_and_fails(interpreter: Path) -> None:
    """LTE() with a modem that is silent to it takes six seconds and raises; mirror mode has no way out."""
    with workshop(interpreter).board() as board:
        lines = said(
            board,
            HELP
            + """
from network import LTE
ends(LTE)
print(utime.ticks_ms() // 1000)
""",
        )
        assert lines == ['OSError "Couldn\'t connect to Modem!"', "6"]
        assert (
            board.boot("""
from network import LTE
LTE.modem_upgrade_mode()
""")
            == "mirror"
        )


def test_autostart_talks_to_the_modem(interpreter: Path) -> None:
    """With the flag set the LTE driver speaks for seconds after a hard boot, until UART 1 takes the pins."""
    for seconds, words in ((8, 10), (2, 3)):
        with workshop(interpreter).board() as board:
            board.hardware.flags["lte_modem_en_on_boot"] = True
            heard: list[bytes] = []
            board.uart.inject = lambda data, baud, heard=heard: heard.append(data)  # type: ignore[method-assign, misc]
            said(
                board,
                HELP
                + f"""
utime.sleep({seconds})
machine.UART(1, pins=('P5', 'P98', 'P7', 'P99'))
utime.sleep(9)
""",
            )
            assert len(heard) == words
            assert heard[0] == b"+++"


@pytest.mark.parametrize("profile", BOARDS)
def test_print_flush(interpreter: Path, profile: str) -> None:
    """print(flush=) is taken by 1.18 only."""
    lines = on(interpreter, "ends(lambda: print('x', flush=True))\n", profile)
    assert lines[0] == ("x" if profile == OLD else "TypeError 'extra keyword arguments given'")


@pytest.mark.parametrize(
    "name", ["io", "zlib", "collections", "random", "typing", "deflate", "uzlib", "sim_link"]
)
def test_absent_modules(interpreter: Path, name: str) -> None:
    """What no board has cannot be imported, and nothing of the simulator either."""
    assert on(
        interpreter,
        f"""
try:
    import {name}
except ImportError:
    print('absent')
""",
    ) == ["absent"]
