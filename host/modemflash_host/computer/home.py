"""By what the homes of this program differ: a PC, and a page in a browser that runs the same package.

    HOME.sleep = …        a home sets what it does in another way, once, before anything is opened

Rule: what stands here is what a PC does; nothing else in the package asks in which home it is.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from modemflash.contracts import Clock
    from modemflash_host.links.open import Console

EIGHT = frozenset({8})


def to_disk(file: BinaryIO, path: Path) -> None:
    """Wait until the disk has what was written to a file.

    Raises:
        OSError: the disk is full, or gone.
    """
    file.flush()
    os.fsync(file.fileno())


@dataclass(frozen=True, slots=True)
class Opener:
    """What opens the ports of a scheme, such as `web://…`.

    Attributes:
        open: opens a port by its name and rate, with flow control (RTS/CTS) where the device has it, and
            is told of each wait; gives it with its clock.
        data_bits: that its links can do. A PIC's command channel needs 5.
    """

    open: Callable[[str, int, bool, Callable[[], None]], tuple[Console, Clock]]
    data_bits: frozenset[int] = EIGHT


@dataclass(slots=True)
class Home:
    """See above.

    Attributes:
        sleep: waits so many seconds.
        flush: returns when what was written to an open file, at a path, outlives a power cut.
        sleep_inhibited: holds the computer awake for a block, given who is told where it cannot; None for
            the system's own way.
        openers: by scheme; a name with another scheme, or none, is opened as on a PC.
        board_package: the files for a board, where they were made beforehand; else they are made.
    """

    sleep: Callable[[float], object] = time.sleep
    flush: Callable[[BinaryIO, Path], object] = to_disk
    sleep_inhibited: Callable[[Callable[[str], object]], AbstractContextManager[None]] | None = None
    openers: dict[str, Opener] = field(default_factory=dict)
    board_package: Mapping[str, bytes] | None = None

    def opener_of(self, name: str) -> Opener | None:
        """What opens a port; None for one that is opened as on a PC."""
        scheme, is_address, _ = name.partition("://")
        return self.openers.get(scheme) if is_address else None


HOME = Home()
