"""The runs that are remembered: one capture each, the last 20 of them.

Rules: names begin with a number that grows, so sorting them is sorting by age,
whatever the clock says (some computers wake up in 1970); a run that cannot be
written is no reason not to update; nothing in the folder but runs is ever
removed, and no run that still goes on; all together stay below a size; a list
looks at both ends of a capture alone.
"""

from __future__ import annotations

import errno
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import modemflash
from modemflash_host.capture.file import MOST_BYTES, MOST_RAW_BYTES, CaptureFile, Record
from modemflash_host.capture.reading import ends_of
from modemflash_host.capture.recorder import Recorder
from modemflash_host.errors import Refusal
from modemflash_host.privacy import mask_command_line
from modemflash_host.store.file_lock import remove_unheld
from modemflash_host.store.state_folder import kept_file, state_folder

KEPT = 20
KEPT_BYTES = 100_000_000  # all together, with the one that is written
_NAME = re.compile(r"(\d{6,9})-\d{8}-\d{6}-\d+\.jsonl")
_MOST_TRIES = 100
_LONGEST_PID = 12  # digits
_LONGEST_NUMBER = 2  # longer digits begin a name


@dataclass(frozen=True, slots=True)
class Run:
    """One remembered run.

    Attributes:
        path: its capture.
        header: who ran what, where and when.
        identity: the modem as it said it was, at first; empty where it never did, or not near the beginning.
        result: the last event; empty where the program was killed.
    """

    path: Path
    header: Record
    identity: Record
    result: Record

    @property
    def name(self) -> str:
        """What `report` is given."""
        return self.path.stem

    @property
    def process(self) -> int:
        """The number of its process; 0 where the name does not tell."""
        number = self.name.rpartition("-")[2]
        return int(number) if number.isascii() and number.isdigit() and len(number) < _LONGEST_PID else 0


def begin_run(
    command: Sequence[str],
    port: str,
    on_trouble: Callable[[str], object],
    *,
    to: Path | None = None,
    raw: bool = False,
    facts: Record | None = None,
) -> tuple[Recorder, Path]:
    """Open the captures of a new run, and forget the oldest.

    Args:
        command: the words of the command line.
        port: the port.
        on_trouble: told once when a capture cannot be written.
        to: where the bytes go; the run's own file then keeps the events only.
        raw: keep payloads and identities; never in the run's own file where `to` is given.
        facts: more for the header, e.g. the serial driver.

    Returns:
        The recorder, and the run's own file.

    Raises:
        Refusal: `capture-over-file`, for `to`.
    """
    header = {
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "modemflash": modemflash.__version__,
        "python": sys.version.split()[0],
        "platform": sys.platform,
        "command": mask_command_line(command),
        "port": mask_command_line([port])[0],
        **(facts or {}),
    }
    try:
        folder = state_folder("runs")
        most_bytes = MOST_RAW_BYTES if raw else MOST_BYTES
        forget_old(folder, KEPT - 1, KEPT_BYTES - (most_bytes if to is None else MOST_BYTES))
        path = _new_name(folder)
    except OSError as error:
        on_trouble(f"this run is not remembered: {error.strerror}")
        path = Path(os.devnull)
    if to is None:
        own = CaptureFile(path, {**header, "raw": raw}, on_trouble, MOST_RAW_BYTES if raw else MOST_BYTES)
        return Recorder(own, None, raw), path
    wire = CaptureFile(to, {**header, "raw": raw}, on_trouble, MOST_RAW_BYTES if raw else MOST_BYTES)
    story = CaptureFile(path, {**header, "raw": False, "capture_at": str(to)}, on_trouble)
    return Recorder(wire, story, raw), path


def runs() -> list[Run]:
    """The remembered runs, newest first; what is no capture is passed over."""
    try:
        folder = state_folder("runs")
    except OSError:
        return []
    found = []
    for path in reversed(_files(folder)):
        try:
            found.append(run_at(path))
        except Refusal:
            continue
    return found


def run_at(path: Path) -> Run:
    """The run that was written to a file.

    Raises:
        Refusal: as `read_capture`.
    """
    header, first, last = ends_of(path)
    identities = [event for event in map(_event, first) if event.get("event") == "identity"]
    results = [event for event in map(_event, last) if event.get("event") == "result"]
    return Run(path, header, identities[0] if identities else {}, results[-1] if results else {})


def find_run(name: str = "") -> Run:
    """A run by its number (the newest is 1), its name or the beginning of it; the last one without.

    Raises:
        Refusal: `no-such-run`.
    """
    found = runs()
    if name.isdigit() and len(name) <= _LONGEST_NUMBER:
        chosen = found[int(name) - 1 : int(name)] if int(name) else []
    else:
        chosen = [run for run in found if run.name.startswith(name)]
    if not chosen:
        raise Refusal("no-such-run", name)
    return chosen[0]


def forget_old(folder: Path, keep: int, keep_bytes: int = KEPT_BYTES) -> None:
    """Remove all runs but the newest `keep`, of these the oldest until they fit into `keep_bytes`.

    Those that still go on stay.
    """
    left_bytes = keep_bytes
    for number, path in enumerate(reversed(_files(folder))):
        try:
            left_bytes -= path.lstat().st_size
            if number < keep and left_bytes >= 0:
                continue
            remove_unheld(path)
        except OSError:
            continue  # in use, on some systems: the next run tries again


def _event(record: Record) -> Record:
    event: Record = record.get("event", {})
    return event


def _files(folder: Path) -> list[Path]:
    """The runs, the oldest first."""
    found = [(int(match[1]), path) for path in folder.iterdir() if (match := _NAME.fullmatch(path.name))]
    return [path for _, path in sorted(found)]


def _new_name(folder: Path) -> Path:
    """A name that no other run has; the file is there afterwards, empty.

    Raises:
        OSError: it cannot be made.
    """
    before = _files(folder)
    number = int(before[-1].name.split("-")[0]) + 1 if before else 1
    moment = time.strftime("%Y%m%d-%H%M%S")
    for _ in range(_MOST_TRIES):
        path = folder / f"{number:06}-{moment}-{os.getpid()}.jsonl"
        try:
            kept_file(path, replace=False).close()
        except FileExistsError:  # another container's process with this number
            number += 1
            continue
        return path
    raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))
