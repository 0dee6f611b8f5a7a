"""Broken input of every kind ends with words, never with a traceback. For longer: `tests/fuzz/run.py`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.seeds import CORPUS, seeds
from fuzz.targets import TARGETS, FuzzError, on_screen

pytestmark = pytest.mark.invented_events  # what a hostile board says of itself
NAMES = list(TARGETS)


@pytest.mark.parametrize("name", NAMES)
def test_good_input_and_all_that_was_a_defect_once(name: str, tmp_path: Path) -> None:
    """The targets judge: what breaks a rule raises."""
    good = seeds(name, tmp_path)
    assert good
    for data in good:
        TARGETS[name](data)


@pytest.mark.parametrize("text", ["\x1b[2J", "\x07", "\x00", "\x9b31m", "\x7f"])
def test_a_control_code_breaks_a_rule(text: str) -> None:
    with pytest.raises(FuzzError):
        on_screen("before " + text)
    on_screen("two\nlines")


def test_every_file_of_the_corpus_belongs_to_a_target() -> None:
    assert {path.name.split(".")[0] for path in CORPUS.iterdir()} <= set(TARGETS)


@pytest.mark.parametrize("name", NAMES)
def test_any_bytes(name: str) -> None:
    @settings(max_examples=150, database=None, derandomize=True)
    @given(st.binary(max_size=600))
    def check(data: bytes) -> None:
        TARGETS[name](data)

    check()


@pytest.mark.parametrize("name", NAMES)
def test_good_input_with_any_bytes_replaced(name: str, tmp_path: Path) -> None:
    good = seeds(name, tmp_path)

    @settings(
        max_examples=200,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.sampled_from(good), st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=4))
    def check(data: bytes, changes: "list[tuple[float, bytes]]") -> None:
        for where, new in changes:
            at = int(where * len(data))
            data = data[:at] + new + data[at + len(new) :]
        TARGETS[name](data)

    check()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


OF_JSON = [
    "journal-content",
    "sim-state-content",
    "relay-events",
    "firmware-scripts",
    "card-lists",
    "card-results",
    "remembered-runs",
]


@pytest.mark.parametrize("name", OF_JSON)
def test_any_json(name: str) -> None:
    @settings(max_examples=300, database=None, derandomize=True)
    @given(JSON)
    def check(value: object) -> None:
        TARGETS[name](json.dumps(value).encode())
        TARGETS[name](json.dumps(["here", 1, value]).encode())

    check()


OTHERS: list[Any] = [None, 1, -1, True, 1e308, "x", "\x1b[2J", "\u202e", "../x", "=1+1", [], [1], {}, 10**30]


def with_one_value_changed(value: Any) -> Iterator[None]:
    """Each place in it holds each of the others in turn, and is then put right again."""
    if isinstance(value, dict):
        places: list[Any] = list(value)
    else:
        places = list(range(len(value))) if isinstance(value, list) else []
    for place in places:
        right = value[place]
        for other in OTHERS:
            value[place] = other
            yield
        value[place] = right
        yield from with_one_value_changed(right)


@pytest.mark.parametrize("name", OF_JSON)
def test_good_json_with_any_one_value_of_another_kind(name: str, tmp_path: Path) -> None:
    """Every field of every known form: missing, of another type, absurd, or with something to hide."""
    count = 0
    for data in seeds(name, tmp_path):
        for line in [data] if name == "sim-state-content" else data.split(b"\n"):
            try:
                value = json.loads(line)
            except ValueError:
                continue
            for _ in with_one_value_changed(value):
                TARGETS[name](json.dumps(value).encode() + b"\n")
                count += 1
            for field in list(value) if isinstance(value, dict) else []:
                less = {key: each for key, each in value.items() if key != field}
                TARGETS[name](json.dumps(less).encode() + b"\n")
    assert count > 20
