"""Quectel modems by Sahara and Firehose as a family: their packages are checked, their ports are named.

Rule: no path to writing exists here. A package and a port together are refused
before the port is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO

from modemflash.errors import BadFile, Refusal
from modemflash_host.families.contract import Claim, Job, Option, PortFacts, Progress, TalkOnly
from modemflash_host.families.plan import (
    Copied,
    FileSource,
    FirmwareFile,
    PackageSource,
    Request,
    Unfinished,
)
from modemflash_host.families.quectel_edl.copying import copy_at, dm_port
from modemflash_host.families.quectel_edl.examine import examine_package
from modemflash_host.families.quectel_edl.file_rows import package_event
from modemflash_host.families.quectel_edl.job import QuectelJob
from modemflash_host.families.quectel_edl.package_files import is_of_a_package, is_other_chip
from modemflash_host.families.quectel_edl.words import WORDS
from modemflash_host.families.vocabulary import EventFields, Facts
from modemflash_host.files.selection import Companion
from modemflash_host.links.names import is_simulated
from modemflash_host.links.ports import Port, list_ports, port_at
from modemflash_host.links.quectel_ports import DIAG, is_of_quectel, role_of
from modemflash_host.links.usb_ids import CHIP
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
        if is_of_quectel(port.usb):
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
        """Questions and their answers, which are talk; firmware is never sent."""
        return TalkOnly()

    def connect(self, request: Request, reporter: Reporter) -> AbstractContextManager[Job]:
        """A look at a module; with a package it is refused, because none is written in this version.

        Raises:
            Refusal: `package-not-written`, or what is wrong with the port for it.
        """
        ports = list_ports()
        port = port_at(request.port, ports)
        if request.files:
            if port is not None and port.device.kind == CHIP:
                raise _of_adapter(port, ports)
            raise Refusal("package-not-written", ", ".join(file.name for file in request.files))
        if port is None or not is_of_quectel(port.usb):
            raise Refusal("module-usb-missing", request.port)
        return nullcontext(QuectelJob(port, reporter))

    def copy(self, request: Request, reporter: Reporter, file: BinaryIO) -> Copied:
        """See `CopyingFamily`.

        Raises:
            Refusal: it is known to be another port than a DM port; or as `copy_at`.
        """
        ports = list_ports()
        port = port_at(request.port, ports)
        if port is not None and port.device.kind == CHIP:
            raise _of_adapter(port, ports)
        return copy_at(dm_port(request.port, ports), request, reporter, file)

    def unfinished(self, request: Request) -> Unfinished | None:
        """Nothing was ever begun."""
        return None


def _of_adapter(port: Port, ports: list[Port]) -> Refusal:
    """Why a serial adapter is the wrong port, with the right one where it is there."""
    adapter = f"{port.name} is {port.device.name} ({port.usb}): the module's UART"
    own = [each for each in ports if is_of_quectel(each.usb)]
    right = [each.name for each in own if role_of(each.usb, each.location) is DIAG]
    if right:
        return Refusal("module-port-is-adapter", f"{adapter}; its DM port is {', '.join(right)}")
    return Refusal("module-usb-missing", adapter)
