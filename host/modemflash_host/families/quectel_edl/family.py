"""Quectel modems by Sahara and Firehose as a family: their packages are checked, their ports are named.

Rule: no path to writing exists here. A package and a port together are refused
before the port is opened.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from contextlib import AbstractContextManager

from modemflash.errors import BadFile, Refusal
from modemflash_host.families.contract import Claim, Job, Option, PortFacts, Progress, TalkOnly
from modemflash_host.families.plan import FileSource, FirmwareFile, PackageSource, Request, Unfinished
from modemflash_host.families.quectel_edl.examine import examine_package
from modemflash_host.families.quectel_edl.file_rows import package_event
from modemflash_host.families.quectel_edl.package_files import is_of_a_package, is_other_chip
from modemflash_host.families.quectel_edl.words import WORDS
from modemflash_host.families.vocabulary import EventFields, Facts
from modemflash_host.files.selection import Companion
from modemflash_host.links.names import is_simulated
from modemflash_host.reporters import Reporter


class QuectelEdl:
    """See `modemflash_host.families.contract.PackageFamily`."""

    name = WORDS.family
    vocabulary = WORDS
    suffixes: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()

    def companions(self, options: Facts) -> tuple[Companion, ...]:
        """A package has all that it needs."""
        return ()

    def claims(self, port: PortFacts) -> Claim:
        """By the ids that only these modules have; without one any real port may lead to such a module."""
        if port.usb.startswith("2c7c:") or port.usb in ("05c6:9008", "05c6:900e"):
            return Claim.CERTAINLY
        return Claim.NO if port.heard or is_simulated(port.name) else Claim.PERHAPS

    def claims_file(self, name: str, head: bytes) -> Claim:
        """A single file of a package is known, so that it can be said what is missing."""
        return Claim.CERTAINLY if is_of_a_package(name) else Claim.NO

    def claims_package(self, name: str, names: Sequence[str]) -> Claim:
        """A folder or archive that has a file in it which only these packages have."""
        mine = is_other_chip(name) or any(is_of_a_package(each) for each in names)
        return Claim.CERTAINLY if mine else Claim.NO

    def examine(
        self, source: FileSource, progress: Progress, place: str = "", kind: str = ""
    ) -> FirmwareFile:
        """Of a single file nothing can be proved.

        Raises:
            BadFile: `package-part-only`.
        """
        raise BadFile("package-part-only", source.name)

    def examine_package(self, source: PackageSource, progress: Progress, place: str = "") -> FirmwareFile:
        """Read and prove a package.

        Raises:
            BadFile: with the rule that is broken.
        """
        package = examine_package(source, progress)
        return FirmwareFile(self.name, source, package.whole.sha256, package, place)

    def file_event(self, file: FirmwareFile, beside: tuple[FirmwareFile, ...]) -> EventFields:
        """See `Family`."""
        return package_event(file, file.image)

    def framer(self) -> TalkOnly:
        """Nothing is ever sent."""
        return TalkOnly()

    def connect(self, request: Request, reporter: Reporter) -> AbstractContextManager[Job]:
        """No package is written in this version.

        Raises:
            Refusal: `package-not-written`.
        """
        names = ", ".join(posixpath.basename(file.name) for file in request.files)
        raise Refusal("package-not-written", names)

    def unfinished(self, request: Request) -> Unfinished | None:
        """Nothing was ever begun."""
        return None
