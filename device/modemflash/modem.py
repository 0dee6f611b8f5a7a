"""The modem: find it, name its state, and change its boot mode.

Rules that hold here: a state is measured, never assumed; silence is a verdict
only after both rates were tried twice, with the ways out of data mode and of an
interrupted transfer; after every change of mode both rates are probed, the
expected one first. Nothing here writes to the modem but the choice of its next
boot mode. Facts: docs/protocol.md ("The link", "AT dialogue").
"""

from modemflash.at import At, kind_of, printable
from modemflash.errors import ModemProblem, NoModem
from modemflash.interface import BOOT_LOADER_BAUD, MODEM_BAUD
from modemflash.transfer_exit import in_transfer

RATE = MODEM_BAUD  # application, and RECOVERY when a command led there
BOOT_RATE = BOOT_LOADER_BAUD
RATES = (RATE, BOOT_RATE)

# What AT+SMOD? answers.
MODES = ("boot-loader", "mtools", "application", "updater", "recovery")

# state: what it means, in words for the owner
STATES = {
    "application": "running its application: the normal state",
    "boot-loader": "waiting in its boot loader: alive, and it can be updated from there",
    "mtools": "in its boot loader with the service tools loaded: alive, and it can be updated from there",
    "updater": "running its updater: alive, and it can be updated from there",
    "recovery": "waiting in recovery for a firmware image: alive, and it can be updated from there",
    "errors-only": "alive, but it answers only ERROR: it waits in recovery or in the boot loader",
    "other-modem": "a modem of another kind: it answers AT, but not AT+SMOD?, which every Monarch knows",
    "in-transfer": "waiting inside a transfer that somebody began and did not finish: alive",
    "nuls": "sending only NUL bytes: no power, rebooting, or held in reset",
    "noise": "sending noise: another rate, or a bad cable",
    "silence": "silent at every rate",
}

# What was heard, the best evidence last; NULs look like noise at the other rate.
HEARD = ("silence", "noise", "nuls", "text", "answer")
WORDS = 3  # from here on they are words: whoever says any is in no transfer
WORDS_MAX = 512
PPP = b"\x7e\xff\x7d\x23"  # a link in data mode that looks for its peer

# Where the modem goes: mode -> (value of AT+SMSWBOOT, rate that is expected there)
BOOT = {"boot-loader": (0, BOOT_RATE), "application": (1, RATE), "recovery": (3, RATE)}


class Modem:
    """One modem at one line, with what was last measured about it.

    Attributes:
        state: a key of `STATES`.
        baud: the rate at which it answered, 0 when it never did.
        heard: the first bytes that came while it was looked for.
        resumed: whether it was found inside a transfer and led out of it.
        asked: rate -> what was last heard there, as its place in `HEARD`.
        best: the best that was ever heard, likewise.
        words: what came and was no answer, from the first on.
        data_rate: the rate at which a modem in data mode was heard; 0 for none.
    """

    def __init__(self, line: "Line") -> None:
        self.line = line
        self.at = At(line)
        self.state = "silence"
        self.baud = 0
        self.heard = b""
        self.resumed = False
        self.asked = {}  # type: dict[int, int]
        self.best = 0
        self.words = b""
        self.data_rate = 0

    @property
    def talks(self) -> bool:
        """Whether it takes commands."""
        return self.state in MODES or self.state in ("errors-only", "other-modem")

    @property
    def speaks(self) -> bool:
        """Whether words came when each rate was last asked."""
        return max(self.asked.values()) >= WORDS

    def probe(self, rate: int, wait_ms: int, turn: int) -> bool:
        """Ask once at `rate`. True when it talks; its state is then measured."""
        line = self.line
        if not rate or not line.set_baud(rate):  # a link that has one rate only is asked as it is
            rate = line.baud
        line.write(b"\r")  # ends what a wrong rate or somebody else left half said
        reply = self.at.command("AT", wait_ms)
        heard = kind_of(reply)
        rank = HEARD.index(heard)
        if reply.raw and (not self.heard or rank >= WORDS):
            self.heard = bytes(reply.raw[:64])
        self.asked[rate] = rank
        self.best = max(self.best, rank)
        if len(self.words) < WORDS_MAX:
            self.words += bytes(reply.raw[:WORDS_MAX])
        if bytes(reply.raw).find(PPP) >= 0:
            self.data_rate = rate
        line.report("probe", baud=rate, round=turn, heard=heard)
        if rank < WORDS:
            return False
        result = self.at.resync(6000)
        if result is None:
            return False
        self.baud = rate
        self.state = self._mode() if result == b"OK" else "errors-only"
        return self.talks

    def _mode(self) -> str:
        """Boot mode by AT+SMOD?, of a modem that says OK to AT; who refuses to name one is none of ours."""
        refused = 0
        for _ in range(5):
            reply = self.at.command("AT+SMOD?")
            refused += reply.result is not None and not reply.ok
            for text in reply.lines:
                digit = text[-1:]
                if reply.ok and b"0" <= digit <= b"4" and (len(text) == 1 or text.startswith(b"+SMOD")):
                    return MODES[int(digit)]
            self.at.resync(3000)
        return "other-modem" if refused > 2 else "noise"

    def switch(self, mode: str, allowed_ms: int = 120000) -> None:
        """Reboot the modem into `mode` and measure that it is there.

        Raises:
            ModemProblem: `mode-switch-refused` or `wrong-mode`.
        """
        number, rate = BOOT[mode]
        tried = 0
        while self.state != mode:
            tried += 1
            if tried > 3:
                raise ModemProblem("wrong-mode", "asked for " + mode + ", it is in " + self.state)
            if tried > 1:
                self.line.report(
                    "retry", what="boot mode " + mode, attempt=tried, reason="it is in " + self.state
                )
            self._order_boot(number, mode)
            self.await_state((mode,), rate, allowed_ms)
            if mode == "recovery" and self.state == "errors-only":
                return  # it answers ERROR there, too: the transfer session measures the rest

    def _order_boot(self, number: int, mode: str) -> None:
        """AT+SMSWBOOT, with the fall-backs that modems were seen to need."""
        at = self.at
        for turn in range(3):
            if at.command("AT+SMSWBOOT=%d,1" % number, 10000).ok:
                return
            if at.command("AT+SMSWBOOT=%d,0" % number, 10000).ok:
                at.command("AT^RESET", 10000)
                return
            # Busy or mid-reply modems refused, and took it after the radio was off and they were in step.
            self.line.report("retry", what="boot mode " + mode, attempt=turn + 2, reason="refused")
            at.command("AT+CFUN=4", 15000)
            at.resync()
            self.line.sleep(1000 * (turn + 1))
        raise ModemProblem("mode-switch-refused", "AT+SMSWBOOT=" + str(number))

    def await_state(
        self, wanted: "tuple[str, ...]", rate: int, allowed_ms: int, settle_ms: int = 15000
    ) -> None:
        """Probe both rates, `rate` first, until the modem is in one of the `wanted` states.

        A modem that still answers as before is given `settle_ms` to go down. When it
        settles elsewhere this returns, and `state` says where; silence to the end raises.

        Raises:
            NoModem: it did not answer in `allowed_ms`.
        """
        line = self.line
        start = line.now()
        turn = 0
        line.sleep(1000)
        other = BOOT_RATE if rate == RATE else RATE
        while line.since(start) < allowed_ms:
            turn += 1
            line.checkpoint()
            for each in (rate, other):
                if self.probe(each, 700, turn):
                    if self.state in wanted or line.since(start) > settle_ms:
                        return
                    break
            line.sleep(500)
        raise nobody(self)


def find(line: "Line", answer_timeout_ms: int = 60000, first: int = RATE, who_else: "Any" = None) -> Modem:
    """Look for the modem: two full passes over both rates, then the ways out of odd states.

    Args:
        line: an open line.
        answer_timeout_ms: how long to go on looking; two full passes are made in any case.
        first: the rate to begin with.
        who_else: given what was heard before anything but text is sent; it raises where that is no modem's.

    Raises:
        NoModem: `modem-silent`, `modem-nuls`, `modem-noise`, `modem-out-of-step` when
            words came but none was an answer, or `modem-in-transfer` when it answers the
            transfer protocol but does not come back from it.
    """
    modem = Modem(line)
    start = line.now()
    rates = (first, BOOT_RATE if first == RATE else RATE)
    turn = 0
    stuck = False
    while turn < 2 or line.since(start) < answer_timeout_ms:
        turn += 1
        for rate in rates:
            line.checkpoint()
            if modem.probe(rate, 500 * turn if turn < 6 else 3000, turn):
                return modem
        if turn % 2:
            continue
        if who_else:
            who_else(modem.words)  # nothing binary goes to whoever that is
        for rate in rates:
            line.checkpoint()
            line.set_baud(rate)
            if modem.data_rate != rate and not modem.speaks and in_transfer(line):
                if not stuck:
                    start = line.now()  # good news: it gets the whole time again to come back
                stuck = modem.resumed = True
                modem.state, modem.baud = "in-transfer", line.baud
                line.report("probe", baud=rate, round=turn, heard="transfer")
                break
            if modem.at.leave_data_mode() and modem.probe(rate, 1000, turn):
                line.report("probe", baud=rate, round=turn, heard="data")
                return modem
    if stuck:
        raise NoModem("modem-in-transfer", "", modem.heard)
    modem.asked[first] = modem.best
    raise nobody(modem)


def nobody(modem: Modem) -> NoModem:
    """The right words for a modem that does not talk."""
    modem.state = kind = HEARD[max(modem.asked.values())]  # NULs at the other rate look like noise
    if kind == "silence":
        return NoModem("modem-silent", "921600 and 115200 baud", modem.heard)
    if modem.speaks:  # an echo, a console, or somebody else's words
        modem.state = "noise"
        kind = "out-of-step"
    return NoModem("modem-" + kind, "first bytes: " + printable(modem.heard[:32]), modem.heard)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modemflash.line import Line
