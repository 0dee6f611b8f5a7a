"""The settings of a modem as a run before an update recorded them: compared, and set again.

    records = recorded_settings(run)               "" for those of the updates, the newest first
    restore(request, reporter, ask, records)       -> Result

Rules: the record of another module is never sent to one; a module whose update did not
finish is left alone; what is sent is shown first; each setting is read back before the
next one is sent, and between two a stop request is heard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from modemflash.errors import RECOVERABLE, UNTOUCHED, ModemProblem, Problem, Refusal, Stopped
from modemflash_host.api.connection import Connected, connected
from modemflash_host.capture.reading import events_of
from modemflash_host.capture.runs import Run, find_run, runs
from modemflash_host.consents import YES
from modemflash_host.families.contract import Settings
from modemflash_host.families.plan import (
    DIFFERS,
    MASKED,
    NOT_SETTABLE,
    REFUSED,
    RESTORED,
    ModuleInfo,
    Need,
    Request,
    Setting,
)
from modemflash_host.families.vocabulary import Event, Facts, Vocabulary
from modemflash_host.privacy import mask_command_line, mask_event
from modemflash_host.reporters import Reporter
from modemflash_host.run.confirm import Ask
from modemflash_host.run.result import Result

_USUAL_S, _ALLOWED_S = 2, 60  # of one setting


@dataclass(frozen=True, slots=True)
class RecordedSettings:
    """What a run recorded of a module, and by what the module is known again.

    Attributes:
        run: the name of the run.
        port: where it was, as its capture has it.
        product: as it called itself, masked.
        loaders: its boot loaders, masked.
        number: a hash of its own; "" where it told none.
        mac: of the board that it hung on; "" where that is not known.
        record: question → reply, masked.
    """

    run: str
    port: str
    product: str
    loaders: Sequence[object]
    number: str
    mac: str
    record: Mapping[str, str]

    def is_of(self, module: ModuleInfo, mac: str, port: str, vocabulary: Vocabulary) -> bool | None:
        """Whether it is that module's; None where nothing shows it.

        Two that have neither a number nor a board are one where port, name and first boot loader are.
        """
        number = module.marks.get("hash", "")
        for recorded, now in ((self.number, number), (self.mac, mac)):
            if recorded and now:
                return recorded == now
        seen = mask_event({"event": "before", **module.details}, vocabulary.readable)
        product = mask_event({"event": "identity", "product": module.product}, vocabulary.readable)["product"]
        if (self.product, self.loaders[:1]) != (product, seen["bootloaders"][:1]):
            return False
        has_more = any((self.number, number, self.mac, mac))
        return None if has_more or self.port != mask_command_line([port])[0] else True


def recorded_settings(name: str = "") -> list[RecordedSettings]:
    """The record of a run, or those of all updates that an earlier one had not left unfinished.

    Args:
        name: of a run, as `capture.runs.find_run` takes it.

    Raises:
        Refusal: `no-such-run`, or `settings-not-recorded`.
    """
    if name:
        run = find_run(name)
        found = [each for each in [_read(run, is_any=True)] if each is not None]
    else:
        found = [each for run in runs() if (each := _read(run)) is not None]
    if not found:
        raise Refusal("settings-not-recorded", name)
    return found


def restore(
    request: Request,
    reporter: Reporter,
    ask: Ask,
    records: Sequence[RecordedSettings],
    *,
    dry_run: bool = False,
) -> Result:
    """Compare the settings of the module at the request's port, and set again what differs.

    Args:
        request: port, way, and whether there is a yes already.
        reporter: who is told.
        ask: who is asked for the yes.
        records: of which the first one that is of this module counts.
        dry_run: end with what would be sent.

    Returns:
        The result, with its `problem` where it did not end well.
    """
    reached: Connected | None = None
    try:
        with connected(replace(request, only_look=True), reporter) as reached:
            module = reached.look()
            if reached.job.settings is None or not module.is_ours:
                raise Refusal("settings-not-offered", module.product if module.is_ours else "")
            if module.unfinished is not None:
                raise Refusal("settings-update-first")
            recorded = _of_module(records, module, reached)
            reporter.note(f"Recorded by the run {recorded.run}.")
            found = reached.job.settings.compare(recorded.record)
            for setting in found:
                reporter.say("modem-setting", **setting.event())
            differ = [each for each in found if each.status == DIFFERS]
            if not differ:
                return reached.ended_without_firmware(_end(found, "settings-as-before"))
            if dry_run:
                return reached.ended_without_firmware("dry-run")
            if YES not in request.consents:
                ask.consent(Need(YES, ""), Refusal("settings-need-yes"))
            _send(differ, reached.job.settings, reporter)
            return reached.ended_without_firmware(_end(found, "settings-restored"))
    except Problem as problem:
        if reached is not None:
            return reached.ended_by(problem)
        return Result.of_problem(problem, seconds=reporter.at_s)


def _send(differ: Sequence[Setting], settings: Settings, reporter: Reporter) -> None:
    """Send them one by one, and tell what became of each.

    Raises:
        Stopped: `settings-stopped`.
        ModemProblem: `setting-refused`.
        Problem: the module does not answer any more.
    """
    stops = reporter.stop_wanted()
    reporter.say(
        "phase",
        phase="restore-settings",
        usual_s=_USUAL_S * len(differ),
        allowed_s=_ALLOWED_S * len(differ),
        note="",
    )
    ended: list[Setting] = []
    for setting in differ:
        done = sum(each.status == RESTORED for each in ended)
        if reporter.stop_wanted() > stops:
            stopped = Stopped("settings-stopped", f"{done} of {len(differ)} were set again")
            raise stopped.stamp(RECOVERABLE if ended else UNTOUCHED)
        try:
            ended.append(settings.restore(setting))
        except Problem as problem:
            problem.stamp(RECOVERABLE)  # it may have been taken; the firmware is not concerned
            raise
        reporter.say("modem-setting", **ended[-1].event())
    statuses = [each.status for each in ended]
    if (done := statuses.count(RESTORED)) < len(ended):
        refused = ModemProblem("setting-refused", f"{done} of {len(ended)} were set again")
        raise refused.stamp(UNTOUCHED if set(statuses) == {REFUSED} else RECOVERABLE)


def _of_module(
    records: Sequence[RecordedSettings], module: ModuleInfo, reached: Connected
) -> RecordedSettings:
    """The first record that is of the module.

    Raises:
        Refusal: `settings-of-another`, or `settings-nobodys`.
    """
    mac, port = reached.seen.board.get("mac", ""), reached.request.port
    answers = [each.is_of(module, mac, port, reached.family.vocabulary) for each in records]
    if True in answers:
        return records[answers.index(True)]
    code = "settings-nobodys" if None in answers else "settings-of-another"
    raise Refusal(code, records[0].run if len(records) == 1 else f"{len(records)} records")


def _end(found: Sequence[Setting], code: str) -> str:
    return "settings-left" if any(each.status in (MASKED, NOT_SETTABLE) for each in found) else code


def _read(run: Run, *, is_any: bool = False) -> RecordedSettings | None:
    """What a run recorded; None where it is none that counts.

    Args:
        run: the run.
        is_any: also that of an `info`, or of an update that changed nothing.
    """
    if not is_any and run.result.get("modem_state") == UNTOUCHED:
        return None  # it told of what came before it, perhaps of an update's end
    found: dict[str, Event] = {}
    for event in _told(run):
        kind = event["event"]
        found.setdefault("before" if kind == "details" else kind, event)
        if kind in ("plan", "details") or (kind == "unfinished" and not is_any):
            break  # what follows an update that did not finish is from the middle of one
    if not is_any and found.get("plan", {}).get("nothing_to_do", True):
        return None
    before, board = found.get("before", {}), found.get("place", {}).get("board")
    record, loaders = before.get("record"), before.get("bootloaders")
    if not isinstance(record, dict) or not record or not isinstance(loaders, list):
        return None
    return RecordedSettings(
        run=run.name,
        port=str(run.header.get("port", "")),
        product=str(found.get("identity", {}).get("product", "")),
        loaders=loaders,
        number=str(before.get("module_hash", "")),
        mac=str(board.get("mac", "")) if isinstance(board, dict) else "",
        record={name: str(reply) for name, reply in record.items()},
    )


def _told(run: Run) -> Iterator[Facts]:
    try:
        yield from events_of(run.path)
    except Refusal:  # it was removed meanwhile
        return
