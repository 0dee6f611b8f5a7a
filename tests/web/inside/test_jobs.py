"""One run of the page: what a restart of the board at an opening of its port means for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from modemflash_host.api import commands
from modemflash_host.families.plan import RELAY
from modemflash_host.run.result import Result
from modemflash_web.inside import rescuing
from modemflash_web.inside.jobs import Jobs
from modemflash_web.inside.link import PagePort
from modemflash_web.inside.people import NOTHING
from support.page_browser import StandInBrowser, StandInDevice, wait
from support.sinks import reporter


class Rescue:
    """One whose modem answers at once."""

    def __init__(self, context: Any, *_: object) -> None:
        self.context = context

    def run(self, *_: object) -> Result:
        return self.context.attempt("web://port")  # type: ignore[no-any-return]


@pytest.mark.parametrize("button", ["update", "rescue"])
@pytest.mark.parametrize(("restarts", "attempts"), [(True, 2), (False, 1)])
def test_a_board_that_restarts_gets_one_more_attempt_with_a_single_opening(
    monkeypatch: pytest.MonkeyPatch, button: str, restarts: bool, attempts: int
) -> None:
    seen = []
    browser: Any = StandInBrowser()
    device: Any = StandInDevice()
    posted: list[dict[str, object]] = []
    jobs = Jobs(browser, wait, posted.append)
    port = jobs.port = PagePort(device, wait, lambda data: data)

    def update(*_: object, **__: object) -> Result:
        seen.append(port.keeps_rate)
        port.restarts = restarts
        return Result("failed", "relay-late")

    monkeypatch.setattr(commands, "update", update)
    monkeypatch.setattr(rescuing, "BoardRescue", Rescue)
    files: Any = (SimpleNamespace(name="a.dup"),)
    jobs.files = files
    monkeypatch.setattr(jobs, "carry_out", lambda work, *_: work(reporter()))
    if button == "update":
        jobs.update(RELAY, NOTHING)
    else:
        jobs.rescue(60)
    assert seen == [False, True][:attempts]
    assert [each["kind"] for each in posted] == ["keepsRate"] * (attempts - 1)
