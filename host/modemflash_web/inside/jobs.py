"""The jobs of the page, each one run of the host package from its beginning to its result.

    check(paths)     what the chosen files are
    update(…)        the whole update, by relay or direct
    rescue(…)        a silent modem, with the board's help
    demo()           an update of a simulated modem, here in the browser
    report()         the zip of the last run

Rules: one job at a time; it ends with a message `result`, whatever happened; a board that restarts because
its port was opened is tried once more, with a single opening and without a second question.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from modemflash.errors import UNKNOWN, UNTOUCHED, BadFile, Problem, Stopped
from modemflash_host import api
from modemflash_host.capture.runs import begin_run, run_at
from modemflash_host.computer.sleep_watch import SleepWatch, words
from modemflash_host.errors import StopNow
from modemflash_host.families import registry
from modemflash_host.families.plan import DIRECT, RELAY, FirmwareFile, Request
from modemflash_host.files.selection import select
from modemflash_host.report.environment import environment
from modemflash_host.reporters import Reporter
from modemflash_host.reporters.masking_sink import MaskingSink
from modemflash_host.run.problem_event import problem_event
from modemflash_host.run.result import Result
from modemflash_web.inside.browser import Browser, Wait
from modemflash_web.inside.people import NOTHING, Agreed, AskOnPage, Stops
from modemflash_web.inside.screen import BOARD, PageScreen, Post

if TYPE_CHECKING:
    from modemflash_web.inside.link import PagePort

_ONLY_ON_A_PC = ("quectel-edl",)
_AGAIN = (
    "The board restarted when its port was opened anew for another rate. Once more, with a single opening: "
    "this is slower, and nothing has to be agreed to again."
)


class Jobs:
    """See above.

    Args:
        browser: see there.
        wait: see there.
        post: a message for the page.

    Attributes:
        files: that were chosen and are good.
        port: that was granted; None before.
        capture: the last run's own file.
    """

    def __init__(self, browser: Browser, wait: Wait[object], post: Post) -> None:
        self.files: tuple[FirmwareFile, ...] = ()
        self.port: PagePort | None = None
        self.capture: Path | None = None
        self.is_asked_before = False
        self._browser = browser
        self._wait = wait
        self._post = post
        self._opened = ExitStack()

    # -- files -----------------------------------------------------------------

    def check(self, paths: list[Path]) -> Result:
        """Read the chosen files from their first to their last byte, and show what they are."""
        self._opened.close()
        self.files = ()

        def work(reporter: Reporter) -> Result:
            reporter.say("phase", phase="verify", usual_s=0, allowed_s=0, note="")
            found = api.candidates(paths)
            names = {
                registry.family_of_package(each.name, each.package.names).name
                if each.package
                else registry.family_of_name(each.name).name
                for each in found
            }
            companions = [each for name in names for each in registry.family_named(name).companions({})]
            files = select(
                paths,
                found,
                lambda file, kind: api.identify(file, reporter, kind),
                reporter,
                self._opened,
                companions,
            )
            for file in files:
                family = registry.family_named(file.family)
                reporter.use(family.vocabulary)
                reporter.report({"event": "file", **family.file_event(file, tuple(files))})
                if file.family in _ONLY_ON_A_PC:
                    raise BadFile("only-on-a-pc", file.name)
            self.files = tuple(files)
            return Result("nothing-to-do", "files-read", seconds=reporter.at_s)

        return self.carry_out(work, "firmware", [], keep=False)

    # -- modules ----------------------------------------------------------------

    def update(self, via: str, agreed: Agreed, port_name: str = "") -> Result:
        """The whole update; see `api.update`.

        Args:
            via: see `Request`.
            agreed: to a run that did not finish, and is taken up again.
            port_name: instead of the port that was granted.
        """
        port = self.port
        name = port_name or (port.name if port else "")

        def work(reporter: Reporter) -> Result:
            ask = AskOnPage(self._browser, self._wait, self._post, reporter, agreed)
            wanted = Request(name, via, self.files, agreed.whoever_it_is)
            result = api.update(wanted, reporter, ask)
            if result.problem is not None and port is not None and port.restarts and not port.keeps_rate:
                port.keeps_rate = True
                reporter.say("warning", code="board-restarts-at-open", text=_AGAIN)
                result = api.update(wanted, reporter, ask)
            return result

        return self.carry_out(work, BOARD, ["update", *(file.name for file in self.files)], name)

    def rescue(self, for_s: int) -> Result:
        """Keep trying a silent modem of a board while somebody cuts its power."""
        from modemflash_web.inside.rescuing import rescue

        assert self.port is not None
        port, request = self.port, Request(self.port.name, RELAY, self.files)

        def work(reporter: Reporter) -> Result:
            ask = AskOnPage(self._browser, self._wait, self._post, reporter)
            return rescue(request, port, self._wait, reporter, ask, for_s)

        return self.carry_out(work, BOARD, ["rescue"], port.name)

    def demo(self, folder: Path) -> Result:
        """An update of the simulated modem of `modemflash demo`."""
        from modemflash_web.inside.demo import NAME, prepare

        checked = self.check(prepare(folder, self._wait, self._browser))
        return checked if checked.problem is not None else self.update(DIRECT, NOTHING, NAME)

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
        screen = PageScreen(self._post, section)
        lost: list[BaseException] = []
        recorder = None
        if keep:
            recorder, self.capture = begin_run(
                command, port_name, self._warn, facts=environment(port_name or "web://")
            )
        with closing(
            Reporter([MaskingSink(screen)], Stops(self._browser), recorder, lost.append)
        ) as reporter:
            reporter.listen(
                SleepWatch(
                    lambda s: reporter.say("warning", code="computer-slept", text=words(s)),
                    time.time,  # the interpreter names a clock that goes on in a sleep, and has none
                    time.monotonic,
                )
            )
            try:
                result = work(reporter)
            except Problem as problem:
                result = Result.of_problem(problem, seconds=reporter.at_s)
            except StopNow:
                state = UNKNOWN if reporter.may_have_written else UNTOUCHED
                result = Result.of_problem(Stopped("stopped-at-once").stamp(state), seconds=reporter.at_s)
            except Exception as error:  # noqa: BLE001 (the guard: people get words, and the report the rest)
                state = UNKNOWN if reporter.may_have_written else UNTOUCHED
                defect = Problem("unexpected", f"{type(error).__name__}: {error}").stamp(state)
                self._post({"kind": "trace", "text": traceback.format_exc()})
                result = Result.of_problem(defect, seconds=reporter.at_s)
            self._tell_end(result, reporter, screen, keep)
        for failure in lost:
            self._post({"kind": "trace", "text": "".join(traceback.format_exception(failure))})
        return result

    def _tell_end(self, result: Result, reporter: Reporter, screen: PageScreen, keep: bool) -> None:
        if keep or result.problem is not None:
            screen.section = "result" if keep else screen.section
            if result.problem is not None:
                reporter.report(problem_event(result.problem, reporter.vocabulary))
            reporter.end_recording(result.event())
            reporter.report(result.event())
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

    def _warn(self, text: str) -> None:
        self._post({"kind": "trace", "text": text})

    def report(self, folder: Path) -> tuple[str, bytes]:
        """Name and content of the zip of the last run.

        Raises:
            Refusal: there is none, or it cannot be written.
        """
        from modemflash_host.report.bundle import make_report

        assert self.capture is not None
        run = run_at(self.capture)
        path = folder / f"modemflash-report-{run.name}.zip"
        folder.mkdir(parents=True, exist_ok=True)
        return path.name, make_report(run, registry.words_of, path).read_bytes()
