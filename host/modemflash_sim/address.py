"""What `sim://` addresses of all families share: parameters, and a line whose device is kept in a file.

Rules: a parameter that a family does not know is refused; the file is written
whenever something changed that a killed program must not undo.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

from modemflash_sim.endpoints.virtual import VirtualLine
from modemflash_sim.endpoints.wire import Device
from modemflash_sim.names import meant
from modemflash_sim.state_files import SoleUser

_MOST = 1e12


T = TypeVar("T")


def for_sole_user(path: Path | None, make: Callable[[SoleUser | None], T]) -> T:
    """What `make` makes of the right to a state file; the right is given back where that fails.

    Args:
        path: the file; None for none, and no right to it.
        make: makes it.

    Raises:
        OSError: EBUSY: another command has the file.
    """
    user = SoleUser(path) if path is not None else None
    try:
        return make(user)
    except BaseException:
        if user is not None:
            user.close()
        raise


class KeptDevice(Protocol):
    """A device that says when it has to be kept."""

    @property
    def now_us(self) -> int:
        """Its time."""

    @property
    def revision(self) -> int:
        """Counts what a killed program must not undo."""


class KeptLine(VirtualLine):
    """A `VirtualLine` whose device may be kept in a file, and which may keep real time.

    Args:
        device: what is at the other end.
        kept: what is kept of it; the device itself where that is the same.
        save: keeps it; None for no file.
        user: the right to the file; given back at the end.
        real_time: every wait takes its time.
        latency_us, max_burst, paced: see `VirtualLine`.
    """

    def __init__(
        self,
        device: Device,
        kept: KeptDevice,
        save: Callable[[], None] | None = None,
        user: SoleUser | None = None,
        real_time: bool = False,
        latency_us: int = 0,
        max_burst: int = 0,
        paced: bool = True,
    ) -> None:
        super().__init__(device, latency_us, max_burst, kept.now_us, paced)
        self._kept = kept
        self._save = save
        self._user = user
        self._real_time = real_time
        self._saved = -1

    def jump(self, to_us: int) -> None:
        """Let time pass until `to_us`."""
        if self._real_time and to_us > self.now_us:
            time.sleep((to_us - self.now_us) / 1_000_000)
        super().jump(to_us)
        self._keep()

    def readinto(self, buf: bytearray | memoryview, n: int, timeout_ms: int) -> int:
        """At most `n` bytes at the start of `buf`; 0 when the time is over."""
        got = super().readinto(buf, n, timeout_ms)
        self._keep()
        return got

    def close(self) -> None:
        """The command is over; the device goes on."""
        self._saved = -1
        try:
            self._keep()
        finally:
            self._save = None
            if self._user is not None:
                self._user.close()

    def _keep(self) -> None:
        if self._save is not None and self._saved != self._kept.revision:
            self._save()
            self._saved = self._kept.revision


def parameters(url: str, known: Mapping[str, str]) -> dict[str, str]:
    """What an address says behind its question mark; a name that stands there twice has its values by commas.

    Raises:
        ValueError: it says something that is not known.
    """
    query = parse_qs(urlsplit(url).query, keep_blank_values=True)
    given = {name: ",".join(values) for name, values in query.items()}
    for name in given:
        if name not in known:
            raise ValueError(f"this sim:// address knows no {name!r}{meant(name, known, 'it knows')}")
    return given


def number(given: Mapping[str, str], name: str, otherwise: float) -> float:
    """A parameter as a number that is not negative.

    Raises:
        ValueError: it is none.
    """
    text = given.get(name)
    if text is None:
        return otherwise
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < _MOST:
        raise ValueError(f"{name} is a number, not {text!r}")
    return value


def state_path(given: Mapping[str, str]) -> Path | None:
    """The file that keeps the device; None for none."""
    return Path(given["state"]) if "state" in given else None
