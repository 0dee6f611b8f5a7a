"""The installed engine onto a board, and off it again.

    needed(session, board) -> Needed    what `deploy` would write; writes nothing itself
    deploy(session) -> Deployed         put the package into /flash/lib
    remove(session) -> Removed          take away all that was put there, and nothing else

Rules: a file is ours when the board's own list of deployed files has it; a
foreign file is never overwritten, a changed one never removed; the list is
there before the first file, so a deployment that was cut in the middle can be
gone on with, or removed; a file is skipped or believed by its hash alone. The
user's files are never touched, so removing restores the board byte for byte;
the one thing that stays is the journal of an update that is not finished.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from modemflash.interface import (
    HOOK_SIGN,
    LIBRARY,
    MAIN,
    NVS_BOOTS,
    NVS_PREFIX,
    NVS_RESCUE,
    NVS_UNDO,
    RESCUE_RECORD,
)
from modemflash.journal import Journal
from modemflash_host.board.console.files import BoardFiles
from modemflash_host.board.console.identity import Board, need_pycom, read_identity
from modemflash_host.board.console.session import BoardSession
from modemflash_host.board.console.stoppable import stoppable
from modemflash_host.board.install import temporary
from modemflash_host.board.install.file_sender import FileSender
from modemflash_host.board.install.package import deployed
from modemflash_host.board.relay.journals import PATHS, BoardSlots
from modemflash_host.errors import BoardProblem, Refusal

LIST = f"{LIBRARY}/modemflash.files"
_BLOCK_BYTES = 4096  # what a file takes at least, in either file system
ENGINE = f"import sys\nif '{LIBRARY}' not in sys.path: sys.path.insert(0, '{LIBRARY}')\n"
_DISARM = f"""\
import pycom
for _n in {(NVS_RESCUE, NVS_BOOTS, NVS_UNDO)}:
    try:
        pycom.nvs_erase('{NVS_PREFIX}' + _n)
    except Exception:
        pass
"""

Listed = dict[str, str]
"""Path -> SHA-256 as hex, or "folder" for a folder that was made."""
_FOLDER = "folder"
_AGAIN = " again"  # behind the list's path: it is written once more, at the end


@dataclass(frozen=True, slots=True)
class Needed:
    """What `deploy` would write.

    Attributes:
        files, bytes: how much.
        fresh: nothing of ours is there.
    """

    files: int
    bytes: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class Deployed:
    """What `deploy` did.

    Attributes:
        board: where.
        written, unchanged, removed: counts of files.
        bytes: that were written.
    """

    board: Board
    written: int
    unchanged: int
    removed: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Removed:
    """What `remove` did.

    Attributes:
        files: how many went.
        kept: paths that somebody changed since they were put there; left alone.
    """

    files: int
    kept: tuple[str, ...]


def needed(session: BoardSession, board: Board, package: Mapping[str, bytes] | None = None) -> Needed:
    """What `deploy` would write, or why it cannot; writes nothing.

    Raises:
        Refusal, BoardProblem: as `deploy`.
    """
    wanted, ours, missing = _compared(session, package)
    _need_room(board, missing)
    return Needed(len(missing), sum(map(len, missing.values())), not ours and len(missing) == len(wanted))


def deploy(
    session: BoardSession,
    package: Mapping[str, bytes] | None = None,
    on_bytes: Callable[[int, int], object] = lambda done, total: None,
    *,
    stop_wanted: Callable[[], int] = lambda: 0,
) -> Deployed:
    """Bring the board's copy of the engine up to this one.

    Args:
        session: the board; best in safe boot, so that no thread of the user's writes, too.
        package: path below `LIBRARY` -> content; None for the installed package.
        on_bytes: told (bytes that are there, bytes in all).
        stop_wanted: how often the user asked to stop.

    Raises:
        Refusal: `board-not-pycom`, `board-no-room`, `board-foreign-files`.
        BoardProblem: the board.
        Stopped: `stopped-before-write`; what is there can be gone on with, or removed.
    """
    with stoppable(session.repl, stop_wanted):
        return _deploy(session, package, on_bytes)


def _deploy(
    session: BoardSession,
    package: Mapping[str, bytes] | None,
    on_bytes: Callable[[int, int], object],
) -> Deployed:
    board = read_identity(session.repl)
    need_pycom(board)
    wanted, ours, missing = _compared(session, package)
    _need_room(board, missing)

    folders = _folders_of(session.files, wanted)
    target = {path: hashlib.sha256(content).hexdigest() for path, content in wanted.items()}
    kept_folders = {path: mark for path, mark in ours.items() if mark == _FOLDER}
    stale = [path for path, mark in ours.items() if mark != _FOLDER and path not in wanted]
    final = {**kept_folders, **folders, **target}
    if missing or stale or final != ours:
        begun = {**ours, **folders, **target}
        files = {LIST: text_of_list(begun), **missing}
        if begun != final:
            files[LIST + _AGAIN] = text_of_list(final)
        _write(session, sorted(folders), files, stale, on_bytes)
    return Deployed(
        board, len(missing), len(wanted) - len(missing), len(stale), sum(map(len, missing.values()))
    )


def remove(session: BoardSession) -> Removed:
    """Take away what `deploy` put there, the start-up hook first, and disarm a rescue.

    Raises:
        Refusal: `board-not-pycom`.
        BoardProblem: the board.
    """
    board = read_identity(session.repl)
    need_pycom(board)
    files = session.files
    remove_hook(session)
    session.repl.run(_DISARM)
    files.remove(RESCUE_RECORD)
    ours = read_list(files)
    there = files.sums([path for path, mark in ours.items() if mark != _FOLDER])
    kept = [path for path, digest in there.items() if digest != ours[path]]
    gone = [path for path in there if path not in kept]
    files.remove_files(gone)
    for folder in sorted((path for path, mark in ours.items() if mark == _FOLDER), reverse=True):
        if files.size(folder) == -1 and not files.listing(folder):
            files.remove(folder)
    if kept:
        files.put(LIST, text_of_list({path: ours[path] for path in kept}))
    else:
        files.remove(LIST)
        for folder in (path for path, mark in ours.items() if mark == _FOLDER and path == LIBRARY):
            if not files.listing(folder):
                files.remove(folder)
    if Journal(BoardSlots(session), board.mac).read() is None:
        for path in PATHS:
            files.remove(path)
    temporary.forget(session.repl)
    return Removed(len(gone), tuple(kept))


def has_hook(files: BoardFiles) -> bool:
    """Whether main.py has the lines of the start-up hook."""
    return bool(files.size(MAIN)) and HOOK_SIGN in files.get(MAIN)


def remove_hook(session: BoardSession) -> None:
    """Take the start-up hook out of main.py where it is in there; the updater is needed for that."""
    if has_hook(session.files):
        session.repl.run(f"{ENGINE}import modemflash\nmodemflash.remove_hook()\n")


def read_list(files: BoardFiles) -> Listed:
    """What was deployed before, by the board's own list; empty when there is none."""
    if files.size(LIST) is None:
        return {}
    found: Listed = {}
    for line in files.get(LIST).decode("ascii", "replace").splitlines():
        mark, _, path = line.partition(" ")
        if path.startswith(LIBRARY) and ".." not in PurePosixPath(path).parts:
            found[path] = mark
    return found


def text_of_list(listed: Listed) -> bytes:
    """The list as it is kept."""
    return "".join(f"{mark} {path}\n" for path, mark in sorted(listed.items())).encode("ascii")


def _compared(
    session: BoardSession, package: Mapping[str, bytes] | None
) -> tuple[dict[str, bytes], Listed, dict[str, bytes]]:
    """What is wanted, what is listed as ours, and what of the wanted is not there as it should be."""
    files = session.files
    package = deployed() if package is None else package
    wanted = {f"{LIBRARY}/{name}": content for name, content in package.items()}
    ours = read_list(files)
    tops = {PurePosixPath(name).parts[0] for name in package}
    if all(files.size(f"{LIBRARY}/{top}") is None for top in tops):
        return wanted, ours, wanted  # a fresh board: no need to ask for every file
    there = files.sums(list(wanted))
    missing = {
        path: content
        for path, content in wanted.items()
        if there.get(path) != hashlib.sha256(content).hexdigest()
    }
    foreign = [path for path in missing if path not in ours and path in there]
    if foreign:
        raise Refusal("board-foreign-files", ", ".join(foreign[:3]))
    return wanted, ours, missing


def _write(
    session: BoardSession,
    folders: Sequence[str],
    files: Mapping[str, bytes],
    stale: Sequence[str],
    on_bytes: Callable[[int, int], object],
) -> None:
    """As bytes, by the stub; what that did not bring, through the REPL."""
    total = sum(map(len, files.values()))
    session.say(f"Writing {len(files)} files to the board.")
    try:
        with FileSender(session.repl, lambda done: on_bytes(done, total)) as sender:
            _write_by(sender.folder, sender.put, sender.remove, folders, files, stale)
        session.restarted()  # what was prepared in the board's Python had to make room
        return
    except BoardProblem as problem:
        session.say(f"{problem.happened} Writing through the REPL instead, which takes longer.")
    session.restarted()
    done = 0
    board = session.files

    def put(path: str, content: bytes) -> None:
        nonlocal done
        if not board.holds(path, content):
            board.put(path, content)
        done += len(content)
        on_bytes(done, total)

    _write_by(board.make_folder, put, board.remove, folders, files, stale)


def _write_by(
    make_folder: Callable[[str], object],
    put: Callable[[str, bytes], object],
    remove_file: Callable[[str], object],
    folders: Sequence[str],
    files: Mapping[str, bytes],
    stale: Sequence[str],
) -> None:
    """In an order in which a cut leaves nothing that the list does not have."""
    if LIBRARY in folders:
        make_folder(LIBRARY)
    again = None
    for number, (path, content) in enumerate(files.items()):
        if path == LIST + _AGAIN:
            again = content
            continue
        put(path, content)
        if not number:  # the list
            for folder in folders:
                make_folder(folder)
    for path in stale:
        remove_file(path)
    if again is not None:
        put(LIST, again)


def _folders_of(files: BoardFiles, wanted: Mapping[str, bytes]) -> Listed:
    """The folders that have to be made, each before what is in it."""
    needed = {str(parent) for path in wanted for parent in PurePosixPath(path).parents}
    below = sorted(folder for folder in needed if folder == LIBRARY or folder.startswith(LIBRARY + "/"))
    return {folder: _FOLDER for folder in below if files.size(folder) is None}


def _need_room(board: Board, missing: Mapping[str, bytes]) -> None:
    needed_kib = sum(-(-len(content) // _BLOCK_BYTES) * _BLOCK_BYTES for content in missing.values()) // 1024
    if board.free_kib is not None and board.free_kib < needed_kib:
        raise Refusal("board-no-room", f"{needed_kib} KiB are needed, {board.free_kib} KiB are free")
