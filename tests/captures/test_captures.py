"""The same capture gives the same events: what real modems said is answered as it was."""

import json
from typing import Any

import pytest

from captures.scenarios import FOLDER, SCENARIOS, MaskedReporter, play, record
from modemflash_host.capture.reading import read_capture
from modemflash_sim.replay import replay_line

TIMES = ("seconds", "at_ms")


def untimed(event: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in TIMES}


def expected(name: str) -> list[dict[str, Any]]:
    lines = (FOLDER / f"{name}.events.jsonl").read_text().splitlines()
    return [untimed(json.loads(line)) for line in lines]


@pytest.mark.parametrize("name", SCENARIOS)
def test_capture_gives_its_events(name: str) -> None:
    """Played against a kept capture, the program asks the same, hears the same and tells the same."""
    line, modem = replay_line(read_capture(FOLDER / f"{name}.jsonl"))
    reporter = MaskedReporter()
    play(line, line, reporter, SCENARIOS[name].build)
    assert [untimed(event) for event in reporter.events] == expected(name)
    assert modem.finished


def test_folder_and_table_name_the_same_captures() -> None:
    """No capture is forgotten, none is missing."""
    kept = {path.name.removesuffix(".jsonl") for path in FOLDER.glob("*.jsonl")}
    assert kept == {each for name in SCENARIOS for each in (name, f"{name}.events")}


@pytest.mark.parametrize("name", ["info-catm1", "update-damaged-line"])
def test_captures_can_be_made_anew(name: str, tmp_path: Any) -> None:
    """The kept capture is what its scenario gives today."""
    events = record(name, tmp_path / "c.jsonl")
    assert [untimed(event) for event in events] == expected(name)
