"""Quectel modems by Sahara and Firehose as a family: packages, ports, and a module that changes its port.

Rule: a port is one of these modules' by its USB ids; an adapter is refused before
it is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO
from urllib.parse import parse_qs, urlsplit

from modemflash.errors import BadFile, LinkProblem, Refusal
from modemflash_host.families.contract import Claim, Option, PortFacts, Progress
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
from modemflash_host.families.quectel_edl.framer import EdlFramer
from modemflash_host.families.quectel_edl.job import QuectelJob
from modemflash_host.families.quectel_edl.journal import Journal, journal_at, unfinished_of
from modemflash_host.families.quectel_edl.module_ports import (
    ModulePort,
    SimulatedPorts,
    SystemPorts,
    Usb2tcpPorts,
    port_of_only_module,
    refuse_another,
    the_one_in_edl,
)
from modemflash_host.families.quectel_edl.package_files import is_package, is_part
from modemflash_host.families.quectel_edl.words import WORDS
from modemflash_host.families.vocabulary import EventFields, Facts
from modemflash_host.files.selection import Companion
from modemflash_host.links.names import AUTO, is_simulated, simulated_profile
from modemflash_host.links.open import open_simulated_bus
from modemflash_host.links.ports import Port, list_ports, port_at
from modemflash_host.links.quectel_ports import CRASH_DUMP, DIAG, EDL, UART, is_model, is_of_quectel, role_of
from modemflash_host.links.usb2tcp import is_usb2tcp
from modemflash_host.links.usb_ids import CHIP
from modemflash_host.reporters import Reporter

_SIMULATED = ("rm", "eg", "bg")
"""How the names of simulated ones begin, as their models' do."""


class QuectelEdl:
    """See `modemflash_host.families.contract.PackageFamily`."""

    name = WORDS.family
    vocabulary = WORDS
    suffixes: tuple[str, ...] = ()
    options = (
        Option("model", "text", "The model on the lid of a module that cannot say it.", "MODEL"),
        Option("repair", "flag", "Write the build again where it runs already."),
    )

    def companions(self, options: Facts) -> tuple[Companion, ...]:
        """A package has all that it needs."""
        return ()

    def claims(self, port: PortFacts) -> Claim:
        """By the ids or names that only these modules have; without them any real port may lead to one."""
        if is_of_quectel(port.usb) or is_usb2tcp(port.name) or is_model(port.product):
            return Claim.CERTAINLY
        if is_simulated(port.name):
            return Claim.CERTAINLY if simulated_profile(port.name)[:2] in _SIMULATED else Claim.NO
        return Claim.NO if port.heard else Claim.PERHAPS

    def claims_file(self, name: str, head: bytes) -> Claim:
        """A single file of a package is known, so that it can be said what is missing."""
        return Claim.CERTAINLY if is_part(name, head) else Claim.NO

    def claims_package(self, name: str, names: Sequence[str]) -> Claim:
        """A folder or archive that has a file in it which only these packages have."""
        return Claim.CERTAINLY if is_package(name, names) else Claim.NO

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

    def framer(self) -> EdlFramer:
        """Packets, commands, and firmware, which is kept as a sum only."""
        return EdlFramer()

    @contextmanager
    def connect(self, request: Request, reporter: Reporter) -> Iterator[QuectelJob]:
        """A job at the port itself; where an update of its module did not finish, at the one module in EDL.

        Raises:
            Refusal: what is wrong with the port.
        """
        if is_usb2tcp(request.port) or is_simulated(request.port):
            ports = _ports_at(request.port, reporter)
            try:
                wanted = parse_qs(urlsplit(request.port).query).get("port", [""])[0].lower()
                listed = [each for each in ports.listed() if wanted in ("", each.role.name.lower())]
                if not listed:
                    raise LinkProblem("port-absent", request.port)
                yield QuectelJob(listed[0], ports, request, Journal(request.port), reporter)
            finally:
                ports.close()
            return
        system = SystemPorts(reporter)
        port = _port_for(request, system.listed())
        names = [port.name] if request.port == AUTO else [request.port, port.name]
        sha256 = next((file.sha256 for file in request.files), "")
        journal = journal_at(names, sha256 if port.role is EDL else None)
        yield QuectelJob(port, system, request, journal, reporter)

    def copy(self, request: Request, reporter: Reporter, file: BinaryIO) -> Copied:
        """See `CopyingFamily`.

        Raises:
            Refusal: it is known to be another port than a DM port; or as `copy_at`.
        """
        if is_usb2tcp(request.port) or is_simulated(request.port):
            _refuse_other_state(request.port, reporter)
        ports = list_ports()
        port = port_at(request.port, ports)
        if port is not None and port.device.kind == CHIP:
            raise _of_adapter(port, ports)
        return copy_at(dm_port(request.port, ports), request, reporter, file)

    def unfinished(self, request: Request) -> Unfinished | None:
        """What the notes of this computer say: that of the port, else the only one of this package."""
        own = Journal(request.port).load()
        if own is not None or not request.files:
            return unfinished_of(own)
        any_port = journal_at([request.port], request.files[0].sha256).load()
        return unfinished_of(any_port, is_of_port=False)


def _ports_at(address: str, reporter: Reporter) -> Usb2tcpPorts | SimulatedPorts:
    """What is behind an address that leads to one module."""
    if is_simulated(address):
        return SimulatedPorts(open_simulated_bus(address), reporter)
    return Usb2tcpPorts(address, reporter)


def _refuse_other_state(address: str, reporter: Reporter) -> None:
    """Only a running application has a DM port: to a boot ROM nothing is sent.

    Raises:
        Refusal: `copy-other-port`.
    """
    ports = _ports_at(address, reporter)
    try:
        found = [each for each in ports.listed() if each.role in (EDL, CRASH_DUMP)]
    finally:
        ports.close()
    if found:
        raise Refusal("copy-other-port", f"{found[0].name}: {found[0].words}")


def _port_for(request: Request, listed: list[ModulePort]) -> ModulePort:
    """The port that was named; of a module whose update did not finish, the one where it is now.

    Raises:
        Refusal: there is none, or what is there is none of a module; or it cannot be told which is meant.
    """
    ports = list_ports()
    named = port_at(request.port, ports)
    found = next((each for each in listed if named is not None and each.name == named.name), None)
    if request.port == AUTO:
        found = port_of_only_module(listed)
    elif found is None and Journal(request.port).load() is not None:
        found = the_one_in_edl(listed)
    if found is not None:
        if found.role is EDL and request.files:
            refuse_another(found, listed)
        return found
    if not request.files and request.port != AUTO:
        return _uart(request.port, named)
    if named is not None and named.device.kind == CHIP:
        raise _of_adapter(named, ports)
    if listed:
        there = ", ".join(each.name for each in listed if each.role in (DIAG, EDL)) or "not seen"
        raise Refusal("module-port-not-dm", f"{request.port} is no port of a module; its DM port is {there}")
    others = ", ".join(f"{each.name}: {each.device.name}" for each in ports if each.name)
    raise Refusal("module-usb-missing", others or f"{request.port}: this computer shows no serial port")


def _uart(name: str, port: Port | None) -> ModulePort:
    """A port that is no module's, where one answered as a module: what leads to its UART."""
    words = f"{port.device.name} ({port.usb}), {UART.words}" if port is not None and port.usb else UART.words
    return ModulePort(port.name if port is not None else name, "", "", UART, words)


def _of_adapter(port: Port, ports: list[Port]) -> Refusal:
    """Why a serial adapter is the wrong port, with the right one where it is there."""
    adapter = f"{port.name} is {port.device.name} ({port.usb}): the module's UART"
    own = [each for each in ports if is_of_quectel(each.usb)]
    right = [each for each in own if role_of(each.usb, each.location) in (DIAG, EDL)] or own
    if right:
        words = "; ".join(f"{each.name}: {each.device.name}" for each in right)
        return Refusal("module-port-is-adapter", f"{adapter}; there is {words}")
    return Refusal("module-usb-missing", adapter)
