"""What a console says is of the kind that was asked for, or the board is out of step."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from modemflash_host.board.console.answers import ask, boolean, decoded, literal, size, whole
from modemflash_host.board.console.files import BoardFiles
from modemflash_host.board.console.identity import read_identity
from modemflash_host.board.console.repl import Repl
from modemflash_host.board.location import report_card
from modemflash_host.errors import BoardProblem
from modemflash_host.rescue import arming
from support.evaluating_board import told
from support.sinks import Clock, reporter

IDENTITY = str(
    (
        "GPy",
        "1.20.2",
        "v1.11",
        "GPy with ESP32",
        (1, 11),
        b"\x01\x02\x03\x04\x05\x06",
        (True, False),
        500,
        "",
        True,
    )
)
POWER_UP = '{"boots": 3, "up_s": 12, "code": "modem-answered", "after_s": 9}'
ANSWERS: dict[str, tuple[str, Callable[[Repl], object]]] = {
    "identity": (IDENTITY, read_identity),
    "size": ("1234", lambda repl: BoardFiles(repl).size("/flash/a")),
    "no size": ("None", lambda repl: BoardFiles(repl).size("/flash/a")),
    "listing": ("[('a', 12), ('b', -1), ('c', None)]", lambda repl: BoardFiles(repl).listing("/flash")),
    "digest": (str(bytes(range(32))), lambda repl: BoardFiles(repl).sha256("/flash/a")),
    "card": ("('read', ['a.dup', 'b'])", lambda repl: report_card(reporter(), repl)),
    "flag": ("True", lambda repl: ask(repl, "x", boolean)),
    "number": ("65535", lambda repl: ask(repl, "x", whole)),
    "bytes": (base64.b64encode(b"some bytes").decode(), lambda repl: ask(repl, "x", decoded)),
    "power-up": (POWER_UP, lambda repl: ask(repl, "x", arming._power_up)),
}
STRANGE = (
    "", "\x00", "None", "NaN", "nan", "True", "-5", "1e999", "9" * 400, "1" * 20, "()", "(1,)", "[1]", "[()]",
    "[('a',)]", "[('a', 'b')]", "[(1, 2)]", "{}", "{'a': 1}", "[" * 5000, "(" * 200 + ")" * 200, "'\\ud800'",
    "b''", "b'x'", "(None,) * 9", str((None,) * 9), str((1,) * 9), str(("a",) * 9), "0x10", "١٢", "é" * 9,
    "=====", "QQ", "QQ==QQ==", '{"boots": NaN}', '{"boots": 1e999}', '{"boots": true}', '{"boots": [[]]}',
    '{"boots": 1, "state": "\\ud800"}', '{"boots": ' + "[" * 5000 + "]" * 5000 + "}", "__import__('os')",
    "('read', 5)", "('read', [5])", "('full', [])", "(", "lambda: 0", "x" * 70_000,
)  # fmt: skip


class Console:
    """A console that says the same to every question, as a raw REPL does; some of its answers are damaged.

    Args:
        text: what the value is.
        damage: from the number of a question, from 1, and the bytes of its answer to what arrives.
    """

    def __init__(self, text: str, damage: Callable[[int, bytes], bytes] = lambda _, out: out) -> None:
        self.clock = Clock()
        self._text = text
        self._damage = damage
        self._unread = bytearray()
        self._code = bytearray()
        self.questions = 0

    def write(self, buf: Any, off: int, n: int) -> None:
        self._code += buf[off : off + n]
        if self._code.endswith(b"\r\x01"):
            self._unread += b"raw REPL; CTRL-B to exit\r\n>"
            self._code.clear()
        elif self._code.endswith(b"\x04"):
            out = b""
            if b"\\x1e" in self._code:
                self.questions += 1
                out = self._damage(self.questions, told(self._text) + b"\r\n")
            self._unread += b"OK\x1d" + out + b"\x04\x04>"
            self._code.clear()

    def readinto(self, buf: Any, n: int, timeout_ms: int) -> int:
        got = bytes(self._unread[:n])
        del self._unread[:n]
        buf[: len(got)] = got
        if not got:
            self.clock.sleep_ms(max(timeout_ms, 1))
        return len(got)

    def drop_input(self) -> None:
        self._unread.clear()

    def repl(self) -> Repl:
        return Repl(self, self.clock)  # type: ignore[arg-type]


@pytest.mark.parametrize("what", ANSWERS)
def test_one_lost_character_is_asked_for_again(what: str) -> None:
    """Each character of each answer, once: the value is the same as without it, after one more question."""
    text, question = ANSWERS[what]
    expected = question(Console(text).repl())
    for at in range(len(text) + 6):

        def lose(number: int, out: bytes, at: int = at) -> bytes:
            return out[:at] + out[at + 1 :] if number == 1 else out

        console = Console(text, lose)
        assert question(console.repl()) == expected, at
        assert console.questions == 2 or at >= len(text) + 3


@pytest.mark.parametrize("strange", STRANGE, ids=range(len(STRANGE)))
@pytest.mark.parametrize("what", ANSWERS)
def test_an_answer_of_another_kind_is_a_board_out_of_step(what: str, strange: str) -> None:
    """Whatever comes instead: a value of that kind, or one error with a name, after two questions at most."""
    console = Console(strange)
    problems: list[BoardProblem] = []
    try:
        ANSWERS[what][1](console.repl())
    except BoardProblem as problem:
        problems.append(problem)
    assert {problem.code for problem in problems} <= {"board-out-of-step", "board-file-differs"}
    assert console.questions <= 4


def test_base64_without_an_end_is_no_file() -> None:
    """A board that has another piece for ever: the reading ends, after some thousand pieces at most."""
    console = Console(base64.b64encode(bytes(384)).decode())
    with pytest.raises(BoardProblem, match="board-file-differs"):
        BoardFiles(console.repl())._read("/flash/a")
    assert console.questions < 3_000


def test_a_flood_is_no_answer() -> None:
    """Megabytes without an end: they are not kept."""
    console = Console("True", lambda _, out: b"x" * (8 << 20))
    with pytest.raises(BoardProblem):
        ask(console.repl(), "x", boolean)


def test_kinds() -> None:
    """The readers themselves."""
    assert (boolean("True"), whole("12"), decoded("QUI="), size(-1), size(None)) == (
        True,
        12,
        b"AB",
        -1,
        None,
    )
    assert literal("(1, 'a')") == (1, "a")
    for wrong in (-2, True, 1 << 60, "1", 1.0):
        with pytest.raises(ValueError, match="no size"):
            size(wrong)
