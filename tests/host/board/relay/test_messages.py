"""What goes between PC and board comes out as it went in, and nothing else is taken."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modemflash.errors import CATALOGUE, BadFile, ModemProblem, Refusal
from modemflash.identity import Identity, decoded, encoded
from modemflash.interface import COMMAND_BYTES
from modemflash_host.board.engine_result import EngineResult
from modemflash_host.board.relay.messages import (
    UNREADABLE,
    Ended,
    JournalNote,
    Looked,
    Message,
    Order,
    Shown,
    Start,
    decode,
    encode,
)
from modemflash_host.consents import Consent

RESULT = EngineResult("updated", "updated", "updated", 38638, 41065, "application", 6160982, 251)


def identity() -> Identity:
    found = Identity()
    found.product, found.family, found.build, found.version, found.ue = "FiPy", "pycom", 38638, "LR5", "UE5"
    found.bootloaders = [("boot", "LR5.1.1.0-33080", True), ("x", "y", False)]
    return found


LOOKED = Looked(
    "aabbccddeeff", "application", 921600, False, json.loads(json.dumps(encoded(identity()))),
    {"ATI1": "LR5"}, {"step": "transfer"},
)  # fmt: skip


@pytest.mark.parametrize(
    "message",
    [
        LOOKED,
        Ended(RESULT),
        Ended(None, "ModemProblem", "modem-silent", "60 s", "raw", "unknown", (), 2016),
        Ended(),
        JournalNote({"step": "transfer", "files": ["a"]}),
        JournalNote(None),
        Shown({"event": "progress", "phase": "transfer", "done": 1, "total": 2}),
    ],
)
def test_from_the_board_there_and_back(message: Message) -> None:
    """Every record of the board's."""
    assert decode(encode(message)) == message


def test_to_the_board_there_and_back() -> None:
    """What a board reads is what was said."""
    start = Start("0badcafe", ({"name": "a", "size": 1},), {"repair": True}, {"step": "transfer"})
    assert Start.decode(start.encode()) == start
    order = Order(frozenset({Consent("write-boot-rom"), Consent("change-radio", "cat-m1")}), {"find_ms": 1})
    assert Order.decode(order.encode()) == order
    assert len(order.encode()) == COMMAND_BYTES


def test_an_order_that_is_too_long_is_none() -> None:
    """It would reach the board cut off."""
    with pytest.raises(ValueError, match="too long"):
        Order(frozenset({Consent("x" * COMMAND_BYTES)}), {}).encode()


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"event": "format-disk"}',
        b'{"event": []}',
        b'{"event": "ended", "x": NaN}',
    ],
)
def test_anything_else_is_nothing(words: bytes) -> None:
    """A board may run another release, or none of ours."""
    assert decode(words) is None


@pytest.mark.parametrize(
    "words",
    [
        {"event": "looked"},
        {**LOOKED.fields(), "identity": {"product": "FiPy"}},
        {**LOOKED.fields(), "state": "on fire"},
        {**LOOKED.fields(), "past": {"step": 5}},
        {**LOOKED.fields(), "past": {"files": 5}},
        {"event": "ended", "result": {"code": "updated", "modem_state": "updated"}},
        {"event": "ended", "result": []},
        {"event": "ended", "detail": "half a problem"},
        {**Ended(RESULT).fields(), "code": "modem-silent"},
    ],
)
def test_a_look_or_an_end_that_cannot_be_read_is_an_end(words: Any) -> None:
    """Nothing more comes after it, so nobody waits on."""
    assert decode(json.dumps(words).encode()) == UNREADABLE


@pytest.mark.parametrize("kind", [ModemProblem, Refusal, BadFile])
def test_a_problem_is_the_same_here(kind: type) -> None:
    """Class, code, state and consent are those of the board."""
    ended = Ended(
        None, kind.__name__, "modem-silent", "60 s", "raw", "recoverable", (Consent("write-boot-rom"),)
    )
    problem = ended.problem
    assert type(problem) is kind
    assert (problem.code, problem.detail, problem.modem_state) == ("modem-silent", "60 s", "recoverable")
    assert getattr(problem, "consents", ended.consents) == ended.consents


@pytest.mark.parametrize("code", ["", "no-such-code"])
def test_a_problem_without_words_is_the_boards(code: str) -> None:
    """What this PC has no words for is told as what it is."""
    assert code not in CATALOGUE
    assert Ended(None, "Problem", code, modem_state="untouched").problem.code == "relay-other-release"


def test_an_identity_comes_whole() -> None:
    """The engine's record here says the same as the board's."""
    message = decode(encode(LOOKED))
    assert isinstance(message, Looked)
    assert vars(decoded(message.identity)) == vars(identity())
