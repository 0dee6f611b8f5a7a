"""`open` to `close`: what a program gets, and what becomes of the module whatever it does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modemflash_host import api
from modemflash_host.api.connection import Connected
from modemflash_host.api.events import Interrupt, Phase, Progress, Report
from modemflash_host.api.listeners import Listeners
from modemflash_host.api.recorded_run import RecordedRun
from modemflash_host.capture.reading import read_capture
from modemflash_host.capture.runs import runs
from modemflash_host.cli import app
from modemflash_host.report.history import history
from modemflash_host.reporters import Event as PlainEvent
from modemflash_host.run.result import Result
from modemflash_host.run.stop_requests import StopRequests
from support.edl import maker_for, revision_for

SEQUANS = "sim://pycom-catm1?state=modem.json"
NEW, OLD, NB, UPDATER = "CATM1-41065.dup", "CATM1-33988.dup", "NB1-41019.dup", "updater.elf"
GNSS = ("sim://lg290p", "sim://LG290P03AANR02A01S.pkg")

pytestmark = pytest.mark.usefixtures("folder")


def quectel() -> tuple[str, str]:
    """A simulated Quectel modem, and a package for it."""
    package = Path(revision_for("rm520n"))
    for name, data in maker_for("rm520n").contents().items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_bytes(data)
    return "sim://rm520n", str(package)


FAMILIES: dict[str, Callable[[], tuple[str, ...]]] = {
    "sequans": lambda: (SEQUANS, NEW, UPDATER),
    "quectel-gnss": lambda: GNSS,
    "quectel-edl": quectel,
}


def accepted(plan: api.Plan) -> list[str]:
    """Every danger of a plan."""
    return [" ".join(filter(None, need.consent)) for need in plan.needs]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_module_of_every_family_is_updated(family: str) -> None:
    """The same four calls, whatever the module is."""
    port, *files = FAMILIES[family]()
    heard: list[api.Event] = []
    with api.open(port, *files, on_event=heard.append) as module:
        before = module.info()
        plan = module.plan()
        result = module.update(plan, accept=accepted(plan))
    assert (result.status, result.family) == ("updated", family)
    assert result.to_version == plan.to_version != before.version
    assert any(isinstance(event, Progress) and event.done == event.total > 0 for event in heard)
    assert module.result == result
    *_, last = read_capture(runs()[0].path).records
    assert last["at_ms"] / 1000 >= result.seconds - 1, "the record has all of its time"


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_update_as_an_iterator(family: str) -> None:
    """Its events come one by one, and the result is there behind the loop."""
    port, *files = FAMILIES[family]()
    with api.open(port, *files) as module:
        plan = module.plan()
        heard = list(module.iter_update(plan, accept=accepted(plan)))
    assert "transfer" in [event.phase for event in heard if isinstance(event, Phase)]
    assert module.result is not None
    assert module.result.status == "updated"


def test_to_look_writes_nothing() -> None:
    """A module that was asked and planned for, and no more, is as it was."""
    with api.open(SEQUANS, NEW, UPDATER) as module:
        assert module.info().version == "38638"
        assert module.plan().to_version == "41065"
    assert module.result is not None
    assert (module.result.code, module.result.modem_state) == ("dry-run", "untouched")
    with api.open(SEQUANS) as module:
        assert module.info().version == "38638"
    assert module.result is not None
    assert module.result.code == "modem-asked"


def test_a_run_is_in_the_history_with_its_wire() -> None:
    """By default, as for a command; `record=False` keeps nothing."""
    with api.open(SEQUANS, NEW, updater=UPDATER) as module:
        module.update(module.plan())
    [row] = history()
    assert (row.command, row.board, row.status, row.to_version) == (
        "api.update",
        SEQUANS,
        "updated",
        "41065",
    )
    assert any("rx" in each for each in read_capture(runs()[0].path).records)
    assert runs()[0].header["command"] == ["api.update", NEW, SEQUANS, f"updater={UPDATER}"]
    with api.open(SEQUANS, record=False) as module:
        module.info()
    assert len(history()) == 1


def test_a_run_that_goes_on_is_called_so() -> None:
    """Whatever the program is called that uses the API."""
    with api.open(SEQUANS) as module:
        assert history()[0].status == "running"
        module.info()
    assert history()[0].status == "nothing-to-do"


def test_a_capture_goes_where_it_is_told() -> None:
    with api.open(SEQUANS, capture="mine.jsonl") as module:
        module.info()
    assert any("rx" in each for each in read_capture(Path("mine.jsonl")).records)


def test_a_failure_has_its_words_and_its_report() -> None:
    """The error says what the module is now; the zip to send is told of at the end."""
    heard: list[api.Event] = []
    with (
        pytest.raises(api.UpdateFailed) as raised,
        api.open("sim://pycom-catm1?fault=install-fails:9", NEW, UPDATER, on_event=heard.append) as module,
    ):
        module.update(module.plan())
    assert (raised.value.code, raised.value.modem_state) == ("install-failed", "recoverable")
    assert raised.value.hint
    [report] = [event for event in heard if isinstance(event, Report)]
    assert Path(report.path).is_file()
    assert history()[0].code == "install-failed"


def test_a_port_that_is_not_there_is_in_the_history_too() -> None:
    with pytest.raises(api.LinkProblem) as raised:
        api.open("sim://nothing-such")
    assert raised.value.code == "port-not-opened"
    assert history()[0].code == "port-not-opened"


def test_an_update_that_failed_is_taken_up_again() -> None:
    """By the same calls; that it is one can be seen before."""
    with (
        pytest.raises(api.UpdateFailed),
        api.open(f"{SEQUANS}&fault=install-fails:9", NEW, UPDATER) as module,
    ):
        module.update(module.plan())
    with api.open(SEQUANS, NEW, UPDATER) as module:
        begun = module.info().unfinished
        assert begun is not None
        assert (begun.target, set(begun.files)) == ("41065", {NEW, UPDATER})
        assert module.update(module.plan()).to_version == "41065"


@pytest.mark.parametrize(
    ("port", "files", "fault"),
    [
        (SEQUANS, (NEW, UPDATER), "install-fails:9"),
        ("sim://lg290p?state=gnss.json", GNSS[1:], "hang-at:900000"),
    ],
)
def test_a_failed_update_says_the_version_before(port: str, files: tuple[str, ...], fault: str) -> None:
    """Also the next one, before which the module says none any more, and the one that ends it."""
    with api.open(port) as module:
        before = module.info().version
    assert before
    for _ in range(2):
        with api.open(f"{port}&fault={fault}", *files) as module:
            plan = module.plan()
            with pytest.raises(api.Problem):
                module.update(plan)
            assert module.result is not None and module.result.from_version == before
        assert runs()[0].result["from_version"] == history()[0].from_version == before
        assert runs()[0].result["to_version"] == ""
    with api.open(port, *files) as module:
        begun = module.info().unfinished
        assert begun is not None and begun.facts["from_version"] == before
        result = module.update(module.plan())
    assert (result.status, result.from_version) == ("updated", before)


def test_a_danger_is_accepted_by_its_name() -> None:
    """The plan names it, without it nothing is written, and another one does not help."""
    with api.open(SEQUANS, OLD, UPDATER) as module:
        plan = module.plan()
        assert [need.consent.name for need in plan.needs] == ["allow-downgrade"]
        assert "allow-downgrade" in repr(plan)
        for accept in ([], ["change-radio nb-iot"]):
            with pytest.raises(api.ConsentMissing) as raised:
                module.update(plan, accept=accept)
            assert raised.value.modem_state == "untouched"
        assert module.update(plan, accept=["allow-downgrade"]).to_version == "33988"


def test_a_plan_of_before_is_no_yes_to_another() -> None:
    """What runs is what was shown last, once, by this very module."""
    with api.open(SEQUANS, NEW, UPDATER) as first:
        foreign = first.plan()
    with api.open(SEQUANS, NEW, UPDATER) as module:
        with pytest.raises(ValueError, match="plan"):
            module.update(foreign)
        plan = module.plan()
        assert module.info() is module.info()
        waiting = module.iter_update(plan)
        module.update(plan)
        for again in (module.plan, module.info, lambda: module.update(plan), lambda: list(waiting)):
            with pytest.raises(ValueError, match="open it again"):
                again()


def test_a_callback_that_fails_does_not_stop_the_update() -> None:
    """A mistake in a progress bar leaves no module half written; it is raised when all is done."""

    def bar(event: api.Event) -> None:
        if isinstance(event, Progress):
            raise ZeroDivisionError

    with api.open(SEQUANS, NEW, UPDATER) as module:
        with pytest.raises(ZeroDivisionError):
            module.update(module.plan(), on_event=bar)
        assert module.result is not None
        assert module.result.status == "updated"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize(("moment", "status"), [("prepare", "interrupted"), ("transfer", "updated")])
def test_a_callback_that_ends_the_program_is_a_stop_request(
    error: type[BaseException], moment: str, status: str
) -> None:
    """It tears no write in two, and the result says what the module is now."""

    def on_event(event: api.Event) -> None:
        if isinstance(event, Phase) and event.phase == moment:
            raise error

    with api.open(SEQUANS, NEW, UPDATER) as module:
        plan = module.plan()
        with pytest.raises(error):
            module.update(plan, on_event=on_event)
    assert module.result is not None
    assert (module.result.status, history()[0].status) == (status, status)


@pytest.mark.parametrize("place", ["look", "run"])
def test_a_defect_of_ours_is_a_result_too(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """What nobody thought of is no `untouched` where the module was written to, and no good end."""

    def fails(connected: Connected, *_: object) -> None:
        if place == "run":
            connected.reporter.say("phase", phase="transfer")
        raise RuntimeError("a defect")

    monkeypatch.setattr(Connected, place, fails)
    with pytest.raises(RuntimeError), api.open(SEQUANS, NEW, UPDATER) as module:
        module.update(module.plan())
    assert module.result is not None
    assert (module.result.status, module.result.code) == ("failed", "unexpected")
    assert module.result.modem_state == ("untouched" if place == "look" else "unknown")
    assert history()[0].code == "unexpected"


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Holds an update behind the beginning of its first phase: virtual time is faster than any consumer."""
    released = threading.Event()
    report = Listeners.report

    def held(self: Listeners, event: PlainEvent, at_s: float) -> None:
        report(self, event, at_s)
        if event.get("phase") == "prepare":
            assert released.wait(20)

    monkeypatch.setattr(Listeners, "report", held)
    return released


def test_leaving_the_loop_stops_at_a_safe_point(
    released: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread is over when the loop is left, and what became of the module is known."""
    stop = api.Module.stop

    def stop_and_release(module: api.Module) -> None:
        stop(module)
        released.set()

    monkeypatch.setattr(api.Module, "stop", stop_and_release)
    with api.open(SEQUANS, NEW, UPDATER) as module:
        for event in module.iter_update(module.plan()):
            if isinstance(event, Phase):
                break
        assert [thread.name for thread in threading.enumerate() if thread.name == "modemflash"] == []
        assert module.result is not None
        assert (module.result.status, module.result.modem_state) == ("interrupted", "untouched")


def test_ctrl_c_while_a_loop_is_left_is_raised_behind_the_block(
    released: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a loop raises when it is left is heard by nobody."""
    stop = api.Module.stop

    def pressed(module: api.Module) -> None:
        stop(module)
        if not released.is_set():
            signal.raise_signal(signal.SIGINT)
        released.set()

    monkeypatch.setattr(api.Module, "stop", pressed)
    went_on: list[api.Result | None] = []

    def leave() -> None:
        with api.open(SEQUANS, NEW, UPDATER) as module:
            for event in module.iter_update(module.plan()):
                if isinstance(event, Phase):
                    break
            went_on.append(module.result)

    with pytest.raises(KeyboardInterrupt):
        leave()
    [result] = went_on
    assert result is not None
    assert result.status == "interrupted"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"on_event": "print"}, "a function that takes an event"),
        ({"accept": "allow-downgrade"}, "a list of names"),
        ({"accept": [3]}, "by its name"),
    ],
)
def test_a_mistake_in_the_call_begins_no_update(said: dict[str, Any], words: str) -> None:
    with api.open(SEQUANS, NEW, UPDATER) as module:
        with pytest.raises(ValueError, match="not the last one"):
            module.update(None)  # type: ignore[arg-type]
        plan = module.plan()
        with pytest.raises(TypeError, match=words):
            module.update(plan, **said)
        assert module.update(plan).status == "updated"


def test_an_update_that_was_never_iterated_never_began() -> None:
    with api.open(SEQUANS, NEW, UPDATER) as module:
        module.iter_update(module.plan())
    assert module.result is not None
    assert module.result.code == "dry-run"


def test_stop_from_a_callback_is_a_stop_request() -> None:
    """It is answered, and ends at the safe point with an error that says so."""
    heard: list[api.Event] = []

    def on_event(event: api.Event) -> None:
        heard.append(event)
        if isinstance(event, Phase) and event.phase == "prepare":
            module.stop()

    with api.open(SEQUANS, NEW, UPDATER) as module:
        plan = module.plan()
        with pytest.raises(api.Stopped) as raised:
            module.update(plan, on_event=on_event)
    assert raised.value.modem_state in ("untouched", "recoverable")
    assert any(isinstance(event, Interrupt) for event in heard)


def pressing(phase: str, times: int = 1) -> Callable[[api.Event], None]:
    """A callback that presses Ctrl-C when a phase begins."""

    def on_event(event: api.Event) -> None:
        if isinstance(event, Phase) and event.phase == phase:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)

    return on_event


def test_ctrl_c_is_raised_behind_the_safe_point() -> None:
    """No KeyboardInterrupt tears a write in two; a loop over many boards ends all the same."""
    with api.open(SEQUANS, NEW, UPDATER) as module:
        plan = module.plan()
        with pytest.raises(KeyboardInterrupt) as raised:
            module.update(plan, on_event=pressing("prepare"))
    assert isinstance(raised.value.__cause__, api.Stopped)
    assert module.result is not None
    assert module.result.status == "interrupted"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_in_an_install_lets_it_end() -> None:
    """The module is updated, and the program is interrupted then."""
    with api.open(SEQUANS, NEW, UPDATER) as module:
        plan = module.plan()
        with pytest.raises(KeyboardInterrupt):
            module.update(plan, on_event=pressing("install"))
    assert module.result is not None
    assert module.result.status == "updated"


def test_ctrl_c_in_a_loop_over_the_events(released: threading.Event) -> None:
    """The loop goes on until the module is at a safe point, then it is raised."""
    heard: list[api.Event] = []

    def loop(module: api.Module) -> None:
        for event in module.iter_update(module.plan()):
            heard.append(event)
            if isinstance(event, Phase) and event.phase == "prepare":
                signal.raise_signal(signal.SIGINT)
                released.set()

    with api.open(SEQUANS, NEW, UPDATER) as module, pytest.raises(KeyboardInterrupt):
        loop(module)
    assert module.result is not None
    assert (module.result.status, module.result.modem_state) == ("interrupted", "untouched")
    assert any(isinstance(event, Interrupt) for event in heard)


def test_the_third_ctrl_c_ends_it_where_it_stands() -> None:
    with api.open(SEQUANS, NEW, UPDATER) as module, pytest.raises(KeyboardInterrupt):
        module.update(module.plan(), on_event=pressing("transfer", 3))
    assert module.result is not None
    assert (module.result.code, module.result.modem_state) == ("stopped-at-once", "unknown")


def test_a_module_that_was_not_closed_is_told_of() -> None:
    """As of a file; a board would be left in the middle."""
    open_modules = [api.open(SEQUANS)]
    with pytest.warns(ResourceWarning, match="unclosed <Module"):
        open_modules.clear()


def test_progress_comes_as_in_json() -> None:
    """Once a second, and when it is complete: whoever prints it fills no screen."""
    heard: list[api.Event] = []
    with api.open(SEQUANS, NEW, UPDATER, on_event=heard.append) as module:
        module.update(module.plan())
    sent = [event for event in heard if isinstance(event, Progress) and event.phase == "transfer"]
    assert [event for event in sent if event.done == event.total]
    assert len(sent) < 40_000 // 8192


def test_an_error_of_the_program_closes_the_module() -> None:
    """The port is free, and the run has its end."""
    with pytest.raises(ZeroDivisionError), api.open(SEQUANS, NEW, UPDATER) as module:
        print(1 // len(module.info().marks))
    assert history()[0].status == "nothing-to-do"
    with api.open(SEQUANS) as again:
        again.info()
    with pytest.raises(ValueError, match="closed"):
        module.info()


def test_a_module_at_work_takes_nothing_but_stop() -> None:
    refused: list[str] = []

    def on_event(event: api.Event) -> None:
        if isinstance(event, Phase):
            for call in (module.info, module.plan, module.close):
                try:
                    call()
                except ValueError as error:
                    refused.append(str(error))

    with api.open(SEQUANS, NEW, UPDATER) as module:
        module.update(module.plan(), on_event=on_event)
    assert len(refused) >= 3
    assert module.result is not None
    assert module.result.status == "updated"


def test_two_loops_over_one_update_are_refused(released: threading.Event) -> None:
    """The second one never begins; the first one goes on, and is over when the block is left."""
    with api.open(SEQUANS, NEW, UPDATER) as module:
        plan = module.plan()
        first, second = module.iter_update(plan), module.iter_update(plan)
        next(first)
        with pytest.raises(ValueError, match="at work"):
            next(second)
        released.set()
    assert module.result is not None
    assert module.result.status in ("interrupted", "updated")
    assert [thread.name for thread in threading.enumerate() if thread.name == "modemflash"] == []


def test_other_threads_have_no_signals_and_need_none() -> None:
    """An update in a thread of the program's own works as in the first one."""
    results: list[api.Result] = []

    def work() -> None:
        with api.open(SEQUANS, NEW, UPDATER) as module:
            results.append(module.update(module.plan()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert results[0].status == "updated"


def test_what_is_expected_is_checked() -> None:
    with pytest.raises(api.Refusal) as raised, api.open(SEQUANS, NEW, expect={"version": "41065"}) as module:
        module.plan()
    assert raised.value.code == "other-version"


def test_reprs_say_who_and_what() -> None:
    with api.open(SEQUANS, NEW, UPDATER) as module:
        assert repr(module) == f"<Module {SEQUANS}: not asked yet>"
        plan = module.plan()
        assert repr(plan) == (
            "<Plan: upgrade from 38638 to 41065, with CATM1-41065.dup, updater.elf, about 9 min>"
        )
        module.update(plan)
    assert repr(module) == f"<Module {SEQUANS}: FiPy 38638, updated 41065, closed>"


def test_the_version_before_is_not_what_the_module_said_later() -> None:
    """A first part that put another version there than it should have: the plan's word counts."""
    with RecordedRun([], StopRequests(), None) as run:
        run.reporter.say("plan", from_version="33080")
        failed = Result.of_problem(api.UpdateFailed("part-1-unexpected"))
        assert run.end(replace(failed, from_version="39529")).from_version == "33080"


@pytest.mark.parametrize(
    ("port", "files", "fault"),
    [(SEQUANS, (NEW, UPDATER), "install-fails:9"), (*GNSS[:1], GNSS[1:], "hang-at:900000")],
)
def test_what_was_begun_in_a_simulation_is_no_real_modules(
    port: str, files: tuple[str, ...], fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A silent or absent port of this computer is not said to hold the modem of a tutorial."""
    with api.open(f"{port}{'&' if '?' in port else '?'}fault={fault}", *files) as module:
        plan = module.plan()
        with pytest.raises(api.Problem):
            module.update(plan)
    app.run(["info", "-p", "/dev/ttyNotThere"])
    assert "Begun" not in capsys.readouterr().out
