"""Sequans Monarch modems as a family: the first one, and the one that is meant where nothing says another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from modemflash.builds import BOOT_ROM, UPDATER
from modemflash.errors import Refusal
from modemflash.examine import examine
from modemflash.image import Image
from modemflash.interface import FIRMWARE_ENDINGS
from modemflash.modem import RATES
from modemflash.upgrade import Update
from modemflash_host.board import access, location
from modemflash_host.board.console import session
from modemflash_host.board.modem_update import EngineRequest, ModemUpdate
from modemflash_host.capture.line import open_line
from modemflash_host.families.contract import Claim, Option, PortFacts, Progress
from modemflash_host.families.plan import AUTO, DIRECT, FileSource, FirmwareFile, Request, Unfinished
from modemflash_host.families.sequans import journals
from modemflash_host.families.sequans.bare_port import BarePortUpdate
from modemflash_host.families.sequans.companions import companions
from modemflash_host.families.sequans.file_facts import facts
from modemflash_host.families.sequans.framer import StpFramer
from modemflash_host.families.sequans.job import SequansJob, engine_options
from modemflash_host.families.sequans.link_rates import ONE_RATE, has_one_rate
from modemflash_host.families.sequans.same_module import SameModuleLine
from modemflash_host.families.sequans.words import WORDS
from modemflash_host.families.vocabulary import EventFields, Facts
from modemflash_host.files.selection import Companion
from modemflash_host.links.hear import hear
from modemflash_host.links.names import AUTO as AUTO_PORT
from modemflash_host.links.names import is_address
from modemflash_host.links.talkers import OtherTalkers, is_another, refuse_others
from modemflash_host.links.usb_ids import BOARD, NO_DEVICE, device_of_url, device_of_usb
from modemflash_host.reporters import Reporter

if TYPE_CHECKING:
    from modemflash.journal import Journal
    from modemflash.line import Line


_KIND_NAMES = {UPDATER: "updater ELF", BOOT_ROM: "boot ROM package"}


class Sequans:
    """See `modemflash_host.families.contract.Family`."""

    name = WORDS.family
    vocabulary = WORDS
    suffixes = FIRMWARE_ENDINGS
    options = (
        Option("updater", "file", "The updater ELF of the same package.", "FILE", "options"),
        Option("bootrom", "file", "The boot ROM package.", "FILE", "options"),
        Option("expect-build", "number", "The build that must run at the end.", "N", "options"),
        Option("repair", "flag", "Write the build again where it runs already."),
        Option(
            "after-part-1", "yes-no", "For modems at build 39529: whether part 1 of 48829 was written last."
        ),
    )

    def claims(self, port: PortFacts) -> Claim:
        """Any serial port may lead to one, and that of a Pycom board does."""
        return Claim.CERTAINLY if device_of_usb(port.usb).kind == BOARD else Claim.PERHAPS

    def claims_file(self, name: str, head: bytes) -> Claim:
        """By the ending that only its files have; a file of any other name is read all the same."""
        return Claim.CERTAINLY if name.lower().endswith(self.suffixes[0]) else Claim.PERHAPS

    def companions(self, options: Facts) -> tuple[Companion, ...]:
        """The updater and the boot ROM."""
        return companions(options.get("updater"), options.get("bootrom"))

    def examine(
        self, source: FileSource, progress: Progress, place: str = "", kind: str = ""
    ) -> FirmwareFile:
        """Read a file whole."""
        image = examine(source, progress)
        if kind and image.kind != kind:
            raise Refusal("other-kind-of-file", f"{source.name} is not the {_KIND_NAMES[kind]}")
        return FirmwareFile(self.name, source, image.sha256, image, place)

    def file_event(self, file: FirmwareFile, beside: tuple[FirmwareFile, ...]) -> EventFields:
        """What `identify` says."""
        images: list[Image] = [each.image for each in beside if each.family == self.name]
        return facts(file.image, file.place, images).event()

    def framer(self) -> StpFramer:
        """STP frames and their firmware."""
        return StpFramer()

    @contextmanager
    def connect(self, request: Request, reporter: Reporter) -> Iterator[SequansJob]:
        """At the port itself, or through a board there: `modemflash_host.board.access` has the table."""
        with _update_of(request, reporter) as (update, line):
            if line is None:  # through a board it is known whose modem is silent
                yield SequansJob(update)
            else:
                yield SequansJob(
                    update, lambda: self.unfinished(request), lambda: refuse_others(hear(line, is_another))
                )

    def unfinished(self, request: Request) -> Unfinished | None:
        """By the journals of this PC."""
        return journals.unfinished_at(request.port)


@contextmanager
def _update_of(request: Request, reporter: Reporter) -> Iterator[tuple[ModemUpdate, Line | None]]:
    """The update, and the line where the modem is at the port itself."""
    port, via = request.port, request.via
    place = None
    if port == AUTO_PORT or (via != DIRECT and (not is_address(port) or device_of_url(port) != NO_DEVICE)):
        place = session.find_board(port, reporter)
        port = place.port
    row = access.access_to(place, via, reporter) if place else access.access_for(port, NO_DEVICE, via)
    wanted = EngineRequest(
        files=[(file.image, file.source) for file in request.files],
        consents=request.consents,
        options=engine_options(request),
        journal_of=lambda line, address: journals.journal_of_board(port, address, line),
        only_look=request.only_look,
    )
    if row.via == DIRECT:
        with open_line(port, reporter) as opened:
            line = SameModuleLine(opened)
            if not request.files:  # where it is asked for more than the modem
                location.report_location(reporter, port, row.via)
            if has_one_rate(line):
                reporter.note(ONE_RATE)
            journal = journals.journal_at(port, line)
            engine = _engine(line, journal, wanted)
            yield (
                BarePortUpdate(
                    engine,
                    reporter,
                    lambda: journals.marks_of(journal),
                    lambda: line.bind(journals.number_of(journal)),
                ),
                line,
            )
        return
    if via == AUTO:
        reporter.note(f"Going by {row.via}: {row.condition}, and {row.why}.")
    place = place or session.find_board(port, reporter)
    with access.through_board(row, place, reporter, wanted) as update:
        yield update, None


def _engine(line: Line, journal: Journal, wanted: EngineRequest) -> Update:
    options = {**wanted.options, "who_else": OtherTalkers(line, RATES)}
    return Update(line, wanted.files, set(wanted.consents), journal, options)
