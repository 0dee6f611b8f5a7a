"""How a run ended: the one object that exit code, `--json` and the screen are made from."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field, replace

from modemflash.errors import UNTOUCHED, Problem, Refusal, Stopped
from modemflash_host.families.plan import ModuleInfo, Outcome
from modemflash_host.families.vocabulary import EventFields
from modemflash_host.run import exit_codes

SCHEMA = 2


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended: the last line of `--json` (docs/json.md), and the exit code.

    Attributes:
        status: updated, nothing-to-do, refused, failed, interrupted or installed-unconfirmed.
        code: what happened, searchable; "" when there is nothing to say.
        modem_state: untouched, recoverable, updated or unknown.
        next: the next command line, "" where nothing is left to do.
        family: whose module it is; "" where that was not known yet.
        from_version, to_version: as the module said them; "" where not known.
        boot_mode: where the module was seen last; "" where it was not.
        bytes: firmware bytes that the module took.
        seconds: how long it took.
        problem: the error that it ended with; None where it ended well.
    """

    status: str
    code: str = ""
    modem_state: str = UNTOUCHED
    next: str = ""
    family: str = ""
    from_version: str = ""
    to_version: str = ""
    boot_mode: str = ""
    bytes: int = 0
    seconds: float = 0.0
    problem: Problem | None = field(default=None, compare=False)

    @classmethod
    def of_problem(cls, problem: Problem, seconds: float = 0.0) -> Result:
        """The result of a run that ended with an error."""
        if isinstance(problem, Stopped):
            status = "interrupted"
        else:
            status = "refused" if isinstance(problem, Refusal) else "failed"
        return cls(status, problem.code, problem.modem_state, seconds=seconds, problem=problem)

    @classmethod
    def of_outcome(cls, outcome: Outcome) -> Result:
        """The result of a run that ended well."""
        return cls(
            outcome.status,
            outcome.code,
            outcome.modem_state,
            from_version=outcome.from_version,
            to_version=outcome.to_version,
            boot_mode=outcome.state,
            bytes=outcome.bytes,
            seconds=outcome.seconds,
        )

    def of_module(self, module: ModuleInfo | None) -> Result:
        """The same, with what was found out about the module."""
        if module is None:
            return self
        known = replace(self, from_version=module.version, boot_mode=module.state)
        return replace(known, code="module-not-asked") if _is_claimed(self.code, module) else known

    @property
    def exit_code(self) -> int:
        """What the process ends with."""
        if self.problem is not None:
            return exit_codes.of_problem(self.problem)
        return exit_codes.of_status(self.status, self.modem_state)

    def event(self) -> EventFields:
        """The result as the last event of a run."""
        fields = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        del fields["problem"]
        fields["seconds"] = round(self.seconds, 3)
        return {"event": "result", "schema": SCHEMA, **fields}


def _is_claimed(code: str, module: ModuleInfo) -> bool:
    """Whether it would be said that a module was asked to which nothing was sent."""
    return code == "modem-asked" and not module.is_asked
