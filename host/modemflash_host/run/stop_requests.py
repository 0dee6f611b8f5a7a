"""Ctrl-C, SIGTERM and a closed terminal, as a number the engine asks for.

Rules: a signal only counts; the engine stops at its next safe point, and how
many wishes a phase needs is the engine's rule (`Line.guard`). What people are
told stands in `ANSWERS`, by phase. A closed terminal counts like one Ctrl-C:
a transfer goes on without anybody watching, and an install always does.
"""

from __future__ import annotations

import signal
from types import FrameType

_BEFORE = ("Stopping at the next safe point. Nothing has been written.",)
_BETWEEN = (
    (
        "The modem is on its way and not in its normal state, so this goes on. "
        "Press Ctrl-C once more to stop here: the modem then waits, and the same command carries on."
    ),
    "Stopping at the next safe point. Leave the power on and run the same command again.",
)
_WRITING = (
    (
        "The modem is being written, so this goes on. Press Ctrl-C once more to end the transfer: "
        "the modem then waits for a whole image, and the same command starts it again."
    ),
    (
        "Ending the transfer as soon as the modem answers{at_most}; while it erases that takes minutes. "
        "It then waits for a whole image: leave its power on and run the same command again."
    ),
)
_INSTALLING = (
    (
        "The modem installs by itself, and nothing here can stop that. "
        "Press Ctrl-C once more to stop watching; keep its power on in any case."
    ),
    (
        "No longer watching; the modem goes on by itself. Keep its power on for 20 minutes, "
        "then run the same command again."
    ),
)

# phase: what is said at the first wish to stop, at the second, …; the last one is repeated
ANSWERS: dict[str, tuple[str, ...]] = {
    "": _BEFORE,
    "find": _BEFORE,
    "identify": _BEFORE,
    "verify": _BEFORE,
    "deploy": _BEFORE,
    "prepare": _BEFORE,
    "enter-recovery": _BETWEEN,
    "enter-boot-loader": _BETWEEN,
    "load-updater": _WRITING,
    "transfer": _WRITING,
    "install": _INSTALLING,
    "reboot": _INSTALLING,
    "read-back": _INSTALLING,
}


def writes(phase: str) -> bool:
    """Whether the modem is no longer as it was once this phase has begun."""
    return ANSWERS.get(phase) is not _BEFORE


def answer(phase: str, stop_requests: int, written: bool = False, silence_s: int = 0) -> str:
    """What to tell somebody who wished to stop for the n-th time in this phase.

    Args:
        phase: the running phase.
        stop_requests: how often, counted from the phase's beginning.
        written: an earlier phase has changed the modem: a second attempt.
        silence_s: so long an answer is waited for at most; 0 where that is not known.
    """
    texts = ANSWERS.get(phase, _BETWEEN)
    if written and texts is _BEFORE:
        texts = _BETWEEN
    at_most = f", after {silence_s} s at most" if silence_s else ""
    return texts[min(stop_requests, len(texts)) - 1].replace("{at_most}", at_most)


_HANG_UP = getattr(signal, "SIGHUP", None)


class Interrupts:
    """While entered, the signals that mean "stop" are counted in `wishes` and do nothing else."""

    def __init__(self) -> None:
        self.stop_requests = 0
        self.asking = False  # a person is asked: the signal ends the question, as everywhere
        self._hung_up = False
        self._before: dict[int, object] = {}

    def __enter__(self) -> Interrupts:
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            number = getattr(signal, name, None)
            if number is not None:
                self._before[number] = signal.signal(number, self._count)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._before.clear()

    def _count(self, number: int, _frame: FrameType | None) -> None:
        if self.asking:
            raise KeyboardInterrupt
        if number == _HANG_UP:
            if self._hung_up:
                return  # the kernel and the shell both tell of one closed terminal
            self._hung_up = True
        self.stop_requests += 1
