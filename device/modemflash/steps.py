"""The steps of an update, one function each; `upgrade` calls them in the plan's order.

Rules that hold here: a step starts only where its precondition was measured; a
modem's ERROR to a preparation is no failure; waiting for an install means
probing at both rates and telling "still silent" from "answers, still
installing"; nobody but the modem says that it worked. Facts: docs/protocol.md
("Routes", "After a cut").
"""

from modemflash import transfer
from modemflash.at import printable
from modemflash.errors import ModemProblem, Refusal, UpdateFailed
from modemflash.frames import MAX_BLOCK
from modemflash.identity import ask_identity
from modemflash.modem import BOOT_RATE, RATE

INSTALL_MS = 1200000  # 1-10 minutes is usual; twenty are allowed before anybody may worry
UPDATER_MS = 600000  # an updater was seen to take minutes before it answered
REBOOT_MS = 180000
NO_REPORT_MS = 300000  # a modem that answers but reports nothing of an install for so long has none
CHECK_MS = 10000
CAREFUL_BLOCK = 2016  # the size that the vendor's tool for these boards never went beyond

# Asked in the application and in mtools before anything else. ERROR to any of them is harmless.
PREPARATION = (
    "AT+BIND=AT",
    "ATE0",
    "AT+SMLOG?",
    'AT+SQNSUPGRADENTF="started"',
    'AT+SQNWL="sqndcc",2',
    "AT+CFUN=4",
)


class StepContext:
    """What the steps of one run share.

    Attributes:
        line, modem: the open line and the modem found on it.
        careful: the second attempt: no request is ever repeated, a loss restarts the session.
        answer_timeout_ms: how long one answer inside a transfer may take.
        sent_bytes: bytes of firmware that the modem took.
        max_block: bytes of payload in a block, at most.
        slow: the updater ELF goes at 115200 baud, because 921600 was tried and damaged it.
        raised: the updater ELF is on its way at 921600 baud.
        radio: the value of AT+CFUN before the preparation, "" when it was not read.
    """

    def __init__(
        self, line: "Line", modem: "Modem", answer_timeout_ms: int = 300000, careful: bool = False
    ) -> None:
        self.line = line
        self.modem = modem
        self.careful = careful
        self.answer_timeout_ms = answer_timeout_ms
        self.max_block = MAX_BLOCK
        self.slow = self.raised = False
        self.sent_bytes = 0
        self.radio = ""


def prepare(context: StepContext) -> None:
    """Bind the port, echo and radio off; keep a crash dump that an earlier crash left."""
    at = context.modem.at
    context.radio = printable(at.command("AT+CFUN?").value(b"+CFUN"))
    dump = at.binary('AT+FSRDFILE="/fs/crashdump"')
    if dump.result == b"OK" and dump.size > 8:
        context.line.report("crash-dump", size=dump.size, raw=bytes(dump.raw))
    for command in PREPARATION:
        context.line.checkpoint()
        at.command(command, 15000)
    if at.resync() != b"OK":
        raise ModemProblem("modem-out-of-step")


def restore_radio(context: StepContext) -> None:
    """Give the radio back its state when an update ends before the modem rebooted."""
    if context.radio and context.radio != "4" and context.modem.state == "application":
        context.modem.at.command("AT+CFUN=" + context.radio, 15000)
        context.radio = ""


def stage(context: StepContext, image: "Image", source: "Source") -> None:
    """Store a difference in the modem's file system; the old firmware stays whole."""
    _order_session(context, "AT+SMSTPU")
    _transfer(context, image, source, transfer.CONTAINER)


def send(context: StepContext, image: "Image", source: "Source") -> None:
    """Write an image as it comes, in recovery (or in the application: a boot ROM)."""
    context.modem.at.command("AT+CFUN=4", 15000)
    _order_session(context, 'AT+SMSTPU="ON_THE_FLY"')
    _transfer(context, image, source, transfer.CONTAINER)


def load_updater(context: StepContext, image: "Image", source: "Source") -> None:
    """Give the boot loader the updater ELF, and wait until that program answers."""
    modem, line = context.modem, context.line
    _choose_rate(context)
    _order_session(context, "AT+STP")
    context.raised = modem.baud == RATE
    _transfer(context, image, source, transfer.ELF)
    context.raised = False
    line.report(
        "phase", phase="load-updater", usual_s=120, allowed_s=UPDATER_MS // 1000, note="the updater starts"
    )
    modem.await_state(("recovery", "updater", "errors-only"), RATE, UPDATER_MS, UPDATER_MS - 60000)
    if modem.state == "boot-loader":
        raise UpdateFailed("updater-not-started")


def enter_boot_loader(context: StepContext) -> None:
    """From the application into the boot loader, for the updater ELF."""
    context.modem.switch("boot-loader")


def enter_recovery(context: StepContext) -> None:
    """From the application into recovery."""
    context.modem.switch("recovery")


def send_boot_rom(context: StepContext, image: "Image", source: "Source") -> None:
    """The boot ROM package, on the fly, and the modem's report where it gives one.

    The old tool sent it to the application; a modem that opens no such session
    there is asked again in recovery, where on-the-fly sessions are documented.
    """
    try:
        send(context, image, source)
    except ModemProblem as problem:
        if problem.code != "transfer-refused" or context.modem.state != "application":
            raise
        enter_recovery(context)
        send(context, image, source)
    # A reboot while it writes its boot ROM is the one thing that nothing mends: wait as for any install.
    await_install(context, context.modem.state)


def install_staged(context: StepContext) -> None:
    """Order the install of what was staged, and wait for its end."""
    reply = context.modem.at.command("AT+SMUPGRADE", 30000)
    if reply.result is not None and not reply.ok:
        raise UpdateFailed("install-refused", printable(reply.result), reply.raw)
    await_install(context, "application")


def await_install(context: StepContext, home: str) -> None:
    """Watch an install until the modem reports its end.

    Args:
        context: the run.
        home: the mode in which the modem is when it is done: "application" for a
            staged install, "recovery" for one on the fly.

    Raises:
        UpdateFailed: `install-failed` (the modem says so), `install-timeout`.
    """
    line, modem = context.line, context.modem
    start = said = line.now()
    unreported = -1  # when it first answered without a report
    while line.since(start) < INSTALL_MS:
        line.checkpoint()
        reply = modem.at.command("AT+SMUPGRADE?", 3000)
        word = reply.text.lower()
        talks = reply.result is not None
        if "success" in word:
            return
        if "fail" in word:
            raise UpdateFailed("install-failed", reply.text.strip(), reply.raw)
        if "on-going" in word or "ongoing" in word:
            unreported = -1
        elif talks:
            if modem.probe(modem.baud, 1000, 0) and modem.state == "application" and home != "application":
                return  # it went home by itself: what it runs now is read back
            if unreported < 0:
                unreported = line.now()
            elif line.since(unreported) > NO_REPORT_MS:
                return  # nothing is going on; what it runs is read back
        else:
            unreported = -1
            for rate in (RATE, BOOT_RATE):
                if modem.probe(rate, 1000, 0):
                    talks = True
                    break
        if line.since(said) >= CHECK_MS:
            said = line.now()
            note = "answers, still installing" if talks else "still silent"
            line.report("stall", phase="install", seconds=line.since(start) // 1000, note=note)
        line.sleep(2000)
    raise UpdateFailed("install-timeout")


def start_application(context: StepContext) -> None:
    """Boot the application, and wait until it answers."""
    modem = context.modem
    modem.probe(modem.baud, 1000, 0)
    if modem.state != "application":
        modem.switch("application", REBOOT_MS)


def read_back(context: StepContext, expected: "int | None", old: "int | None") -> "Identity":
    """What the modem says it runs now.

    Raises:
        UpdateFailed: `not-in-application`, `old-build`.
    """
    modem = context.modem
    modem.await_state(("application",), RATE, REBOOT_MS, REBOOT_MS - 60000)
    if modem.state != "application":
        raise UpdateFailed("not-in-application", modem.state)
    modem.at.unasked.restarts = 0  # those that the update brought about
    identity = ask_identity(modem)
    if old is not None and identity.build == old and expected not in (None, old):
        raise UpdateFailed("old-build", identity.version)
    modem.at.command('AT+SQNSUPGRADENTF="success"')
    return identity


def is_installing(context: StepContext) -> bool:
    """Whether the modem reports an install that goes on."""
    word = context.modem.at.command("AT+SMUPGRADE?", 3000).text.lower()
    return "on-going" in word or "ongoing" in word


def _order_session(context: StepContext, command: str) -> None:
    """The command that leads from AT to the transfer protocol, in step and at most three times."""
    at = context.modem.at
    for turn in range(3):
        reply = at.command(command, 30000)
        if reply.ok or context.modem.state == "errors-only":
            return  # a modem that answers only ERROR is asked by the session itself
        context.line.report(
            "retry", what=command, attempt=turn + 2, reason=printable(reply.result or b"no answer")
        )
        at.resync()
    raise ModemProblem("transfer-refused", command)


def _transfer(context: StepContext, image: "Image", source: "Source", kind: int) -> None:
    """One session: open it, send the file, close it."""
    block = CAREFUL_BLOCK if context.careful else MAX_BLOCK
    sender = transfer.Sender(
        context.line, context.answer_timeout_ms, context.careful, min(block, context.max_block)
    )
    sender.open()
    if image.product.startswith("GM02") and sender.version < 2:
        sender.close()  # the chip under test speaks the older protocol: this image is not for it
        raise Refusal("wrong-product", image.name + " is for " + image.product)
    if sender.version >= 2 and not context.careful:
        make_packed = getattr(source, "packed", None)
        packed = make_packed() if make_packed else None
        if packed is not None:  # there may be no room for it: then it goes as it is
            source = packed
            kind += 1
    context.line.report(
        "session", version=sender.version, max_transfer=sender.max_transfer, packed=bool(kind & 1)
    )
    sender.send(source, kind)
    _close(context, sender)
    context.sent_bytes += image.size


def _close(context: StepContext, sender: "transfer.Sender") -> None:
    """End the session. A closing RESET that got lost would leave the modem in it, deaf to every question."""
    session = sender.exchange.session
    for _ in range(3):
        sender.exchange.session = session
        sender.close()
        if context.modem.at.resync(4000) is not None:
            return  # else it installs in silence, or did not hear: the same RESET again does no harm


def _choose_rate(context: StepContext) -> None:
    """Take the boot loader from 115200 to 921600 baud; where that fails or proved bad, be slow."""
    modem = context.modem
    rate = BOOT_RATE if context.slow else RATE
    why = "" if not context.slow else ", because at 921600 too much of the updater got lost"
    if modem.baud != rate and not _change_rate(context, rate):
        why = why or ", and takes no other rate"
    if modem.baud == BOOT_RATE:
        text = "the boot loader stays at 115200 baud" + why + ": this takes longer"
        context.line.report("warning", code="slow-boot-loader", text=text)


def _change_rate(context: StepContext, rate: int) -> bool:
    """Whether the boot loader talks at `rate` now; where it does not, it talks as before."""
    modem, line, before = context.modem, context.line, context.modem.baud
    if not modem.at.command("AT+IPR=" + str(rate)).ok:
        return False
    line.sleep(100)
    if line.set_baud(rate) and modem.at.resync(5000) and modem.probe(rate, 1000, 0):
        return True
    if not modem.probe(before, 1000, 0):
        raise ModemProblem("modem-out-of-step")
    return False


TYPE_CHECKING = False
if TYPE_CHECKING:
    from modemflash.contracts import Source
    from modemflash.identity import Identity
    from modemflash.image import Image
    from modemflash.line import Line
    from modemflash.modem import Modem
