"""The modem with its ports: it runs, switches to EDL, takes a programmer, is written, and starts again.

Rules: the caller says what time it is; ports come and go, and a port that went never
comes back: another one does; what a port said before it went can still be read; where
the modem finds itself after a reset is decided from its flash alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Protocol

from modemflash_sim.quectel_edl import modem_memory
from modemflash_sim.quectel_edl.at_port import AtPort
from modemflash_sim.quectel_edl.diag import SimDiag
from modemflash_sim.quectel_edl.dm_port import DiagServer, DmPort
from modemflash_sim.quectel_edl.faults import Faults
from modemflash_sim.quectel_edl.firehose import Firehose
from modemflash_sim.quectel_edl.modem_memory import EFS2, Memory
from modemflash_sim.quectel_edl.profiles import (
    ABSENT,
    APPLICATION,
    CRASH_DUMP,
    DM,
    EDL,
    MODES,
    OFF,
    PROGRAMMER,
    SECOND_US,
    Profile,
)
from modemflash_sim.quectel_edl.sahara import Sahara
from modemflash_sim.quectel_edl.spoken import (
    LINK_LOST,
    POWER_LOST,
    PROGRAMMER_STARTS,
    RESTARTS,
    SWITCHES_TO_EDL,
    Answer,
    Spoken,
)
from modemflash_sim.quectel_edl.verdict import Verdict

QUECTEL, QUALCOMM = 0x2C7C, 0x05C6
EDL_PRODUCT, DUMP_PRODUCT = 0x9008, 0x900E
EDL_PORT, DUMP = "EDL", "dump"
_POWER_BACK_US = 2 * SECOND_US
_LINK_BACK_US = 3 * SECOND_US
_NO_BAUD = 0  # on USB there is none


class _Session(Protocol):
    """Who answers at a port."""

    def feed(self, now_us: int, data: bytes) -> Answer:
        """Bytes arrive."""


class SimPort:
    """A port that the modem has at the moment; a `wire.Device`.

    Attributes:
        vendor, product, interface: its USB identity.
        role: what it is for.
        is_gone: it left the bus.
    """

    def __init__(
        self, module: SimQuectel, product: int, interface: int, role: str, session: _Session | None
    ) -> None:
        self.module = module
        self.vendor = QUALCOMM if role in (EDL_PORT, DUMP) else QUECTEL
        self.product = product
        self.interface = interface
        self.role = role
        self.is_gone = False
        self.session = session
        self._said: list[Spoken] = []

    @property
    def usb(self) -> str:
        """Vendor and product, such as "05c6:9008"."""
        return f"{self.vendor:04x}:{self.product:04x}"

    @property
    def baud(self) -> int:
        """See `Device`: USB has none."""
        return _NO_BAUD

    def set_rts(self, level: bool) -> None:
        """USB holds back by itself."""

    def advance(self, now_us: int) -> None:
        """See `Device`."""
        self.module.advance(now_us)

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        """See `Device`."""
        self.module.advance(now_us)
        if not self.is_gone and self.session is not None:
            self.module.answer(self, self.session.feed(self.module.now_us, data))

    def say(self, said: Sequence[Spoken]) -> None:
        """It will say this."""
        self._said += said
        self._said.sort(key=lambda item: item.at_us)

    def leave(self, now_us: int) -> None:
        """It goes from the bus; what it has not said until now it does not say."""
        self.is_gone = True
        self._said = [item for item in self._said if item.at_us <= now_us]

    def next_due(self) -> int | None:
        """See `Device`."""
        moments = [moment for moment in (self.module.due_us(), self._first_us()) if moment is not None]
        return min(moments, default=None)

    def take(self, now_us: int) -> Sequence[tuple[bytes, int]]:
        """See `Device`."""
        self.module.advance(now_us)
        due = [(item.data, _NO_BAUD) for item in self._said if item.at_us <= now_us]
        self._said = [item for item in self._said if item.at_us > now_us]
        return due

    def _first_us(self) -> int | None:
        return self._said[0].at_us if self._said else None


class SimQuectel:
    """One modem. As a `PoweredDevice` it is its one port that leads on: DM, or EDL.

    Args:
        profile: which.
        behave: see `assumptions.parse`.
        faults: see `faults.parse`.
        seed: of its random numbers.
        memory: what it holds; None for that of a new one.
        diag: who answers the requests on the DM port that are not answered here; None for its own files.

    Attributes:
        ports: those that it has now.
        mode: where it is.
    """

    def __init__(
        self,
        profile: Profile,
        behave: dict[str, str],
        faults: Faults | None = None,
        seed: int = 0,
        memory: Memory | None = None,
        diag: DiagServer | None = None,
    ) -> None:
        self.profile = profile
        self.behave = behave
        self.faults = faults or Faults()
        self.memory = memory or modem_memory.new(profile, self.faults, seed)
        of_files = {name: rows[0][0] if rows[0] else "" for name, rows in self.faults.rows.items()}
        self._files = SimDiag("", of_files, behave)
        self.diag = diag or self._files.answer
        self.model = self.faults.word("model") or profile.model
        self.now_us = 0
        self._revision = 0
        self.mode = OFF
        self.ports: tuple[SimPort, ...] = ()
        self._programmer: Firehose | None = None
        self._later: tuple[int, str] | None = None
        self.resume(profile.start)

    # -- as a device for an endpoint ---------------------------------------------

    @property
    def baud(self) -> int:
        """See `Device`."""
        return _NO_BAUD

    def set_rts(self, level: bool) -> None:
        """See `Device`."""

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        """See `Device`: the bytes go to the main port."""
        self.advance(now_us)
        if self.ports:
            self.ports[0].feed(now_us, data, baud)

    def next_due(self) -> int | None:
        """See `Device`."""
        return self.ports[0].next_due() if self.ports else self.due_us()

    def take(self, now_us: int) -> Sequence[tuple[bytes, int]]:
        """See `Device`: what the main port says."""
        before = self.ports[0].take(now_us) if self.ports else ()
        self.advance(now_us)
        return before

    def power(self, on: bool, now_us: int) -> None:
        """See `PoweredDevice`."""
        self.advance(now_us)
        if on:
            self._restart(self.now_us)
        else:
            self._leave(OFF)
            self.faults.power_cut()

    # -- time --------------------------------------------------------------------

    def due_us(self) -> int | None:
        """When it does something by itself."""
        moments = [self._later[0]] if self._later else []
        moments += [
            due_us
            for port in self.ports
            if isinstance(port.session, Sahara) and (due_us := port.session.due_us) is not None
        ]
        return min(moments, default=None)

    def advance(self, now_us: int) -> None:
        """See `Device`."""
        while (due_us := self.due_us()) is not None and due_us <= now_us:
            self.now_us = max(self.now_us, due_us)
            if self._later is not None and self._later[0] == due_us:
                what = self._later[1]
                self._later = None
                self._do(what)
            for port in self.ports:
                if isinstance(port.session, Sahara):
                    self.answer(port, port.session.poll(self.now_us))
        self.now_us = max(self.now_us, now_us)

    @property
    def next_mode(self) -> str:
        """Where it is, or will be once it is back."""
        if self.mode in MODES:
            return self.mode
        if self._later is not None and self._later[1] in MODES:
            return self._later[1]
        return self.memory.boots_to(self.behave)

    @property
    def revision(self) -> int:
        """Counts what a killed program must not undo."""
        return self._revision + len(self.memory.violations)

    # -- its ports ---------------------------------------------------------------

    def port(self, role: str) -> SimPort | None:
        """The port of that use; None where it has none now."""
        return next((port for port in self.ports if port.role == role), None)

    def answer(self, port: SimPort, answer: Answer) -> None:
        """What a session said, and what it asks of the modem."""
        if answer.event or self.mode != APPLICATION:  # the application only answers questions
            self._revision += 1
        port.say(answer.said)
        if answer.event:
            at_us = max([answer.at_us, *(item.at_us for item in answer.said)])
            self._later = (at_us, answer.event)
            if at_us <= self.now_us:
                self.advance(self.now_us)

    @property
    def verdict(self) -> Verdict:
        """See `modemflash_sim.devices.SimulatedDevice`."""
        memory = self.memory
        changed = memory.changed
        touched = [f"{text} while it must stay" for text in memory.flash.changes]
        return Verdict(
            self.mode,
            self.model,
            memory.revision,
            memory.cfun,
            EFS2 not in changed,
            changed,
            memory.torn,
            tuple(f"{name} {digest}" for name, digest in memory.whole.items() if digest),
            asdict(memory.counts),
            (*memory.violations, *self._files.violations, *touched),
        )

    # -- its modes ---------------------------------------------------------------

    def resume(self, mode: str) -> None:
        """It goes on in this mode, from what its memory holds now."""
        self._leave(OFF)
        if mode == PROGRAMMER:  # it was started long ago, and what it said then nobody heard
            self._programmer = self._new_programmer()
        self._enter(mode)

    def _do(self, what: str) -> None:
        """Something is due."""
        now_us, profile = self.now_us, self.profile
        if what == SWITCHES_TO_EDL:
            if "stays" in self.faults:
                return
            self._leave(ABSENT)
            if "no-edl" not in self.faults:
                dumps = "crash-dump" in self.faults
                self._later = (now_us + profile.reenumerate_us, CRASH_DUMP if dumps else EDL)
        elif what == PROGRAMMER_STARTS:
            if self.behave["after-sahara"] == "re-enumerates":
                self._leave(ABSENT)
                self._later = (now_us + profile.reenumerate_us, PROGRAMMER)
            else:
                self._start_programmer(self.ports[0])
        elif what == RESTARTS:
            self._leave(ABSENT)
            self._restart(now_us)
        elif what == LINK_LOST:
            mode = self.mode
            self._leave(ABSENT, keeps_programmer=True)
            self._later = (now_us + _LINK_BACK_US, mode)
        elif what == POWER_LOST:
            self._leave(OFF)
            self.faults.power_cut()
            self._later = (now_us + _POWER_BACK_US, RESTARTS)
        else:
            self._enter(what)

    def _restart(self, now_us: int) -> None:
        mode = self.memory.boots_to(self.behave)
        if mode == APPLICATION and self.faults.spend("no-boot"):
            mode = EDL
        if mode == APPLICATION and "not-updated" in self.faults:
            self.memory.revision = self.profile.revision
        if mode == APPLICATION and "other-imei" in self.faults:
            self.memory.imei = "867034040000025"
        after_us = self.profile.boot_us if mode == APPLICATION else self.profile.reenumerate_us
        self.mode = ABSENT
        self._later = (now_us + after_us, mode)

    def _leave(self, mode: str, keeps_programmer: bool = False) -> None:
        """All its ports go."""
        for port in self.ports:
            port.leave(self.now_us)
        self.ports = ()
        self.mode = mode
        self._later = None
        self._revision += 1
        if not keeps_programmer:
            self._programmer = None

    def _enter(self, mode: str) -> None:
        """Its ports for this mode are there."""
        if mode == EDL and self.faults.spend("programmer-runs"):
            mode = PROGRAMMER
            self._programmer = self._new_programmer()
        self.mode = mode
        self._revision += 1
        if mode == APPLICATION:
            self._files.imei = self.memory.imei if self.memory.cfun == 1 else ""
            self.ports = tuple(self._application_port(*each) for each in self._main_first())
        elif mode in (EDL, CRASH_DUMP):
            sahara = Sahara(self.profile, self.memory, self.behave, self.faults, mode == CRASH_DUMP)
            role, product = (EDL_PORT, EDL_PRODUCT) if mode == EDL else (DUMP, DUMP_PRODUCT)
            port = SimPort(self, product, 0, role, sahara)
            self.ports = (port,)
            self.answer(port, sahara.start(self.now_us))
        elif mode == PROGRAMMER:
            port = SimPort(self, EDL_PRODUCT, 0, EDL_PORT, self._programmer)
            self.ports = (port,)
            if self._programmer is not None:
                self._programmer.link_back()
            else:
                self._start_programmer(port)

    def _start_programmer(self, port: SimPort) -> None:
        self.mode = PROGRAMMER
        self._programmer = self._new_programmer()
        port.session = self._programmer
        self.answer(port, self._programmer.start(self.now_us + self.profile.start_us))

    def _new_programmer(self) -> Firehose:
        return Firehose(self.profile, self.memory, self.behave, self.faults)

    def _main_first(self) -> list[tuple[int, str]]:
        return sorted(self.profile.interfaces, key=lambda each: each[1] != DM)

    def _application_port(self, interface: int, role: str) -> SimPort:
        session: _Session | None = None
        if role == DM:
            session = DmPort(self.memory, self.behave["echo"] == "yes", self.diag)
        elif role != "NMEA":
            session = AtPort(self.profile, self.memory, self.model)
        return SimPort(self, self.profile.product, interface, role, session)
