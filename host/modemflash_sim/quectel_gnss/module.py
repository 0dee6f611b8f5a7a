"""The module as a device at the end of a serial line: reset, window, boot loader, application.

Rules: the caller says what time it is; between two moments everything is decided;
the erase takes the application away, and only a whole image that was accepted
brings one back; the boot loader itself cannot be lost.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from modemflash_sim.endpoints.noise import noise
from modemflash_sim.quectel_gnss import application, boot_frames, packages
from modemflash_sim.quectel_gnss.faults import Faults
from modemflash_sim.quectel_gnss.profiles import BOOT_BAUD, MS, SECOND_US, Profile
from modemflash_sim.quectel_gnss.session import Session, Spoken

OFF, WINDOW, SECOND_SYNC, COMMAND, APPLICATION, BARE = (
    "off",
    "window",
    "second-sync",
    "command",
    "application",
    "bare",
)
_SECOND_SYNC_US = 500 * MS
_COMMAND_RESET_US = 100 * MS
_STUCK_US = 45 * SECOND_US  # longer than any answer takes
_POWER_BACK_US = 2 * SECOND_US
_KEPT_BYTES = 400
_FIRST_NUMBER = 0x0011_2233_4455_6677
Version = tuple[str, str, str]


@dataclass(slots=True)
class Memory:
    """What outlives a reset, and the account of it.

    Attributes:
        application: version, date and time; None without an application.
        app_baud: the saved rate.
        updates: whole images that were accepted.
        erases: how often it was erased.
        violations: what a careful program does not do.
    """

    application: Version | None
    app_baud: int
    updates: int = 0
    erases: int = 0
    violations: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the module says about those who talked to it."""

    mode: str
    version: str
    build: str
    updates: int
    erases: int
    violations: tuple[str, ...]


class SimGnss:
    """One module.

    Args:
        profile: which.
        behave: see `assumptions.parse`.
        faults: see `faults.parse`.
        seed: of its random numbers.
        press_every_us: a person presses RESET so often, unless frames are exchanged; 0 for nobody there.

    Attributes:
        number: its own; "" where it tells none.
        revision: counts what a killed program must not undo.
    """

    def __init__(
        self,
        profile: Profile,
        behave: dict[str, str],
        faults: Faults | None = None,
        seed: int = 0,
        press_every_us: int = 0,
    ) -> None:
        self.profile = profile
        self.number = f"{_FIRST_NUMBER ^ seed:016X}"
        self.behave = behave
        self.faults = faults or Faults()
        says = (profile.version, profile.date, profile.time)
        self.memory = Memory(says if profile.has_application else None, profile.app_baud)
        self.session: Session | None = None
        self.now_us = 0
        self.revision = 0
        self._noise = random.Random(seed)
        self._press_every_us = press_every_us
        self._press_us = press_every_us or None
        self._said: list[tuple[int, bytes, int]] = []
        self._held = bytearray()
        self._until_us: int | None = None
        self._next_second_us: int | None = None
        self._power_back_us: int | None = None
        self._resets_now = False
        self.mode = OFF
        self.start()

    # -- the endpoint's side -------------------------------------------------

    @property
    def baud(self) -> int:
        """See `Device`."""
        return self.memory.app_baud if self.mode == APPLICATION else BOOT_BAUD

    def set_rts(self, level: bool) -> None:
        """It has no flow control."""

    def power(self, on: bool, now_us: int) -> None:
        """See `PoweredDevice`."""
        self.advance(now_us)
        self._said = [item for item in self._said if item[0] <= now_us]
        if on:
            self.reset()
        else:
            self._enter(OFF)

    def next_due(self) -> int | None:
        """See `Device`."""
        moments = [self._until_us, self._next_second_us, self._press_us, self._power_back_us]
        moments += [item[0] for item in self._said[:1]]
        return min((moment for moment in moments if moment is not None), default=None)

    def take(self, now_us: int) -> Sequence[tuple[bytes, int]]:
        """See `Device`."""
        self.advance(now_us)
        due = [(data, baud) for at_us, data, baud in self._said if at_us <= now_us]
        self._said = [item for item in self._said if item[0] > now_us]
        return due

    def advance(self, now_us: int) -> None:
        """See `Device`."""
        while True:
            timers = (self._until_us, self._next_second_us, self._press_us, self._power_back_us)
            due_us = min((each for each in timers if each is not None), default=None)
            if due_us is None or due_us > now_us:
                break
            self.now_us = max(self.now_us, due_us)
            self._do(due_us)
        self.now_us = max(self.now_us, now_us)

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        """See `Device`."""
        self.advance(now_us)
        if baud != self.baud:
            data = noise(data, baud, self.baud)
        if self.mode == APPLICATION:
            self._to_application(data)
        elif self.mode == COMMAND:
            self._to_session(data)
        elif self.mode in (WINDOW, SECOND_SYNC):
            self._to_sync(data)

    @property
    def verdict(self) -> Verdict:
        """See `modemflash_sim.devices.SimulatedDevice`."""
        version, date, time = self.memory.application or ("", "", "")
        memory = self.memory
        violations = list(memory.violations)
        if self.session is not None:
            violations += self.session.receiver.violations
        build = f"{date} {time}".strip()
        return Verdict(self.mode, version, build, memory.updates, memory.erases, tuple(violations))

    # -- its modes -----------------------------------------------------------

    def start(self) -> None:
        """It was powered on long ago."""
        self._enter(APPLICATION if self.memory.application else BARE)
        if self.mode == APPLICATION:
            self._next_second_us = self.now_us

    def resume(self, in_session: bool) -> None:
        """It goes on from what its memory holds now."""
        self.start()
        if in_session:
            self._enter(COMMAND)

    def reset(self) -> None:
        """RESET, or power on: the boot loader listens for a moment."""
        self._enter(WINDOW)
        self._until_us = self.now_us + self.profile.window_us

    def _enter(self, mode: str) -> None:
        if self.session is not None:
            self.memory.violations += self.session.receiver.violations
            self.session = None
        self.mode = mode
        self._held.clear()
        self._until_us = self._next_second_us = None
        self._resets_now = False
        self.revision += 1
        if mode == APPLICATION:
            self._next_second_us = self.now_us + self.profile.start_us
        if mode == BARE and self.behave["bare"] == "loop":
            self._until_us = self.now_us + 100 * MS
        if mode == COMMAND:
            self.session = Session(self.profile, self.behave, self.faults, self._noise, self.now_us)

    def _do(self, due_us: int) -> None:
        """What is due by itself."""
        if self._power_back_us == due_us:
            self._power_back_us = None
            self.reset()
        elif self._press_us == due_us:
            self._press_us = due_us + self._press_every_us
            if self._looks_stuck(due_us):
                self.reset()
        elif self._next_second_us == due_us:
            self._next_second_us = due_us + SECOND_US
            self._say(due_us, application.second(due_us // SECOND_US))
        elif self.mode == BARE or self._resets_now:
            self._resets_now = False
            self.reset()
        else:  # a window, or a wait for the second word, is over
            self._enter(APPLICATION if self.memory.application else BARE)

    def _looks_stuck(self, now_us: int) -> bool:
        """Whether a person would press RESET: nobody does while frames are exchanged."""
        if self.session is not None:
            return now_us - self.session.frame_us > _STUCK_US
        return self.mode not in (SECOND_SYNC, OFF)

    def _say(self, at_us: int, data: bytes) -> None:
        self._said.append((at_us, data, self.baud))
        self._said.sort(key=lambda item: item[0])

    def _to_application(self, data: bytes) -> None:
        if self._next_second_us is None or not self.memory.application:
            return
        self._held += data
        while (end := self._held.find(b"\n")) >= 0:
            line = bytes(self._held[:end])
            del self._held[: end + 1]
            said, wants_reset = application.answers(
                line, self.memory.application, self.number, self.memory.app_baud, self.memory.violations
            )
            if said:
                self._say(self.now_us + 20 * MS, said)
            if wants_reset:
                self._next_second_us = None
                self._until_us = self.now_us + _COMMAND_RESET_US
                self._resets_now = self.behave["command-reset"] == "window"
        del self._held[:-_KEPT_BYTES]

    def _to_sync(self, data: bytes) -> None:
        if "silent" in self.faults:
            return
        self._held += data
        while True:
            first, second = self._held.find(boot_frames.SYNC_1), self._held.find(boot_frames.SYNC_2)
            if self.mode == SECOND_SYNC and second >= 0 and (first < 0 or second < first):
                self._say(self.now_us + self.profile.answer_us, boot_frames.RESPONSE_2)
                rest = bytes(self._held[second + 4 :])
                self._enter(COMMAND)
                if rest:
                    self._to_session(rest)
                return
            if first < 0:
                break
            del self._held[: first + 4]
            noise_bytes = self.faults.number("boot-noise") or 0
            self.faults.spend("boot-noise")
            said = self._noise.randbytes(noise_bytes) + boot_frames.RESPONSE_1
            self._say(self.now_us + self.profile.answer_us, said)
            self.mode = SECOND_SYNC
            self._until_us = self.now_us + _SECOND_SYNC_US
        del self._held[:-8]

    def _to_session(self, data: bytes) -> None:
        session = self.session
        assert session is not None
        for name in ("power-cut", "reset-at", "hang-at"):
            limit = self.faults.number(name)
            if limit is not None and session.receiver.erased and session.data_bytes + len(data) >= limit:
                self.faults.spend(name)
                self._answer(session.feed(self.now_us, data[: limit - session.data_bytes]))
                self._cut(name)
                return
        self._answer(session.feed(self.now_us, data))
        self._keep(session)

    def _cut(self, name: str) -> None:
        assert self.session is not None
        self._keep(self.session)
        if name == "hang-at":
            self.session.hangs = True
            return
        self._said.clear()
        if name == "reset-at":
            self.reset()
        else:
            self._enter(OFF)
            self._power_back_us = self.now_us + _POWER_BACK_US

    def _answer(self, said: list[Spoken]) -> None:
        for each in said:
            self._say(each.at_us, each.data)

    def _keep(self, session: Session) -> None:
        """What the session changed in the flash."""
        receiver = session.receiver
        if receiver.erased and (self.memory.application or receiver.complete):
            self.memory.erases += bool(self.memory.application)
            self.memory.application = None
            self.revision += 1
        if receiver.complete:
            receiver.complete = False
            self.memory.updates += 1
            self.memory.application = self._installed(bytes(receiver.image))
            receiver.erased = False
            if self.behave["settings"] == "lost":
                self.memory.app_baud = BOOT_BAUD
        if session.resets:
            self._resets_now = True
            session.resets = False
            self._until_us = self.now_us + 5 * MS

    def _installed(self, image: bytes) -> Version | None:
        if "dead-after" in self.faults:
            return None
        version = packages.version_in(image)
        if version is not None and "other-version" in self.faults:
            return (version[0][:-1] + "X", *version[1:])
        return version
