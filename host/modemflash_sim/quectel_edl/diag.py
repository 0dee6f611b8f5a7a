"""What the simulated module answers over DIAG beside version and build: NV items, and its file system.

Rules: packets in, packets out, with no time and no I/O; written from the
description of the protocol alone; only what reads is done, all else that could
change the module is refused and noted as a violation.
"""

from __future__ import annotations

from collections.abc import Mapping

from modemflash_sim.quectel_edl import efs_faults
from modemflash_sim.quectel_edl.efs import HEAD_BYTES, SimEfs

IMEI_ITEM = 550
_READ_ITEM, _SUBSYSTEM = 0x26, 0x4B
_EFS_AT, _EFS_AT_IN_SOME, _INDEXED_ITEMS = 0x13, 0x3E, 0x30
_QUERY = 1
_NO_COMMAND, _WRONG_PARAMETERS = 0x13, 0x14
_ITEM_BYTES = 128
_NOT_ACTIVE = 5


class SimDiag:
    """See above; `answer` is what the module's DM port is handed.

    Args:
        imei: see below.
        faults: fault → its argument, rows of `efs_faults.FAULTS`.
        behave: the assumptions, rows of `efs_faults.ASSUMPTIONS`; the believed ones without.
        tree: path → bytes of the files; a small one without.

    Attributes:
        imei: 15 digits; "" for none.
        efs: the file system.
    """

    def __init__(
        self,
        imei: str = "860000000000018",
        faults: Mapping[str, str] | None = None,
        behave: Mapping[str, str] | None = None,
        tree: Mapping[bytes, bytes] | None = None,
    ) -> None:
        self.imei = imei
        self._faults = faults or {}
        self._behave = behave or efs_faults.chosen()
        self._violations: list[str] = []
        self.efs = SimEfs(self._behave, self._faults, tree)

    @property
    def violations(self) -> list[str]:
        """What a program asked that could change the module."""
        return self._violations + self.efs.violations

    def answer(self, request: bytes) -> bytes:
        """The packet that answers a packet; b"" for one that is not known here."""
        if request[0] == _READ_ITEM and len(request) > 2:
            return self._item(request)
        if request[0] != _SUBSYSTEM or len(request) < HEAD_BYTES:
            return b""
        if request[1] == _INDEXED_ITEMS and request[2] != 1:
            self._violations.append(f"command {request[2]} of the indexed NV items")
            return self._refusal(_WRONG_PARAMETERS, request)
        return self._of_efs(request) if request[1] in (_EFS_AT, _EFS_AT_IN_SOME) else b""

    def _of_efs(self, request: bytes) -> bytes:
        at = _EFS_AT_IN_SOME if "efs-elsewhere" in self._faults else _EFS_AT
        if "efs-refused" in self._faults:
            return self._refusal(int(self._faults["efs-refused"], 16), request)
        if request[1] != at or (request[2] == _QUERY and self._behave["efs-query"] == "no"):
            return self._refusal(_NO_COMMAND, request)
        return self.efs.answer(request)

    def _item(self, request: bytes) -> bytes:
        """An NV item: its data and a status."""
        number = int.from_bytes(request[1:3], "little")
        data, status = b"", _NOT_ACTIVE
        if number == IMEI_ITEM and self.imei and self._behave["nv-imei"] == "yes":
            nibbles = "a" + self.imei  # the kind of the number, then its digits, the low half first
            data = b"\x08" + bytes(int(nibbles[at + 1] + nibbles[at], 16) for at in range(0, 16, 2))
            status = 0
        return request[:3] + data.ljust(_ITEM_BYTES, b"\0") + status.to_bytes(2, "little")

    def _refusal(self, code: int, request: bytes) -> bytes:
        return bytes([code]) + (request if self._behave["efs-refusal"] == "quotes" else b"")
