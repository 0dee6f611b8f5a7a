"""What a board says of its end is kept, and never made better than it is."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from typing import Any

import pytest

from modemflash import __version__
from modemflash.errors import CATALOGUE, UNKNOWN, UNTOUCHED, Problem
from modemflash.identity import Identity, encoded
from modemflash.interface import ENDED, GET, IDS, LOOKED, LOOKING, RUNNING
from modemflash_host.board.engine_result import EngineResult
from modemflash_host.board.relay.conversation import RelayTalk
from modemflash_host.board.relay.messages import Ended, JournalNote, Looked, encode
from modemflash_host.board.relay.update import UpdateAtWork
from support.scripted_relay import ScriptedRelay, talk_to
from support.sinks import EventSink, reporter

LOOK = Looked("aabbccddeeff", "application", 921600, False, encoded(Identity()), {}, None, __version__)
RESULT = EngineResult("updated", "updated", "updated", 38638, 41065, "application", 6160982, 251)
WRITTEN = {"step": "send", "route": 2}
BEGUN = encode(JournalNote(WRITTEN))


def ended(code: str, state: str) -> bytes:
    return encode(Ended(None, "Problem", code, modem_state=state, sent_bytes=3_000_000))


def at_work(*last: bytes, sink: EventSink | None = None, look: Looked = LOOK) -> UpdateAtWork:
    """An update that a board carries out, seen from its look to its last words."""
    board = ScriptedRelay(
        [(RUNNING, (encode(look),)), (RUNNING, (BEGUN,)), (RUNNING, ()), (ENDED, last), (ENDED, ())]
    )
    talk = talk_to(board, reporter(*([sink] if sink else [])))
    assert talk.relay.listen_for_heartbeat(2_000)
    update = UpdateAtWork(talk, None, talk.reporter)  # type: ignore[arg-type]
    update._give_back = lambda broken: None  # type: ignore[method-assign]
    talk.relay.end = lambda: None  # type: ignore[method-assign]
    return update


def problem_of(update: UpdateAtWork) -> Problem:
    update.look()
    with pytest.raises(Problem) as raised:
        update.run(None, set())  # type: ignore[arg-type]
    return raised.value


@pytest.mark.parametrize("state", ["untouched", "recoverable", "updated", "unknown"])
def test_an_end_that_is_not_known_is_never_better_than_unknown(state: str) -> None:
    """The image is half there, whatever another release calls it; and what was stated can be read."""
    problem = problem_of(at_work(ended("flux-low", state)))
    assert (problem.code, problem.modem_state) == ("relay-other-release", UNKNOWN)
    assert "flux-low" in problem.detail and state in problem.detail


def test_a_board_that_has_written_is_not_untouched() -> None:
    """Its own journal says so, against its last word."""
    problem = problem_of(at_work(ended("modem-silent", "untouched")))
    assert problem.modem_state == UNKNOWN


@pytest.mark.parametrize("state", ["recoverable", "unknown"])
def test_what_the_board_states_is_kept(state: str) -> None:
    """It knows what it was at."""
    problem = problem_of(at_work(ended("transfer-silent", state)))
    assert (problem.code, problem.modem_state) == ("transfer-silent", state)


def wrong_results() -> list[Any]:
    fields = RESULT.fields()
    wrong: list[dict[str, object]] = [
        {name: value for name, value in fields.items() if name != gone} for gone in fields
    ]
    codes = sorted(set(CATALOGUE) - {"updated", "finished-meanwhile"})
    wrong += [{**fields, "code": code} for code in (codes[0], "already-runs-it", "modem-silent")]
    wrong += [{**fields, "modem_state": state} for state in ("untouched", "recoverable", "unknown")]
    strange: tuple[object, ...] = ([], {}, 1.5, True, 1 << 60)
    wrong += [{**fields, name: wild} for name in fields for wild in strange]
    return wrong


def test_a_result_that_does_not_agree_with_itself_is_no_success() -> None:
    """A field less, another type, an error's code beside "updated": the module's state is not known."""
    for wrong in wrong_results():
        words = json.dumps({"event": "ended", "result": wrong}).encode()
        problem = problem_of(at_work(words))
        assert (problem.code, problem.modem_state) == ("relay-other-release", UNKNOWN), wrong


def test_a_result_with_a_field_more_is_one() -> None:
    """A newer release may say more."""
    update = at_work(json.dumps({"event": "ended", "result": {**RESULT.fields(), "more": 1}}).encode())
    update.look()
    assert update.run(None, set()) == RESULT  # type: ignore[arg-type]


def test_last_words_that_are_no_json_end_the_wait() -> None:
    """NaN, half a surrogate, nested too deep: the board has ended, and that is all that is known."""
    for words in (b'{"event": "ended", "x": NaN}', b'{"event": "ended", "x": "\\ud800"}', b"[" * 5000, b""):
        assert problem_of(at_work(words)).modem_state == UNKNOWN


@pytest.mark.parametrize(("release", "said"), [("9.9.9", 1), (__version__, 0), ("", 0)])
def test_another_release_on_the_board_is_said(release: str, said: int) -> None:
    """Once, with both numbers."""
    sink = EventSink()
    look = Looked("aa", "application", 921600, False, encoded(Identity()), {}, None, release)
    at_work(encode(Ended(RESULT)), sink=sink, look=look).look()
    warnings = [event["text"] for event in sink.events if event["event"] == "warning"]
    assert len(warnings) == said
    assert all(release in text and __version__ in text for text in warnings)


def stuck(state: str, until: str) -> tuple[Problem, RelayTalk]:
    board = ScriptedRelay([(state, ())])
    talk = talk_to(board, reporter())
    assert talk.relay.listen_for_heartbeat(2_000)
    with pytest.raises(Problem) as raised:
        getattr(talk, until)()
    return raised.value, talk


@pytest.mark.parametrize("state", [LOOKING, LOOKED, RUNNING, ENDED])
@pytest.mark.parametrize("until", ["await_look", "await_end"])
def test_a_board_that_says_nothing_new_is_not_waited_for_without_end(state: str, until: str) -> None:
    """It is alive, twice a second, and that is no progress."""
    problem, talk = stuck(state, until)
    assert problem.code in ("relay-stuck", "relay-other-release")
    assert talk.line.now() < 3_600_000


class AsksInVain(ScriptedRelay):
    """What it asks for comes too late, for ever: it asks again, by another number each time."""

    asked = 0

    def _speak(self) -> None:
        super()._speak()
        self.asked += 1
        self._frame(GET, struct.pack(">BBIHH", self.asked % IDS, 0, 0, 0, 960))


@pytest.mark.parametrize(
    ("script", "state", "least_s", "most_s"),
    [
        ([(LOOKED, (encode(LOOK),)), (LOOKED, ())], UNTOUCHED, 60, 90),
        ([(LOOKED, (encode(replace(LOOK, past=WRITTEN)),)), (LOOKED, ())], UNKNOWN, 60, 90),
        ([(RUNNING, (encode(LOOK),)), (RUNNING, ())], UNKNOWN, 60, 90),
        ([(RUNNING, (encode(LOOK),)), (RUNNING, (BEGUN,)), (RUNNING, ())], UNKNOWN, 300, 330),
    ],
)
def test_a_network_that_is_too_slow_is_named_soon(
    script: list[tuple[str, tuple[bytes, ...]]], state: str, least_s: int, most_s: int
) -> None:
    """It moves nothing: who has not begun is told so in a minute, who has is given five to get better."""
    talk = talk_to(AsksInVain(script), reporter())
    assert talk.relay.listen_for_heartbeat(2_000)
    talk.await_look()
    with pytest.raises(Problem) as raised:
        talk.await_end()
    assert (raised.value.code, raised.value.modem_state) == ("relay-late", state)
    assert least_s < talk.line.now() / 1000 < most_s


def test_untouched_stays_what_nobody_began() -> None:
    """The other way round: the rule is for what has begun."""
    board = ScriptedRelay([(ENDED, (ended("modem-silent", "untouched"),))])
    talk = talk_to(board, reporter())
    assert talk.relay.listen_for_heartbeat(2_000)
    with pytest.raises(Problem) as raised:
        talk.await_look()
    assert raised.value.modem_state == UNTOUCHED
