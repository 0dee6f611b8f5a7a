"""Files on a board through its REPL: for every Pycom release, and for boards with less.

Rules: bytes travel as base64 in chunks, so no control byte is ever sent; a file
is written under another name and put in place when it is whole; nothing relies
on `ilistdir`, on numbers in OSErrors, or on a rename that replaces (1.18 has
none of them); a path is quoted, never pasted.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import partial

from modemflash.errors import Stopped
from modemflash_host.board.console.answers import ask, decoded, literal, size
from modemflash_host.board.console.repl import CHUNK_BYTES, PART, Repl
from modemflash_host.errors import BoardProblem

_HASH_MS = 60_000
_MOST_BYTES = 1 << 20  # of a file that is read: nothing of ours is half as large
_PIECE = "(_f.seek({}), str(_b.b2a_base64(_f.read({})), 'ascii').strip())[1]"
_PATHS_AT_ONCE = 16
_NEEDS = "import os\nos.stat\nos.mkdir\nos.rename\n"
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
        try:
            repl.run(_NEEDS)  # by itself: the smallest boards have no room for what follows
            repl.run(_PREPARE + "_b.a2b_base64\n")
        except BoardProblem as problem:
            if problem.code != "board-refused":
                raise
            raise BoardProblem("board-no-files", problem.detail) from None

    def size(self, path: str) -> int | None:
        """Bytes of a file, -1 for a folder, None where there is neither."""
        return ask(self._repl, f"_stat({path!a})", lambda text: size(literal(text)))

    def listing(self, folder: str) -> dict[str, int]:
        """Names in a folder with their sizes, -1 for folders.

        Raises:
            BoardProblem: `board-refused`: there is no such folder.
        """
        return ask(self._repl, f"_list({folder!a})", _listing)

    def walk(self, folder: str) -> dict[str, int]:
        """Every file below a folder by its whole path, with its size; folders have -1 and come first."""
        found: dict[str, int] = {}
        for name, length in self.listing(folder).items():
            path = f"{folder.rstrip('/')}/{name}"
            found[path] = length
            if length < 0:
                found.update(self.walk(path))
        return found

    def get(self, path: str) -> bytes:
        """The content of a file.

        Raises:
            BoardProblem: `board-refused`: there is none; `board-file-differs`: what came is not whole, or it
                is larger than any that this program puts there.
        """
        data = self._read(path)
        if not self.holds(path, data):
            raise BoardProblem("board-file-differs", path)
        return data

    def put(self, path: str, data: bytes) -> None:
        """Write a file, whole or not at all, and check what stands there then.

        Raises:
            BoardProblem: `board-refused` (no room, say), `board-file-differs`.
            Stopped: see `stoppable`; nothing of it is there then.
        """
        try:
            self._put(path, path + PART, data)
        except Stopped:
            self.remove(path + PART)
            raise

    def _put(self, path: str, part: str, data: bytes) -> None:
        self._repl.run(f"_f = open({part!a}, 'wb')\n")
        try:
            for start in range(0, len(data), CHUNK_BYTES):
                text = base64.b64encode(data[start : start + CHUNK_BYTES]).decode()
                self._repl.run(f"_f.write(_b.a2b_base64('{text}'))\n")
        finally:
            self._repl.run("_f.close()\n")
        if not self.holds(part, data):
            raise BoardProblem("board-file-differs", path)
        self._repl.run(f"_move({part!a}, {path!a})\n")

    def sha256(self, path: str) -> str:
        """The digest of a file as hex: made on the board, or here where its one hash is in use.

        Raises:
            BoardProblem: `board-refused`: there is no such file.
        """
        found = ask(self._repl, f"_hash({path!a})", _digest, deadline_ms=_HASH_MS)
        return hashlib.sha256(self._read(path)).hexdigest() if found is None else found.hex()

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
            said = ask(
                self._repl,
                f"_sums({list(some)!a})",
                partial(_digests, count=len(some)),
                deadline_ms=_PATHS_AT_ONCE * _HASH_MS // 10,
            )
            for path, digest in zip(some, said, strict=True):
                if digest is not None:
                    found[path] = digest or self.sha256(path)
        return found

    def remove_files(self, paths: Sequence[str]) -> None:
        """Remove files that are there."""
        for start in range(0, len(paths), _PATHS_AT_ONCE):
            self._repl.run(f"for p in {list(paths[start : start + _PATHS_AT_ONCE])!a}: os.remove(p)\n")

    def make_folder(self, path: str) -> None:
        """A folder, and those above it."""
        for end in [at for at, letter in enumerate(path) if letter == "/" and at] + [len(path)]:
            self._repl.run(f"_mkdir({path[:end]!a})\n")

    def remove(self, path: str) -> None:
        """Remove a file, or an empty folder; one that is not there is no error."""
        if self.size(path) is not None:
            self._repl.run(f"(os.rmdir if _stat({path!a}) < 0 else os.remove)({path!a})\n")

    def _read(self, path: str) -> bytes:
        self._repl.run(f"_f = open({path!a}, 'rb')\n")
        data = bytearray()
        try:
            is_more = True
            while is_more:
                piece = ask(self._repl, _PIECE.format(len(data), CHUNK_BYTES), decoded)
                data += piece
                is_more = len(piece) == CHUNK_BYTES
                if len(piece) > CHUNK_BYTES or len(data) > _MOST_BYTES:
                    raise BoardProblem("board-file-differs", path)
        finally:
            self._repl.run("_f.close()\n")
        return bytes(data)


def _listing(text: str) -> dict[str, int]:
    found = literal(text)
    listed: dict[str, int] = {}
    for pair in found if isinstance(found, list) else [None]:
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
            raise ValueError("no listing")
        length = size(pair[1])
        listed[pair[0]] = -1 if length is None else length
    return listed


def _digest(text: str) -> bytes | None:
    found = literal(text)
    if found is None or (isinstance(found, bytes) and len(found) == hashlib.sha256().digest_size):
        return found
    raise ValueError("no digest")


def _digests(text: str, count: int) -> list[str | None]:
    """Of so many files the digest as hex, "" where the board could not make it, None for no file."""
    found = literal(text)
    if not isinstance(found, list) or len(found) != count:
        raise ValueError("no digests")
    if not all(each is None or (isinstance(each, str) and len(each) in (0, 64)) for each in found):
        raise ValueError("no digests")
    return found
