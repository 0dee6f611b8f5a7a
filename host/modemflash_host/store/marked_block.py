"""A block of ours in a text file of the user's, such as a shell's start-up file: put in, taken out.

Rules: everything outside our two marks stays, byte for byte; what is taken out leaves the file as it was
before; only a regular file of one name is touched, so that no link is followed; the new content gets the
file's name in one step, with the rights and the owner that the file had.
"""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from modemflash_host.store.regular_file import NotRegular, read_regular
from modemflash_host.store.state_folder import give_to_caller

BEGIN = b"# >>> modemflash completion >>>\n"
END = b"# <<< modemflash completion <<<\n"
_MOST_BYTES = 1 << 20
_NEW_RIGHTS = 0o644  # as editors make a start-up file: it holds no secret


class TornBlock(ValueError):
    """Only one of our marks is there, or they are in the wrong order: nobody knows what is ours."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to become of a file; nothing is done yet.

    Attributes:
        path: the file.
        before: its content; None where there is none.
        after: what it is to be.
    """

    path: Path
    before: bytes | None
    after: bytes

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return (self.before or b"") != self.after

    def apply(self) -> None:
        """Give the file its new content; one that would be empty goes, which a shell cannot tell apart.

        Raises:
            OSError: it cannot be written, or somebody changed it meanwhile.
        """
        if _content(self.path) != self.before:
            raise OSError(errno.EBUSY, "it was changed meanwhile")
        if not self.after:
            self.path.unlink(missing_ok=True)
            return
        descriptor, beside = tempfile.mkstemp(prefix=".modemflash-", dir=self.path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(self.after)
                file.flush()
                self._take_over(file.fileno())
                os.fsync(file.fileno())
            os.replace(beside, self.path)  # noqa: PTH105 (it is a name, no path of ours)
        except BaseException:
            with suppress(OSError):
                os.unlink(beside)  # noqa: PTH108 (as above)
            raise

    def _take_over(self, descriptor: int) -> None:
        """Rights and owner of the file that was there."""
        if os.name != "posix":
            return
        if self.before is None:
            os.fchmod(descriptor, _NEW_RIGHTS)
            give_to_caller(descriptor)
            return
        status = self.path.lstat()
        if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
            with suppress(PermissionError):
                os.fchown(descriptor, status.st_uid, status.st_gid)
        os.fchmod(descriptor, status.st_mode & 0o7777)


def put_in(path: Path, text: str) -> Edit:
    """How the file gets our block with this text, at its end or where the block stands already.

    Raises:
        TornBlock: our marks are damaged.
        OSError: it cannot be read, or is no regular file of one name.
    """
    before = _content(path)
    start, _, rest = _parts(before or b"")
    block = b"\n" + BEGIN + text.strip("\n").encode() + b"\n" + END
    return Edit(path, before, start + block + rest)


def take_out(path: Path) -> Edit:
    """How the file loses our block.

    Raises:
        TornBlock, OSError: as `put_in`.
    """
    before = _content(path)
    start, _, rest = _parts(before or b"")
    return Edit(path, before, start + rest)


def _parts(content: bytes) -> tuple[bytes, bytes, bytes]:
    """What stands before our block, the block, and what stands behind it."""
    begins, ends = content.count(BEGIN), content.count(END)
    if not begins and not ends:
        return content, b"", b""
    at, end = content.find(b"\n" + BEGIN), content.find(END)
    if (begins, ends) != (1, 1) or at < 0 or end < at:
        raise TornBlock("its marks are damaged")
    end += len(END)
    return content[:at], content[at:end], content[end:]


def _content(path: Path) -> bytes | None:
    """The file's bytes; None where there is none."""
    try:
        if path.lstat().st_nlink > 1:
            raise NotRegular(errno.EMLINK, "it is a link to another file")
        return read_regular(path, _MOST_BYTES, follow=False)
    except FileNotFoundError:
        return None
