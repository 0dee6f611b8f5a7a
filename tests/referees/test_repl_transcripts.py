"""What a console says, byte for byte: a real MicroPython 1.9.2 board and the simulated one, same rows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from modemflash_host.board.console.files import BoardFiles
from modemflash_host.board.console.identity import need_pycom, read_identity
from modemflash_host.board.console.repl import Repl
from modemflash_host.errors import BoardProblem, Refusal
from modemflash_host.links.open import open_console
from support.consoles import Served, Talk, Tool, old_board, simulated

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "repl_transcripts.json").read_text())[
    "transcripts"
]

_TRIES = 3


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(old_board, marks=pytest.mark.referee, id="QEMU"),
        pytest.param(simulated, id="simulated"),
    ],
)
def board(
    request: pytest.FixtureRequest, tool: Tool, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    with request.param(tool, tmp_path_factory.mktemp("board")) as served:
        talk = Talk(served.url)
        with closing(talk.link):
            assert Repl(talk.link, talk.clock).enter(10)
            talk.ask(b"\x02", expression(served, "\r\n{banner}\r\n.*>>> "))
        yield served


def expression(board: Served, expected: str) -> re.Pattern[bytes]:
    filled = expected.replace("{banner}", board.banner).replace("{reboot}", board.reboot)
    return re.compile(filled.encode(), re.DOTALL)


@pytest.mark.parametrize("title", VECTORS)
def test_a_console_says_what_the_transcript_says(board: Served, title: str) -> None:
    talk = Talk(board.url)
    with closing(talk.link):
        for sent, expected in VECTORS[title]:
            talk.ask(sent.encode(), expression(board, expected))


# One more entry into a raw REPL costs a second; nothing after it opens the port.
@pytest.fixture(scope="module")
def repl(board: Served) -> Iterator[Repl]:
    """Our own client in the raw REPL; the prompt is back afterwards."""
    link, clock = open_console(board.url)
    with closing(link):
        client = Repl(link, clock)
        assert client.enter()
        yield client
        client.leave()


def printed(client: Repl) -> bytes:
    """What code prints; "" where QEMU dropped bytes, for which a busy computer left it no time."""
    try:
        return client.run("print(6 * 7)")
    except BoardProblem:
        assert client.enter()
        return b""


@pytest.mark.parametrize(
    "left", [b"\x01", b"\x01print(", b"\x05", b"\x05x = 1\r", b"if half", b"while True: pass\r\r"]
)
def test_whatever_a_terminal_left_the_raw_repl_is_entered(board: Served, left: bytes) -> None:
    link, clock = open_console(board.url)
    with closing(link):
        link.write(left, 0, len(left))
        client = Repl(link, clock)
        assert client.enter()
        assert any(printed(client) == b"42\r\n" for _ in range(_TRIES))
        client.leave()


def test_output_and_error_come_apart(repl: Repl) -> None:
    answer = repl.exec("print('words')\nraise ValueError(7)")
    assert answer.out == b"words\r\n"
    assert answer.last_line == "ValueError: 7"
    with pytest.raises(BoardProblem, match="board-refused"):
        repl.run("nothing_of_this_name")


def test_code_longer_than_any_ring_arrives_whole(repl: Repl) -> None:
    lines = "".join(f"x{number % 7} = {number}\n" for number in range(120))
    assert repl.run(lines + "print(x0 + x1)") == b"232\r\n"


def test_what_runs_too_long_is_interrupted_and_the_board_still_listens(repl: Repl) -> None:
    with pytest.raises(BoardProblem, match="board-too-slow"):
        repl.exec("while True: pass", 300)
    assert repl.run("print(1)") == b"1\r\n"


def test_a_value_is_found_among_other_output(repl: Repl) -> None:
    assert repl.value("(1, 'two')", "print('noise')") == "(1, 'two')"


def test_a_soft_reset_forgets_names_and_comes_back(repl: Repl) -> None:
    repl.run("kept = 1")
    repl.soft_reset()
    assert repl.exec("kept").last_line.startswith("NameError")


def test_control_bytes_are_refused_before_they_are_sent(repl: Repl) -> None:
    for code in ("x = '\x06'", "\x03", "\x04"):
        with pytest.raises(ValueError, match="control bytes"):
            repl.exec(code)


def test_a_board_says_who_it_is_and_only_pycom_boards_are_taken(repl: Repl) -> None:
    found = read_identity(repl)
    if found.name == "GPy":
        assert found.is_pycom and found.has_modem
        assert found.mac == "240ac4010203"
        assert (found.lte_on_boot, found.release) == (False, "1.18.2.r4")
        assert found.free_kib
        need_pycom(found)
    else:
        assert found.name == "microbit" and not found.is_pycom
        assert found.python[:2] == (1, 9)
        assert found.mac == ""
        with pytest.raises(Refusal, match="board-not-pycom"):
            need_pycom(found)


def test_files_need_a_file_system_that_can_be_asked(repl: Repl) -> None:
    if read_identity(repl).is_pycom:
        assert "lib" in BoardFiles(repl).listing("/flash")
    else:
        with pytest.raises(BoardProblem, match="board-no-files"):
            BoardFiles(repl)
