"""Files on a board through its REPL: for every Pycom release, and for boards with less.

Rules: bytes travel as base64 in chunks, so no control byte is ever sent; a file
is written under another name and put in place when it is whole; nothing relies
on `ilistdir`, on numbers in OSErrors, or on a rename that replaces (1.18 has
none of them); a path is quoted, never pasted.
"""

from __future__ import annotations

import ast
import base64
import hashlib
from collections.abc import Sequence

from modemflash_host.board.console.repl import Repl
from modemflash_host.errors import BoardProblem

CHUNK_BYTES = 384  # 512 as base64: what the smallest ring of a board holds
_PART = ".part"
_HASH_MS = 60_000
_NEXT_PIECE = f"str(_b.b2a_base64(_f.read({CHUNK_BYTES})), 'ascii').strip()"
_PATHS_AT_ONCE = 16
_PREPARE = """\
import os
try:
    import ubinascii as _b
except ImportError:
    import binascii as _b
def _stat(p):
    try:
        s = os.stat(p)
    except OSError:
        return None
    return -1 if s[0] & 0x4000 else s[6]
def _list(p):
    return [(n, _stat((p if p != '/' else '') + '/' + n)) for n in sorted(os.listdir(p))]
def _mkdir(p):
    if _stat(p) is None:
        os.mkdir(p)
def _move(a, b):
    try:
        os.rename(a, b)
    except OSError:
        os.remove(b)
        os.rename(a, b)
def _hash(p):
    h = None
    try:
        import hashlib
        h = hashlib.sha256()
    except (ImportError, OSError):
        return None
    try:
        f = open(p, 'rb')
        try:
            while True:
                d = f.read(512)
                if not d:
                    break
                h.update(d)
        finally:
            f.close()
    finally:
        d = h.digest()
    return d
def _sums(l):
    r = []
    for p in l:
        if (_stat(p) or 0) < 0 or _stat(p) is None:
            r.append(None)
        else:
            d = _hash(p)
            r.append(str(_b.hexlify(d), 'ascii') if d else '')
    return r
"""


class BoardFiles:
    """The file system behind a REPL.

    Args:
        repl: in the raw REPL; after a soft reset make this anew.

    Raises:
        BoardProblem: `board-no-files`: its Python has no file functions that this needs.
    """

    def __init__(self, repl: Repl) -> None:
        self._repl = repl
        answer = repl.exec(_PREPARE + "os.stat\nos.mkdir\nos.rename\n_b.a2b_base64\n")
        if answer.error:
            raise BoardProblem("board-no-files", answer.last_line)

    def size(self, path: str) -> int | None:
        """Bytes of a file, -1 for a folder, None where there is neither."""
        found = self._value(f"_stat({path!a})")
        return found if isinstance(found, int) else None

    def listing(self, folder: str) -> dict[str, int]:
        """Names in a folder with their sizes, -1 for folders.

        Raises:
            BoardProblem: `board-refused`: there is no such folder.
        """
        found = self._value(f"_list({folder!a})")
        if not isinstance(found, list):
            raise BoardProblem("board-out-of-step")
        return {name: -1 if size is None else size for name, size in found}

    def walk(self, folder: str) -> dict[str, int]:
        """Every file below a folder by its whole path, with its size; folders have -1 and come first."""
        found: dict[str, int] = {}
        for name, size in self.listing(folder).items():
            path = f"{folder.rstrip('/')}/{name}"
            found[path] = size
            if size < 0:
                found.update(self.walk(path))
        return found

    def get(self, path: str) -> bytes:
        """The content of a file.

        Raises:
            BoardProblem: `board-refused`: there is none; `board-file-differs`: what came is not whole.
        """
        data = self._read(path)
        if not self.holds(path, data):
            raise BoardProblem("board-file-differs", path)
        return data

    def put(self, path: str, data: bytes) -> None:
        """Write a file, whole or not at all, and check what stands there then.

        Raises:
            BoardProblem: `board-refused` (no room, say), `board-file-differs`.
        """
        part = path + _PART
        self._repl.run_whole(f"_f = open({part!a}, 'wb')\n")
        try:
            for start in range(0, len(data), CHUNK_BYTES):
                text = base64.b64encode(data[start : start + CHUNK_BYTES]).decode()
                self._repl.run_whole(f"_f.write(_b.a2b_base64('{text}'))\n")
        finally:
            self._repl.run_whole("_f.close()\n")
        if not self.holds(part, data):
            raise BoardProblem("board-file-differs", path)
        self._repl.run_whole(f"_move({part!a}, {path!a})\n")

    def sha256(self, path: str) -> str:
        """The digest of a file as hex: made on the board, or here where its one hash is in use.

        Raises:
            BoardProblem: `board-refused`: there is no such file.
        """
        found = self._value(f"_hash({path!a})", _HASH_MS)
        if isinstance(found, bytes):
            return found.hex()
        return hashlib.sha256(self._read(path)).hexdigest()

    def holds(self, path: str, data: bytes) -> bool:
        """Whether a file has exactly this content."""
        return self.size(path) == len(data) and self.sha256(path) == hashlib.sha256(data).hexdigest()

    def sums(self, paths: Sequence[str]) -> dict[str, str]:
        """The digests of those of the files that are there, as hex.

        Raises:
            BoardProblem: as `sha256`.
        """
        found: dict[str, str] = {}
        for start in range(0, len(paths), _PATHS_AT_ONCE):
            some = paths[start : start + _PATHS_AT_ONCE]
            said = self._value(f"_sums({list(some)!a})", _PATHS_AT_ONCE * _HASH_MS // 10)
            if not isinstance(said, list) or len(said) != len(some):
                raise BoardProblem("board-out-of-step")
            for path, digest in zip(some, said, strict=True):
                if digest is not None:
                    found[path] = digest or self.sha256(path)
        return found

    def remove_files(self, paths: Sequence[str]) -> None:
        """Remove files that are there."""
        for start in range(0, len(paths), _PATHS_AT_ONCE):
            self._repl.run_whole(f"for p in {list(paths[start : start + _PATHS_AT_ONCE])!a}: os.remove(p)\n")

    def make_folder(self, path: str) -> None:
        """A folder, and those above it."""
        for end in [at for at, letter in enumerate(path) if letter == "/" and at] + [len(path)]:
            self._repl.run_whole(f"_mkdir({path[:end]!a})\n")

    def remove(self, path: str) -> None:
        """Remove a file, or an empty folder; one that is not there is no error."""
        if self.size(path) is not None:
            self._repl.run_whole(f"(os.rmdir if _stat({path!a}) < 0 else os.remove)({path!a})\n")

    def _read(self, path: str) -> bytes:
        self._repl.run_whole(f"_f = open({path!a}, 'rb')\n")
        data = bytearray()
        try:
            while piece := base64.b64decode(self._repl.value(_NEXT_PIECE)):
                data += piece
        finally:
            self._repl.run_whole("_f.close()\n")
        return bytes(data)

    def _value(self, expression: str, deadline_ms: int = 10_000) -> object:
        return ast.literal_eval(self._repl.value(expression, deadline_ms=deadline_ms))
