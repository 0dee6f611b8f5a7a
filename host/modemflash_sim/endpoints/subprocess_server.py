"""A door in a process of its own, so that client and modem do not share one interpreter.

    python -m modemflash_sim.endpoints.subprocess_server PROFILE [--start-mode recovery] [--quick] …

Rules: the first line on standard output is what a client opens; the process
lives until its standard input ends, so it never outlives who started it; the
last line is the modem's verdict as JSON.
"""

import argparse
import dataclasses
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from modemflash_sim.endpoints.serve import open_endpoint, serve
from modemflash_sim.sequans import assumptions, faults, profiles
from modemflash_sim.sequans.modem import SimModem

END_PATIENCE_S = 20.0


@dataclass(slots=True)
class SubprocessServer:
    """A modem in another process.

    Attributes:
        url: what a client opens.
        verdict: the fields of `Verdict`, once the door is closed.
    """

    url: str
    verdict: dict[str, Any] = field(default_factory=dict)


@contextmanager
def serve_in_subprocess(*arguments: str) -> Iterator[SubprocessServer]:
    """Open a door in another process; `arguments` as on its command line.

    Raises:
        RuntimeError: the process said nothing or did not end well; its own words went to standard error.
    """
    command = [sys.executable, "-m", "modemflash_sim.endpoints.subprocess_server", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            server = SubprocessServer(child.stdout.readline().strip())
            if not server.url:
                raise RuntimeError("the simulated modem did not start")
            yield server
            words, _ = child.communicate(timeout=END_PATIENCE_S)
            if child.returncode:
                raise RuntimeError("the simulated modem did not end well")
            server.verdict.update(json.loads(words))
        finally:
            child.kill()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description="a simulated modem behind a door")
    parser.add_argument("profile", choices=sorted(profiles.PROFILES))
    parser.add_argument("--endpoint", default="pty", help="pty, tcp or rfc2217")
    parser.add_argument("--port", type=int, default=0, help="the TCP port; 0 takes a free one")
    parser.add_argument("--start-mode", default="application", choices=sorted(profiles.MODES))
    parser.add_argument("--quick", action="store_true", help="no stalls, and installs in no time")
    parser.add_argument("--unpaced", action="store_true", help="bytes arrive at once")
    parser.add_argument("--latency-ms", type=int, default=0, help="as a USB adapter's latency timer")
    parser.add_argument("--fault", default="", help="name:argument,… of sequans/faults.py")
    parser.add_argument("--assume", default="", help="name:value,… of sequans/assumptions.py")
    given = parser.parse_args(arguments)

    profile = profiles.find(given.profile, start_mode=given.start_mode)
    if given.quick:
        quick = dataclasses.replace(profile.timing, stalls=(), install_us=0, bootrom_install_us=0)
        profile = dataclasses.replace(profile, timing=quick)
    modem = SimModem(profile, assumptions.parse(given.assume), faults.parse(given.fault))
    endpoint = open_endpoint(given.endpoint, given.port)
    with serve(modem, endpoint, not given.unpaced, given.latency_ms * 1_000) as url:
        print(url, flush=True)
        sys.stdin.read()
    print(json.dumps(dataclasses.asdict(modem.verdict)))


if __name__ == "__main__":
    main()
