"""Standard streams that remember why they could not be written to: a full disk, a reader that went away.

Rules: what fails is kept here, because a stream does not say afterwards whether all
that it was given arrived; it is still raised for whoever writes to standard
output, who may stop; what cannot be said on standard error ends nothing; a
letter that the stream's encoding does not have is an escape, never an error.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, TextIO, cast


class Output:
    """A text stream, in all else the one that it is made from.

    Args:
        stream: the real one.
        raises: let whoever writes know at once.

    Attributes:
        lost: why some of it is lost; None as long as nothing is.
        is_said: somebody said so already.
    """

    def __init__(self, stream: TextIO, raises: bool = True) -> None:
        self._stream = stream
        self._raises = raises
        self.lost: OSError | None = None
        self.is_said = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """As the stream's own."""
        try:
            return self._stream.write(text)
        except UnicodeEncodeError:
            encoding = self._stream.encoding or "ascii"
            return self.write(text.encode(encoding, "backslashreplace").decode(encoding))
        except ValueError as error:  # it is closed
            self._lose(OSError(errno.EBADF, str(error)))
            return len(text)
        except OSError as error:
            self._lose(error)
            return len(text)

    def flush(self) -> None:
        """As the stream's own."""
        try:
            self._stream.flush()
        except ValueError as error:
            self._lose(OSError(errno.EBADF, str(error)))
        except OSError as error:
            self._lose(error)

    @property
    def buffer(self) -> BinaryIO:
        """The stream of its bytes, which is watched like it."""
        return cast("BinaryIO", _Bytes(self._stream.buffer, self._lose))

    def _lose(self, error: OSError) -> None:
        self.lost = error
        if self._raises:
            raise error

    def end(self) -> None:
        """Write what waits; what cannot be written is forgotten.

        Python would try it again at its own end, and turn the exit code into 120.
        """
        try:
            self._stream.flush()
        except (OSError, ValueError) as error:
            self.lost = error if isinstance(error, OSError) else OSError(errno.EBADF, str(error))
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


class _Bytes:
    """Where bytes go, in all else the stream that it is made from.

    Args:
        stream: the real one.
        lose: told why it could not be written to.
    """

    def __init__(self, stream: BinaryIO, lose: Callable[[OSError], object]) -> None:
        self._stream = stream
        self._lose = lose

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, data: bytes) -> int:
        """As the stream's own."""
        try:
            return self._stream.write(data)
        except OSError as error:
            self._lose(error)
            return len(data)

    def flush(self) -> None:
        """As the stream's own."""
        try:
            self._stream.flush()
        except OSError as error:
            self._lose(error)
