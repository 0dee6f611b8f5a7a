"""What the system meant by an error: by its numbers and its class, never by a text in some language.

Rule: on Windows pyserial puts the system's error into a sentence and drops it;
its numbers stand in that sentence as Python writes them, in every language.
Source of the numbers: `winerror.h`; of the sentence: pyserial 3.5, `serialwin32`.
"""

from __future__ import annotations

import errno
import re

# Access denied (a COM port has no rights: it is open elsewhere), sharing, lock, busy.
_BUSY = (5, 32, 33, 170)
_ABSENT = (2, 3, 20, 433, 1167)  # no such file, path, unit, device; not connected any more
_REFUSED = (1, 50, 87)  # no such function, not supported, a parameter is wrong
_REFUSED_ERRNO = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
_REPR = re.compile(r"\b[A-Za-z]*Error\((-?\d+), .*, None, (\d+)(?:, None)?\)", re.DOTALL)


def windows_number(error: BaseException) -> int:
    """Windows' own number of an error; 0 where there is none."""
    number = getattr(error, "winerror", None)
    if isinstance(number, int):
        return number
    found = _REPR.search(str(error))
    return int(found[2]) if found else 0


def unix_number(error: BaseException) -> int:
    """The errno of an error, or of the one that it was made of; 0 where there is none."""
    for each in (error, error.__cause__, error.__context__):
        number = getattr(each, "errno", None)
        if isinstance(number, int) and number:
            return number
        if each is not None and each.args and type(each).__module__ == "termios":
            return int(each.args[0])  # `termios.error` is no OSError
    return 0


def is_busy(error: BaseException) -> bool:
    """Another program has it."""
    number = windows_number(error)
    return number in _BUSY if number else unix_number(error) in (errno.EBUSY, errno.EAGAIN)


def is_not_permitted(error: BaseException) -> bool:
    """This user may not."""
    return not windows_number(error) and unix_number(error) in (errno.EACCES, errno.EPERM)


def is_absent(error: BaseException) -> bool:
    """There is no such thing."""
    number = windows_number(error)
    return number in _ABSENT if number else unix_number(error) in (errno.ENOENT, errno.ENXIO, errno.ENODEV)


def is_refused_setting(error: BaseException) -> bool:
    """A device that is there does not do that: a rate, say."""
    if isinstance(error, (ValueError, NotImplementedError)):
        return True
    number = windows_number(error)
    return number in _REFUSED if number else unix_number(error) in _REFUSED_ERRNO
