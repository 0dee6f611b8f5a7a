"""The console of a simulated board: prompt, raw REPL, paste mode, boots; Python itself is somebody else's.

Rules that hold here: bytes are handled one by one, as the board's interrupt
routine does, so 0x03 and 0x06 mean what they mean at any time, unless the
program switched that off; there is no raw-paste; what is typed while a program
runs waits. It is a `wire.Device`, so every endpoint can serve it. Facts: docs/boards.md;
the same transcripts are held against a real board of the time (tests/referees).
"""

from __future__ import annotations

from modemflash_sim.board.console_traits import Traits
from modemflash_sim.board.python import Python
from modemflash_sim.endpoints.noise import noise

BAUD = 115_200
BOOT_SCRIPTS = ("boot.py", "main.py")
_POLL_US = 1_000
_STDIN_BYTES = 512
_RAW_BANNER = b"raw REPL; CTRL-B to exit\r\n>"
_PASTE_BANNER = b"\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== "
_ROM_WORDS = (
    b"ets Jun  8 2016 00:22:57\r\n\r\n"
    b"rst:0x7 (TG0WDT_SYS_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
    b"load:0x3fff8028,len:8\r\nentry 0x4009fa00\r\n"
)
_PROMPT, _RAW, _PASTE = "prompt", "raw", "paste"


class SimConsole:
    """A board's console.

    Args:
        python: what runs its code.
        traits: of its firmware.

    Attributes:
        resets: hard resets so far; `safe` of the last one.
        heard: every byte that came while the console was attached.
    """

    def __init__(self, python: Python, traits: Traits) -> None:
        self._python = python
        self._traits = traits
        self._out = bytearray()
        self._typed = bytearray()
        self._line = bytearray()
        self._mode = _PROMPT
        self._busy = ""  # "boot" or "code" while Python runs something
        self._attached = True
        self._hears = True
        self._now_us = self._silent_until_us = 0
        self._pending: tuple[str, ...] | None = None
        self.resets: list[str] = []
        self.heard = bytearray()

    @property
    def baud(self) -> int:
        """Of the console."""
        return BAUD

    @property
    def attached(self) -> bool:
        """Whether bytes of the UART are the console's; else they are the program's own."""
        return self._attached

    # -- from outside ---------------------------------------------------------------

    def power_on(self, safe: bool = False) -> None:
        """A hard reset: power, the button, or Ctrl-F."""
        self.resets.append("safe" if safe else "plain")
        self._out += _ROM_WORDS
        self._mode = _PROMPT
        self._boot(() if safe else BOOT_SCRIPTS)

    # -- as a `wire.Device` -------------------------------------------------------

    def advance(self, now_us: int) -> None:
        """Let time pass."""
        self._now_us = now_us
        if self._pending is not None and now_us >= self._silent_until_us:
            scripts, self._pending = self._pending, None
            self._python.start(scripts)
        if self._pending is None:
            self._look()

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        """Bytes arrive."""
        self._now_us = now_us
        for byte in data if baud in (0, BAUD) else noise(data, baud, BAUD):
            self._byte(byte)

    def next_due(self) -> int | None:
        """Python is looked at every millisecond."""
        return self._now_us + _POLL_US

    def take(self, now_us: int) -> list[tuple[bytes, int]]:
        """What was printed."""
        data = bytes(self._out)
        self._out.clear()
        return [(data, BAUD)] if data else []

    def set_rts(self, level: bool) -> None:
        """Nobody wires it."""

    # -- bytes --------------------------------------------------------------------

    def _byte(self, byte: int) -> None:
        if not self._attached:
            return
        self.heard.append(byte)
        if byte == 0x06 and self._traits.resets_at_ctrl_f and self._hears:
            self.power_on(safe=True)
        elif self._busy and byte == 0x03 and self._hears:
            self._python.interrupt()
        elif self._busy:
            if len(self._typed) < _STDIN_BYTES:
                self._typed.append(byte)
        elif self._mode == _RAW:
            self._raw_byte(byte)
        elif self._mode == _PASTE:
            self._paste_byte(byte)
        else:
            self._prompt_byte(byte)

    def _prompt_byte(self, byte: int) -> None:
        if byte == 0x01:
            self._turn_to(_RAW, b"\r\n" + _RAW_BANNER)
        elif byte == 0x02:
            self._turn_to(_PROMPT, b"\r\n" + self._banner())
        elif byte == 0x03:
            self._turn_to(_PROMPT, b"\r\n>>> ")
        elif byte == 0x04 and not self._line:
            if not self._traits.ignores_ctrl_d:
                self._out += b"\r\n"
                self._soft_reset(BOOT_SCRIPTS)
        elif byte == 0x05:
            self._turn_to(_PASTE, _PASTE_BANNER)
        elif byte == 0x0D:
            self._out += b"\r\n"
            self._run(at_prompt=True)
        elif 0x20 <= byte < 0x7F:
            self._line.append(byte)
            self._out.append(byte)

    def _raw_byte(self, byte: int) -> None:
        if byte == 0x01:
            self._turn_to(_RAW, _RAW_BANNER)
        elif byte == 0x02:
            self._turn_to(_PROMPT, b"\r\n" + self._banner())
        elif byte == 0x03:
            self._line.clear()
        elif byte == 0x04:
            self._out += b"OK"
            if self._line:
                self._run(at_prompt=False)
            else:
                self._out += b"\r\n"
                self._soft_reset(BOOT_SCRIPTS[:1])
        else:
            self._line.append(byte)

    def _paste_byte(self, byte: int) -> None:
        if byte == 0x03:
            self._turn_to(_PROMPT, b"\r\n>>> ")
        elif byte == 0x04:
            self._out += b"\r\n"
            self._mode = _PROMPT
            self._run(at_prompt=False)
        else:
            self._line.append(byte)
            self._out += b"\r\n=== " if byte == 0x0D else bytes([byte])

    def _turn_to(self, mode: str, text: bytes) -> None:
        self._mode = mode
        self._line.clear()
        self._out += text

    # -- Python -------------------------------------------------------------------

    def _run(self, at_prompt: bool) -> None:
        code = bytes(self._line).replace(b"\r", b"\n")
        self._line.clear()
        if not code.strip():
            self._out += b">>> " if self._mode == _PROMPT else b"\x04\x04>"
            return
        self._busy = "code"
        self._python.begin(code, at_prompt)

    def _soft_reset(self, scripts: tuple[str, ...]) -> None:
        self._out += self._traits.reboot.encode() + b"\r\n"
        self._boot(scripts)

    def _boot(self, scripts: tuple[str, ...]) -> None:
        text, silence_ms = self._traits.boots_with
        self._attached = self._hears = True
        self._line.clear()
        self._typed.clear()
        self._busy = "boot"
        self._python.close()
        self._out += text.encode()
        self._silent_until_us = self._now_us + silence_ms * 1_000
        self._pending = scripts

    def _look(self) -> None:
        seen = self._python.poll()
        if self._attached:
            self._out += seen.out.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        for event in seen.events:
            if event == "reset":
                self.power_on()
                return
            if event in ("attach", "detach"):
                self._attached = event == "attach"
            else:
                self._hears = event == "hears"
        if seen.ended is not None and self._busy:
            self._over(seen.ended.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def _over(self, traceback: bytes) -> None:
        was, self._busy = self._busy, ""
        if was == "code":
            self._hears = True  # `kbd_intr` holds for the code that called it
        if not self._attached:
            return
        if was == "boot":
            self._out += traceback
            self._out += _RAW_BANNER if self._mode == _RAW else self._banner()
        elif self._mode == _RAW:
            self._out += b"\x04" + traceback + b"\x04>"
        else:
            self._out += traceback + b">>> "
        typed = bytes(self._typed)
        self._typed.clear()
        for byte in typed:
            self._byte(byte)

    def _banner(self) -> bytes:
        return self._traits.banner.encode() + b'\r\nType "help()" for more information.\r\n>>> '
