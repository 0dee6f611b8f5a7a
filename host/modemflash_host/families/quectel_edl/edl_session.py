"""A module in EDL, from the first word of its boot ROM until it is told to restart.

Rules: nothing is erased before the module's own flash was compared with the
package and EFS2 was copied; an update taken up again has the same EFS2 as before,
byte for byte, which proves module and place where no table is left; the journal is
on the disk before the first erase; the loss of the port at the reset is success.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol, cast

from modemflash.errors import LinkProblem, ModemProblem, NoModem, Problem, Refusal
from modemflash.line import Line
from modemflash_host.families.plan import FirmwareFile, PackageSource
from modemflash_host.families.quectel_edl.efs2_copy import Efs2Copy, copy_efs2, copy_path
from modemflash_host.families.quectel_edl.examine import ProvedPackage
from modemflash_host.families.quectel_edl.firehose import POWER_MS, PROGRAM_MS, Firehose
from modemflash_host.families.quectel_edl.journal import SENT, WRITE, Begun
from modemflash_host.families.quectel_edl.module_flash import compare, read_efs2, read_module_flash
from modemflash_host.families.quectel_edl.sahara import Sahara
from modemflash_host.families.quectel_edl.writing import Writer

_FILL_BYTES = 512  # little beyond its end may reach a programmer that reads commands again
_XML = b"<?xml"
_LEAVES_MS = 3000
_RESET = {"DelayInSeconds": "1", "value": "reset"}
_LEFT = "It has left EDL, and starts the firmware that it had: this run erased nothing."


class Journaling(Protocol):
    """Where it is kept that an update was begun."""

    def save(self, begun: Begun) -> None: ...
    def set_aside(self) -> None: ...


class EdlSession:
    """One session.

    Args:
        line: to the module.
        file: the package.
        new: what will be kept once the update has begun, still without its copy of EFS2.
        begun: what was kept of an earlier run that has written; None where this is the first.
        imei: for the name of the copy; "" where it is not known.
        begun: what was kept of an earlier run that has written; None where this is the first.
        may_be_another: the owner named the model, so a module with another EFS2 counts as one never begun.
        journal: where it is kept.
        phase: told of each phase before it begins.

    Attributes:
        begun: what is kept now; None where nothing was erased.
        is_left: the module was sent back to its application.
        is_starting: the programmer was taken, and has not talked yet.
        sent_bytes: of images.
    """

    def __init__(
        self,
        line: Line,
        file: FirmwareFile,
        new: Begun,
        begun: Begun | None,
        imei: str,
        journal: Journaling,
        phase: Callable[[str], object],
        *,
        may_be_another: bool = False,
    ) -> None:
        self._line = line
        self._source = cast("PackageSource", file.source)
        self._package: ProvedPackage = file.image
        self._new = new
        self._imei = imei
        self._journal = journal
        self._phase = phase
        self._may_be_another = may_be_another
        self._writer: Writer | None = None
        self.begun = begun
        self.is_left = self.is_starting = False
        self._has_talked = False

    @property
    def sent_bytes(self) -> int:
        """Bytes of images that the module took."""
        return self._writer.sent_bytes if self._writer else 0

    def run(self, *, leave_on_failure: bool) -> None:
        """All of it.

        Args:
            leave_on_failure: send the module back to its application where nothing was erased.

        Raises:
            Problem: the module stays in EDL, but for that.
        """
        self._phase("load-programmer")
        source: PackageSource = self._source
        programmer = source.open(self._package.files.programmer)
        sahara = Sahara(self._line, programmer)
        firehose: Firehose | None = None
        try:
            firehose = Firehose(self._line, self._first_words(sahara))
            firehose.greet()
            self._has_talked = True
            self._write(firehose)
        except Problem as problem:
            if leave_on_failure and self.begun is None and not isinstance(problem, LinkProblem):
                self._leave(sahara, firehose)
            raise
        finally:
            self.is_starting = sahara.is_taken and not self._has_talked
            programmer.close()
        self._phase("reboot")
        with suppress(Problem):  # the port goes, with or without a word
            firehose.ask("power", _RESET, POWER_MS)

    def _first_words(self, sahara: Sahara) -> bytes:
        try:
            return sahara.start()
        except NoModem:
            if self.begun is None:
                raise
            words = self._fill_up()
            if not words:
                raise
            return words

    def _write(self, firehose: Firehose) -> None:
        package = self._package
        self._phase("read-flash")
        firehose.configure()
        flash = read_module_flash(firehose, package)
        if flash.layout:
            compare(flash, package)
        elif self.begun is None:
            raise Refusal("edl-no-table")
        self._phase("copy")
        copy = self._copy(firehose)
        if self.begun is not None and copy.sha256 != self.begun.efs2_sha256:
            if not (flash.layout and self._may_be_another):
                raise Refusal("edl-other-module")
            # Nothing is known of this one. It gets a copy of its own, and the other one's note is kept.
            self._journal.set_aside()
            self.begun = None
            self._new = replace(self._new, before="", usb="", imei_sum="")
            copy = self._copy(firehose)
        if self.begun is None:
            begun = replace(self._new, stage=WRITE, efs2_copy=copy.path, efs2_sha256=copy.sha256)
            self._line.checkpoint()
            self._journal.save(begun)
            self.begun = begun
        self._writer = Writer(self._line, firehose, package, self._source, flash)
        self._writer.run(self._phase)
        self.begun = replace(self.begun, stage=SENT)
        self._journal.save(self.begun)

    def _copy(self, firehose: Firehose) -> Efs2Copy:
        """EFS2 on the disk; of an update taken up again only its sum is wanted.

        Raises:
            Refusal: `edl-no-copy`.
        """
        path = copy_path(self._new.model, self._imei) if self.begun is None else None
        try:
            copy = copy_efs2(
                lambda sink: read_efs2(self._line, firehose, self._package, sink),
                self._package.geometry.sector_bytes,
                path,
            )
        except ModemProblem as problem:
            if problem.code == "firehose-refused":
                raise Refusal("edl-no-copy", problem.detail) from problem
            raise
        if path is not None:
            self._line.report(
                "efs2-copy",
                path=copy.path,
                sha256=copy.sha256,
                pages=copy.pages,
                filled_pages=copy.filled_pages,
            )
            self._line.report("note", text=copy.words)
        return copy

    def _fill_up(self) -> bytes:
        """A programmer that was left in the middle of an image waits for its rest: zeros, until it talks.

        That place is written again, and no more is sent than the longest image has.
        """
        line, geometry = self._line, self._package.geometry
        most = max(each.image_sectors for each in self._package.commands) * geometry.sector_bytes
        buf, heard, zeros = bytearray(1 << 12), bytearray(), bytes(_FILL_BYTES)
        for done in range(0, most + _FILL_BYTES, _FILL_BYTES):
            line.checkpoint()
            line.write(zeros)
            is_last = done >= most
            heard += buf[: line.read(buf, len(buf), PROGRAM_MS if is_last else 0)]
            if _XML in heard:
                return bytes(heard[heard.index(_XML) :])
        return b""

    def _leave(self, sahara: Sahara, firehose: Firehose | None) -> None:
        """Send the module back to its application; that its port goes shows that it went."""
        buf = bytearray(1 << 12)
        try:
            if firehose is None:
                sahara.leave()
            else:
                firehose.ask("power", _RESET, POWER_MS)
            while self._line.read(buf, len(buf), _LEAVES_MS):
                pass
        except LinkProblem:
            self.is_left = True
            self._line.report("note", text=_LEFT)
        except Problem:
            pass  # it stays in EDL, which is known
