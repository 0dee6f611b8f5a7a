"""What a module says of itself once it has restarted: the only thing that makes an update a success.

Rules: it is looked for by its USB ids, and known again by its IMEI; the revision
must be the expected one, the IMEI the same, the radio in its full mode; where one
of them cannot be heard nothing is confirmed; a module that comes back in EDL, or
in a crash dump, has not started.
"""

from __future__ import annotations

from dataclasses import dataclass

from modemflash.errors import RECOVERABLE, UNKNOWN, UPDATED, LinkProblem, Stopped, UpdateFailed
from modemflash_host.families.quectel_edl.identity import FACTORY_MODE, FULL_MODE, Identity, identity_of
from modemflash_host.families.quectel_edl.journal import Begun, imei_sum
from modemflash_host.families.quectel_edl.module_ports import (
    APPLICATION_S,
    ModulePort,
    ModulePorts,
    at_ports,
    the_one_in_edl,
)
from modemflash_host.families.quectel_edl.questions import ask_at, ask_diag
from modemflash_host.families.quectel_edl.revision import revision_of
from modemflash_host.links.quectel_ports import AT, CRASH_DUMP, DIAG, EDL
from modemflash_host.reporters import Reporter

_EVERY_MS = 1000
_WITHOUT_AT_S = 40  # an AT port comes later than a DM port
_STOPS = 2
_NEVER_LEFT = "it did not restart when it was told to"


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What was heard.

    Attributes:
        identity: the last that the module said.
        is_confirmed: all that makes a success.
    """

    identity: Identity
    is_confirmed: bool


class Waiter:
    """Waits for the module to come back.

    Args:
        ports: where it is looked for.
        reporter: who is told, and asked for stop requests.
        begun: what was written to whom.

    Attributes:
        state: where the module was seen last, a key of the family's `states`.
    """

    def __init__(self, ports: ModulePorts, reporter: Reporter, begun: Begun) -> None:
        self._ports = ports
        self._reporter = reporter
        self._begun = begun
        self._was_away = False
        self._last = Identity()
        self.state = EDL.state

    def wait(self) -> ReadBack:
        """What the module says, once it says what was expected; at the end of the time what it said last.

        Raises:
            UpdateFailed: it says something else, or did not start.
            Stopped: `stopped-watching`.
        """
        stop_at = self._reporter.stop_wanted() + _STOPS
        start = self._ports.now()
        while (passed_ms := self._ports.now() - start) < APPLICATION_S * 1000:
            if self._reporter.stop_wanted() >= stop_at:
                raise Stopped("stopped-watching")
            listed = self._ports.listed()
            if self._is_back(listed, passed_ms):
                return ReadBack(self._last, is_confirmed=self._is_all())
            self._ports.sleep(_EVERY_MS)
        self._refuse_other(self._ports.listed())
        return ReadBack(self._last, is_confirmed=False)

    def _is_back(self, listed: list[ModulePort], passed_ms: int) -> bool:
        """Whether there is nothing more to wait for."""
        in_edl = the_one_in_edl(listed)
        self._was_away = self._was_away or in_edl is None
        if any(port.role is CRASH_DUMP for port in listed):
            self.state = CRASH_DUMP.state
            raise UpdateFailed("edl-crash-dump-after").stamp(UNKNOWN)
        if in_edl is not None and self._was_away:
            self.state = EDL.state
            raise UpdateFailed("edl-came-back").stamp(RECOVERABLE)
        asked = at_ports(listed, self._begun.usb)
        for port in asked:
            identity = self._ask(port)
            if identity is not None and (self._is_same_imei(identity) or len(asked) == 1):
                self._last, self.state = identity, AT.state
                if self._is_all():
                    return True
        if not asked and passed_ms >= (_WITHOUT_AT_S * 1000 if self._ports.shows_all else 0):
            return self._asked_at_dm(listed)
        return False

    def _ask(self, port: ModulePort) -> Identity | None:
        """What is said there; None where it does not talk yet."""
        try:
            with self._ports.open(port) as line:
                line.guard(_STOPS, "stopped-watching")
                record = ask_at(line)
        except LinkProblem:
            return None  # it goes and comes while it starts
        return identity_of(record) if record else None

    def _asked_at_dm(self, listed: list[ModulePort]) -> bool:
        """Where there is no AT port: the name of the build, which confirms nothing more."""
        for port in listed:
            if port.role is DIAG and self._begun.usb in ("", port.usb):
                try:
                    with self._ports.open(port) as line:
                        line.guard(_STOPS, "stopped-watching")
                        build = ask_diag(line)
                except LinkProblem:
                    continue
                self._last, self.state = identity_of({}, build), DIAG.state
                return bool(build)
        return False

    def _is_same_imei(self, identity: Identity) -> bool:
        return bool(identity.imei) and imei_sum(identity.imei) == self._begun.imei_sum

    def _is_all(self) -> bool:
        last = self._last
        return self._is_expected() and self._is_same_imei(last) and last.mode == FULL_MODE

    def _is_expected(self) -> bool:
        runs, expected = revision_of(self._last.version), revision_of(self._begun.version)
        return runs is not None and expected is not None and runs.is_same_as(expected)

    def _state(self) -> str:
        """What its own word proves: new firmware; nothing, where it names what ran before or is not known."""
        runs, before = revision_of(self._last.version), revision_of(self._begun.before)
        is_another = runs is not None and before is not None and not runs.is_same_as(before)
        return UPDATED if is_another or self._is_expected() else UNKNOWN

    def _refuse_other(self, listed: list[ModulePort]) -> None:
        """The time is over: what stands against a success.

        Raises:
            UpdateFailed: see there.
        """
        last = self._last
        if the_one_in_edl(listed) is not None:
            self.state = EDL.state
            raise UpdateFailed("edl-came-back", "" if self._was_away else _NEVER_LEFT).stamp(RECOVERABLE)
        if last.mode == FACTORY_MODE:
            raise UpdateFailed("edl-factory-mode").stamp(self._state())
        if last.imei and self._begun.imei_sum and not self._is_same_imei(last):
            raise UpdateFailed("edl-other-imei").stamp(self._state())
        if last.version and not self._is_expected():
            says = f"{last.version}, not {self._begun.version}"
            raise UpdateFailed("edl-other-version", says).stamp(self._state())
