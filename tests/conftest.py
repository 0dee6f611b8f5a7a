"""Rules for all tests on CPython: how a test asks for a foreign program, and what a skip means."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tools import SLOW_MARK, fetch, in_ci
from tools.cache import Unavailable


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
