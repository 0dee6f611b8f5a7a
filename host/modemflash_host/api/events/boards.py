"""What is told of the board between the PC and a module, and of its card; see `running`."""

from __future__ import annotations

from dataclasses import dataclass

from modemflash_host.api.events.base import Event
from modemflash_host.families.vocabulary import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLeft(Event):
    """The board was given back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board(Event):
    """Of `board info`: `port`, `by` (`interrupted` `safe-boot` `pic-reset`), `name`, `release`,
    `version`, `machine`, `python` (its MicroPython as numbers), `mac`, `lte_on_boot`,
    `watchdog_on_boot`, `free_kib`, `is_pycom`, `last_job` (how the last one from a card ended: its
    code, the builds before and after).
    """

    port: str = ""
    by: str = ""
    name: str = ""
    release: str = ""
    version: str = ""
    machine: str = ""
    python: tuple[int, ...] = ()
    mac: str = ""
    lte_on_boot: bool | None = None
    watchdog_on_boot: bool | None = None
    free_kib: int | None = None
    is_pycom: bool = False
    last_job: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Event):
    """What is between the PC and the modem: `port`, `way` (`relay` `mirror` `direct`), `board` (as in
    `board`, without `port` and `by`; `null` where it cannot be asked).
    """

    port: str = ""
    way: str = ""
    board: Facts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot(Event):
    """Of `info`: the board's slot for a card: `state` (`empty` `unreadable` `read`), `files` (how
    many), `firmware` (names).
    """

    state: str = ""
    files: int = 0
    firmware: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOnBoard(Event):
    """`remove`: the updater stays on the board for the next command; this command line takes it off."""

    remove: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card(Event):
    """Of `card prepare` and `card check`: `folder`, `ways` (`state`, `origin`, `target`, `code`,
    `missing`), `with_engine`, `with_imei`.
    """

    folder: str = ""
    ways: tuple[Facts, ...] = ()
    with_engine: bool = False
    with_imei: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CardResult(Event):
    """Of `card results`: `board` (its number), and as that board wrote it, `null` where it did not:
    `type`, `result`, `code`, `modem_state`, `from_build`, `to_build`, `seconds`, `imei`; `attempts`,
    and `card` (the folder of the last).
    """

    board: str = ""
    type: str | int | float | None = None
    result: str | int | float | None = None
    code: str | int | float | None = None
    modem_state: str | int | float | None = None
    from_build: str | int | float | None = None
    to_build: str | int | float | None = None
    attempts: int = 0
    seconds: str | int | float | None = None
    imei: str | int | float | None = None
    card: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip(Event):
    """Of `board chip`: `port`, `name`, `revision` (major, minor), `mac`, `flash_mb`, `features`."""

    port: str = ""
    name: str = ""
    revision: tuple[int, ...] = ()
    mac: str = ""
    flash_mb: int = 0
    features: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware(Event):
    """Of `board firmware`: `file`, `board`, `release`, `script`, `writes` (`what`, `place`, `offset`,
    `size`, `file`), `to_files`, `loses_files`, `warnings`.
    """

    file: str = ""
    board: str = ""
    release: str = ""
    script: str = ""
    writes: tuple[Facts, ...] = ()
    to_files: str = ""
    loses_files: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed(Event):
    """Of `board deploy`: `written`, `unchanged`, `removed`, `bytes`, `hook` (it was put in, too)."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    bytes: int = 0
    hook: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed(Event):
    """Of `board remove`: `files`, `kept`."""

    files: int = 0
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RescuePlan(Event):
    """Of `rescue` on a board, before anything is changed: `port`, `board`, `mac`, `updater_bytes` (to
    write), `has_hook`, `stays` (`updater`, `hook`: what is left on the board at the end),
    `listen_minutes`, `for_s`, `power_may_be_cut`.
    """

    port: str = ""
    board: str = ""
    mac: str = ""
    updater_bytes: int = 0
    has_hook: bool = False
    stays: tuple[str, ...] = ()
    listen_minutes: int = 0
    for_s: int = 0
    power_may_be_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescue(Event):
    """`what`: `armed` `cut-now` `cut-again` `not-yet` `port-gone` `long-enough` `too-short` `power-cut`
    `battery` `reset-only` `no-word` `answered` `silent` `alive` `gave-up` `put-back` `stays-armed`
    `still-armed`; `text`; where they say something `away_s`, `after_s`, `cuts`, `baud`, `state`,
    `build`, `code`, `why`.
    """

    what: str = ""
    text: str = ""
    away_s: float | None = None
    after_s: float | None = None
    cuts: int | None = None
    baud: int | None = None
    state: str = ""
    build: int | None = None
    code: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLog(Event):
    """Of `rescue`: `text`: what the board wrote down while it was armed."""

    text: str = ""
