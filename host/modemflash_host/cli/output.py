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
from typing import IO, Any, AnyStr, BinaryIO, Generic, TextIO, TypeVar, cast

_T = TypeVar("_T")


class _Watched(Generic[AnyStr]):
    """A stream, in all else the one that it is made from.

    Args:
        stream: the real one.
        lose: told why it could not be written to.
    """

    def __init__(self, stream: IO[AnyStr], lose: Callable[[OSError], object]) -> None:
        self._stream: IO[AnyStr] = stream
        self._told = lose

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, data: AnyStr) -> int:
        """As the stream's own."""
        return self._kept(lambda: self._stream.write(data), len(data))

    def flush(self) -> None:
        """As the stream's own."""
        self._kept(self._stream.flush, None)

    def _kept(self, do: Callable[[], _T], otherwise: _T) -> _T:
        try:
            return do()
        except UnicodeEncodeError:
            raise
        except ValueError as error:  # it is closed
            self._told(OSError(errno.EBADF, str(error)))
        except OSError as error:
            self._told(error)
        return otherwise


class Output(_Watched[str]):
    """A text stream that is watched.

    Args:
        stream: the real one.
        raises: let whoever writes know at once.

    Attributes:
        lost: why some of it is lost; None as long as nothing is.
        is_said: somebody said so already.
    """

    _stream: TextIO

    def __init__(self, stream: TextIO, raises: bool = True) -> None:
        super().__init__(stream, self._lose)
        self._raises = raises
        self.lost: OSError | None = None
        self.is_said = False

    def write(self, text: str) -> int:
        """As the stream's own."""
        try:
            return super().write(text)
        except UnicodeEncodeError:
            encoding = self._stream.encoding or "ascii"
            return self.write(text.encode(encoding, "backslashreplace").decode(encoding))

    @property
    def buffer(self) -> BinaryIO:
        """The stream of its bytes, which is watched like it."""
        return cast("BinaryIO", _Watched(self._stream.buffer, self._lose))

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
