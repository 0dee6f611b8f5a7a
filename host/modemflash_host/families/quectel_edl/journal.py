"""What this computer knows of an update that was begun on the module behind a port.

Rules: it is on the disk before the module is sent into EDL, where it cannot say any
more who it is, and says so before the first erase is sent; it goes when the module
itself has said that it runs the package. Of the IMEI it keeps a sum only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from modemflash.errors import Problem
from modemflash_host.families.plan import Unfinished
from modemflash_host.store.journal_files import journal_key
from modemflash_host.store.record_file import RecordFile
from modemflash_host.store.state_folder import state_folder

_ENDING = ".edl"
_SIMULATED = "sim-"  # as the key of such an address begins
SWITCHED, WRITE, SENT = "switched", "write", "sent"


@dataclass(frozen=True, slots=True)
class Begun:
    """An update that was begun.

    Attributes:
        stage: "switched" into EDL, "write", or "sent" when all of it was.
        file: the name of the package.
        sha256: of it.
        version: that it leads to.
        model: of the module.
        before: its version before; "" where it did not say.
        usb: the ids of its application; "" where it was in EDL already.
        imei_sum: see `imei_sum`; "" where it did not say.
        efs2_copy: where the copy of EFS2 is.
        efs2_sha256: of it.
    """

    stage: str
    file: str
    sha256: str
    version: str
    model: str
    before: str
    usb: str
    imei_sum: str
    efs2_copy: str = ""
    efs2_sha256: str = ""

    @property
    def has_written(self) -> bool:
        """Whether the module's flash may no longer be as it was."""
        return self.stage != SWITCHED


class Journal:
    """The journal of what is behind `port`, or the one that has a key already."""

    def __init__(self, port: str, key: str = "") -> None:
        self._key = key or journal_key(port)

    def load(self) -> Begun | None:
        """What was begun; None where nothing was, or the note cannot be read."""
        try:
            found = self._record().load()
        except OSError:
            return None
        names = {each.name for each in fields(Begun)}
        return Begun(**found) if set(found) == names else None

    def save(self, begun: Begun) -> None:
        """Keep it.

        Raises:
            Problem: `edl-no-journal`.
        """
        try:
            self._record().save(asdict(begun))
        except OSError as error:
            raise Problem("edl-no-journal", error.strerror or "") from error

    def set_aside(self) -> None:
        """Keep it as the note of a module that is not at this port now: in EDL it may be found again.

        Raises:
            Problem: `edl-no-journal`.
        """
        begun = self.load()
        if begun is not None:
            Journal("", f"{self._key}-{begun.efs2_sha256[:8]}").save(begun)
            self.remove()

    def remove(self) -> None:
        """It came to its end."""
        try:
            self._record().remove()
        except OSError:
            pass  # the module's own word comes before a note

    def _record(self) -> RecordFile:
        return RecordFile(state_folder("journal") / f"{self._key}{_ENDING}")


def journal_at(ports: Sequence[str], sha256: str | None) -> Journal:
    """What is known of the module at a port that may have had another name when its update was begun.

    Args:
        ports: its names, the best one first: a new note goes there.
        sha256: of the package, for a module in EDL, which has a name of that day: the only update with that
            package that did not finish is its own; "" for that with any package; None where it runs.
    """
    own = [Journal(port) for port in ports]
    if (noted := next((each for each in own if each.load() is not None), None)) is not None:
        return noted
    others = [] if sha256 is None else [each for each in _all() if _is_open(each, sha256)]
    return others[0] if len(others) == 1 else own[0]


def _all() -> list[Journal]:
    """Those of real modules."""
    try:
        found = sorted(
            path.name.removesuffix(_ENDING) for path in state_folder("journal").glob(f"*{_ENDING}")
        )
    except OSError:
        return []
    return [Journal("", key) for key in found if not key.startswith(_SIMULATED)]


def _is_open(journal: Journal, sha256: str) -> bool:
    begun = journal.load()
    return begun is not None and begun.has_written and sha256 in ("", begun.sha256)


def unfinished_of(begun: Begun | None, *, is_of_port: bool = True) -> Unfinished | None:
    """A record in the form that every family's has; None for none, and for one that has changed nothing."""
    if begun is None or not begun.has_written:
        return None
    facts = {"stage": begun.stage, "from_version": begun.before, "sha256": begun.sha256}
    return Unfinished(begun.version, (begun.file,), facts=facts, is_of_port=is_of_port)


def imei_sum(imei: str) -> str:
    """What is kept of an IMEI, to know it again; "" for none."""
    return hashlib.sha256(imei.encode()).hexdigest() if imei else ""
