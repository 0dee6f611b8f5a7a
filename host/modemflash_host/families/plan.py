"""What goes in and out of a job, as frozen data: files, request, plan, outcome.

Rules: what a family knows beyond these fields travels in `facts`, `details` and
`options`, and only that family and its vocabulary look into them; versions are
text, "" where they are not known; this file is a leaf.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

from modemflash_host.consents import Consent
from modemflash_host.families.vocabulary import EventFields, Facts

# Values of `Request.via`: how the module is reached. A family that knows one of them only ignores it.
AUTO, RELAY, MIRROR, DIRECT = VIAS = ("auto", "relay", "mirror", "direct")
LONGEST_ANSWER_S = 7200  # that can be asked for


class FileSource(Protocol):
    """An open file that stays what it was when it was checked."""

    @property
    def name(self) -> str:
        """The name that the user knows it by."""

    @property
    def size(self) -> int:
        """Bytes."""

    def readinto(self, offset: int, buf: bytearray | memoryview) -> int:
        """Fill `buf` from `offset` on: how many bytes; fewer than asked only at the end."""

    def close(self) -> None:
        """Let it go."""


class PackageSource(FileSource, Protocol):
    """A folder or an archive whose files belong together; read as a file it is their bytes, by `names`."""

    @property
    def names(self) -> tuple[str, ...]:
        """Its files, with slashes between the folders, sorted."""

    def open(self, name: str) -> FileSource:
        """One of its files; whoever opens it closes it."""


@dataclass(frozen=True, slots=True)
class FirmwareFile:
    """A firmware file that was read from its first to its last byte.

    Attributes:
        family: whose it is.
        source: its bytes.
        sha256: of the whole file, in hex.
        image: what the family found in it; for that family only.
        place: where it is, as people write it.
    """

    family: str
    source: FileSource
    sha256: str
    image: Any
    place: str = ""

    @property
    def name(self) -> str:
        """The name that the user knows it by."""
        return self.source.name

    def __enter__(self) -> FirmwareFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An update that was begun, changed the module, and did not finish.

    Attributes:
        target: the version that it leads to; "" where that is not known.
        files: the names of its files.
        power_must_stay: it stands at a place where a power cut kills the module.
        facts: what else the family keeps of it, as fields of the event.
        is_of_port: it was begun at the port that was asked for; else it may be of the module there.
    """

    target: str
    files: tuple[str, ...]
    power_must_stay: bool = False
    facts: Facts = field(default_factory=dict)
    is_of_port: bool = True

    def event(self) -> EventFields:
        """The fields of the event `unfinished`."""
        return {
            **self.facts,
            "target": self.target,
            "files": list(self.files),
            "power_must_stay": self.power_must_stay,
        }


@dataclass(frozen=True, slots=True)
class ModuleInfo:
    """What a module says about itself.

    Attributes:
        state: its boot mode, a key of the vocabulary's `states`.
        product: its name; "" where it does not say.
        version: of its firmware, as text; "" where it does not say.
        details: more of it, as fields of the events `details` and `before`.
        unfinished: an update of it that did not finish.
        is_ours: it is of this family, as far as it says; one that is not is shown, and never written to.
        marks: what tells it from others of its kind, by name: "imei", its last digits, never shown and
            never kept; "hash", the same of it in every run on this computer (`store.module_notes`).
        is_asked: it was sent questions; else its port alone says what it is.
    """

    state: str
    product: str = ""
    version: str = ""
    details: Facts = field(default_factory=dict, repr=False)
    unfinished: Unfinished | None = None
    is_ours: bool = True
    marks: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants.

    Attributes:
        port: a device, an address, or "auto".
        via: one of `VIAS`.
        files: checked files; () to look only.
        consents: what was consented to beforehand.
        options: what the family's `options` were set to, by name; what was not said is not there.
        find_timeout_s: how long a module is looked for; None for the family's own time.
        answer_timeout_s: how long it may be silent in a transfer; None for the family's own time.
        only_look: nothing will be run, nothing is changed, and a board at work is left alone.
    """

    port: str
    via: str = AUTO
    files: tuple[FirmwareFile, ...] = ()
    consents: frozenset[Consent] = frozenset()
    options: Facts = field(default_factory=dict)
    find_timeout_s: int | None = None
    answer_timeout_s: int | None = None
    only_look: bool = False

    def with_option(self, name: str, value: object) -> Request:
        """The same, with one more option."""
        return replace(self, options={**self.options, name: value})


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file of a plan.

    Attributes:
        role: what it is for, a key of the vocabulary's `roles`.
        why: why this one and no other, where there was a choice.
    """

    role: str
    name: str
    size: int
    kind: str
    version: str
    sha256: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class PlannedPhase:
    """A phase of a plan: seconds that it usually takes, and how long it may (0: while it answers)."""

    phase: str
    usual_s: int
    allowed_s: int


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is put between PC and module before it is written.

    Attributes:
        files, bytes: how much.
        stays: it was there before, and stays.
    """

    files: int
    bytes: int
    stays: bool


@dataclass(frozen=True, slots=True)
class Need:
    """A consent that a plan needs, and its danger in a sentence."""

    consent: Consent
    danger: str


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """What a run would do.

    Attributes:
        nothing_to_do: with the code that says why in `why`.
        direction: where it leads, a key of the vocabulary's `directions`.
        from_version, to_version: as text; "" where not known.
        files: which of the files are written, and what each is for.
        phases: in their order, with how long each takes.
        preparation: what is put on a board before; None for nothing.
        warnings, cannot_undo: sentences.
        way_back: what is needed to carry on after a cut.
        unused: names of files that were given and are not needed.
        needs: the consents without which it does not run.
        facts: what else the family tells of it, as fields of the event.
    """

    nothing_to_do: bool = False
    why: str = ""
    direction: str = ""
    from_version: str = ""
    to_version: str = ""
    files: tuple[PlannedFile, ...] = ()
    phases: tuple[PlannedPhase, ...] = ()
    preparation: Preparation | None = None
    warnings: tuple[str, ...] = ()
    cannot_undo: tuple[str, ...] = ()
    way_back: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    facts: Facts = field(default_factory=dict)

    def __repr__(self) -> str:
        if self.nothing_to_do:
            return f"<Plan: nothing to do, {self.why}>"
        minutes = max(1, round(sum(each.usual_s for each in self.phases) / 60))
        names = ", ".join(each.name for each in self.files)
        versions = f"{self.from_version or 'unknown'} to {self.to_version or 'unknown'}"
        needs = "".join(f"; needs {need.consent.name} {need.consent.subject}".rstrip() for need in self.needs)
        return f"<Plan: {self.direction} from {versions}, with {names}, about {minutes} min{needs}>"

    def missing(self, consents: frozenset[Consent]) -> tuple[Need, ...]:
        """What it needs and was not given."""
        return tuple(need for need in self.needs if need.consent not in consents)

    def event(self) -> EventFields:
        """The event `plan` (docs/json.md)."""
        return {
            "event": "plan",
            "nothing_to_do": self.nothing_to_do,
            "direction": self.direction,
            "from_version": self.from_version,
            "to_version": self.to_version,
            **self.facts,
            "board": asdict(self.preparation) if self.preparation else None,
            "files": [asdict(each) for each in self.files],
            "phases": [asdict(each) for each in self.phases],
            "warnings": list(self.warnings),
            "cannot_undo": list(self.cannot_undo),
            "way_back": list(self.way_back),
            "unused": list(self.unused),
            "consents": [{**need.consent.fields(), "danger": need.danger} for need in self.needs],
        }


# What becomes of a setting: before anything is sent, then after its command was.
AS_BEFORE, DIFFERS, MASKED, NOT_RECORDED, NOT_SETTABLE = (
    "as-before",
    "differs",
    "masked",
    "not-recorded",
    "not-settable",
)
RESTORED, REFUSED, NOT_TAKEN = "restored", "refused", "not-taken"


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a module, as it was recorded and as it is now.

    Attributes:
        name: the question that it answers, a key of the vocabulary's `settings`.
        recorded, now: as the module said it; "" where it did not.
        command: what sets it again; "" for nothing.
        status: what becomes of it, see above.
        answer: the module's result, where the command was sent.
    """

    name: str
    recorded: str
    now: str
    command: str
    status: str
    answer: str = ""

    def event(self) -> EventFields:
        """The fields of the event `modem-setting`."""
        return asdict(self)

    def sent(self, status: str, now: str, answer: str) -> Setting:
        """The same, after its command was sent and it was read back."""
        return replace(self, status=status, now=now, answer=answer)


@dataclass(frozen=True, slots=True)
class Copied:
    """What is in a copy of a module's own files.

    Attributes:
        version: of its firmware, as text; "" where it does not say.
        files, bytes: how much was read.
        left_out: how many files or folders are there and were not read; the copy says which, and why.
    """

    version: str
    files: int
    bytes: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended that ended without an error.

    Attributes:
        status: "updated", "nothing-to-do" or "installed-unconfirmed".
        code: what happened, a row of the catalogue.
        modem_state: see `modemflash.errors`.
        from_version, to_version: before and after, as the module said them.
        state: its boot mode at the end.
        bytes: firmware bytes that the module took.
        seconds: how long it took.
    """

    status: str
    code: str
    modem_state: str
    from_version: str = ""
    to_version: str = ""
    state: str = ""
    bytes: int = 0
    seconds: float = 0.0
