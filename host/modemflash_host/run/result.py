"""How a run ended: the one object that exit code, `--json` and the screen are made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from modemflash.errors import UNTOUCHED, Problem, Refusal, Stopped
from modemflash_host.run import exit_codes


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended: the last line of `--json` (docs/json.md), and the exit code.

    Attributes:
        status: updated, nothing-to-do, refused, failed, interrupted or installed-unconfirmed.
        code: what happened, searchable; "" when there is nothing to say.
        modem_state: untouched, recoverable, updated or unknown.
        next: the next command line, "" where nothing is left to do.
        bytes: firmware bytes that the modem took.
    """

    status: str
    code: str = ""
    modem_state: str = UNTOUCHED
    next: str = ""
    from_build: int | None = None
    to_build: int | None = None
    boot_mode: str = ""
    bytes: int = 0
    seconds: float = 0.0
    problem: Problem | None = field(default=None, compare=False)

    @classmethod
    def of_problem(cls, problem: Problem, **known: Any) -> Result:
        """The result of a run that ended with an error."""
        if isinstance(problem, Stopped):
            status = "interrupted"
        else:
            status = "refused" if isinstance(problem, Refusal) else "failed"
        return cls(status, problem.code, problem.modem_state, problem=problem, **known)

    @property
    def exit_code(self) -> int:
        """What the process ends with."""
        if self.problem is not None:
            return exit_codes.of_problem(self.problem)
        return exit_codes.of_status(self.status, self.modem_state)

    def event(self) -> dict[str, Any]:
        """The result as the last event of a run."""
        names = (
            "status",
            "code",
            "modem_state",
            "next",
            "from_build",
            "to_build",
            "boot_mode",
            "bytes",
            "seconds",
        )
        return {"event": "result", "schema": 1, **{name: getattr(self, name) for name in names}}
