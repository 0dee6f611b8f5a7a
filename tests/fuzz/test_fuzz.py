"""Broken input of every kind ends with words, never with a traceback. For longer: `tests/fuzz/run.py`."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.seeds import CORPUS, seeds
from fuzz.targets import TARGETS

NAMES = list(TARGETS)


@pytest.mark.parametrize("name", NAMES)
def test_good_input_and_all_that_was_a_defect_once(name: str, tmp_path: Path) -> None:
    for data in seeds(name, tmp_path):
        TARGETS[name](data)


def test_every_file_of_the_corpus_belongs_to_a_target() -> None:
    assert {path.name.split(".")[0] for path in CORPUS.iterdir()} <= set(TARGETS)


@pytest.mark.parametrize("name", NAMES)
def test_any_bytes(name: str) -> None:
    @settings(max_examples=150, deadline=None, database=None, derandomize=True)
    @given(st.binary(max_size=600))
    def check(data: bytes) -> None:
        TARGETS[name](data)

    check()


@pytest.mark.parametrize("name", NAMES)
def test_good_input_with_any_bytes_replaced(name: str, tmp_path: Path) -> None:
    good = seeds(name, tmp_path)

    @settings(
        max_examples=200,
        deadline=None,
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


@pytest.mark.parametrize("name", ["journal-content", "sim-state-content"])
def test_any_json(name: str) -> None:
    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(JSON)
    def check(value: object) -> None:
        TARGETS[name](json.dumps(value).encode())
        TARGETS[name](json.dumps(["here", 1, value]).encode())

    check()
