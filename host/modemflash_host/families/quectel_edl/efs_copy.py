"""A copy of a module's file system as a tar, read over DIAG while its application runs.

    efs/…           every file that the module shows and lets us read
    manifest.json   of which module and when; each file with its SHA-256; what was not read, and why

Rules: nothing is written to the module, and it is not switched to another mode; the
copy is evidence for an expert, never a way back, and this program does not write
it back; the module's own number is masked in it. Numbers of modules and their
users may be in the files themselves.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

import modemflash
from modemflash.errors import ModemProblem, Refusal
from modemflash.line import Line
from modemflash_host.families.plan import Copied
from modemflash_host.families.quectel_edl.diag_port import ANSWER_MS, DiagPort, Refused
from modemflash_host.families.quectel_edl.efs import Efs, EfsError
from modemflash_host.families.quectel_edl.efs_tree import (
    MOST_FILE_BYTES,
    File,
    Folder,
    LeftOut,
    quoted,
    tree,
)
from modemflash_host.families.quectel_edl.questions import ask_build, ask_imei, hear_first
from modemflash_host.families.vocabulary import EventFields, Facts

FORMAT = "modemflash-efs-copy"
MOST_BYTES = 128 << 20
_MOST_PIECES = 2 * MOST_FILE_BYTES >> 10  # a module gives 1 KB at a time, or dribbles for ever
_TOLD_EVERY_MS = 1000
_LATEST = 2**33  # seconds: what a tar can hold in its own field
_WHAT_IT_IS = (
    "A copy of what this module showed of its file system, for experts. It is not a restore point: files "
    "may be missing that the module did not show, and written to another module it does harm."
)


@dataclass(slots=True)
class _Copy:
    """What is known so far."""

    folders: list[Folder] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    rows: list[EventFields] = field(default_factory=list)
    bytes: int = 0


def copy_efs(line: Line, file: BinaryIO, made: str, answer_ms: int = ANSWER_MS) -> Copied:
    """Read the file system into a tar.

    Args:
        line: an open line to the DM port.
        file: where the tar goes; it is read nowhere.
        made: when, as text.
        answer_ms: how long an answer may take.

    Raises:
        Refusal: `efs-refused`: the module shows no file.
        ModemProblem: `diag-silent`, `efs-bad-answer`, `efs-too-large`.
        LinkProblem: the port went away.
        Stopped: the user asked to stop.
        OSError: the tar cannot be written.
    """
    hear_first(line)
    port = DiagPort(line, answer_ms)
    line.report("phase", phase="identify", usual_s=1, allowed_s=10, note="")
    build = ask_build(port)
    line.report("identity", product="", version=build)
    efs = Efs(port)
    efs.greet()
    copy = _Copy()
    _list_all(line, efs, copy)
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for folder in copy.folders:
            tar.addfile(_member(folder.path, folder.changed, is_folder=True))
        _read_all(line, efs, copy, tar)
        if not copy.rows:
            raise Refusal("efs-refused", copy.left_out[0].why if copy.left_out else "it lists nothing")
        module = {"build": build, "imei": ask_imei(port), "limits": list(efs.limits)}
        _add(tar, tarfile.TarInfo("manifest.json"), _manifest(copy, module, made))
    return Copied(build, len(copy.rows), copy.bytes, len(copy.left_out))


def _list_all(line: Line, efs: Efs, copy: _Copy) -> None:
    line.report("phase", phase="list-files", usual_s=0, allowed_s=0, note="")
    told = line.now()
    for found in tree(efs):
        if isinstance(found, Folder):
            copy.folders.append(found)
        elif isinstance(found, File):
            copy.files.append(found)
        elif found is not None:
            copy.left_out.append(found)
        if line.since(told) >= _TOLD_EVERY_MS:
            told = line.now()
            entries = len(copy.folders) + len(copy.files) + len(copy.left_out)
            line.report("listed", entries=entries)


def _read_all(line: Line, efs: Efs, copy: _Copy, tar: tarfile.TarFile) -> None:
    total = sum(each.size for each in copy.files)
    if total > MOST_BYTES:
        raise ModemProblem("efs-too-large", f"{total} bytes")
    line.report("phase", phase="copy-files", usual_s=0, allowed_s=0, note="")
    said = 0
    for each in copy.files:

        def tell(read: int, before: int = said, size: int = each.size) -> None:
            done = before + min(read, size)
            line.report("progress", phase="copy-files", done=done, total=total)

        try:
            data = _read(efs, each, tell)
        except (EfsError, Refused) as error:
            copy.left_out.append(LeftOut(each.path, str(error)))
        else:
            copy.bytes += len(data)
            if copy.bytes > MOST_BYTES:
                raise ModemProblem("efs-too-large", f"more than {MOST_BYTES} bytes")
            _add(tar, _member(each.path, each.changed), data)
            copy.rows.append(_row(each, data))
        said += each.size
    line.report("progress", phase="copy-files", done=total, total=total)


def _read(efs: Efs, file: File, tell: Callable[[int], object]) -> bytes:
    """A file, up to the size that the folder said; one of size 0 is asked all the same.

    Raises:
        EfsError, Refused: it cannot be read.
    """
    data = bytearray()
    for number, piece in enumerate(efs.pieces(file.path)):
        data += piece
        tell(len(data))
        if len(data) > MOST_FILE_BYTES or number > _MOST_PIECES:
            raise ModemProblem("efs-too-large", f"{quoted(file.path)} does not end")
        if file.size and len(data) >= file.size:
            break
    return bytes(data)


def _row(file: File, data: bytes) -> EventFields:
    row: EventFields = {
        "path": quoted(file.path),
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "mode": f"{file.mode:o}",
        "changed": file.changed,
        "listed": file.is_listed,
    }
    if len(data) != file.size:
        row["size_said"] = file.size  # it changed meanwhile: the application runs
    return row


def _member(path: bytes, changed: int, *, is_folder: bool = False) -> tarfile.TarInfo:
    """A line of the tar; it is ours alone, whatever the module says of rights."""
    member = tarfile.TarInfo("efs" + quoted(path))
    member.mtime = max(0, min(changed, _LATEST - 1))
    member.type = tarfile.DIRTYPE if is_folder else tarfile.REGTYPE
    member.mode = 0o700
    return member


def _add(tar: tarfile.TarFile, member: tarfile.TarInfo, data: bytes) -> None:
    member.size, member.mode = len(data), 0o600
    tar.addfile(member, io.BytesIO(data))


def _manifest(copy: _Copy, module: Facts, made: str) -> bytes:
    manifest = {
        "format": FORMAT,
        "version": 1,
        "what": _WHAT_IT_IS,
        "made": made,
        "made_by": f"modemflash {modemflash.__version__}",
        "module": module,
        "files": copy.rows,
        "not_read": [{"path": quoted(each.path), "why": each.why} for each in copy.left_out],
    }
    return (json.dumps(manifest, indent=1) + "\n").encode()
