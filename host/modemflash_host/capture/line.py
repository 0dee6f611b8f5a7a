"""An open line to whatever is behind a port, with the run's recorder as its witness."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from modemflash.line import Line
from modemflash_host.capture.port import CapturingPort
from modemflash_host.computer.clock import MonotonicClock
from modemflash_host.links.open import open_link
from modemflash_host.links.wait import open_patiently
from modemflash_host.reporters import Reporter


@contextmanager
def open_line(
    port: str, reporter: Reporter, *, flow_control: bool = True, keep_input: bool = False
) -> Iterator[Line]:
    """An open line, closed at the end.

    Args:
        port: see `modemflash_host.links.open.open_link`.
        reporter: who is told.
        flow_control: the module at a device may hold the line (RTS/CTS).
        keep_input: see `modemflash_host.links.open.open_link`.

    Raises:
        LinkProblem: it cannot be opened.
        Stopped: the user asked to stop while another program had it.
    """
    link, clock = open_patiently(
        lambda: open_link(
            port,
            lambda: reporter.tick(clock.ticks_ms()),
            flow_control=flow_control,
            keep_input=keep_input,
        ),
        MonotonicClock(),
        reporter,
    )
    reporter.follow(clock.ticks_ms())
    try:
        witnessed = CapturingPort(link, clock, reporter.recorder) if reporter.recorder is not None else link
        yield Line(witnessed, clock, reporter)
    finally:
        link.close()
