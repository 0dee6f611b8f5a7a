"""A look at a Quectel module through one of its ports: what the port is for, and what the module says.

Rules: only questions are sent, and only to a port that takes them; in EDL and in a
crash dump nothing is sent at all; there is no plan and no run.
"""

from __future__ import annotations

from modemflash.errors import NoModem, Refusal
from modemflash_host.capture.line import open_line
from modemflash_host.consents import Consent
from modemflash_host.families.plan import ModuleInfo, Outcome, Plan, Request, Unfinished
from modemflash_host.families.quectel_edl.questions import ask_at, ask_diag
from modemflash_host.links.ports import Port
from modemflash_host.links.quectel_ports import AT, DIAG, MODEM, Role, role_of, words_of
from modemflash_host.reporters import Reporter

_FACTORY_MODE = "+CFUN: 5"


class QuectelJob:
    """See `modemflash_host.families.contract.Job`.

    Args:
        port: what is known of its port.
        reporter: who is told.
    """

    is_under_way = False
    unfinished: Unfinished | None = None
    sent_bytes = 0

    def __init__(self, port: Port, reporter: Reporter) -> None:
        self._port = port
        self._reporter = reporter
        self.module: ModuleInfo | None = None

    def look(self) -> ModuleInfo:
        """Say what the port is for, and ask what can be asked there.

        Raises:
            NoModem: `modem-silent`: a port that should answer does not.
        """
        role = role_of(self._port.usb, self._port.location)
        self._reporter.say("phase", phase="identify", usual_s=1, allowed_s=10, note="")
        self._reporter.say("found", state=role.state, baud=0, resumed=False)
        self._reporter.note(f"{self._port.name}: {words_of(self._port.usb, self._port.location)}.")
        self.module = self._asked(role)
        if self.module.product or self.module.version:
            self._reporter.say("identity", product=self.module.product, version=self.module.version)
        return self.module

    def _asked(self, role: Role) -> ModuleInfo:
        if role not in (AT, MODEM, DIAG):
            return ModuleInfo(role.state)
        with open_line(self._port.name, self._reporter) as line:
            if role is DIAG:
                build = ask_diag(line)
                if not build:
                    raise NoModem("modem-silent", "no DIAG answer")
                return ModuleInfo(role.state, version=build)
            record = ask_at(line)
        if not record:
            raise NoModem("modem-silent")
        if _FACTORY_MODE in record.get("AT+CFUN?", ""):
            refusal = Refusal("module-factory-mode")
            self._reporter.say("warning", code=refusal.code, text=f"{refusal.happened} {refusal.hint}")
        words = record.get("ATI", "").split("\n")
        product = " ".join(word for word in words if word and not word.startswith("Revision"))
        version = record.get("AT+QGMR", "").split("\n")[0]
        return ModuleInfo(role.state, product, version, {"record": record})

    def plan(self, request: Request) -> Plan:
        """Nothing is ever planned.

        Raises:
            Refusal: `package-not-written`.
        """
        raise Refusal("package-not-written")

    def run(self, plan: Plan, consents: frozenset[Consent]) -> Outcome:
        """Nothing is ever run.

        Raises:
            Refusal: `package-not-written`.
        """
        raise Refusal("package-not-written")
