"""The simulated module's file system, as DIAG answers: what only reads is done, all else is a violation.

Rules: no time and no I/O; written from the description of the protocol alone; a
command of which the sources say different things is a violation, too: it could
be a removal.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping

HEAD_BYTES = 4
DENIED, NOT_THERE, NO_FOLDER, BAD_HANDLE, READ_ONLY = 13, 2, 20, 9, 30
_FOLDER, _LINK, _ITEM = 1, 2, 15
_FOLDER_MODE, _FILE_MODE, _LINK_MODE, _ITEM_MODE = 0o040755, 0o100644, 0o120777, 0o160644
_LIMITS = (768, 1024, 10, 1 << 30, 4096, 10)
_PIECE_BYTES = 1024
_CHANGED = (1_700_000_001, 1_700_000_002, 1_700_000_003)  # read, written, made
_HELLO, _QUERY, _OPEN, _CLOSE, _READ = range(5)
_OPEN_FOLDER, _READ_FOLDER, _CLOSE_FOLDER = 11, 12, 13
_STAT = 15

RFNV = b"/nv/item_files/rfnv/"
UNLISTED = RFNV + b"00020002"
TREE: dict[bytes, bytes] = {
    RFNV + b"00020000": bytes(range(64)),
    RFNV + b"00020001": b"\x7e\x7d\x00calibration" * 90,  # more than one piece, with bytes that are escaped
    UNLISTED: b"only by its number",
    RFNV + b"00023456": b"",
    b"/nv/item_files/modem/mmode/operator_name": b"test",
    b"/nv/reg_files/conf/carrier": b"\x06\x00",
    b"/rfc/board_config": b"\x01\x02\x03",
    b"/Data_Profiles/Profile1": b"apn=internet",
    b"/Data_Profiles/Profile \xe4": b"a name that is no plain text",
}
LINKS: dict[bytes, bytes] = {b"/rfc/up": b"/"}


class SimEfs:
    """See above.

    Args:
        behave: the assumptions.
        faults: fault → its argument.
        tree: path → bytes of the files; `TREE` without.

    Attributes:
        links: path → where it leads.
        violations: what a program asked that could change something.
        commands: number → how often it was asked.
        read: paths of which bytes were given.
        held: handles that were not given back.
    """

    def __init__(
        self,
        behave: Mapping[str, str],
        faults: Mapping[str, str],
        tree: Mapping[bytes, bytes] | None = None,
    ) -> None:
        self._behave = behave
        self._faults = faults
        self.tree = dict(TREE if tree is None else tree)
        self.links = dict(LINKS)
        self.violations: list[str] = []
        self.commands: dict[int, int] = {}
        self.read: set[bytes] = set()
        self.held: dict[int, bytes] = {}
        self._handles = itertools.count(1)

    def answer(self, packet: bytes) -> bytes:
        """What is answered to a packet that begins with 4B 13 or 4B 3E."""
        command = int.from_bytes(packet[2:HEAD_BYTES], "little")
        self.commands[command] = self.commands.get(command, 0) + 1
        said = self._said(command, packet[HEAD_BYTES:])
        if self._faults.get("efs-short") == str(command):
            said = said[:-1]
        return packet[:HEAD_BYTES] + said

    def _said(self, command: int, fields: bytes) -> bytes:
        if command == _HELLO:
            return fields[:40].ljust(40, b"\0")
        if command == _QUERY:
            return struct.pack("<6i", *_LIMITS)
        if command == _OPEN:
            return self._open(int.from_bytes(fields[:4], "little"), _text(fields[8:]))
        if command == _CLOSE:
            known = self.held.pop(struct.unpack("<i", fields[:4])[0], None)
            return struct.pack("<i", 0 if known is not None else BAD_HANDLE)
        if command == _READ:
            return self._read(*struct.unpack("<iII", fields[:12]))
        if command == _OPEN_FOLDER:
            return self._open_folder(_text(fields))
        if command == _READ_FOLDER:
            return self._read_folder(*struct.unpack("<Ii", fields[:8]))
        if command == _CLOSE_FOLDER:
            known = self.held.pop(struct.unpack("<I", fields[:4])[0], None)
            return struct.pack("<i", 0 if known is not None else BAD_HANDLE)
        if command == _STAT:
            return self._stat(_text(fields))
        self.violations.append(f"command {command} of the file system")
        return struct.pack("<i", READ_ONLY)

    # -- files

    def _open(self, flags: int, path: bytes) -> bytes:
        if flags:
            self.violations.append(f"{path!r} opened with flags {flags:#o}")
            return struct.pack("<ii", -1, READ_ONLY)
        if error := self._error(path, path in self.tree or self._is_made_up(path)):
            return struct.pack("<ii", -1, error)
        return struct.pack("<ii", self._hold(path), 0)

    def _read(self, handle: int, size: int, offset: int) -> bytes:
        path = self.held.get(handle)
        if path is None:
            return struct.pack("<iIii", handle, offset, -1, BAD_HANDLE)
        data = self.tree.get(path, b"")[offset : offset + min(size, _PIECE_BYTES)]
        if "efs-dribble" in self._faults and not self.tree.get(path):
            data = b"."
        self.read.add(path)
        said = len(data) + ("efs-boast" in self._faults)
        other = "efs-other-handle" in self._faults
        return struct.pack("<iIii", handle + other, offset, said, 0) + data

    def _stat(self, path: bytes) -> bytes:
        there = self._mode_and_size(path)
        if error := self._error(path, there is not None):
            return struct.pack("<7i", error, *[0] * 6)
        assert there is not None
        return struct.pack("<iiIiiii", 0, *there, 1, *_CHANGED)

    # -- folders

    def _open_folder(self, path: bytes) -> bytes:
        if path in self.tree or path in self.links:
            return struct.pack("<Ii", 0, NO_FOLDER)
        if error := self._error(path, self._is_folder(path)):
            return struct.pack("<Ii", 0, error)
        return struct.pack("<Ii", self._hold(path.rstrip(b"/") + b"/"), 0)

    def _read_folder(self, handle: int, number: int) -> bytes:
        folder = self.held.get(handle)
        if folder is None:
            return struct.pack("<Ii7i", handle, number, BAD_HANDLE, *[0] * 6) + b"\0"
        name = self._name(folder, number - 1)
        kind = mode = size = 0
        if name:
            mode, size = self._mode_and_size(folder + name) or (_FILE_MODE, 0)
            kind = self._kind(folder + name, mode)
            if name in (b".", b"..") or (name == b"deeper" and "efs-deeper" in self._faults):
                kind, mode, size = _FOLDER, _FOLDER_MODE, 0
        if name and kind != _FOLDER:
            size = int(self._faults.get("efs-size", size)) & 0xFFFFFFFF
        handle += "efs-other-handle" in self._faults
        return struct.pack("<IiiiIIiii", handle, number, 0, kind, mode, size, *_CHANGED) + name + b"\0"

    def _name(self, folder: bytes, at: int) -> bytes:
        """The name at a place of a folder; b"" behind its end."""
        names = self._names(folder)
        if at < len(names):
            return names[at]
        if folder == b"/" and "efs-same-name" in self._faults:
            return b"same"
        if folder == b"/" and "efs-new-names" in self._faults:
            return b"new%d" % at
        return b""

    def _names(self, folder: bytes) -> list[bytes]:
        paths = [*self.tree, *self.links]
        if self._behave["efs-numbered"] == "part":
            paths.remove(UNLISTED) if UNLISTED in paths else None
        names = sorted({path[len(folder) :].split(b"/")[0] for path in paths if path.startswith(folder)})
        if self._behave["efs-self"] == "listed":
            names = [b".", b"..", *names]
        if folder == b"/" and "efs-name" in self._faults:
            names.append(bytes.fromhex(self._faults["efs-name"]))
        if "efs-deeper" in self._faults:
            names.append(b"deeper")
        return names

    # -- what is there

    def _hold(self, path: bytes) -> int:
        handle = next(self._handles)
        self.held[handle] = path
        return handle

    def _error(self, path: bytes, is_there: bool) -> int:
        if self._faults.get("efs-denied", "").encode() == path:
            return DENIED
        return 0 if is_there else NOT_THERE

    def _is_made_up(self, path: bytes) -> bool:
        return path.startswith((b"/same", b"/new")) or "efs-name" in self._faults

    def _is_folder(self, path: bytes) -> bool:
        if path.endswith(b"/deeper") and "efs-deeper" in self._faults:
            return True
        base = path.rstrip(b"/") + b"/"
        return any(each.startswith(base) for each in (*self.tree, *self.links))

    def _mode_and_size(self, path: bytes) -> tuple[int, int] | None:
        if path in self.tree:
            is_item = b"/item_files/" in path
            return _ITEM_MODE if is_item else _FILE_MODE, len(self.tree[path])
        if path in self.links:
            return _LINK_MODE, len(self.links[path])
        return (_FOLDER_MODE, 0) if self._is_folder(path) else None

    def _kind(self, path: bytes, mode: int) -> int:
        plain = int(self._behave["efs-kind"])
        return {_FOLDER_MODE: _FOLDER, _LINK_MODE: _LINK, _ITEM_MODE: _ITEM}.get(mode, plain)


def _text(fields: bytes) -> bytes:
    return fields.split(b"\0")[0]
