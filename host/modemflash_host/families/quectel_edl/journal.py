"""What this computer knows of an update that was begun on the module behind a port.

Rules: it is on the disk before the module is sent into EDL, where it cannot say any
more who it is, and says so before the first erase is sent; it goes when the module
itself has said that it runs the package. Of the IMEI it keeps a sum only.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields

from modemflash.errors import Problem
from modemflash_host.families.plan import Unfinished
from modemflash_host.store.journal_files import journal_key
from modemflash_host.store.record_file import RecordFile
from modemflash_host.store.state_folder import state_folder

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
    """The journal of what is behind `port`."""

    def __init__(self, port: str) -> None:
        self._port = port

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

    def remove(self) -> None:
        """It came to its end."""
        try:
            self._record().remove()
        except OSError:
            pass  # the module's own word comes before a note

    def _record(self) -> RecordFile:
        return RecordFile(state_folder("journal") / f"{journal_key(self._port)}.edl")


def unfinished_of(begun: Begun | None) -> Unfinished | None:
    """A record in the form that every family's has; None for none, and for one that has changed nothing."""
    if begun is None or not begun.has_written:
        return None
    facts = {"stage": begun.stage, "from_version": begun.before, "sha256": begun.sha256}
    return Unfinished(begun.version, (begun.file,), facts=facts)


def imei_sum(imei: str) -> str:
    """What is kept of an IMEI, to know it again; "" for none."""
    return hashlib.sha256(imei.encode()).hexdigest() if imei else ""
