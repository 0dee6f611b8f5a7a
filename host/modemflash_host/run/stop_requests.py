"""Ctrl-C, Ctrl-\\, Ctrl-Z, SIGTERM and a closed terminal, as a number the engine asks for.

Rules: a signal only counts; the family stops at its next safe point, and how
many stop requests a phase needs is its rule. What people are told stands in its
vocabulary, by phase. A closed terminal or window counts like one Ctrl-C: a transfer goes
on without anybody watching, and an install always does. The third one ends the
command at once, whatever it waits for, until its end is being told; where the
process ends with it, nothing changes that end any more, its exit code above all. Nothing
else that would end the process, or halt it in the middle of a write, does so; a
script that has a use of its own for such a signal keeps it.
"""

from __future__ import annotations

import signal
from contextlib import ExitStack
from types import FrameType

from modemflash_host.errors import StopNow
from modemflash_host.reporters import AT_ONCE
from modemflash_host.run.console_window import window_watched

_HANG_UP = getattr(signal, "SIGHUP", None)
_STOPS = ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGBREAK", "SIGTSTP")
# With these a shell halts who reads or writes in the background, and people ask a program how far it is.
_IGNORED = ("SIGTTIN", "SIGTTOU", "SIGUSR1", "SIGUSR2", "SIGXCPU")


class StopRequests:
    """While entered, the signals that mean "stop" are counted and do nothing else.

    Args:
        process_ends: with the command.

    Attributes:
        count: how often somebody asked to stop.
        signals: how often of these by a signal.
        asking: a person is asked something: the signal ends the question, as everywhere.
        telling_end: how it ended is being told; nothing interrupts that.
        at_once: what the third one raises.
    """

    def __init__(self, process_ends: bool = False) -> None:
        self.count = self.signals = 0
        self._process_ends = process_ends
        self.asking = self.telling_end = False
        self.at_once: type[BaseException] = StopNow
        self._hung_up = False
        self._before: dict[int, object] = {}
        self._window = ExitStack()

    def __enter__(self) -> StopRequests:
        self._window.enter_context(window_watched(self._hang_up))
        for name in _STOPS:
            number = getattr(signal, name, None)
            if number is not None:
                self._before[number] = signal.signal(number, self._count)
        for name in _IGNORED:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) == signal.SIG_DFL:
                self._before[number] = signal.signal(number, signal.SIG_IGN)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            is_over = self._process_ends and self.telling_end
            signal.signal(number, signal.SIG_IGN if is_over else handler)  # type: ignore[arg-type]
        self._before.clear()
        self._window.close()

    def _hang_up(self) -> None:
        """Nobody sees the screen any more; the kernel and the shell may both tell of it."""
        if not self._hung_up:
            self._hung_up = True
            self.count += 1
            self.signals += 1

    def _count(self, number: int, _frame: FrameType | None) -> None:
        if self.asking:
            raise KeyboardInterrupt
        if number == _HANG_UP:
            self._hang_up()
        else:
            self.count += 1
            self.signals += 1
        if self.count >= AT_ONCE and not self.telling_end:
            raise self.at_once
