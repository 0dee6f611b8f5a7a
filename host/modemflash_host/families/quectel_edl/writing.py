"""Sending what a package would have a module do: the only place from which the flash is changed.

Rules: `refuse_unproved` is asked just before each command, with no way around it:
it proves the whole package again, and looks at this command with the module's own
table; the order is the safe one; a command is sent once; the files are sent as
they were checked, byte for byte, or nothing more is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from modemflash.errors import BadFile, Refusal
from modemflash.line import Line
from modemflash_host.families.plan import FileSource, PackageSource
from modemflash_host.families.quectel_edl.commands import ERASE, PATCH, PROGRAM, Command, in_safe_order
from modemflash_host.families.quectel_edl.examine import ProvedPackage
from modemflash_host.families.quectel_edl.firehose import ERASE_MS, PATCH_MS, Firehose
from modemflash_host.families.quectel_edl.module_flash import ModuleFlash, efs2_of
from modemflash_host.families.quectel_edl.planning import image_bytes
from modemflash_host.families.quectel_edl.proof import is_protected, prove

_AT_ONCE_BYTES = 1 << 18  # each piece is told and recorded, which costs more than to send it
PHASES = {ERASE: "erase", PROGRAM: "transfer", PATCH: "patch"}


def refuse_unproved(package: ProvedPackage, flash: ModuleFlash, number: int, command: Command) -> None:
    """That a command is the next one of a proved package, and meets nothing that stays in this module.

    Args:
        package: the whole of it.
        flash: of the module.
        number: how many commands were sent before.
        command: what would be sent.

    Raises:
        Refusal: `edl-not-proved`. Nothing more may be sent.
    """
    try:
        prove(package.commands, package.layout, package.geometry, package.files.mibib)
    except BadFile as problem:
        raise Refusal("edl-not-proved", problem.code) from problem
    ordered = in_safe_order(package.commands)
    if number >= len(ordered) or command is not ordered[number]:
        raise Refusal("edl-not-proved", f"{command} is not step {number + 1}")
    reach = [command.effect(package.geometry)]
    if command.kind == PROGRAM:
        reach.append(command.with_spare(package.geometry))
    stay = {part.name.lower() for part in package.layout if is_protected(part)}
    held = [part for part in (*package.layout, *flash.layout) if part.name.lower() in stay]
    met = [part.name for part in held if any(blocks.meets(part.range) for blocks in reach)]
    if met or any(blocks.meets(efs2_of(package)) for blocks in reach):
        raise Refusal("edl-not-proved", f"{command} meets {', '.join(met) or 'EFS2'}")
    if flash.blocks and any(blocks.end > flash.blocks for blocks in reach):
        raise Refusal("edl-not-proved", f"{command} goes beyond the {flash.blocks} blocks of the flash")


class Writer:
    """Carries out a package on a module.

    Args:
        line: where it is told, and stopped between two commands.
        firehose: the programmer.
        package: what is carried out.
        source: its files.
        flash: of the module.

    Attributes:
        sent_bytes: of the images, so far.
    """

    def __init__(
        self,
        line: Line,
        firehose: Firehose,
        package: ProvedPackage,
        source: PackageSource,
        flash: ModuleFlash,
    ) -> None:
        self._line = line
        self._firehose = firehose
        self._package = package
        self._source = source
        self._flash = flash
        self._all_bytes = image_bytes(package)
        self.sent_bytes = 0

    def run(self, on_phase: Callable[[str], object]) -> None:
        """All commands, in the safe order.

        Args:
            on_phase: told before the first command of each phase is sent.

        Raises:
            Refusal: `edl-not-proved`.
            ModemProblem: a command failed; the module stays in EDL.
            Stopped: the user asked to stop.
        """
        ordered = in_safe_order(self._package.commands)
        sector = self._package.geometry.sector_bytes
        erased, to_erase = 0, sum(each.sectors for each in ordered if each.kind == ERASE) * sector
        phase = ""
        for number, command in enumerate(ordered):
            if PHASES[command.kind] != phase:
                phase = PHASES[command.kind]
                on_phase(phase)
            self._line.checkpoint()
            refuse_unproved(self._package, self._flash, number, command)
            self._send(command)
            if command.kind == ERASE:
                erased += command.sectors * sector
                self._line.report("progress", phase=phase, done=erased, total=to_erase)

    def _send(self, command: Command) -> None:
        if command.kind == ERASE:
            self._firehose.command(ERASE, command.attributes, ERASE_MS)
        elif command.kind == PATCH:
            self._firehose.command(PATCH, command.attributes, PATCH_MS)
        else:
            attributes = {**command.attributes, "num_partition_sectors": str(command.image_sectors)}
            file = self._source.open(command.image)
            try:
                self._firehose.program(attributes, self._pieces(file, command), self._sent)
            finally:
                file.close()

    def _pieces(self, file: FileSource, command: Command) -> Iterator[memoryview]:
        """The image in pieces, its last sector filled with zeros."""
        left = command.image_sectors * self._package.geometry.sector_bytes
        at = 0
        payload = self._firehose.payload
        piece = bytearray(payload * max(1, _AT_ONCE_BYTES // payload))
        while left:
            wanted = min(len(piece), left)
            got = file.readinto(at, memoryview(piece)[:wanted]) if at < file.size else 0
            piece[got:wanted] = bytes(wanted - got)
            yield memoryview(piece)[:wanted]
            at += wanted
            left -= wanted

    def _sent(self, size: int) -> None:
        self.sent_bytes += size
        self._line.report("progress", phase="transfer", done=self.sent_bytes, total=self._all_bytes)
