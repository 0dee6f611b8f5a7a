"""What the captures in this folder were made of, and how one is played.

`python -m captures.scenarios` from tests/ makes them anew. Each scenario is a
simulated modem that speaks the literals of real modems, and what a user did to
it. A capture is made once and kept: when the program says something else to the
same modem, its test fails, and whoever meant that makes the captures anew and
reads the difference. Rule: no firmware and no identity is in them, as in any
capture.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modemflash.errors import Problem
from modemflash.examine import examine
from modemflash.journal import Journal
from modemflash.line import Line
from modemflash.upgrade import Update
from modemflash_host.capture.file import CaptureFile
from modemflash_host.capture.port import CapturingPort
from modemflash_host.capture.recorder import Recorder
from modemflash_host.families.sequans.framer import StpFramer
from modemflash_host.families.sequans.words import WORDS
from modemflash_host.privacy import mask_event
from modemflash_sim.devices import open_line
from modemflash_sim.sequans import images
from support.memory_source import MemorySource
from support.slots import Slots

FOLDER = Path(__file__).parent
CONSENTS = {("without-way-back", "")}


@dataclass(frozen=True)
class Scenario:
    """A modem, and the build that it is updated to; None asks it only who it is."""

    url: str
    build: int | None = None


SCENARIOS = {
    "info-catm1": Scenario("sim://pycom-catm1"),
    "info-nb1": Scenario("sim://pycom-nb1"),
    "info-factory-showver-fails-once": Scenario("sim://pycom-factory?fault=showver-error"),
    "info-leftover-error": Scenario("sim://pycom-catm1?fault=leftover,urc:0.5"),
    "info-boot-loader-at-115200": Scenario("sim://pycom-catm1?mode=boot-loader"),
    "info-mute-for-ten-seconds": Scenario("sim://pycom-catm1?fault=mute:10"),
    "info-data-mode": Scenario("sim://pycom-catm1?fault=data-mode"),
    "info-errors-only": Scenario("sim://pycom-catm1?fault=errors-only"),
    "info-left-in-transfer": Scenario("sim://pycom-catm1?fault=in-transfer"),
    "info-nothing-but-nuls": Scenario("sim://pycom-catm1?fault=nuls"),
    "info-dead": Scenario("sim://pycom-catm1?fault=mute:100000"),
    "update-with-crash-dump": Scenario("sim://pycom-catm1?fault=crash-dump:3000", 41065),
    "update-install-fails-once": Scenario("sim://pycom-catm1?fault=install-fails", 41065),
    "update-die-at-block": Scenario("sim://pycom-catm1?fault=die:3:10", 41065),
    "update-damaged-line": Scenario("sim://pycom-catm1?fault=drop:0.1,residue:0.2&seed=3", 41065),
}


class MaskedReporter:
    """A reporter that keeps its events, masked as a capture is."""

    def __init__(self, recorder: Recorder | None = None) -> None:
        self.events: list[dict[str, Any]] = []
        self._recorder = recorder

    def report(self, event: dict[str, Any]) -> None:
        self.events.append(
            json.loads(
                json.dumps(mask_event(event, WORDS.readable), default=lambda raw: raw.decode("latin-1"))
            )
        )
        if self._recorder is not None:
            self._recorder.report(event, 0.0)

    def tick(self, now: int) -> None:
        pass

    def stop_wanted(self) -> int:
        return 0


def play(port: Any, clock: Any, reporter: MaskedReporter, build: int | None) -> None:
    """Do to a modem what the user did; the end is the last event."""
    files: list[Any] = []
    if build is not None:
        source = MemorySource(images.make_full_image(build, size_bytes=40_000), f"CATM1-{build}.dup")
        files.append((examine(source), source))
    job = Update(
        Line(port, clock, reporter), files, set(CONSENTS), Journal(Slots(), "board"), {"find_ms": 15_000}
    )
    try:
        job.look()
        reporter.report(
            {"event": "result", **(job.run(job.plan()) if files else {"status": "nothing-to-do"})}
        )
    except Problem as problem:
        state = problem.modem_state
        reporter.report({"event": "result", "status": "failed", "code": problem.code, "modem_state": state})


def record(name: str, path: Path) -> list[dict[str, Any]]:
    """Make one capture; the events that it gave."""
    line = open_line(SCENARIOS[name].url)
    recorder = Recorder(CaptureFile(path, {"scenario": name}, sys.exit))
    recorder.use_vocabulary(WORDS)
    recorder.use(StpFramer())
    reporter = MaskedReporter(recorder)
    play(CapturingPort(line, line, recorder), line, reporter, SCENARIOS[name].build)
    recorder.close()
    return reporter.events


def main() -> None:
    """Make all captures, and the events that belong to them."""
    for name in SCENARIOS:
        path = FOLDER / f"{name}.jsonl"
        path.unlink(missing_ok=True)
        lines = [json.dumps(event) for event in record(name, path)]
        (FOLDER / f"{name}.events.jsonl").write_text("\n".join(lines) + "\n")
        print(f"{path.stat().st_size:8} {name}: {lines[-1][:110]}")


if __name__ == "__main__":
    main()
