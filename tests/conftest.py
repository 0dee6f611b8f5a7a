"""Rules for all tests on CPython: how a test asks for a foreign program, and what a skip means."""

import io
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from modemflash_host.reporters import Event
from modemflash_host.reporters.json_lines import JsonLines
from support.told_events import faults_of
from tools import SLOW_MARK, fetch, in_ci
from tools.cache import Unavailable

# How long an example takes is the machine's affair: others use it, too.
settings.register_profile(
    "any-machine", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any-machine")


@pytest.fixture(scope="session")
def tool() -> Callable[[str], Path]:
    """`tool("vendor-client")`: the path of a program of `tools/fetch.py`; a skip where there is none."""

    def path(name: str) -> Path:
        try:
            return fetch.get(name) if name in fetch.TOOLS else fetch.debian_package(name)
        except Unavailable as why:
            pytest.skip(name + ": " + str(why))

    return path


@pytest.fixture(scope="session")
def interpreter(tool: Callable[[str], Path]) -> Path:
    """A real MicroPython, for boards."""
    return tool("micropython")


@pytest.fixture(autouse=True)
def json_is_as_documented(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test makes a command say in JSON, docs/json.md has it: each event, each field, its type."""
    faults: list[str] = []
    report = JsonLines.report

    def checked(self: JsonLines, event: Event, at_s: float) -> None:
        report(self, event, at_s)
        if event["event"] != "progress":  # there are thousands
            line = io.StringIO()
            report(JsonLines(line), event, at_s)
            faults.extend(faults_of(line.getvalue()))

    monkeypatch.setattr(JsonLines, "report", checked)
    yield
    assert faults == [] or request.node.get_closest_marker("invented_events")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A slow test whose file does not say so would never run."""
    for path in {item.path for item in items if item.get_closest_marker("slow")}:
        if SLOW_MARK not in path.read_text(encoding="utf-8"):
            raise pytest.UsageError(f"{path}: a slow test, and nowhere {SLOW_MARK}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI a referee that was not asked is a failure: a green run must mean that it agreed."""
    report = yield
    if in_ci() and report.skipped and not hasattr(report, "wasxfail") and item.get_closest_marker("referee"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = "a referee did not run, and under CI it must: " + str(why)
    return report
