"""What is told of files, ports, settings, past runs and many boards; see `running`."""

from __future__ import annotations

from dataclasses import dataclass

from modemflash_host.api.events.base import Event
from modemflash_host.families.vocabulary import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class File(Event):
    """Of `identify`: `name`, `size`, `kind`, `product`, `build`, `build_source`, `from_build`, `part`,
    `version`, `radio`, `understood`, `reason`, `verified`, `as_published`, `sha256`, `parts` (`magic`,
    `description`, `depth`, `check`), `place`, `bands`, `name_says` (a build, where name and content
    disagree), `ways` (`origins`, `state`, `route`, `consents`, `code`, `needs`), `missing`; or `name`,
    `problem` (a code), `text`; of a `.pkg` for a GNSS module (`kind` `package`): `name`, `place`,
    `size`, `sha256`, `version`, `model`, `hardware`, `variant`, `build` (date and time), `base`,
    `packets`, `verified` (its chip may be written), `parts` (`kind`, `size`, `segments`), `doubts`; of a
    package for Quectel modems (`kind` `quectel-package`): `name`, `place`, `size`, `sha256`, `product`,
    `chip`, `release`, `files_checked`, `programmer`, `command_list`, `sector_bytes`,
    `sectors_per_block`, `steps` (`do`, `partitions`, `first_block`, `blocks`, `image`), `stays`
    (`partition`, `first_block`, `blocks`), `proof` (`title`, `fact`), `doubts`.
    """

    name: str = ""
    size: int = 0
    kind: str = ""
    product: str = ""
    build: int | str | None = None
    build_source: str = ""
    from_build: int | None = None
    part: int = 0
    version: str = ""
    radio: str = ""
    understood: bool = False
    reason: str = ""
    verified: bool | None = None
    as_published: bool | None = None
    sha256: str = ""
    parts: tuple[Facts, ...] = ()
    place: str = ""
    bands: tuple[int, ...] = ()
    name_says: int | None = None
    ways: tuple[Facts, ...] = ()
    missing: tuple[str, ...] = ()
    problem: str = ""
    text: str = ""
    model: str = ""
    hardware: str = ""
    variant: str = ""
    base: str = ""
    packets: int | None = None
    doubts: tuple[str, ...] = ()
    chip: str = ""
    release: str = ""
    files_checked: int | None = None
    programmer: str = ""
    command_list: str = ""
    sector_bytes: int | None = None
    sectors_per_block: int | None = None
    steps: tuple[Facts, ...] = ()
    stays: tuple[Facts, ...] = ()
    proof: tuple[Facts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Event):
    """Of `backup`: `entries`: so many files and folders of the module are known; once a second while it
    is asked.
    """

    entries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy(Event):
    """Of `backup`: `path`, `files`, `bytes`, `left_out` (what is there and was not read;
    `manifest.json` in the copy says which, and why).
    """

    path: str = ""
    files: int = 0
    bytes: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Event):
    """Of `history`: `name`, `started`, `command`, `board`, `modem`, `from_version`, `to_version`,
    `status`, `code`, `seconds`.
    """

    name: str = ""
    started: str = ""
    command: str = ""
    board: str = ""
    modem: str = ""
    from_version: str = ""
    to_version: str = ""
    status: str = ""
    code: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation(Event):
    """Of `explain`: `kind` (`code` `exit-code` `vendor-word` `consent`), `name`, `meaning`, `advice`,
    `modem_state` (of a code).
    """

    kind: str = ""
    name: str = ""
    meaning: str = ""
    advice: str = ""
    modem_state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar(Event):
    """Of `explain`, before `unknown-code`: `names` that are spelled alike."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Event):
    """Of `config`: `name`, `value`, `source`."""

    name: str = ""
    value: str | int | bool = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Port(Event):
    """Of `ports`: `name` (`""` for a shield in DFU mode), `device`, `kind` (`board` `chip` `dfu`
    `unknown`), `usb`, `location`, `serial`, `holder`, `permitted`.
    """

    name: str = ""
    device: str = ""
    kind: str = ""
    usb: str = ""
    location: str = ""
    serial: str = ""
    holder: str = ""
    permitted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice(Event):
    """Of `setup`: `title`, `text`, `lines`."""

    title: str = ""
    text: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits(Event):
    """Of `fleet`: `text`: what is waited for before a board's own update begins."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardResult(Event):
    """Of `fleet`: the result of one board, its fields as those of `result`, but for `next`, which is in
    words: what is run next is the fleet's command.
    """

    status: str = ""
    code: str = ""
    modem_state: str = ""
    next: str = ""
    family: str = ""
    from_version: str = ""
    to_version: str = ""
    boot_mode: str = ""
    bytes: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardEnded(Event):
    """Of `fleet`: what became of one board for good: `name`, `port`, `stage` (`ended` `not begun`),
    `status`, `code`, `modem_state`, `from_version`, `to_version`, `seconds`, `starts` (how often its
    process was begun), `happened`, `next` (as in `board-result`).
    """

    name: str = ""
    port: str = ""
    stage: str = ""
    status: str = ""
    code: str = ""
    modem_state: str = ""
    from_version: str = ""
    to_version: str = ""
    seconds: float | None = None
    starts: int = 0
    happened: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet(Event):
    """Of `fleet`, at the end: `boards`: of each what `board-ended` has; the line before the result of
    all. Of `fleet results`: `fleet` (1), `seconds`, `boards` with also `began_s`, `phases` (seconds, name)
    and `rates` (seconds, bytes).
    """

    boards: tuple[Facts, ...] = ()
    fleet: int = 0
    seconds: float | None = None
