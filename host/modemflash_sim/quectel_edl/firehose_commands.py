"""The commands of Firehose, carried out on the flash: configure, erase, program, read, patch and the rest.

Rules: pages and blocks must be those of the flash, a start that is no start of a
block is refused with the programmer's own words; what a careful program does not
send is a violation, whether it is carried out or not. The form of the answer to
getsha256digest is not known: it is refused. Source: the description of the protocol.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from modemflash_sim.quectel_edl.faults import Faults
from modemflash_sim.quectel_edl.firehose_documents import Command, log, malformed_log
from modemflash_sim.quectel_edl.modem_memory import FIRST_BOOTED, Memory
from modemflash_sim.quectel_edl.profiles import MS, SECOND_US, Profile

_COMMAND_US = 300
_MARK_BYTES = 4096


class Incoming:
    """An image on its way into the flash.

    Args:
        memory: where it goes.
        first: the block where it begins.
        size: bytes that will come.
        skips: it goes on behind a bad block; else it fails there.

    Attributes:
        left: bytes that are still to come.
        failed: it met a bad block, or the end of the flash.
        met: bad blocks on its way.
    """

    def __init__(self, memory: Memory, first: int, size: int, skips: bool) -> None:
        self._memory = memory
        self._first = self._block = first
        self._offset = 0
        self._skips = skips
        self._hash = hashlib.sha256()
        self._head = b""
        self.left = size
        self.failed = False
        self.met: list[int] = []

    def take(self, data: memoryview) -> None:
        """The next bytes of it, not more than are left."""
        self.left -= len(data)
        self._hash.update(data)
        if len(self._head) < _MARK_BYTES:
            self._head += bytes(data[: _MARK_BYTES - len(self._head)])
        flash = self._memory.flash
        while data and not self.failed:
            if self._offset == 0 and not self._find_good():
                return
            piece = data[: flash.block_bytes - self._offset]
            flash.write(self._block, self._offset, piece)
            self._offset += len(piece)
            data = data[len(piece) :]
            if self._offset == flash.block_bytes:
                self._block, self._offset = self._block + 1, 0

    def _find_good(self) -> bool:
        flash = self._memory.flash
        while self._block in flash.bad and self._skips:
            self.met.append(self._block)
            self._block += 1
        self.failed = self._block in flash.bad or self._block >= flash.blocks
        return not self.failed

    def finish(self) -> None:
        """All of it has come."""
        flash = self._memory.flash
        last = self._block if self._offset else self._block - 1
        reached = range(self._first, last + 1)
        if flash.overwritten.intersection(reached):
            self._memory.violation(f"an image at block {self._first} without an erase before it")
        name = self._memory.partition_at(self._first)
        if not self.failed and name != self._memory.partition_at(last):
            self._memory.violation(f"the image of {name} ends behind its partition")
        self._memory.counts.programs += 1
        if not self.failed:
            self._memory.programmed(self._first, self._hash.hexdigest(), self._head)


@dataclass(slots=True)
class Result:
    """What a command comes to.

    Attributes:
        good: ACK or NAK.
        logs: documents before it.
        attributes: of the answer.
        took_us: until the answer.
        incoming: the image that follows.
        outgoing: what is sent between the two answers.
        restarts_after_us: it ends the session; None: it does not.
    """

    good: bool = True
    logs: list[bytes] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    took_us: int = _COMMAND_US
    incoming: Incoming | None = None
    outgoing: list[bytes] | None = None
    restarts_after_us: int | None = None


def _no(*texts: str) -> Result:
    return Result(False, [log(text) for text in texts])


class Commands:
    """What the programmer can do.

    Args:
        profile, memory, behave, faults: of the modem.
    """

    def __init__(self, profile: Profile, memory: Memory, behave: dict[str, str], faults: Faults) -> None:
        self._profile = profile
        self._memory = memory
        self._flash = memory.flash
        self._behave = behave
        self._faults = faults
        self._configured = False
        self._known: dict[str, Callable[[Command], Result]] = {
            "configure": self._configure,
            "nop": lambda command: Result(),
            "erase": self._erase,
            "program": self._program,
            "read": self._read,
            "patch": self._patch,
            "getstorageinfo": self._storage_info,
            "power": self._power,
        }

    def carry_out(self, command: Command) -> Result:
        """Do it."""
        if command.wrong:
            if self._configured:  # before that a host may take it for a boot ROM
                self._memory.violation(f"Firehose: {command.wrong}")
            return _no(f"ERROR: {command.wrong}")
        do = self._known.get(command.kind)
        if do is None:
            self._memory.violation(f"Firehose: the command {command.kind}")
            return _no(f"ERROR: {command.kind} is not supported")
        if not self._configured and command.kind not in ("configure", "nop", "power"):
            self._memory.violation(f"Firehose: {command.kind} before configure")
            return _no("ERROR: not configured")
        return do(command)

    def break_off(self, command: Command) -> None:
        """Half of an erase is done when the power goes."""
        place = self._range(command)
        if command.kind == "erase" and isinstance(place, range) and place.start % self._per_block == 0:
            blocks = self._blocks(place)
            self._do_erase(range(blocks.start, blocks.start + (len(blocks) + 1) // 2))

    # -- each of them ------------------------------------------------------------

    def _configure(self, command: Command) -> Result:
        if "nak-configure" in self._faults:
            return _no("ERROR: configure failed")
        supported = str(self._profile.max_payload)
        payload = command.number("MaxPayloadSizeToTargetInBytes") or 0
        about = {
            "MinVersionSupported": "1",
            "MemoryName": "nand",
            "MaxPayloadSizeFromTargetInBytes": "4096",
            "MaxPayloadSizeToTargetInBytes": str(payload),
            "MaxPayloadSizeToTargetInBytesSupported": supported,
            "MaxXMLSizeInBytes": "4096",
            "TargetName": self._profile.chip,
        }
        if command.text("MemoryName").lower() != "nand":
            self._memory.violation("Firehose: configure for another kind of memory")
            return _no("ERROR: only nand is supported")
        most = min(self._profile.max_payload, self._faults.number("nak-payload") or self._profile.max_payload)
        if not 0 < payload <= most:
            about["MaxPayloadSizeToTargetInBytes"] = str(most)
            return Result(False, [], about)
        self._configured = True
        return Result(True, [], about)

    def _erase(self, command: Command) -> Result:
        if command.text("vendor") == "quectel":
            return Result() if self._behave["vendor-erase"] == "taken" else _no("ERROR: vendor erase failed")
        if command.number("num_partition_sectors") is None:
            self._memory.violation("Firehose: an erase without a number of sectors")
            if self._behave["whole-disk"] == "refused":
                return _no("ERROR: num_partition_sectors is missing")
            self._do_erase(range(self._flash.blocks))
            return Result(took_us=SECOND_US)
        place = self._range(command)
        if isinstance(place, Result):
            return place
        if len(place) % self._per_block:
            return _no("start_sector unaligned")
        # The number in this line is wrong in real programmers, too.
        texts = [f"Erasing start sector {place.start}, num sectors 0"]
        blocks = self._blocks(place)
        texts += self._do_erase(blocks)
        return Result(logs=[log(text) for text in texts], took_us=len(blocks) * self._profile.erase_us)

    def _program(self, command: Command) -> Result:
        place = self._range(command)
        if isinstance(place, Result):
            return place
        first = self._blocks(place).start
        self._check_order(first, "written")
        skips = self._behave["program-bad"] == "skip"
        return Result(incoming=Incoming(self._memory, first, len(place) * self._flash.page, skips))

    def _read(self, command: Command) -> Result:
        if self._behave["read"] == "no":
            return _no("ERROR: read is not supported")
        place = self._range(command, aligned=False)
        if isinstance(place, Result):
            return place
        self._memory.counts.reads += 1
        if "short-read" in self._faults:
            place = range(place.start, place.start + len(place) // 2)
        return Result(outgoing=list(self._pieces(place)))

    def _patch(self, command: Command) -> Result:
        if command.text("filename") != "DISK":
            self._memory.violation(f"Firehose: a patch of {command.text('filename')!r}, which is a file")
            return _no("ERROR: filename is not DISK")
        sector = command.number("start_sector")
        name = self._memory.partition_at((sector or 0) // self._per_block)
        if sector is None or name in self._memory.protected:
            self._memory.violation(f"Firehose: a patch of {name or 'no partition'}")
        return Result()

    def _storage_info(self, command: Command) -> Result:
        if self._behave["storage-info"] == "nak":
            return _no("ERROR: getstorageinfo is not supported")
        flash = self._flash
        said = (
            f'{{"storage_info": {{"total_blocks":{flash.blocks}, "block_size":{flash.block_bytes}, '
            f'"page_size":{flash.page}, "num_physical":1}}}}'
        )
        return Result(logs=[malformed_log(said)])

    def _power(self, command: Command) -> Result:
        if command.text("value") != "reset":
            self._memory.violation(f"Firehose: power {command.text('value')!r}")
            return _no("ERROR: this value of power is not supported")
        return Result(restarts_after_us=(command.number("DelayInSeconds") or 0) * SECOND_US + 10 * MS)

    # -- what they share ---------------------------------------------------------

    @property
    def _per_block(self) -> int:
        return self._profile.per_block

    def _blocks(self, place: range) -> range:
        return range(place.start // self._per_block, -(-place.stop // self._per_block))

    def _range(self, command: Command, aligned: bool = True) -> range | Result:
        """The sectors that a command means, or why it is refused."""
        start, count = command.number("start_sector"), command.number("num_partition_sectors")
        if start is None or not count or command.number("physical_partition_number") != 0:
            self._memory.violation(f"Firehose: {command.kind} without a place")
            return _no("ERROR: attributes are missing")
        sector = command.number("SECTOR_SIZE_IN_BYTES")
        if sector != self._flash.page or command.number("PAGES_PER_BLOCK") != self._per_block:
            return _no(f"ERROR: sectors of {sector} bytes", "start_sector unaligned")
        if aligned and start % self._per_block:
            return _no("start_sector unaligned")
        if start + count > self._flash.blocks * self._per_block:
            return _no("ERROR: it ends behind the flash")
        return range(start, start + count)

    def _do_erase(self, blocks: range) -> list[str]:
        self._memory.counts.erases += 1
        self._check_order(blocks.start, "erased")
        self._memory.erased(blocks)
        return [f"Skipping: bad block 0x{block:x}" for block in blocks if not self._flash.erase(block)]

    def _check_order(self, first: int, what: str) -> None:
        """As long as the boot loader is whole, everything else must be."""
        name, memory = self._memory.partition_at(first), self._memory
        if name == FIRST_BOOTED:
            torn = [each for each in memory.torn if each != name]
            if what == "written" and torn:
                memory.violation(f"{name} was written before {', '.join(torn)}")
        elif name in memory.whole and memory.whole[FIRST_BOOTED]:
            memory.violation(f"{name} was {what} while {FIRST_BOOTED} was whole")

    def _pieces(self, place: range) -> list[bytes]:
        """What stands in these sectors, a block a piece."""
        flash, per_block = self._flash, self._per_block
        pieces, block = [], place.start // per_block
        left = len(place)
        skip = place.start % per_block
        while left > 0:
            if block in flash.bad and self._behave["read-bad"] == "skip" and block < flash.blocks - 1:
                block += 1
                continue
            content = b"\xee" * flash.block_bytes if block in flash.bad else self._readable(block)
            count = min(per_block - skip, left)
            pieces.append(content[skip * flash.page : (skip + count) * flash.page])
            left, skip, block = left - count, 0, block + 1
        return pieces

    def _readable(self, block: int) -> bytes:
        content = self._flash.read(block)
        if self._behave["read-blank"] == "ff":
            return content
        page, blank = self._flash.page, b"\xff" * self._flash.page
        pages = (content[at : at + page] for at in range(0, len(content), page))
        return b"".join(b"\xee" * page if each == blank else each for each in pages)
