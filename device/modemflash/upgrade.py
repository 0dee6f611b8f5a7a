"""One update from the first question to the version read back.

It reads from top to bottom: `look` at the modem, make a `plan`, `run` it. Rules
that hold here: the journal knows of a step before it begins; an error on its
way up is stamped with what that step means for the modem; when the first
attempt leaves the modem recoverable there is a second one, and a third, from
what is measured then; success is what the modem says about itself after its reboot.
"""

from modemflash import phases, planning, steps
from modemflash.at import printable
from modemflash.errors import (
    RECOVERABLE,
    UNKNOWN,
    UNTOUCHED,
    UPDATED,
    LinkProblem,
    NoModem,
    Problem,
    Refusal,
    Stopped,
    TransferProblem,
)
from modemflash.identity import Identity, ask_identity, record
from modemflash.modem import find
from modemflash.modem_state import judged, without_power_cut
from modemflash.step_run import run_step

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
        consents: set of consents, see `modemflash.consent`.
        journal: a `modemflash.journal.Journal` for this board or port.
        options: dict with any of "expect_build" (int), "repair" (bool),
            "after_part_1" (bool), "find_ms", "answer_ms", "who_else" (see `modem.find`).

    Attributes:
        modem, identity, before: what `look` found: the modem, its identity, its record.
    """

    def __init__(
        self,
        line: "Line",
        files: "Files",
        consents: "set[Consent]",
        journal: "Journal",
        options: "Any" = None,
    ):
        self.line = line
        self.files = files
        self.consents = consents
        self.journal = journal
        self.options = options or {}
        self.modem = None  # type: Any
        self.identity = Identity()
        self.before = {}  # type: dict[str, str]
        self.past = None  # type: Any
        self.written = False
        self._start = line.now()
        self._steps = None  # type: Any
        self._sent = 0

    @property
    def sent_bytes(self) -> int:
        """Bytes of whole files that the modem took, over all attempts."""
        return self._sent + (self._steps.sent_bytes if self._steps else 0)

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
                        text="an earlier update did not finish",
                    )
        self._phase("find", max(find_ms, FIND_MS))
        try:
            self.modem = modem = find(line, find_ms, who_else=self.options.get("who_else"))
        except (NoModem, LinkProblem) as problem:
            raise judged(problem, self.past, RECOVERABLE if self.written else UNTOUCHED, False)
        unasked = modem.at.unasked
        unasked.found()
        line.report("found", state=modem.state, baud=modem.baud, resumed=modem.resumed)
        self._phase("identify")
        if modem.state != "errors-only":
            self.identity = ask_identity(modem)
            self.before = self.before or record(modem)
        line.report(
            "identity",
            product=self.identity.product,
            build=self.identity.build,
            version=self.identity.version,
            ue=self.identity.ue,
        )
        past, self.past = self.past, self.journal.at_module(modem, self.identity, self.past)
        if self.past != past and not self.written:
            line.guard(1, "stopped-on-the-way" if phases.has_written(self.past) else "stopped-before-write")
        self._tell_restarts()
        return modem

    def _tell_restarts(self) -> None:
        unasked = self.modem.at.unasked
        if unasked.restarts:
            text = "%d times while asked the modem restarted: not its normal state. " % unasked.restarts
            self.line.report("warning", code="modem-restarts", text=text + printable(unasked.crash))

    def plan(self) -> "Plan":
        """What this run would do to the modem that `look` found.

        Raises:
            Refusal: a rule forbids it; this run wrote nothing.
        """
        try:
            plan = planning.make(self.modem, self.identity, self.files, self.past, self.options)
        except Refusal as problem:
            raise without_power_cut(judged(problem, self.past), self.past)
        if self.modem.at.unasked.restarts:
            plan.warnings.append("The modem restarts by itself: it may do so while it is written.")
        return plan

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
            raise without_power_cut(problem, self.past)

    def _attempts(self, plan: "Plan") -> "dict[str, Any]":
        careful = slow = small = False
        for attempt in range(1, ATTEMPTS + 1):
            self._sent = self.sent_bytes
            self._steps = steps.StepContext(self.line, self.modem, self._silence_ms(), careful)
            self._steps.slow = slow
            if small:
                self._steps.max_block = SMALL_BLOCK
            try:
                self._carry_out(plan)
                return self._confirm(plan)
            except Problem as problem:
                if attempt == ATTEMPTS or not self._again(problem):
                    raise
                self.line.report("retry", what=WHOLE_UPDATE, attempt=attempt + 1, reason=problem.code)
                careful = careful or problem.code in CAREFUL_AFTER
                slow = slow or (self._steps.raised and isinstance(problem, TransferProblem))
                if problem.code in SMALLER_AFTER and not small:
                    small = True
                    text = "blocks of %d bytes from here on, because larger ones did not arrive" % SMALL_BLOCK
                    self.line.report("warning", code="smaller-blocks", text=text)
            plan = self._measure_again()
        raise AssertionError("unreachable")

    def _carry_out(self, plan: "Plan") -> None:
        """Every step of the plan, each one journaled before it begins."""
        for number in range(len(plan.steps)):
            step, role = plan.steps[number]
            phase, state, stops, stop_code = phases.STEPS[step]
            if state == UNTOUCHED and (self.written or phases.has_written(self.past)):
                state, stops, stop_code = RECOVERABLE, 2, "stopped-on-the-way"
            try:
                self._leave(stop_code)
                self.line.guard(stops, stop_code)
                self._note(plan, step, number)
            except Problem as problem:
                raise self._with_state(problem)
            self._phase(phase, 0, plan.roles[role][0] if role else None)
            try:
                self.identity = run_step(self._steps, number, plan, self.past) or self.identity
            except Problem as problem:
                problem = self._with_state(problem, state)
                self.written = self.written or state != UNTOUCHED  # a step that failed may have written
                raise problem
            self.written = self.written or state != UNTOUCHED

    def _leave(self, stop_code: str) -> None:
        """The end of a step: a stop request made in it counts, and is named by where the modem is now."""
        try:
            self.line.checkpoint()
        except Stopped:
            if self.written:
                raise Stopped(stop_code)
            raise

    def _confirm(self, plan: "Plan") -> "dict[str, Any]":
        """Compare what the modem says with what was expected, and tell the difference."""
        after = record(self.modem)
        self._tell_restarts()
        self.line.report("record", before=self.before, after=after)
        self._keep(None)
        if plan.target is None:
            return self._result("installed-unconfirmed", "build-not-predicted", plan)
        if self.identity.build != plan.target:
            result = self._result("installed-unconfirmed", "other-build", plan)
            if plan.origin is None:
                result["modem_state"] = RECOVERABLE  # it may be what ran before, too
            return result
        return self._result("updated", "updated", plan)

    def _again(self, problem: Problem) -> bool:
        """Whether to try again: not against a rule, a stop request, or an install that may go on.

        A stop request that was only warned counts here, too: nobody wants a new attempt.
        """
        if isinstance(problem, (Stopped, Refusal)) or self.line.reporter.stop_wanted():
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
            raise self._with_state(problem)

    def _with_state(self, problem: Problem, state: str = UNTOUCHED) -> Problem:
        """What this error means, see `modem_state`; a modem that nobody wrote to gets its radio back."""
        if state == UNTOUCHED and self.written:
            state = RECOVERABLE
        if state == UNTOUCHED and self._steps:
            try:
                steps.restore_radio(self._steps)
            except Problem:
                pass  # the first one stands
        return judged(problem, self.past, state)

    def _note(self, plan: "Plan", step: str, number: int) -> None:
        """The journal learns of a step before it begins; before the first write there is nothing to learn."""
        if phases.STEPS[step][1] == UNTOUCHED and not self.written and step != "stage":
            return
        past = self.past or {}
        done = [name for name, _ in plan.steps[:number]]
        second = "part-2" in plan.roles and ("check-part-1", "") not in plan.steps[number:]
        record = {
            "step": step,
            "route": plan.route,
            "target": plan.target,
            "files": [image.name for image, _ in self.files],
            "from_build": plan.origin or past.get("from_build"),
            "product": self.identity.product or past.get("product", ""),
            "family": self.identity.family or past.get("family", ""),
            "ue": self.identity.ue or past.get("ue", ""),
            "part": 2 if second else 1,
            "boot_rom": "send-boot-rom" in done or past.get("boot_rom", False),
        }
        self._keep(record)
        self.past = record

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
            "to_build": self.identity.build,
            "boot_mode": self.modem.state,
            "bytes": self.sent_bytes,
            "seconds": self.line.since(self._start) // 1000,
        }


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modemflash.consent import Consent
    from modemflash.file_roles import Files
    from modemflash.journal import Journal
    from modemflash.line import Line
    from modemflash.modem import Modem
    from modemflash.planning import Plan
