"""The jobs of the page, each one run of the host package from its beginning to its result.

    check(find)      what the chosen files are
    update(…)        the whole update, by relay or direct
    rescue(…)        a silent modem, with the board's help
    demo()           an update of a simulated modem, here in the browser
    report()         the zip of the last run

Rules: one job at a time; it ends with a message `result`, whatever happened; a board that restarts because
its port was opened is tried once more, with a single opening and without a second question.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from modemflash.errors import Refusal
from modemflash_host.api import commands
from modemflash_host.api.firmware import verified_files
from modemflash_host.api.recorded_run import RecordedRun, Recording
from modemflash_host.families import registry
from modemflash_host.families.plan import DIRECT, RELAY, FirmwareFile, Request
from modemflash_host.reporters import Reporter
from modemflash_host.reporters.masking_sink import MaskingSink
from modemflash_host.run.expected import NOTHING as NOBODY
from modemflash_host.run.expected import Expected
from modemflash_host.run.result import Result
from modemflash_web.inside.browser import Browser, Wait
from modemflash_web.inside.people import NOTHING, Agreed, AskOnPage, Stops
from modemflash_web.inside.screen import BOARD, RESULT, PageScreen, Post
from modemflash_web.inside.words import said

if TYPE_CHECKING:
    from modemflash_web.inside.link import PagePort

_ONLY_ON_A_PC = ("quectel-edl",)
_BUTTONS = {"update": "connect", "rescue": "startRescue", "info": "startAsk"}
"""What begins a command, as a key of `page/words.js`."""


class Jobs:
    """See above.

    Args:
        browser: see there.
        wait: see there.
        post: a message for the page.

    Attributes:
        files: that were chosen and are good.
        port: that was granted; None before.
    """

    def __init__(self, browser: Browser, wait: Wait[object], post: Post) -> None:
        self.files: tuple[FirmwareFile, ...] = ()
        self.port: PagePort | None = None
        self._browser = browser
        self._wait = wait
        self._post = post
        self._opened = ExitStack()

    # -- files -----------------------------------------------------------------

    def check(self, find: Callable[[], list[Path]]) -> Result:
        """Read the chosen files from their first to their last byte, and show what they are.

        Args:
            find: where they are; a Refusal where they cannot be had.
        """
        self._opened.close()
        self.files = ()

        def work(reporter: Reporter) -> Result:
            files = verified_files(find(), "", {}, reporter, self._opened)
            for file in files:
                family = registry.family_named(file.family)
                reporter.use(family.vocabulary)
                reporter.report({"event": "file", **family.file_event(file, tuple(files))})
                if file.family in _ONLY_ON_A_PC:
                    raise Refusal("only-on-a-pc", file.name)
            self.files = tuple(files)
            return Result("nothing-to-do", "files-read", seconds=reporter.at_s)

        return self.carry_out(work, "firmware", [], keep=False)

    # -- modules ----------------------------------------------------------------

    def update(self, via: str, agreed: Agreed, port_name: str = "") -> Result:
        """The whole update; see `commands.update`.

        Args:
            via: see `Request`.
            agreed: to a run that did not finish, and is taken up again.
            port_name: instead of the port that was granted.
        """
        port = self.port
        name = port_name or (port.name if port else "")

        def work(reporter: Reporter) -> Result:
            ask = AskOnPage(self._browser, self._wait, self._post, reporter, agreed)
            return self._updated(Request(name, via, self.files), reporter, ask, agreed.expected)

        return self.carry_out(work, BOARD, ["update", *(file.name for file in self.files)], name)

    def _updated(
        self, wanted: Request, reporter: Reporter, ask: AskOnPage, expected: Expected = NOBODY
    ) -> Result:
        """An update, and another attempt where opening the port has spoilt the first."""
        result, port = commands.update(wanted, reporter, ask, expected=expected), self.port
        if result.status == "failed" and port is not None and port.restarts and not port.keeps_rate:
            port.keeps_rate = True
            self._post({"kind": "keepsRate"})
            reporter.say("warning", code="board-restarts-at-open", text=said("onceMore"))
            result = commands.update(wanted, reporter, ask, expected=expected)
        return result

    def rescue(self, for_s: int) -> Result:
        """Keep trying a silent modem of a board while somebody cuts its power."""
        from modemflash_web.inside.rescuing import rescue

        assert self.port is not None
        port, request = self.port, Request(self.port.name, RELAY, self.files)

        def work(reporter: Reporter) -> Result:
            ask = AskOnPage(self._browser, self._wait, self._post, reporter)
            update = partial(self._updated, reporter=reporter, ask=ask)
            return rescue(request, port, self._wait, reporter, ask, for_s, update)

        return self.carry_out(work, BOARD, ["rescue"], port.name)

    def demo(self, folder: Path) -> Result:
        """An update of the simulated modem of `modemflash demo`."""
        from modemflash_web.inside.demo import NAME, prepare

        checked = self.check(lambda: prepare(folder))
        try:
            return checked if checked.problem is not None else self.update(DIRECT, NOTHING, NAME)
        finally:
            self.files = ()  # they are for no real modem

    # -- one run -----------------------------------------------------------------

    def carry_out(
        self,
        work: Callable[[Reporter], Result],
        section: str,
        command: list[str],
        port_name: str = "",
        *,
        keep: bool = True,
    ) -> Result:
        """As `modemflash_host.cli.carry_out`, for the page."""
        screen = PageScreen(self._post, section, _BUTTONS.get(command[0] if command else "", "chooseFiles"))
        lost: list[BaseException] = []
        recording = Recording(command, port_name or "web://") if keep else None
        with RecordedRun([MaskingSink(screen)], Stops(self._browser), recording, lost.append) as run:
            try:
                result = run.carry_out(work)
            except Exception as error:  # noqa: BLE001 (the guard: people get words, and the report the rest)
                self._trace(error)
                result = Result.of_problem(run.unexpected(error), seconds=run.reporter.at_s)
            if keep:
                screen.section = RESULT
            if keep or result.problem is not None:
                result = run.end(result)
                run.reporter.report(result.event())
        for failure in lost:
            self._trace(failure)
        self._tell_end(result, keep)
        return result

    def _trace(self, error: BaseException) -> None:
        """For the browser's console."""
        self._post({"kind": "trace", "text": "".join(traceback.format_exception(error))})

    def _tell_end(self, result: Result, keep: bool) -> None:
        self._post(
            {
                "kind": "result" if keep else "checked",
                "outcome": result.status,
                "code": result.code,
                "happened": result.problem.happened if result.problem is not None else "",
                "modem_state": result.modem_state,
                "from_version": result.from_version,
                "to_version": result.to_version,
                "seconds": result.seconds,
                "files": [file.name for file in self.files],
                "families": sorted({file.family for file in self.files}),
            }
        )

    def report(self, folder: Path) -> tuple[str, bytes]:
        """Name and content of the zip of the last run.

        Raises:
            Refusal: there is none, or it cannot be written.
        """
        from modemflash_host.capture.runs import find_run
        from modemflash_host.report.bundle import make_report

        run = find_run()
        path = folder / f"modemflash-report-{run.name}.zip"
        folder.mkdir(parents=True, exist_ok=True)
        return path.name, make_report(run, registry.words_of, path).read_bytes()
