"""What this computer knows of an update that was begun on the module behind a port.

Rules: it is on the disk before the erase is sent, and goes when the module itself
has said that it runs the file.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from modemflash.errors import Problem
from modemflash_host.families.plan import Unfinished
from modemflash_host.store.journal_files import journal_key
from modemflash_host.store.record_file import RecordFile
from modemflash_host.store.state_folder import state_folder


@dataclass(frozen=True, slots=True)
class Begun:
    """An update that was begun.

    Attributes:
        stage: "erase" or "sent", the whole image.
        file: the name of the firmware file.
        sha256: of it.
        version: that it leads to.
        target: model, hardware and variant that the module has.
        before: the version before; "" where it did not say.
    """

    stage: str
    file: str
    sha256: str
    version: str
    target: str
    before: str = ""


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
            Problem: `gnss-no-journal`.
        """
        try:
            self._record().save(asdict(begun))
        except OSError as error:
            raise Problem("gnss-no-journal", error.strerror or "") from error

    def remove(self) -> None:
        """It came to its end."""
        try:
            self._record().remove()
        except OSError:
            pass  # the module's own word comes before a note

    def _record(self) -> RecordFile:
        return RecordFile(state_folder("journal") / f"{journal_key(self._port)}.gnss")


def unfinished_of(begun: Begun | None) -> Unfinished | None:
    """A record in the form that every family's has; None for none."""
    if begun is None:
        return None
    return Unfinished(begun.version, (begun.file,), facts={"stage": begun.stage, "sha256": begun.sha256})
