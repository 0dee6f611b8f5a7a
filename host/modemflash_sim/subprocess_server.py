"""A device in a process of its own, so that client and device do not share one interpreter.

    python -m modemflash_sim.subprocess_server sim://PROFILE?… [--endpoint tcp] …

Rules: the first line on standard output is what a client opens; the process ends when its
standard input ends, so it never outlives who started it; the last line is the device's
verdict as JSON.
"""

import argparse
import dataclasses
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from modemflash_sim import devices
from modemflash_sim.endpoints.serve import open_endpoint, serve
from modemflash_sim.plain_data import JsonObject

END_PATIENCE_S = 20.0


@dataclass(slots=True)
class SubprocessServer:
    """A device in another process.

    Attributes:
        url: what a client opens.
        verdict: the fields of the device's verdict, see `plain_data.made`; None until its endpoint
            is closed.
    """

    url: str
    verdict: JsonObject | None = None


@contextmanager
def serve_in_subprocess(*arguments: str) -> Iterator[SubprocessServer]:
    """Serve a device in another process; `arguments` as on its command line.

    Raises:
        RuntimeError: the process said nothing or did not end well; its reason is on standard error.
    """
    command = [sys.executable, "-m", "modemflash_sim.subprocess_server", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            server = SubprocessServer(child.stdout.readline().strip())
            if not server.url:
                raise RuntimeError("the simulated device did not start")
            yield server
            verdict, _ = child.communicate(timeout=END_PATIENCE_S)
            if child.returncode:
                raise RuntimeError("the simulated device did not end well")
            server.verdict = json.loads(verdict)
        finally:
            child.kill()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description="a simulated device at an endpoint")
    parser.add_argument("url", help="which device, as sim://PROFILE?name=value&…")
    parser.add_argument("--endpoint", default="pty", help="pty, tcp or rfc2217")
    parser.add_argument("--port", type=int, default=0, help="the TCP port; 0 takes a free one")
    parser.add_argument("--unpaced", action="store_true", help="bytes arrive at once")
    parser.add_argument("--latency-ms", type=int, default=0, help="as a USB adapter's latency timer")
    given = parser.parse_args(arguments)
    try:
        device = devices.start(given.url)
        endpoint = open_endpoint(given.endpoint, given.port)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    with serve(device, endpoint, not given.unpaced, given.latency_ms * 1_000) as url:
        print(url, flush=True)
        sys.stdin.read()
    print(json.dumps(dataclasses.asdict(device.verdict)))


if __name__ == "__main__":
    main()
