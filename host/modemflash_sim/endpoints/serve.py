"""Opens an endpoint to a simulated device, and closes it without a trace.

Rules: the device belongs to the endpoint until it is closed, only then may its
verdict be read; what broke inside is raised by whoever opened the endpoint.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from modemflash_sim.endpoints.own_thread import running
from modemflash_sim.endpoints.pace import Endpoint, Pump
from modemflash_sim.endpoints.wire import Device

CLOSE_PATIENCE_S = 10.0
KINDS = ("pty", "tcp", "rfc2217")


def open_endpoint(kind: str, port: int = 0) -> Endpoint:
    """An endpoint by its name.

    Args:
        kind: "pty", "tcp" or "rfc2217".
        port: the TCP port of the last two; 0 lets the system choose.

    Raises:
        ValueError: there is no such endpoint, or not on this system.
    """
    if kind == "pty":
        try:
            from modemflash_sim.endpoints.pty import PtyEndpoint
        except ImportError as error:
            raise ValueError("this system has no pseudo terminals; take tcp or rfc2217") from error
        return PtyEndpoint()
    if kind == "tcp":
        from modemflash_sim.endpoints.tcp import TcpEndpoint

        return TcpEndpoint(port=port)
    if kind == "rfc2217":
        from modemflash_sim.endpoints.rfc2217 import Rfc2217Endpoint

        return Rfc2217Endpoint(port)
    raise ValueError(f"no such endpoint: {kind}; there are pty, tcp and rfc2217")


def usual_endpoint() -> str:
    """What a client opens most easily here: a pseudo terminal, or where there is none a TCP port."""
    try:
        import pty  # noqa: F401 (whether this system has them)
    except ImportError:
        return "tcp"
    return "pty"


@contextmanager
def serve(
    device: Device,
    endpoint: str | Endpoint = "pty",
    paced: bool = True,
    latency_us: int = 0,
    on_end: Callable[[], object] = lambda: None,
) -> Iterator[str]:
    """Open an endpoint in a thread of this process.

    Args:
        device: the device; leave it alone until the endpoint is closed.
        endpoint: a name for `open_endpoint`, or an open endpoint; it is closed at the end.
        paced: False lets bytes arrive at once.
        latency_us: how late the client sees what the device sent.
        on_end: called from the thread when it ends, by itself, too.

    Yields:
        What a client opens: a device path or a pyserial URL.
    """
    if isinstance(endpoint, str):
        endpoint = open_endpoint(endpoint)
    pump = Pump(device, endpoint, paced, latency_us)
    name = f"device at {endpoint.url}"
    with running(name, pump.run, pump.stop, endpoint.close, on_end, CLOSE_PATIENCE_S):
        yield endpoint.url
