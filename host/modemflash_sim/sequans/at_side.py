"""The AT side of the simulated modem: lines in, replies out.

Rules that hold here: a command is everything up to CR (in the boot loader LF
will do); each boot mode knows its own commands and answers ERROR to all others;
replies are literals of `at_texts`. A command that opens a transfer hands the
rest of the bytes to the STP side.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from modemflash_sim.sequans import at_texts, flashing, settings
from modemflash_sim.sequans.corruption import Corruption
from modemflash_sim.sequans.faults import Faults
from modemflash_sim.sequans.profiles import MODES
from modemflash_sim.sequans.state import State

LONGEST_LINE_BYTES = 4096
RATES = (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
ON_THE_FLY = 'AT+SMSTPU="ON_THE_FLY"'
UPGRADE_MODES = ("recovery", "updater", "mtools")
# Answered OK and nothing else, in the application and in the upgrade modes.
HARMLESS = ("ATE0", "ATE1", "AT+BIND=AT", "ATH", "AT&F")
REBOOT_AFTER_US = 100_000
DUMP_PAUSE_US = 150_000


class AtSide:
    """Reads commands and answers them.

    Args:
        state: of the modem.
        open_transfer: called with the purpose of the image when a command opens a transfer.
    """

    def __init__(self, state: State, open_transfer: Callable[[str], None]) -> None:
        self._state = state
        self._open_stp = open_transfer
        self._line = bytearray()
        self._after_cr = False
        self._pluses = b""
        self._last_us: int | None = None
        wire_faults = state.faults if state.faults.on("corrupt-at") else Faults()
        self._wire_to = Corruption(wire_faults, "to", state.random)
        self._wire_from = Corruption(wire_faults, "from", state.random)

    @property
    def timers(self) -> dict[str, Callable[[], None]]:
        """What to do when a timer of this side fires."""
        return {"quiet": self._leave_data_mode, "flood": self._flood}

    def forget(self) -> None:
        """A reboot: half a line is gone."""
        self._line.clear()
        self._after_cr = False
        self._last_us = None

    def take(self, data: bytes, first_us: int) -> bytes:
        """Read bytes; returns those behind a command that opened a transfer."""
        state = self._state
        if state.live.phase == "data":
            self._take_data(data, first_us)
            return b""
        for index, byte in enumerate(data):
            after_cr, self._after_cr = self._after_cr, byte == 0x0D
            if byte == 0x0D or (byte == 0x0A and state.live.mode == "boot-loader" and not after_cr):
                self._command(bytes(self._line))
                self._line.clear()
                if state.live.phase != "at":
                    rest = data[index + 1 :]
                    return rest[1:] if byte == 0x0D and rest[:1] == b"\n" else rest
            elif byte != 0x0A and len(self._line) < LONGEST_LINE_BYTES:
                self._line.append(byte)
        return b""

    def greet(self) -> None:
        """What a mode sends when it has booted. RECOVERY sends nothing."""
        mode = self._state.live.mode
        if mode == "application":
            self._state.send(b"\r\n+SYSSTART\r\n")
        elif mode == "boot-loader" and not self._state.only_errors:
            self._state.send(b"+SYSFFH\r\n")

    def _flood(self) -> None:
        """One more unsolicited line, and the next one ordered."""
        state = self._state
        if state.live.phase == "at":
            state.send(state.random.choice(at_texts.URCS), 0)
        state.set_timer("flood", state.now_us + max(1, int(state.faults.number("urc-flood"))) * 1000)

    # -- data mode -----------------------------------------------------------

    def _take_data(self, data: bytes, first_us: int) -> None:
        """Data mode ends with `+++` alone, a second of quiet before it and after."""
        state = self._state
        quiet = self._last_us is None or first_us - self._last_us >= state.timing.guard_us
        self._last_us = state.now_us
        self._pluses = data if quiet else self._pluses + data
        state.live.timers.pop("quiet", None)
        if self._pluses == b"+++":
            state.set_timer("quiet", state.now_us + state.timing.guard_us)

    def _leave_data_mode(self) -> None:
        """The quiet after `+++` is over."""
        self._state.enter("at")
        self._answer([])

    # -- commands ------------------------------------------------------------

    def _command(self, line: bytes) -> None:
        state = self._state
        text = self._wire_to.apply(line)[0].decode("latin-1").strip() if line else ""
        if not text:
            return
        live = state.live
        live.commands += 1
        first_in_boot_loader = live.mode == "boot-loader" and live.commands == 1
        if state.faults.on("echo-on") and live.commands > state.faults.number("echo-on"):
            live.echo = True
        if live.echo:
            state.send(line + b"\r", 0)
        out_of_sorts = state.spend("leftover") or first_in_boot_loader
        if state.only_errors and not self._opens_transfer(text.upper()):
            out_of_sorts = True
        if out_of_sorts or not (self._known(text.upper()) or self._sets(text)):
            self._answer([], "ERROR")

    def _known(self, command: str) -> bool:
        """Answer a command that this mode knows; False: it does not."""
        mode = self._state.live.mode
        if self._opens_transfer(command):
            self._open_transfer(command)
            return True
        if self._in_every_mode(command):
            return True
        if mode == "application" or mode in UPGRADE_MODES:
            if self._in_upgrade_modes(command):
                return True
        return self._identity(command) or (mode == "application" and self._in_application(command))

    def _opens_transfer(self, command: str) -> bool:
        live = self._state.live
        if live.installing is not None:
            return False
        if live.mode == "boot-loader":
            return command == "AT+STP"
        return command == ("AT+SMSTPU" if live.mode == "application" else ON_THE_FLY)

    def _open_transfer(self, command: str) -> None:
        purpose = {"AT+STP": "updater", "AT+SMSTPU": "staged"}.get(command, "on-the-fly")
        if command == "AT+STP":
            self._send(b"OK\n")
        else:
            self._answer([])
        self._open_stp(purpose)

    def _in_every_mode(self, command: str) -> bool:
        state = self._state
        if command == "AT":
            self._answer([])
        elif command == "AT+SMOD?":
            self._answer([str(MODES[state.live.mode])])
        elif command == "AT+SMSWBOOT?":
            self._answer(at_texts.boot_choice(state.memory.boot_choice, state.assumptions))
        elif command.startswith("AT+SMSWBOOT="):
            self._choose_boot(command[12:])
        elif command == "AT^RESET":
            self._reboot()
        elif command.startswith("AT+IPR="):
            self._change_rate(command[7:])
        else:
            return False
        return True

    def _choose_boot(self, arguments: str) -> None:
        state = self._state
        if arguments == "?":
            self._answer(["+SMSWBOOT: (0-3),(0,1)"])
            return
        found = re.fullmatch(r"([0-3])(?:,([01]))?", arguments)
        now = found is not None and found[2] == "1"
        if (
            found is None
            or state.spend("switch-refused")
            or (now and state.assumptions.reboot_flag == "refused")
        ):
            self._answer([], "ERROR")
            return
        state.memory.boot_choice = int(found[1])
        state.touch()
        if now:
            self._reboot()
        else:
            self._answer([])

    def _reboot(self) -> None:
        left_us = self._answer([])
        if self._state.live.mode == "application":
            left_us = self._state.send(b"\r\n+SHUTDOWN\r\n", 50_000)
        self._state.reboot(left_us + REBOOT_AFTER_US)

    def _change_rate(self, rate: str) -> None:
        if not rate.isascii() or not rate.isdigit() or int(rate) not in RATES:
            self._answer([], "ERROR")
            return
        self._state.change_baud(int(rate), self._answer([]))

    def _in_upgrade_modes(self, command: str) -> bool:
        state = self._state
        if command in HARMLESS:
            if command.startswith("ATE"):
                state.live.echo = command == "ATE1"
            self._answer([])
        elif re.fullmatch(r"AT\+CFUN=[0145](,[01])?", command):
            state.live.functionality = int(command[8])
            self._answer([])
        elif command == "AT+CFUN?":
            self._answer([f"+CFUN: {state.live.functionality}"], blank=True)
        elif command == "AT+SMUPGRADE?":
            self._answer(at_texts.upgrade_report(state.memory.report, state.assumptions))
        elif re.fullmatch(r'AT\+SQNSUPGRADENTF="\w+"', command):
            self._answer([])
        else:
            return False
        return True

    def _identity(self, command: str) -> bool:
        state = self._state
        mode = state.live.mode
        recovery_answers = mode in UPGRADE_MODES and state.assumptions.recovery_identity == "answers"
        texts = at_texts.identity(command, state.profile, state.memory, state.seed)
        if texts is None or not (mode == "application" or recovery_answers):
            return False
        showver = command == 'AT!="SHOWVER"'
        if showver and state.spend("showver-error"):
            return False
        self._answer(texts[0], blank=texts[1])
        if showver and state.profile.showver_twice:
            state.send(at_texts.framed(texts[0], "", mode)[:-2], 2_000)
        return True

    def _in_application(self, command: str) -> bool:
        state = self._state
        if (lines := settings.asked(command, state.memory)) is not None:
            self._answer(lines, blank=True)
        elif command in at_texts.APPLICATION_TEXTS:
            lines, blank = at_texts.APPLICATION_TEXTS[command]
            self._answer(lines, blank=blank)
        elif command == 'AT+FSRDFILE="/FS/CRASHDUMP"':
            self._dump()
        elif command == "AT+SMUPGRADE" and state.memory.staged is not None:
            self._answer([])
            left_us = state.send(b"\r\n+SHUTDOWN\r\n", 50_000)
            flashing.begin_install(state, state.memory.staged, "staged", left_us)
        else:
            return False
        return True

    def _sets(self, text: str) -> bool:
        """Answer a command that sets something, in which small letters count."""
        state = self._state
        if state.live.mode != "application":
            return False
        result = settings.set_by(text, state.memory, state.assumptions)
        if result is None:
            return False
        state.touch()
        self._answer([], result)
        return True

    def _dump(self) -> None:
        state = self._state
        if not state.faults.on("crash-dump"):
            self._send(b"\r\n\r\nERROR\r\n")
            return
        size_bytes = int(state.faults.number("crash-dump"))
        for index, piece in enumerate(at_texts.crash_dump(size_bytes, state.seed)):
            state.send(piece, state.timing.answer_us + index * DUMP_PAUSE_US)

    # -- answers -------------------------------------------------------------

    def _answer(self, lines: list[str], result: str = "OK", blank: bool = False) -> int:
        """Send a reply in this mode's shape; returns when it has left."""
        return self._send(at_texts.framed(lines, result, self._state.live.mode, blank))

    def _send(self, reply: bytes) -> int:
        state = self._state
        if state.chance("urc"):
            reply = state.random.choice(at_texts.URCS) + reply
        if state.chance("urc"):
            reply += state.random.choice(at_texts.URCS)
        if state.spend("reply-cut", 1):
            reply = reply[: int(state.faults.number("reply-cut"))]
        reply, delay_us = self._wire_from.apply(reply)
        return state.send(reply, state.timing.answer_us + delay_us)
