"""What happens in a run on a module: the rows of docs/json.md, from which that page is made.

Rules: the docstring of a class is what the page says of its event; fields are only ever added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from modemflash_host.api.events.base import Event
from modemflash_host.families.vocabulary import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase(Event):
    """`phase`: `verify` `reach-board` `deploy` `find` `identify` `prepare` `enter-recovery`
    `enter-boot-loader` `load-updater` `transfer` `install` `reboot` `read-back` `uninstall`
    `leave-board` `watch-power` `wait-port` `list-files` `copy-files` `restore-settings`, of a GNSS
    module `find` `reset` `reset-by-hand` `erase` `transfer` `install` `reboot`, of a Quectel modem
    `switch` `load-programmer` `read-flash` `copy` `erase` `transfer` `patch` `reboot`; `failed`: what
    went before came to no good end; `usual_s`, `allowed_s` (0: no end of its own), `silence_s` (then: it
    ends after so long without an answer), `note`.
    """

    phase: str = ""
    usual_s: int = 0
    allowed_s: int = 0
    silence_s: int | None = None
    note: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(Event):
    """`phase`, `done`, `total` (bytes); at most one a second, and the last."""

    phase: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Event):
    """Of `phase` `reset-by-hand`: somebody has `left_s` seconds more to do something; `heard`
    meanwhile: `silence` `text` `noise`, and in a sentence `note`. Again whenever that changes.
    """

    phase: str = ""
    left_s: int = 0
    heard: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified(Event):
    """`files`: so many are whole; what fails from here on is not the files."""

    files: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall(Event):
    """`phase`, `seconds`, `note`: nothing moved for so long."""

    phase: str = ""
    seconds: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry(Event):
    """`what`, `attempt`, `reason`; of a GNSS module `text`: the stage, and what its boot loader
    answered.
    """

    what: str = ""
    attempt: int = 0
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe(Event):
    """`baud`, `round`, `heard`: `silence` `noise` `nuls` `text` `answer` `transfer` `data`."""

    baud: int = 0
    round: int = 0
    heard: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished(Event):
    """`target`, `from_version`, `files`, `power_must_stay` (a power cut now kills the module), and where
    the module was not reached `begun_at` (the port at which it was begun, "" where that is not known): an
    update that changed the modem and did not finish. Of a Sequans modem `step`, `route`, `part`, too; of
    the others `stage` (`erase` or `write`; `sent`: the whole image) and `sha256`.
    """

    target: str = ""
    files: tuple[str, ...] = ()
    power_must_stay: bool = False
    from_version: str = ""
    step: str = ""
    route: int | None = None
    part: int | None = None
    begun_at: str = ""
    stage: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Event):
    """`state`, `baud`, `resumed` (it was inside an unfinished transfer); of a GNSS module `state` is
    `application` `other-application` (sentences, and no version) `boot-loader` `noise` `silence`.
    """

    state: str = ""
    baud: int = 0
    resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Event):
    """`product`, `build`, `version`, `ue`; of a GNSS module `product`, `version`."""

    product: str = ""
    build: int | None = None
    version: str = ""
    ue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details(Event):
    """Of `info`: `bootloaders` (name, text, active), `record` (command → reply), `module_hash` (the same of
    a modem in every run on this computer; not there where its port does not tell its number); of a GNSS
    module `record` has `built` (date and time), `boot` (version of the boot loader), `rate` of the
    application, each where it is known.
    """

    bootloaders: tuple[Sequence[object], ...] = ()
    record: Facts = field(default_factory=dict)
    module_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Event):
    """A transfer was opened: `version` of its protocol, `packed` (blocks may be compressed),
    `max_transfer` (bytes of a block).
    """

    version: int = 0
    packed: bool = False
    max_transfer: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Before(Event):
    """Of `update`: `bootloaders`, `record` and `module_hash`, as in `details`."""

    bootloaders: tuple[Sequence[object], ...] = ()
    record: Facts = field(default_factory=dict)
    module_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Event):
    """`nothing_to_do`, `direction`, `from_version`, `to_version`, `route`, `board` (`files`, `bytes`,
    `stays`: what is put on the board before; `null` for nothing), `files` (`role`, `name`, `size`,
    `kind`, `version`, `sha256`, `why`), `phases` (`phase`, `usual_s`, `allowed_s`), `warnings`,
    `cannot_undo`, `way_back`, `unused`, `consents` (`consent`, `subject`, `danger`); of a GNSS module
    `build` and `packets` of the file; of a Quectel modem: `commands` (how many), `efs2` (`first_block`,
    `blocks`: what stays), `erases` and `writes` (names of partitions), `stays` (`partition`,
    `first_block`, `blocks`).
    """

    nothing_to_do: bool = False
    direction: str = ""
    from_version: str = ""
    to_version: str = ""
    route: int | None = None
    board: Facts | None = None
    files: tuple[Facts, ...] = ()
    phases: tuple[Facts, ...] = ()
    warnings: tuple[str, ...] = ()
    cannot_undo: tuple[str, ...] = ()
    way_back: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    consents: tuple[Facts, ...] = ()
    build: str = ""
    packets: int | None = None
    commands: int | None = None
    efs2: Facts | None = None
    erases: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    stays: tuple[Facts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Event):
    """`before`, `after`: command → reply."""

    before: Facts = field(default_factory=dict)
    after: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemSetting(Event):
    """Of `settings`: `name` (what is asked), `recorded` and `now` (the module's words), `command` (what sets
    it again; `""` for nothing), `status`: `as-before` `differs` `masked` (the record holds its shape only)
    `not-recorded` `not-settable`; once more for each that was sent: `restored` `refused` `not-taken` (it
    reads back otherwise), with the module's `answer`.
    """

    name: str = ""
    recorded: str = ""
    now: str = ""
    command: str = ""
    status: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Efs2Copy(Event):
    """Of `update`, a Quectel modem: `path`, `sha256`, `pages`, `filled_pages` (of these, those that
    came as EE): a copy of its calibration, no restore point.
    """

    path: str = ""
    sha256: str = ""
    pages: int = 0
    filled_pages: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning(Event):  # noqa: A001 (it is called as its event)
    """`code`, `text`; of `computer-slept` also `seconds`."""

    code: str = ""
    text: str = ""
    seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashDump(Event):
    """`size`, `raw`: what an earlier crash of the modem left."""

    size: int = 0
    raw: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupt(Event):
    """`phase`, `stop_requests`, `text`: somebody asked to stop."""

    phase: str = ""
    stop_requests: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Event):
    """`text`: something was taken that nobody named, such as the updater beside the firmware."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Event):
    """`path`: the zip to send, after a failure."""

    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem(Event):
    """`code`, `happened`, `hint`, `modem_state`, `heard`, `evidence` (`silence` `noise` `nuls` `text`,
    of a GNSS module `gnss-silence` `gnss-noise` `gnss-no-window`; `""` where the modem does talk): the
    error that the result is about.
    """

    code: str = ""
    happened: str = ""
    hint: str = ""
    modem_state: str = ""
    heard: bytes = b""
    evidence: str = ""
