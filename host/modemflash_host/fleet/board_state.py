"""What is known of one board while its update runs, made from the events of its process.

Rules: pure bookkeeping; how far and how fast is `reporters.progress`, as for one board;
a process that ends without a result leaves the state that its last phase means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from modemflash.errors import RECOVERABLE, UNKNOWN, UNTOUCHED, UPDATED
from modemflash_host.families.vocabulary import Event, EventFields
from modemflash_host.fleet.fleet_file import BoardEntry
from modemflash_host.reporters.progress import Watch
from modemflash_host.run import exit_codes

WAITING, RUNNING, AWAY, ENDED, NOT_BEGUN = ("waiting", "running", "away", "ended", "not begun")
BEFORE_THE_PORT = ("verify", "reach-board")  # these begin whether there is a port or not
_MOST_PHASES, _MOST_RATES = 200, 200
_NOT_THERE = ("failed", "interrupted", "refused")
_RATE_EVERY_S = 2.0
_GOOD = ("updated", "nothing-to-do")
_PORT_LOST = "port-lost"  # the one that a port must have been open for
_PORT_CODES = ("port-absent", "port-busy", _PORT_LOST, "port-not-opened")
_PLACE_CODES = ("labgrid-failed",)  # of a place where the board was already: as good as a port
# What to do is another thing in a fleet, where a board's own command is never typed: with the consents
# of its list it would be a danger's flag to paste, and at a place of labgrid an update beside the place's.
_HINTS = {
    "consent-missing": "Read its plan first: most dangers have a safe way round. "
    "A danger is accepted in the list, for this board alone.",
    "port-ambiguous": "Name the port itself in the list; `modemflash ports` shows what each of them is.",
}
_TO_DO = {
    RECOVERABLE: "run the same command again",
    UNKNOWN: "keep its power on, then look at it with `modemflash info`",
    UPDATED: "look at it with `modemflash info`",
}
# The worst first: what the exit code of a fleet is.
WORST_FIRST = (
    exit_codes.FAILED_UNKNOWN,
    exit_codes.FAILED_RECOVERABLE,
    exit_codes.UNEXPECTED,
    exit_codes.UNCONFIRMED,
    exit_codes.FAILED_UNTOUCHED,
    exit_codes.NO_MODEM,
    exit_codes.NO_PORT,
    exit_codes.REFUSED,
    exit_codes.USAGE,
    exit_codes.INTERRUPTED,
    exit_codes.DONE,
)


@dataclass(slots=True)
class BoardState:
    """One board.

    Attributes:
        entry: the board.
        stage: WAITING, RUNNING, AWAY (its port is; it is waited for), ENDED or NOT_BEGUN.
        watch: its running phase.
        result: the fields of its last result; {} while there is none.
        happened, hint: of its last problem; "" where it has none.
        exit_code: of its process; None while it runs.
        began_s, ended_s, heard_s: by the fleet's clock; `heard_s` is of its last event.
        starts: how often its process was begun.
        start_s: when it was begun last.
        has_started: it has come to its port since, or waits for it.
        phases: (seconds, name) of each phase that was begun.
        rates: (seconds, bytes) of its progress, every few seconds; of a long one the more distant.
        away_s: since when its port is away; None while it is not, or while that is tried.
        lost_s: since when its port was not open, however often that was tried; None before that.
        losses: how often an open port went away.
        module: what its module was known to be before its process was begun last, as a modem state.
        answer: to a stop request in its running phase; "" for none.
        waits_for: what is waited for before its process begins, in words; "" for nothing.
        may_have_written: its module may no longer be as it was.
        writes: whether a phase changes the module, by the phase's name.
        is_update: it is to be updated, and not only asked.
    """

    entry: BoardEntry
    stage: str = WAITING
    watch: Watch = field(default_factory=Watch)
    result: EventFields = field(default_factory=dict)
    happened: str = ""
    hint: str = ""
    exit_code: int | None = None
    began_s: float = 0.0
    ended_s: float = 0.0
    heard_s: float = 0.0
    starts: int = 0
    start_s: float = 0.0
    has_started: bool = False
    phases: list[tuple[float, str]] = field(default_factory=list)
    rates: list[tuple[float, int]] = field(default_factory=list)
    from_version: str = ""
    to_version: str = ""
    away_s: float | None = None
    lost_s: float | None = None
    losses: int = 0
    module: str = UNTOUCHED
    answer: str = ""
    waits_for: str = ""
    may_have_written: bool = False
    writes: Callable[[str], bool] = lambda phase: True
    is_update: bool = True

    def begin(self, now_s: float) -> None:
        """Its process is begun, perhaps once more."""
        if not self.starts:
            self.began_s = now_s
        self.starts += 1
        self.stage, self.heard_s, self.start_s, self.has_started = RUNNING, now_s, now_s, False
        self.watch = Watch()
        self.watch.began_s = now_s
        if self.starts > 1:
            self.module = self.modem_state or self._without_a_word
        self.result, self.exit_code = {}, None
        if self.away_s is None:
            self.happened = self.hint = ""

    def take(self, event: Event, now_s: float) -> None:
        """One event of its process."""
        self.heard_s = now_s
        kind = event.get("event")
        self.waits_for = event["text"] if kind == "waits" else ""
        self.has_started = self.has_started or kind == "waits"
        if kind in ("phase", "progress", "stall"):
            self.watch.take(dict(event), now_s)
            if kind == "phase":
                self.answer = ""
                self.may_have_written = self.may_have_written or self.writes(self.watch.phase)
                if len(self.phases) < _MOST_PHASES:
                    self.phases.append((now_s, self.watch.phase))
                if self.watch.phase not in BEFORE_THE_PORT:
                    self.away_s, self.has_started = None, True
            elif kind == "progress":
                self._keep_rate(now_s)
        elif kind == "plan":
            self.from_version, self.to_version = event["from_version"], event["to_version"]
        elif kind == "interrupt":
            self.answer = event["text"]
        elif kind == "unfinished":
            self.may_have_written = True
        elif kind == "problem":
            self.happened, self.hint = event["happened"], event["hint"]
        elif kind == "result":
            self.result = dict(event)

    def go_away(self, now_s: float) -> None:
        """Its process ended because of its port; what was tried in vain is one wait with what was before."""
        if self.has_lost_port:
            self.losses += 1
        if self.lost_s is None or self.has_lost_port:
            self.lost_s = now_s
        self.away_s = self.lost_s

    def end(self, exit_code: int, now_s: float) -> None:
        """Its process has ended for good."""
        self.stage, self.ended_s, self.exit_code = ENDED, now_s, exit_code
        self.watch.end()
        if not self.result:
            state = self._without_a_word
            self.result = {"status": "failed", "code": "fleet-worker-ended", "modem_state": state, "next": ""}
            self.exit_code = exit_codes.FAILED_UNKNOWN if state == UNKNOWN else exit_codes.FAILED_UNTOUCHED
        elif self.exit_code not in WORST_FIRST or (self.exit_code == 0 and not self.is_good):
            # killed after its last word, or before its first
            is_stopped = self.status == "interrupted" and self.modem_state == UNTOUCHED
            self.exit_code = (
                exit_codes.INTERRUPTED if is_stopped else exit_codes.of_status(self.status, self.modem_state)
            )
        self.from_version = self.result.get("from_version") or self.from_version
        planned = "" if self.status in _NOT_THERE else self.to_version  # of a plan alone it is what would be
        self.to_version = self.result.get("to_version") or planned

    def stop_early(self) -> None:
        """It was asked to stop before its process could say a word."""
        self.result = {
            "status": "interrupted", "code": "stopped-before-write", "modem_state": UNTOUCHED, "next": "",
        }  # fmt: skip

    def _keep_rate(self, now_s: float) -> None:
        if self.rates and now_s - self.rates[-1][0] < _RATE_EVERY_S:
            return
        self.rates.append((now_s, self.watch.done))
        if len(self.rates) > _MOST_RATES:
            del self.rates[1:-1:2]

    @property
    def _without_a_word(self) -> str:
        """What its module is where its process ended without a result."""
        return UNKNOWN if self.may_have_written else UNTOUCHED

    @property
    def status(self) -> str:
        """Of the result; "" while there is none."""
        return str(self.result.get("status", ""))

    @property
    def code(self) -> str:
        """Of the result; "" while there is none."""
        return str(self.result.get("code", ""))

    @property
    def modem_state(self) -> str:
        """Of the result; "" while there is none."""
        return str(self.result.get("modem_state", ""))

    @property
    def is_good(self) -> bool:
        """It runs what it should."""
        return self.status in _GOOD

    @property
    def is_away(self) -> bool:
        """Its process ended because of its port: it is worth waiting for."""
        codes = _PORT_CODES if self.lost_s is None else (*_PORT_CODES, *_PLACE_CODES)
        return self.code in codes and self.status == "failed"

    @property
    def has_lost_port(self) -> bool:
        """Its process ended because a port went away that was open: it was worked on."""
        return self.code == _PORT_LOST

    @property
    def to_do(self) -> str:
        """What the state of its module asks for, in few words; "" where nothing, or in vain."""
        is_in_vain = self.status == "refused" and self.modem_state == RECOVERABLE  # it would be refused again
        return "" if self.is_good or is_in_vain else _TO_DO.get(self.modem_state, "")

    @property
    def next_step(self) -> str:
        """What is to be done about it, in sentences; "" for nothing."""
        if self.is_good:
            return ""
        asked = self.to_do and f"{self.to_do[0].upper()}{self.to_do[1:]}."
        if self.modem_state in (UNKNOWN, UPDATED):
            return asked
        hint = "The same command goes on with it." if self.stage == NOT_BEGUN else self.hint
        return _HINTS.get(self.code) or hint or asked

    def row(self) -> EventFields:
        """As it is kept, and told at the end."""
        return {
            "name": self.entry.name,
            "port": self.entry.port,
            "stage": self.stage,
            "status": self.status,
            "code": self.code,
            "modem_state": self.modem_state,
            "from_version": self.from_version,
            "to_version": self.to_version,
            "seconds": round(max(0.0, self.ended_s - self.began_s), 1),
            "starts": self.starts,
            "happened": self.happened,
            "next": self.next_step,
        }


def worst(exit_codes_of: list[int]) -> int:
    """The exit code of a fleet: that of its worst board."""
    return min(exit_codes_of, key=WORST_FIRST.index, default=exit_codes.DONE)
