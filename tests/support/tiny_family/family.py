"""The family, through the contract of `modemflash_host.families.contract` alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from modemflash.errors import UPDATED, BadFile, NoModem
from modemflash.line import Line
from modemflash_host.capture.line import open_line
from modemflash_host.consents import Consent
from modemflash_host.families.contract import (
    FIRMWARE,
    FRAME,
    TALK,
    Claim,
    Option,
    Piece,
    PortFacts,
    Progress,
)
from modemflash_host.families.plan import (
    FileSource,
    FirmwareFile,
    ModuleInfo,
    Outcome,
    Plan,
    PlannedFile,
    PlannedPhase,
    Request,
    Unfinished,
)
from modemflash_host.families.vocabulary import Event, Readable, Row, Vocabulary, row
from modemflash_host.reporters import Reporter

MAGIC = b"TINY"


def make_file(version: str) -> bytes:
    """A firmware file."""
    return MAGIC + version.encode() + b"\n" + b"x" * 64


def _file_rows(event: Event) -> tuple[Row, ...]:
    return (row("Kind", "tiny firmware"), row("Version", event["version"]))


WORDS = Vocabulary(
    family="tiny",
    phases={"transfer": "write the tiny device"},
    states={"awake": ("awake", "good")},
    directions={"upgrade": ("upgrade", "good")},
    roles={"main": "Firmware"},
    readable=Readable(lines=(r"tiny \d+", "done", "V")),
    file_rows=_file_rows,
)


class TinyFramer:
    """Answers are talk; what is written is firmware."""

    in_transfer = False

    def sent(self, data: bytes) -> Iterator[Piece]:
        if data[:1] == b"W":
            yield Piece(data[:3], FRAME)
            yield Piece(data[3:], FIRMWARE)
        else:
            yield Piece(data, TALK)

    def heard(self, data: bytes) -> Iterator[Piece]:
        yield Piece(data, TALK)

    def rest(self) -> Iterator[tuple[str, Piece]]:
        return iter(())


class TinyJob:
    """One run."""

    is_under_way = False
    settings = None
    unfinished: Unfinished | None = None

    def __init__(self, line: Line, request: Request) -> None:
        self._line = line
        self._request = request
        self.module: ModuleInfo | None = None
        self.sent_bytes = 0

    def look(self) -> ModuleInfo:
        self._line.report("phase", phase="find", usual_s=1, allowed_s=5, note="")
        words = self._ask(b"V").split()
        if words[:1] != [b"tiny"]:
            raise NoModem("modem-silent")
        self._line.report("found", state="awake", baud=0, resumed=False)
        version = words[1].decode()
        self._line.report("identity", product="Tiny", version=version)
        self.module = ModuleInfo("awake", "Tiny", version)
        return self.module

    def plan(self, request: Request) -> Plan:
        assert self.module is not None
        [file] = request.files
        target = str(file.image)
        return Plan(
            nothing_to_do=target == self.module.version,
            why="already-runs-it" if target == self.module.version else "",
            direction="upgrade",
            from_version=self.module.version,
            to_version=target,
            files=(PlannedFile("main", file.name, file.source.size, "tiny", target, file.sha256),),
            phases=(PlannedPhase("transfer", 1, 5),),
        )

    def run(self, plan: Plan, consents: frozenset[Consent]) -> Outcome:
        assert self.module is not None
        if plan.nothing_to_do:
            return Outcome("nothing-to-do", plan.why, "untouched", plan.from_version, plan.from_version)
        [file] = self._request.files
        body = bytearray(file.source.size)
        file.source.readinto(0, body)
        self._line.report("phase", phase="transfer", usual_s=1, allowed_s=5, note="")
        self._ask(b"W" + len(body).to_bytes(2, "big") + body)
        self.sent_bytes = len(body)
        after = self._ask(b"V").split()[1].decode()
        return Outcome("updated", "updated", UPDATED, plan.from_version, after, "awake", self.sent_bytes, 1.0)

    def _ask(self, words: bytes) -> bytes:
        self._line.write(words)
        answer = bytearray(64)
        got = 0
        while b"\n" not in answer[:got]:
            more = self._line.read(memoryview(answer)[got:], 1, 2000)
            if not more:
                raise NoModem("modem-silent")
            got += more
        return bytes(answer[:got])


class TinyFamily:
    """See `modemflash_host.families.contract.Family`.

    Args:
        url: the port that is known to have such a device, as a USB id would tell.
    """

    name = WORDS.family
    vocabulary = WORDS
    suffixes = (".tiny",)
    options: tuple[Option, ...] = ()

    def __init__(self, url: str) -> None:
        self._url = url

    def companions(self, options: Mapping[str, Any]) -> tuple[()]:
        return ()

    def claims(self, port: PortFacts) -> Claim:
        return Claim.CERTAINLY if port.name == self._url else Claim.NO

    def claims_file(self, name: str, head: bytes) -> Claim:
        return Claim.CERTAINLY if name.endswith(self.suffixes) or head.startswith(MAGIC) else Claim.NO

    def examine(
        self, source: FileSource, progress: Progress, place: str = "", kind: str = ""
    ) -> FirmwareFile:
        data = bytearray(source.size)
        source.readinto(0, data)
        progress(source.size, source.size)
        version, newline, _ = bytes(data[len(MAGIC) :]).partition(b"\n")
        if not data.startswith(MAGIC) or not newline:
            raise BadFile("not-firmware", source.name)
        return FirmwareFile(self.name, source, hashlib.sha256(data).hexdigest(), version.decode(), place)

    def file_event(self, file: FirmwareFile, beside: tuple[FirmwareFile, ...]) -> dict[str, Any]:
        return {"event": "file", "name": file.name, "place": file.place, "version": file.image}

    def framer(self) -> TinyFramer:
        return TinyFramer()

    @contextmanager
    def connect(self, request: Request, reporter: Reporter) -> Iterator[TinyJob]:
        with open_line(request.port, reporter) as line:
            yield TinyJob(line, request)

    def unfinished(self, request: Request) -> None:
        return None
