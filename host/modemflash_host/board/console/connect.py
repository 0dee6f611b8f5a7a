"""From a port to a board that listens, whatever runs on it: an escalation in five steps.

    1  Ctrl-C, then the raw REPL
    2  is it in mirror mode already? (at 921600 the modem answers through it)
    3  Ctrl-F: safe boot, without boot.py and main.py
    4  a reset by the PIC adapter, with Ctrl-F while the board starts
    5  the error says what a hand does on this kind of board

Rules: a board that updates its modem is heard first, and is left alone: its
console says so every few seconds, at which nothing of it is interrupted and
nothing reset; each step is taken only when the one before it failed; Ctrl-F goes out
only where text or nothing was heard at the console's rate and no modem answered
at the mirror's, because to anything else it is a data byte; a line that carries
binary data is left in peace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modemflash.at import printable
from modemflash.errors import Problem
from modemflash.interface import CONSOLE_BAUD, CONSOLE_LIFE_MS, CONSOLE_SIGN, HEARTBEAT, SYNC
from modemflash_host.board.console.repl import CTRL_F, RESET_SIGNS, Repl
from modemflash_host.board.pic import Open, reset_through_pic
from modemflash_host.errors import BoardProblem, LinkProblem
from modemflash_host.links.open import FIRST_BAUD
from modemflash_host.links.talkers import refuse_others
from modemflash_host.links.usb_ids import NO_DEVICE, Device

if TYPE_CHECKING:
    from modemflash.contracts import Clock
    from modemflash_host.links.open import Link

REPL, MIRROR = "repl", "mirror"
INTERRUPTED, SAFE_BOOT, PIC_RESET = "interrupted", "safe-boot", "pic-reset"

_LISTEN_MS = 300
_UPDATES = CONSOLE_SIGN.encode() + b" "  # how each line begins that the updater on a board says of itself
_RELAYS = bytes([SYNC]) + HEARTBEAT + b"\0"  # of one that works for a PC
HEARTBEAT_MS = CONSOLE_LIFE_MS * 3 // 2
MIRROR_ANSWER_MS = 700
RESET_MS = 3_000
BOOT_MS = 6_000
_CTRL_F_EVERY_MS = 50
TRIES_AFTER_BOOT = 6
_SOME_TEXT = 8  # bytes; fewer may be noise of the plug
_REACTS = (b"KeyboardInterrupt", b"Traceback")  # what a program says that was stopped, and goes on
_TEXT = frozenset(range(0x20, 0x7F)) | frozenset(b"\r\n\t\b\x1b\x04\x00")


@dataclass(slots=True)
class Connection:
    """A board that listens.

    Attributes:
        state: `REPL`: it is in the raw REPL; `MIRROR`: the modem is at the line, at 921600.
        link: the open port; whoever has this closes it.
        clock: what goes with it.
        repl: in the state `REPL`.
        by: the step that got there: `INTERRUPTED`, `SAFE_BOOT`, `PIC_RESET`; "" for `MIRROR`.
    """

    state: str
    link: Link
    clock: Clock
    repl: Repl
    by: str = ""


def connect(
    open_port: Open,
    say: Callable[[str], object],
    device: Device = NO_DEVICE,
    *,
    may_reset: bool = True,
) -> Connection:
    """Get the attention of the board.

    Args:
        open_port: see `Open`.
        say: told what is done, in words.
        device: what it hangs on; decides the steps 4 and 5.
        may_reset: False ends before the first reset.

    Raises:
        BoardProblem: `board-updating`; `board-not-reached`; `board-deaf`; `board-binary`.
        LinkProblem: the port; `other-device`: nothing helped, and a shell or another device talks there.
    """
    link, clock = open_port(8)
    try:
        repl = Repl(link, clock)
        heard = repl.listen(_LISTEN_MS)
        _leave_alone(repl)
        unasked_bytes = repl.heard_bytes
        if repl.enter():
            if _UPDATES in repl.heard:
                say(
                    "The board was at the job of its card and had written nothing yet, or was done with it. "
                    "It looks for that job again when it is given back."
                )
            return Connection(REPL, link, clock, repl, INTERRUPTED)
        heard += repl.listen(_LISTEN_MS)
        _leave_alone(repl)
        say("The program on the board does not stop at Ctrl-C; looking whether it is in mirror mode.")
        if answers_as_mirror(link, clock):
            return Connection(MIRROR, link, clock, repl)
        if is_binary(heard):
            raise BoardProblem("board-binary", f"{len(heard)} bytes", raw=heard[-64:])
        if not may_reset:
            raise _not_reached(repl.heard_since(unasked_bytes), device)
        say("Asking the board for a safe boot (Ctrl-F), which skips its program.")
        has_reset = repl.safe_boot(RESET_MS)
        heard = b"" if has_reset else repl.heard_since(unasked_bytes)
        if has_reset and repl.enter(TRIES_AFTER_BOOT):
            return Connection(REPL, link, clock, repl, SAFE_BOOT)
        if device.is_pic:
            say("Resetting the board through its PIC adapter.")
            link.close()
            link, clock = reset_through_pic(open_port)
            repl = Repl(link, clock)
            if _catch_the_start(repl) and repl.enter(TRIES_AFTER_BOOT):
                return Connection(REPL, link, clock, repl, PIC_RESET)
        raise _not_reached(heard, device)
    except BaseException:
        link.close()
        raise


def _not_reached(heard: bytes, device: Device) -> Problem:
    """Why: a program that keeps the console, a console that prints and hears nothing, or no board's.

    Args:
        heard: what came after it was asked first; b"" where it did what it was asked.
        device: what it hangs on.
    """
    try:
        refuse_others(heard)
    except LinkProblem as problem:
        if problem.code != "board-console":
            return problem
    text = sum(byte in _TEXT for byte in heard)
    is_deaf = text >= _SOME_TEXT and not is_binary(heard) and not any(sign in heard for sign in _REACTS)
    return BoardProblem("board-deaf" if is_deaf else "board-not-reached", device.safe_boot, raw=heard[-64:])


def check_idle(open_port: Open) -> None:
    """Before a board is reset or loses its power by other means than `connect`.

    Raises:
        BoardProblem: `board-updating`.
        LinkProblem: the port.
    """
    link, clock = open_port(8)
    try:
        repl = Repl(link, clock)
        start = clock.ticks_ms()
        while clock.ticks_diff(clock.ticks_ms(), start) < HEARTBEAT_MS:
            repl.listen(_LISTEN_MS)
            _leave_alone(repl)
    finally:
        link.close()


def is_at_work(heard: bytes | bytearray) -> bool:
    """Whether a board says that it updates its modem, by itself or for a PC."""
    return _UPDATES in heard or heard.count(_RELAYS) > 1


def _leave_alone(repl: Repl) -> None:
    """Nothing more is sent to a board that updates its modem."""
    if is_at_work(repl.heard):
        lines = [line for line in bytes(repl.heard).splitlines() if line.startswith(_UPDATES)]
        raise BoardProblem("board-updating", printable(lines[-1]) if lines else "for a PC")


def answers_as_mirror(link: Link, clock: Clock) -> bool:
    """Whether a modem answers at the mirror's rate. If not, the link is back at the console's.

    The first answer may be ERROR, because our Ctrl-C was noise to it; a modem that
    says so again waits for an image, and is at this line all the same.
    """
    if not link.set_baud(FIRST_BAUD):
        return False
    repl = Repl(link, clock)
    for last in (False, True):
        link.drop_input()
        link.write(b"AT\r\n", 0, 4)
        heard = repl.listen(MIRROR_ANSWER_MS)
        if b"OK\r\n" in heard or (last and b"ERROR\r\n" in heard):
            return True
    link.set_baud(CONSOLE_BAUD)
    link.drop_input()
    return False


def is_binary(heard: bytes) -> bool:
    """Whether bytes are no text: more than one in four is none that a console sends in English.

    A boot ROM, a wrong rate and other languages give some; the bytes of a transfer are far above.
    """
    strange = sum(byte not in _TEXT for byte in heard)
    return len(heard) >= 16 and strange * 4 > len(heard)


def _catch_the_start(repl: Repl) -> bool:
    """Ctrl-F again and again until the board, which listens for it before boot.py runs, resets once more.

    The words of the first start may have passed before we could listen: then one
    reset too many is made, which costs a second.
    """
    clock = repl.clock
    start = clock.ticks_ms()
    heard = b""
    while clock.ticks_diff(clock.ticks_ms(), start) < BOOT_MS:
        repl.link.write(CTRL_F, 0, 1)
        heard += repl.listen(_CTRL_F_EVERY_MS)
        if heard.count(RESET_SIGNS[0]) > 1 or RESET_SIGNS[-1] in heard:
            repl.listen(_LISTEN_MS)
            return True
    return False
