"""Quectel's LG290P and its kin as a family: `.pkg` files, `$PQTM…` sentences, a boot loader."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from modemflash.errors import BadFile, Refusal
from modemflash_host.capture.line import open_line
from modemflash_host.families.contract import Claim, Option, PortFacts, Progress
from modemflash_host.families.plan import FileSource, FirmwareFile, Request, Unfinished
from modemflash_host.families.quectel_gnss import nmea
from modemflash_host.families.quectel_gnss.chips import chip_of
from modemflash_host.families.quectel_gnss.framer import GnssFramer
from modemflash_host.families.quectel_gnss.job import GnssJob
from modemflash_host.families.quectel_gnss.journal import Journal, unfinished_at
from modemflash_host.families.quectel_gnss.package import (
    LARGEST_BYTES,
    Package,
    begins_like_one,
    read_package,
)
from modemflash_host.families.quectel_gnss.planning import RESETS, packets
from modemflash_host.families.quectel_gnss.words import WORDS
from modemflash_host.families.vocabulary import EventFields, Facts
from modemflash_host.files.selection import Companion
from modemflash_host.links.names import AUTO, is_simulated, simulated_profile
from modemflash_host.reporters import Reporter

_PIECE = 1 << 18


class QuectelGnss:
    """See `modemflash_host.families.contract.Family`."""

    name = WORDS.family
    vocabulary = WORDS
    suffixes = (".pkg",)
    options = (
        Option(
            "reset",
            "text",
            f"How a GNSS module gets into its boot loader: {', '.join(RESETS)}.",
            "HOW",
        ),
        Option("model", "text", "The model on the lid of a module that cannot say it.", "MODEL"),
        Option("repair", "flag", "Write the build again where it runs already."),
    )

    def claims(self, port: PortFacts) -> Claim:
        """By what is heard; a simulated one by its name; a Pycom board is none."""
        if is_simulated(port.name):
            return Claim.CERTAINLY if simulated_profile(port.name).startswith("lg") else Claim.NO
        if port.name == AUTO:
            return Claim.NO
        return Claim.CERTAINLY if nmea.is_gnss(port.heard) else Claim.PERHAPS

    def claims_file(self, name: str, head: bytes) -> Claim:
        """By its ending, or by how it begins."""
        if name.lower().endswith(self.suffixes):
            return Claim.CERTAINLY
        return Claim.CERTAINLY if begins_like_one(head) else Claim.NO

    def companions(self, options: Facts) -> tuple[Companion, ...]:
        """None: a package is whole."""
        return ()

    def examine(
        self, source: FileSource, progress: Progress, place: str = "", kind: str = ""
    ) -> FirmwareFile:
        """Read a file whole."""
        if kind:
            raise Refusal("other-kind-of-file", source.name)
        if source.size > LARGEST_BYTES:
            raise BadFile("file-too-large", source.name)
        data = bytearray(source.size)
        view = memoryview(data)
        for at in range(0, source.size, _PIECE):
            source.readinto(at, view[at : at + _PIECE])
            progress(min(at + _PIECE, source.size), source.size)
        package = read_package(data, source.name)
        return FirmwareFile(self.name, source, hashlib.sha256(data).hexdigest(), package, place)

    def file_event(self, file: FirmwareFile, beside: tuple[FirmwareFile, ...]) -> EventFields:
        """What `identify` says."""
        package: Package = file.image
        chip = chip_of(package.parts.model)
        return {
            "event": "file",
            "name": file.name,
            "place": file.place,
            "kind": "package",
            "size": file.source.size,
            "sha256": file.sha256,
            "version": package.version,
            "model": package.parts.model,
            "hardware": package.parts.hardware,
            "variant": package.parts.variant,
            "build": package.built,
            "base": package.base,
            "packets": packets(file.source.size),
            "verified": chip is not None and chip.verified,
            "parts": [
                {"kind": each.kind, "size": each.size, "segments": len(each.segments)}
                for each in package.containers
            ],
            "doubts": list(package.doubts),
        }

    def framer(self) -> GnssFramer:
        """Frames and their firmware."""
        return GnssFramer()

    @contextmanager
    def connect(self, request: Request, reporter: Reporter) -> Iterator[GnssJob]:
        """At the port itself."""
        with open_line(request.port, reporter, flow_control=False) as line:
            yield GnssJob(line, request, Journal(request.port))

    def unfinished(self, request: Request) -> Unfinished | None:
        """What the note of this computer says."""
        return unfinished_at(Journal(request.port))
