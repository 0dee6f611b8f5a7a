"""What every family of modules is to the rest of the program: the seam.

    family = registry.family_of(…)            by the file, by the port
    with family.connect(request, reporter) as job:
        module = job.look()                   writes nothing
        plan = job.plan(request)              data, or a Refusal
        outcome = job.run(plan, consents)     the plan that was agreed to, and no other

Rules: a family never prints, never asks a person, and never chooses an exit
code: it reports events and raises a `Problem`; versions are text; a job says
what it is, nobody asks for its type; an update that is under way already is a
state of a job. This file is a leaf: it knows no family. What goes in and out as data stands in `plan.py`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from modemflash_host.consents import Consent
from modemflash_host.families.plan import (
    Copied,
    FileSource,
    FirmwareFile,
    ModuleInfo,
    Outcome,
    PackageSource,
    Plan,
    Request,
    Setting,
    Unfinished,
)
from modemflash_host.families.vocabulary import EventFields, Facts, Vocabulary

if TYPE_CHECKING:
    from modemflash_host.files.selection import Companion
    from modemflash_host.reporters import Reporter

Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all) while a file is read; it may raise `Stopped`."""


class Claim(enum.IntEnum):
    """How sure a family is that something is one of its own."""

    NO = 0
    PERHAPS = 1
    CERTAINLY = 2


@dataclass(frozen=True, slots=True)
class PortFacts:
    """What is known of a port before anything is sent to it.

    Attributes:
        name: a device, an address, or "auto".
        usb: "vvvv:pppp" in lower case, "" where there is none.
        heard: bytes that came unasked; b"" where nobody listened.
        product: what a module there called itself, when another family asked it; "" where nobody did.
    """

    name: str
    usb: str = ""
    heard: bytes = b""
    product: str = ""


class Settings(Protocol):
    """The settings of a module that was looked at."""

    def compare(self, recorded: Facts) -> tuple[Setting, ...]:
        """Each of them, beside what was recorded, in the order in which they are set. Writes nothing.

        Args:
            recorded: question → reply, as in the event `before`; it may be masked.

        Raises:
            Refusal: the module is in no state in which they can be asked.
        """

    def restore(self, setting: Setting) -> Setting:
        """Send the command of one that differs, and read it back.

        Raises:
            Problem: the module does not answer any more.
        """


class Job(Protocol):
    """One run on one module.

    Attributes:
        unfinished: what the journal knows; None before `look` and where there is nothing.
        module: what `look` found; None before.
        sent_bytes: firmware bytes that the module took so far.
        is_under_way: the update runs already, was confirmed when it began, and is only watched.
        settings: those of the module that `look` found; None where they cannot be set again.
    """

    @property
    def settings(self) -> Settings | None: ...
    @property
    def unfinished(self) -> Unfinished | None: ...
    @property
    def module(self) -> ModuleInfo | None: ...
    @property
    def sent_bytes(self) -> int: ...
    @property
    def is_under_way(self) -> bool: ...

    def look(self) -> ModuleInfo:
        """Find the module and ask who it is. Writes nothing.

        Raises:
            Problem: nothing that talks was found.
        """

    def plan(self, request: Request) -> Plan:
        """What a run would do to the module that `look` found.

        Raises:
            Refusal: a rule forbids it.
            QuestionOpen: something has to be asked first.
        """

    def run(self, plan: Plan, consents: frozenset[Consent]) -> Outcome:
        """Carry out `plan`, which was made by this job.

        Raises:
            Problem: with the state of the module stamped on it.
        """


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of what went over the wire, as a capture keeps it.

    Attributes:
        data: the bytes.
        kind: `TALK` passes the masks; `FRAME` is kept as it is; `FIRMWARE` as size and checksum only;
            `FILLING` as one byte and a count.
    """

    data: bytes
    kind: str


TALK, FRAME, FIRMWARE, FILLING = "talk", "frame", "firmware", "filling"


class Framer(Protocol):
    """Tells apart what goes over the wire of one run, both ways; it may hold back what is not whole yet.

    Attributes:
        in_transfer: firmware is under way: long talk that comes then could be its echo.
    """

    @property
    def in_transfer(self) -> bool: ...

    def sent(self, data: bytes) -> Iterator[Piece]:
        """What one of our writes is made of, in order."""

    def heard(self, data: bytes) -> Iterator[Piece]:
        """The same of bytes that came."""

    def rest(self) -> Iterator[tuple[str, Piece]]:
        """What is still held back at the end: ("tx" or "rx", piece)."""


def rest_of(sent: bytes, head_bytes: int, heard: bytes) -> Iterator[tuple[str, Piece]]:
    """What never became whole, for `Framer.rest`: of our frame its head, as it is; what came, as talk.

    Args:
        sent: the beginning of a frame of ours; behind its head it is firmware.
        head_bytes: how long a head is.
        heard: the beginning of an answer.
    """
    if sent:
        yield "tx", Piece(sent[:head_bytes], FRAME)
        yield "tx", Piece(sent[head_bytes:], FIRMWARE)
    if heard:
        yield "rx", Piece(heard, TALK)


_LONGEST_TALK = 256  # bytes of one write; a command is shorter


class TalkOnly:
    """The framer of a line on which no family speaks yet: talk, and what is too long for it."""

    in_transfer = False

    def sent(self, data: bytes) -> Iterator[Piece]:
        """See `Framer`."""
        yield Piece(data, TALK if len(data) <= _LONGEST_TALK else FIRMWARE)

    def heard(self, data: bytes) -> Iterator[Piece]:
        """See `Framer`."""
        yield Piece(data, TALK)

    def rest(self) -> Iterator[tuple[str, Piece]]:
        """See `Framer`."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be asked of an update, as a row: the command line makes a flag of it.

    Attributes:
        name: as on the command line, without dashes in front.
        kind: "flag", "text", "number", "file", or "yes-no".
        help: one sentence.
        metavar: of a text or number.
        group: "options" or "special".
    """

    name: str
    kind: str
    help: str
    metavar: str = ""
    group: str = "special"


class Family(Protocol):
    """A kind of module with its own protocol, files and dangers."""

    @property
    def name(self) -> str: ...
    @property
    def vocabulary(self) -> Vocabulary: ...
    @property
    def options(self) -> tuple[Option, ...]: ...
    @property
    def suffixes(self) -> tuple[str, ...]:
        """Endings of its files, in lower case: in a folder or an archive only these count."""

    def companions(self, options: Facts) -> tuple[Companion, ...]:
        """The files that its firmware may need beside itself, by what was said of them."""

    def claims(self, port: PortFacts) -> Claim:
        """Whether a module of this family is at a port."""

    def claims_file(self, name: str, head: bytes) -> Claim:
        """Whether a file is one of its own, by its name and first 64 bytes."""

    def examine(
        self, source: FileSource, progress: Progress, place: str = "", kind: str = ""
    ) -> FirmwareFile:
        """Read a file whole and check it; `kind`: what it must be, as its companions name kinds.

        Raises:
            BadFile: it is damaged.
            Refusal: `other-kind-of-file`.
        """

    def file_event(self, file: FirmwareFile, beside: tuple[FirmwareFile, ...]) -> EventFields:
        """What `identify` says of a file, as the event `file`; `beside`: the other files at hand."""

    def framer(self) -> Framer:
        """What a capture keeps of the wire, and what it must not."""

    def connect(self, request: Request, reporter: Reporter) -> AbstractContextManager[Job]:
        """A job on the module at the request's port; everything is left as it was at the end.

        Raises:
            Problem: it cannot be reached.
        """

    def unfinished(self, request: Request) -> Unfinished | None:
        """An update that did not finish, and may be that of the module that was not reached."""


class PackageFamily(Family, Protocol):
    """A family whose firmware is a package: a folder or an archive of many files that belong together."""

    def claims_package(self, name: str, names: Sequence[str]) -> Claim:
        """Whether a folder or archive is one package of its own.

        Args:
            name: of the folder or archive.
            names: its files, with slashes.
        """

    def examine_package(self, source: PackageSource, progress: Progress, place: str = "") -> FirmwareFile:
        """Read a package whole and check it.

        Raises:
            BadFile: it is damaged, or a rule forbids its use.
        """


class CopyingFamily(Family, Protocol):
    """A family whose running module lets its own files be read, such as calibration."""

    def copy(self, request: Request, reporter: Reporter, file: BinaryIO) -> Copied:
        """Read a copy into an empty file. Writes nothing to the module, and changes no mode of it.

        Raises:
            Problem: it cannot be read; what is in the file then is no copy.
            OSError: the file cannot be written.
        """
