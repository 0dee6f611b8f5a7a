"""What was begun and not finished, kept where a power cut cannot take it.

Rules that hold here: a record is written to the slot that does not hold the
newest one, so a torn write costs the new record and never the old; the newest
whole record counts; what is torn, foreign or of another version is reported and
passed over, never an error. There is no clock and no rename: boards lose the
one, and on their cards the other is not atomic.

A slot is text: a line `modemflash 1 CRC`, then as JSON `[key, sequence number, record]`,
of which CRC is the CRC-32. The record is null when nothing is open.
"""

import json

from modemflash.crc import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modemflash.contracts import Store

_HEAD = b"modemflash 1 "
_HEAD_BYTES = len(_HEAD) + 8 + 1


class Journal:
    """The journal of one modem.

    Args:
        store: where it lies.
        key: whose journal it is: the board's id, or the name of the port. A record
            of another key is passed over.
        report: told a warning for each slot that is passed over, and one when a record
            is not kept; `Line.report` fits.
    """

    def __init__(self, store: "Store", key: str, report: "Any" = None) -> None:
        self._store = store
        self._key = key
        self._report = report
        self._is_said = False

    def read(self) -> "dict[str, Any] | None":
        """The record that counts; None where nothing is open."""
        return self._newest()[2]

    def at_module(self, modem: "Any", identity: "Any", past: "Any") -> "Any":
        """The record that counts, now that the module has said who it is; a board has one module for ever.

        Args:
            modem: a `modemflash.modem.Modem` that talks.
            identity: its own.
            past: what `read` gave before it was found.
        """
        return past

    def write(self, record: "dict[str, Any] | None") -> None:
        """Put a record in the place of the one before. Takes what JSON takes, with text as keys.

        A store that keeps nothing says so by False, where an update goes on all the same, or
        by an OSError, where whoever writes decides.
        """
        slot, sequence, _ = self._newest()
        body = json.dumps([self._key, sequence + 1, record]).encode()
        if self._store.save(1 - slot, _HEAD + _sum(body) + b"\n" + body) is False:
            self.not_kept("no medium takes it")

    def not_kept(self, why: str) -> None:
        """Say it, once: the update goes on without notes, and after a cut nothing knows of it."""
        if self._report and not self._is_said:
            self._is_said = True
            self._report("warning", code="journal-not-kept", text="the journal cannot be written: " + why)

    def _newest(self) -> "tuple[int, int, dict[str, Any] | None]":
        """(slot, sequence number, record) of the newest whole record; (1, 0, None) without one."""
        newest = (1, 0, None)  # type: tuple[int, int, dict[str, Any] | None]
        for slot in (0, 1):
            data = self._store.load(slot)
            if not data:
                continue
            why, sequence, record = self._open(data)
            if why and self._report:
                self._report(
                    "warning", code="journal-passed-over", text="slot %d of the journal is %s" % (slot, why)
                )
            if sequence > newest[1]:
                newest = (slot, sequence, record)
        return newest

    def _open(self, data: bytes) -> "tuple[str, int, Any]":
        """("", sequence number, record) of a slot; (why not, 0, None) where it does not count."""
        body = data[_HEAD_BYTES:]
        if data[: len(_HEAD)] != _HEAD:
            return "of another program or version", 0, None
        if data[len(_HEAD) : _HEAD_BYTES] != _sum(body) + b"\n":
            return "torn", 0, None
        try:
            key, sequence, record = json.loads(body.decode())
            if not (isinstance(sequence, int) and sequence > 0 and (record is None or is_record(record))):
                raise ValueError
        except (AttributeError, ValueError, TypeError, RuntimeError):  # whole, but of another program
            return "of another program or version", 0, None
        return ("", sequence, record) if key == self._key else ("of another modem", 0, None)


def is_record(record: "Any") -> bool:
    """Whether a dict's fields, as far as they stand in it, can be what this program writes."""
    for name in ("target", "from_build", "route", "part"):
        if not isinstance(record.get(name, 0), (int, type(None))):
            return False
    for name in ("step", "product", "family", "ue"):
        if not isinstance(record.get(name, ""), str):
            return False
    return isinstance(record.get("files", []), list)


def _sum(body: bytes) -> bytes:
    return ("%08x" % crc32(body)).encode()
