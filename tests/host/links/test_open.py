"""Serial links: every end of one has words, and nothing waits longer than it was told."""

from __future__ import annotations

import errno
import os
import pty
import socket
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modemflash.errors import Problem
from modemflash_host.links import open as links
from modemflash_host.links import serial_port
from modemflash_host.links.linux import holder_of
from modemflash_host.links.names import is_address, is_simulated
from modemflash_sim.endpoints.rfc2217 import Rfc2217Endpoint


class Terminal:
    """A pseudo terminal: `far` is what a modem would hold."""

    def __init__(self) -> None:
        self.far, self.near = pty.openpty()
        self.name = os.ttyname(self.near)

    def hang_up(self) -> None:
        for side in (self.far, self.near):
            if side >= 0:
                os.close(side)
        self.far = self.near = -1


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.hang_up()


def code_of(name: str) -> str:
    with pytest.raises(Problem) as caught:
        links.open_link(name)
    return str(caught.value.code)


def test_a_read_returns_at_the_first_bytes(terminal: Terminal) -> None:
    port, clock = links.open_link(terminal.name)
    os.write(terminal.far, b"OK\r\n")
    buf = bytearray(64)
    start = clock.ticks_ms()
    assert port.readinto(buf, 64, 60_000) == 4
    assert buf[:4] == b"OK\r\n"
    assert clock.ticks_diff(clock.ticks_ms(), start) < 5_000
    port.close()


def test_a_read_takes_no_more_than_asked_and_leaves_the_rest(terminal: Terminal) -> None:
    port, _ = links.open_link(terminal.name)
    os.write(terminal.far, b"abcdef")
    buf = bytearray(8)
    assert port.readinto(buf, 2, 1000) == 2
    assert port.readinto(buf, 8, 1000) == 4
    assert buf[:4] == b"cdef"
    port.close()


def test_a_read_waits_without_work(terminal: Terminal) -> None:
    port, _ = links.open_link(terminal.name)
    before = time.process_time()
    assert port.readinto(bytearray(8), 8, 100) == 0
    assert time.process_time() - before < 0.05
    port.close()


def test_a_block_of_8_kb_passes_whole(terminal: Terminal) -> None:
    port, _ = links.open_link(terminal.name)
    block = os.urandom(8192)
    got = bytearray()

    def far_end() -> None:
        while len(got) < len(block):
            got.extend(os.read(terminal.far, 4096))

    reader = threading.Thread(target=far_end)
    reader.start()
    port.write(b"<" + block + b">", 1, len(block))
    assert port.drain(5000)
    reader.join(5)
    assert got == block
    port.close()


def test_a_write_that_waits_keeps_the_screen_alive_and_ends(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serial_port, "WAIT_STEP_S", 0.01)
    monkeypatch.setattr(serial_port, "BLOCKED_S", 0.05)
    waits: list[int] = []
    port, _ = links.open_link(terminal.name, lambda: waits.append(1))
    with pytest.raises(Problem, match="port-blocked"):
        port.write(bytes(1 << 20), 0, 1 << 20)
    assert len(waits) > 1
    port.close()


def test_drop_input_forgets_what_came(terminal: Terminal) -> None:
    port, _ = links.open_link(terminal.name)
    os.write(terminal.far, b"old")
    port.drop_input()
    assert port.readinto(bytearray(8), 8, 0) == 0
    port.close()


def test_a_port_that_disappears_is_lost_not_a_traceback(terminal: Terminal) -> None:
    port, _ = links.open_link(terminal.name)
    terminal.hang_up()
    uses: list[Callable[[], object]] = [
        lambda: port.readinto(bytearray(8), 8, 100),
        lambda: port.write(b"AT\r\n", 0, 4),
        lambda: port.set_baud(115_200),
    ]
    for use in uses:
        with pytest.raises(Problem) as caught:
            use()
        assert caught.value.code == "port-lost"
    port.close()


def test_an_absent_port_has_a_code_and_names_the_others() -> None:
    assert code_of("/dev/ttyNOTHERE7") == "port-absent"


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's list of terminal drivers")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/dev/ttyUSB7", "did you mean /dev/ttyUSB0? This computer has /dev/ttyUSB0, /dev/ttyXRUSB3"),
        ("/dev/serial0", "/dev/serial0; this computer has /dev/ttyUSB0, /dev/ttyXRUSB3"),
    ],
)
def test_the_port_that_was_meant_is_named(monkeypatch: pytest.MonkeyPatch, name: str, words: str) -> None:
    """Where one is called nearly so, and no other."""
    monkeypatch.setattr(links, "port_names", lambda: ["/dev/ttyUSB0", "/dev/ttyXRUSB3"])
    with pytest.raises(Problem) as caught:
        links.open_link(name)
    assert (caught.value.code, words in caught.value.detail) == ("port-absent", True)


@pytest.mark.parametrize("name", ["rfc2217:/host:4000", "socket:host:4000", "sim:/pycom-catm1"])
def test_an_address_with_a_slash_too_few_is_called_so(name: str) -> None:
    """It is no device, and no server is asked."""
    for opened in (links.open_link, links.open_console):
        with pytest.raises(Problem) as caught:
            opened(name)
        assert caught.value.code == "port-not-opened"
        assert f"{name.partition(':')[0]}://" in caught.value.detail


def test_what_is_no_serial_port_is_said_and_not_opened(tmp_path: Path) -> None:
    """A device of another kind and a file are no serial ports, whoever has them open."""
    file = tmp_path / "CATM1-41065.dup"
    file.touch()
    held = subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL)
    try:
        for name in ("/dev/null", str(file), str(tmp_path)):
            with pytest.raises(Problem, match="no serial port") as caught:
                links.open_link(name)
            assert caught.value.code == "port-not-opened"
    finally:
        held.kill()
        held.wait()


def test_a_port_in_use_is_busy(terminal: Terminal) -> None:
    port, _ = links.open_link(terminal.name)
    assert code_of(terminal.name) == "port-busy"
    port.close()


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EACCES, "port-not-permitted"),
        (errno.EBUSY, "port-busy"),
        (errno.EAGAIN, "port-busy"),
        (errno.ENOENT, "port-absent"),
        (errno.EINVAL, "port-not-opened"),
    ],
)
def test_every_reason_not_to_open_has_its_code(number: int, code: str) -> None:
    assert links._why_not("COM5", OSError(number, os.strerror(number))).code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("could not open port 'COM5': PermissionError(13, 'Access is denied.', None, 5)", "port-busy"),
        (
            "could not open port 'COM9': FileNotFoundError(2, 'The system cannot find the file.', None, 2)",
            "port-absent",
        ),
    ],
)
def test_the_words_of_windows_are_understood(text: str, code: str) -> None:
    assert links._why_not("COM5", ValueError(text)).code == code


@pytest.mark.parametrize("name", ["nonsense://x", "socket://127.0.0.1:1", "sim://no-such-profile"])
def test_an_address_that_leads_nowhere_is_not_opened(name: str) -> None:
    assert code_of(name) == "port-not-opened"


def test_the_holder_of_a_device_is_named(terminal: Terminal) -> None:
    hold = (
        f"import os, sys; os.open({terminal.name!r}, os.O_RDWR | os.O_NOCTTY); "
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert f"({child.pid})" in holder_of(terminal.name)
        child.communicate(b"")
    assert holder_of(terminal.name) == ""


def test_a_socket_carries_bytes_but_no_rate() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port, _ = links.open_link(f"socket://127.0.0.1:{server.getsockname()[1]}")
        client, _ = server.accept()
        with client:
            client.sendall(b"OK")
            buf = bytearray(8)
            assert port.readinto(buf, 8, 5000) == 2
            assert port.set_baud(115_200) is False
            assert port.max_burst == 0
        with pytest.raises(Problem, match="port-lost"):
            port.readinto(buf, 8, 5000)
        port.close()


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial 3.5
def test_rfc_2217_carries_bytes_and_the_rate() -> None:
    endpoint = Rfc2217Endpoint()
    rates: list[int] = []
    stop = threading.Event()

    def far_end() -> None:
        while not stop.is_set():
            for data, baud in endpoint.read():
                if data:
                    rates.append(baud)
                    endpoint.write(data.upper())
            stop.wait(0.002)

    thread = threading.Thread(target=far_end)
    thread.start()
    try:
        port, _ = links.open_link(endpoint.url)
        assert port.set_baud(115_200)
        port.write(b"at\xff\r", 0, 4)
        got = bytearray()
        buf = bytearray(16)
        while len(got) < 4 and (count := port.readinto(buf, 16, 5000)):
            got += buf[:count]
        assert got == b"AT\xff\r"
        assert rates[-1] == 115_200
        assert port.max_burst == 0  # the far end has flow control
        assert port.readinto(buf, 16, 0) == 0
        port.close()
    finally:
        stop.set()
        thread.join(5)
        endpoint.close()


class Slow:
    """An adapter that passes no high rates, and answers at 5 data bits."""

    def rate(self, baud: int) -> int:
        if baud > 230_400:
            raise ValueError("too fast")
        return baud

    def command(self, data: bytes) -> bytes:
        return data.swapcase()


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial 3.5
def test_a_refused_rate_leaves_the_port_as_it_was() -> None:
    """Over RFC 2217 a rate may be refused: the port is not lost, and everything else can still be changed."""
    endpoint = Rfc2217Endpoint()
    endpoint.adapter = Slow()
    stop = threading.Event()
    heard: list[tuple[bytes, int]] = []

    def far_end() -> None:
        while not stop.is_set():
            heard.extend(endpoint.read())
            stop.wait(0.002)

    thread = threading.Thread(target=far_end)
    thread.start()
    try:
        port, _ = links.open_console(endpoint.url)
        assert port.set_baud(230_400)
        assert not port.set_baud(921_600)
        port.write(b"text", 0, 4)
        port.set_data_bits(5)
        port.write(b"Command", 0, 7)
        got, buf = bytearray(), bytearray(16)
        while len(got) < 7 and (count := port.readinto(buf, 16, 5000)):
            got += buf[:count]
        assert got == b"cOMMAND"
        assert [piece for piece in heard if piece[0]] == [(b"text", 230_400)]
        port.close()
    finally:
        stop.set()
        thread.join(5)
        endpoint.close()


class Wires:
    """As much of a pyserial port as `settle` touches."""

    def __init__(self, cts: bool) -> None:
        self.cts = cts
        self.rtscts = True
        self.low_latency = False

    def set_low_latency_mode(self, on: bool) -> None:
        self.low_latency = on

    def fileno(self) -> int:
        return -1


@pytest.mark.parametrize("cts", [True, False])
def test_flow_control_is_left_off_where_cts_is_not_asserted(
    cts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import termios

    monkeypatch.setattr(links, "CTS_PATIENCE_S", 0.0)
    monkeypatch.setattr(termios, "tcgetattr", lambda _: [0] * 7)
    monkeypatch.setattr(termios, "tcsetattr", lambda *_: None)
    wires = Wires(cts)
    links.settle(wires)
    assert wires.rtscts is cts
    assert wires.low_latency


@pytest.mark.parametrize(
    ("name", "address", "simulated"),
    [
        ("/dev/ttyACM0", False, False),
        ("COM5", False, False),
        ("auto", False, False),
        ("rfc2217://host:4000", True, False),
        ("sim://pycom-gpy?state=a.json", True, True),
    ],
)
def test_what_a_name_says_of_itself(name: str, address: bool, simulated: bool) -> None:
    """A device, an address, or a simulated modem: told by one function each."""
    assert (is_address(name), is_simulated(name)) == (address, simulated)


def test_what_came_before_a_port_was_opened_is_kept_where_it_is_wanted(terminal: Terminal) -> None:
    """A boot ROM says its first word once; pyserial throws away what waits when it opens."""
    tty.setraw(terminal.near)
    os.write(terminal.far, b"HELLO")
    port, _ = links.open_link(terminal.name, flow_control=False, keep_input=True)
    buf = bytearray(10)
    assert buf[: port.readinto(buf, 10, 2000)] == b"HELLO"
    port.close()
