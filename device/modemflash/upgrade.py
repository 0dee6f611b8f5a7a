"""One update from the first question to the version read back.

It reads from top to bottom: `look` at the modem, make a `plan`, `run` it. Rules
that hold here: the journal knows of a step before it begins; an error on its
way up is stamped with what that step means for the modem; when the first
attempt leaves the modem recoverable there is a second one, and a third, from
what is measured then; success is what the modem says about itself after its reboot.
"""

from modemflash import phases, planning, steps
from modemflash.builds import PACKAGES
from modemflash.errors import (
    POWER_CUT,
    RECOVERABLE,
    UNKNOWN,
    UNTOUCHED,
    UPDATED,
    NoModem,
    Problem,
    Refusal,
    Stopped,
    TransferProblem,
    UpdateFailed,
)
from modemflash.identity import Identity, identify, record
from modemflash.modem import find

FIND_MS = 60000  # two full passes, and the ways out of odd states, can take this long whatever is asked for
WHOLE_UPDATE = "the whole update"  # what the retry event says before the next attempt
ATTEMPTS = 3  # a first full retry was seen to fail and the second to work; more only wear the flash

# The image arrived, but not whole in the modem's eyes: a repeated block may have been stored twice.
CAREFUL_AFTER = ("install-refused", "install-failed", "old-build", "blocks-refused")

# Not one block came through, or too few: where a line damages every long message, short ones may pass.
SMALLER_AFTER = ("storage-refuses", "transfer-silent", "transfer-damaged")
SMALL_BLOCK = 496


class Update:
    """One run of the updater on one modem.

    Args:
        line: an open line.
        files: list of (Image, Source), all of them read and checked.
        consents: set of consent names, see `modemflash.planning`.
        journal: a `modemflash.journal.Journal` for this board or port.
        options: dict with any of "expect_build" (int), "repair" (bool),
            "after_part_1" (bool), "find_ms", "answer_ms".

    Attributes:
        modem, who, before: what `look` found: the modem, its identity, its record.
    """

    def __init__(
        self, line: "Line", files: "Files", consents: "set[str]", journal: "Journal", options: "Any" = None
    ):
        self.line = line
        self.files = files
        self.consents = consents
        self.journal = journal
        self.options = options or {}
        self.modem = None  # type: Any
        self.who = Identity()
        self.before = {}  # type: dict[str, str]
        self.past = None  # type: Any
        self.written = False
        self._start = line.now()
        self._job = None  # type: Any
        self._sent = 0

    @property
    def sent_bytes(self) -> int:
        """Bytes of whole files that the modem took, over all attempts."""
        return self._sent + (self._job.sent_bytes if self._job else 0)

    def look(self) -> "Modem":
        """Find the modem and ask who it is. Writes nothing.

        Raises:
            NoModem: nothing that talks was found.
        """
        line = self.line
        self.past = self.journal.read()
        find_ms = self.options.get("find_ms", FIND_MS)
        if phases.has_written(self.past):
            if not self.written:
                line.guard(1, "stopped-on-the-way")
            if find_ms < steps.INSTALL_MS:
                # It may be installing, whatever the journal says: the last block starts that.
                find_ms = steps.INSTALL_MS
                if not self.written:  # else it is this run's own
                    line.report(
                        "warning",
                        code="install-may-go-on",
                        text="an update was begun and has not come to its end",
                    )
        self._phase("find", max(find_ms, FIND_MS))
        try:
            self.modem = modem = find(line, find_ms)
        except NoModem as problem:
            if phases.has_written(self.past):
                raise UpdateFailed("modem-lost", problem.code, problem.raw)
            raise
        line.report("found", state=modem.state, baud=modem.baud, resumed=modem.resumed)
        self._phase("identify")
        if modem.state != "errors-only":
            self.who = identify(modem)
            self.before = self.before or record(modem)
        line.report(
            "identity",
            product=self.who.product,
            build=self.who.build,
            version=self.who.version,
            ue=self.who.ue,
        )
        return modem

    def plan(self) -> "Plan":
        """What this run would do to the modem that `look` found.

        Raises:
            Refusal: a rule forbids it; this run wrote nothing.
        """
        try:
            return planning.make(self.modem, self.who, self.files, self.past, self.options)
        except Refusal as problem:
            raise self._last_word(problem)

    def run(self, plan: "Plan") -> "dict[str, Any]":
        """Carry `plan` out, again if need be, and say how it ended.

        Returns:
            dict with "status" (updated, nothing-to-do, installed-unconfirmed), "code",
            "modem_state", "from_build", "to_build", "boot_mode", "bytes", "seconds".

        Raises:
            Problem: with the state of the modem stamped on it.
        """
        if plan.nothing_to_do:
            if self.past:
                self._keep(None)
            return self._result(
                "updated" if plan.why == "finished-meanwhile" else "nothing-to-do", plan.why, plan
            )
        try:
            plan.check(self.consents)
            return self._attempts(plan)
        except Problem as problem:
            raise self._last_word(problem)

    def _attempts(self, plan: "Plan") -> "dict[str, Any]":
        careful = slow = small = False
        for attempt in range(1, ATTEMPTS + 1):
            self._sent = self.sent_bytes
            self._job = steps.Job(self.line, self.modem, self._silence_ms(), careful)
            self._job.slow = slow
            if small:
                self._job.max_block = SMALL_BLOCK
            try:
                self._carry_out(plan)
                return self._confirm(plan)
            except Problem as problem:
                if attempt == ATTEMPTS or not self._again(problem):
                    raise
                self.line.report("retry", what=WHOLE_UPDATE, attempt=attempt + 1, reason=problem.code)
                careful = careful or problem.code in CAREFUL_AFTER
                slow = slow or (self._job.raised and isinstance(problem, TransferProblem))
                if problem.code in SMALLER_AFTER and not small:
                    small = True
                    text = (
                        "blocks of "
                        + str(SMALL_BLOCK)
                        + " bytes from here on, because larger ones did not arrive"
                    )
                    self.line.report("warning", code="smaller-blocks", text=text)
            plan = self._measure_again()
        raise AssertionError("unreachable")

    def _carry_out(self, plan: "Plan") -> None:
        """Every step of the plan, each one journaled before it begins."""
        for number in range(len(plan.steps)):
            step, role = plan.steps[number]
            phase, state, presses, stop_code = phases.STEPS[step]
            if state == UNTOUCHED and (self.written or phases.has_written(self.past)):
                state, presses, stop_code = RECOVERABLE, 2, "stopped-on-the-way"
            try:
                self._leave(stop_code)
                self.line.guard(presses, stop_code)
                self._note(plan, step, number)
            except Problem as problem:
                raise self._stamped(problem, RECOVERABLE if self.written else UNTOUCHED)
            image, source = plan.roles.get(role, (None, None))
            self._phase(phase, 0, image)
            try:
                self._do(step, image, source, plan)
            except Problem as problem:
                raise self._stamped(problem, state)
            if state != UNTOUCHED:
                self.written = True

    def _leave(self, stop_code: str) -> None:
        """The end of a step: what was wished in it counts, and is named by where the modem is now."""
        try:
            self.line.checkpoint()
        except Stopped:
            if self.written:
                raise Stopped(stop_code)
            raise

    def _do(self, step: str, image: "Any", source: "Any", plan: "Plan") -> None:
        """One step by its name: the table of `phases.STEPS` in deeds."""
        job = self._job
        if step == "prepare":
            steps.prepare(job)
        elif step == "stage":
            steps.stage(job, image, source)
        elif step == "install-staged":
            steps.install_staged(job)
        elif step == "enter-recovery":
            steps.enter_recovery(job)
        elif step == "enter-boot-loader":
            steps.enter_boot_loader(job)
        elif step == "load-updater":
            steps.load_updater(job, image, source)
        elif step == "send-boot-rom":
            steps.send_boot_rom(job, image, source)
        elif step == "send":
            self._send(image, source, plan)
        elif step == "install":
            steps.await_install(job, "recovery")
        elif step == "start-application":
            steps.start_application(job)
        elif step == "check-part-1":
            self._check_part_1(plan)
        elif step == "read-back":
            old = plan.origin
            if self.past.get("part") == 2 and plan.target in PACKAGES:
                old = PACKAGES[plan.target][1]
            self.who = steps.read_back(job, plan.target, old)

    def _send(self, image: "Any", source: "Any", plan: "Plan") -> None:
        """The image on the fly; a modem that was found installing is left to end that first."""
        job = self._job
        step, role = next(each for each in plan.steps if each[0] != "prepare")
        if step == "send" and plan.roles[role][0] is image and steps.is_installing(job):
            self.line.report(
                "warning", code="install-goes-on", text="the modem is still installing: watching it"
            )
            return
        try:
            steps.send(job, image, source)
        except Problem as problem:
            updater = plan.roles.get("updater")
            if self.modem.state != "errors-only" or not updater or isinstance(problem, (Stopped, Refusal)):
                raise
            # It answers only ERROR and takes no image: then this is the boot loader, which wants its updater.
            self.line.report("retry", what="by the boot loader", attempt=2, reason=problem.code)
            steps.load_updater(job, updater[0], updater[1])
            steps.send(job, image, source)

    def _check_part_1(self, plan: "Plan") -> None:
        """Between the parts: the documented intermediate version, or no second part."""
        part_1 = PACKAGES[plan.target or 0][1]
        who = steps.read_back(self._job, part_1, None)
        if who.build != part_1:
            raise UpdateFailed("part-1-unexpected", "it reports " + (who.version or "no version"))
        self.who = who

    def _confirm(self, plan: "Plan") -> "dict[str, Any]":
        """Compare what the modem says with what was expected, and tell the difference."""
        after = record(self.modem)
        self.line.report("record", before=self.before, after=after)
        self._keep(None)
        if plan.target is None:
            return self._result("installed-unconfirmed", "build-not-predicted", plan)
        if self.who.build != plan.target:
            result = self._result("installed-unconfirmed", "other-build", plan)
            if plan.origin is None:
                result["modem_state"] = RECOVERABLE  # it may be what ran before, too
            return result
        return self._result("updated", "updated", plan)

    def _again(self, problem: Problem) -> bool:
        """Whether to try again: not against a rule, a wish, or an install that may go on."""
        if isinstance(problem, (Stopped, Refusal)):
            return False
        return problem.modem_state != UNKNOWN or problem.code == "modem-lost"

    def _measure_again(self) -> "Plan":
        """The second attempt starts like the first: with what is measured now."""
        try:
            if phases.has_written(self.past):
                self.line.guard(2, "stopped-in-transfer")
            else:
                self.line.guard(1, "stopped-before-write")
            self.look()
            plan = self.plan()
            plan.check(self.consents)
            return plan
        except Problem as problem:
            raise self._stamped(problem, RECOVERABLE if phases.has_written(self.past) else UNTOUCHED)

    def _stamped(self, problem: Problem, state: str) -> Problem:
        """Say what this error means for the modem; silence after a write has its own words."""
        if isinstance(problem, NoModem) and (self.written or state != UNTOUCHED):
            return UpdateFailed("modem-lost", problem.code, problem.raw)
        if state == UNTOUCHED and self._job:
            try:
                steps.restore_radio(self._job)
            except Problem:
                pass  # the first one stands
        if isinstance(problem, (UpdateFailed, Stopped)):
            return problem  # raised by those who know: the catalogue's word stands
        return problem.stamp(state)

    def _last_word(self, problem: Problem) -> Problem:
        """What the user is told: never to cut the power where that kills the modem.

        A refusal leaves untouched what this run found; an earlier one may have written.
        """
        if isinstance(problem, Refusal) and phases.has_written(self.past):
            problem.stamp(RECOVERABLE)
        if phases.dies_without_power(self.past) and POWER_CUT in problem.hint.lower():
            return UpdateFailed("power-must-stay", problem.code, problem.raw)
        return problem

    def _note(self, plan: "Plan", step: str, number: int) -> None:
        """The journal learns of a step before it begins; before the first write there is nothing to learn."""
        if phases.STEPS[step][1] == UNTOUCHED and not self.written and step != "stage":
            return
        past = self.past or {}
        done = [name for name, _ in plan.steps[:number]]
        second = "part-2" in plan.roles and ("check-part-1", "") not in plan.steps[number:]
        self.past = {
            "step": step,
            "route": plan.route,
            "target": plan.target,
            "files": [image.name for image, _ in self.files],
            "from_build": plan.origin or past.get("from_build"),
            "product": self.who.product or past.get("product", ""),
            "family": self.who.family or past.get("family", ""),
            "ue": self.who.ue or past.get("ue", ""),
            "part": 2 if second else 1,
            "boot_rom": "send-boot-rom" in done or past.get("boot_rom", False),
        }
        self._keep(self.past)

    def _keep(self, record: "dict[str, Any] | None") -> None:
        """Into the journal. A full disk stops an update that has not begun, and no other.

        Raises:
            Refusal: `no-place-for-the-journal`.
        """
        try:
            self.journal.write(record)
        except OSError as error:
            if record and not self.written and not phases.has_written(self.journal.read()):
                raise Refusal("no-place-for-the-journal", str(error))
            self.journal.not_kept(str(error))

    def _phase(self, name: str, allowed_ms: int = 0, image: "Any" = None) -> None:
        usual, allowed = phases.phase_times(name, image.size if image else 0)
        allowed = allowed_ms // 1000 or allowed
        silence = 0 if allowed else self._silence_ms() // 1000
        self.line.report("phase", phase=name, usual_s=usual, allowed_s=allowed, silence_s=silence, note="")

    def _silence_ms(self) -> int:
        return int(self.options.get("answer_ms", phases.SILENCE_S * 1000))

    def _result(self, status: str, code: str, plan: "Plan") -> "dict[str, Any]":
        return {
            "status": status,
            "code": code,
            "modem_state": UNTOUCHED if status == "nothing-to-do" else UPDATED,
            "from_build": plan.origin,
            "to_build": self.who.build,
            "boot_mode": self.modem.state,
            "bytes": self.sent_bytes,
            "seconds": self.line.since(self._start) // 1000,
        }


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modemflash.journal import Journal
    from modemflash.line import Line
    from modemflash.modem import Modem
    from modemflash.planning import Files, Plan
