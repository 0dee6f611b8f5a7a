"""A wire in virtual time for a child process, in lock-step over a pipe.

For MicroPython, which cannot import the simulator. Rules: the child asks and
waits, one request at a time; time is kept here, and the child knows no other: its
clock is the moment that came with the last answer; a child that neither asks
nor ends is killed at a deadline in real time.

Frames, integers big-endian:

    request   op u8, now_us u64, length u32, payload
    answer    now_us u64, length u32, payload

    op  what                payload of the request         of the answer
    w   write               the bytes
    r   read                n u16, timeout_ms u32          the bytes, none when the time is over
    s   sleep               ms u32
    b   set our rate        rate u32                       1, or 0 where it cannot be set
    d   drain               timeout_ms u32                 1, or 0 when the time was over before
    x   drop the input
    p   the device's power   0 or 1
"""

import os
import select
import struct
import subprocess
import tempfile
import time
from collections.abc import Sequence

from modemflash_sim.endpoints.virtual import VirtualLine
from modemflash_sim.endpoints.wire import PoweredDevice

REQUEST = struct.Struct(">BQI")
ANSWER = struct.Struct(">QI")


class ChildStuck(Exception):
    """The child process neither asked nor ended before its deadline, and was killed."""


def run_child(
    device: PoweredDevice, command: Sequence[str], env: dict[str, str], deadline_s: float = 60.0
) -> tuple[int, str]:
    """Run `command` with a pipe to `device`, and serve it until it ends.

    Args:
        device: the device at the other end.
        command: the program; two numbers are appended, the descriptors that it
            reads answers from and writes requests to.
        env: the environment of the program.
        deadline_s: real time that it may take.

    Returns:
        Its exit code, and what it printed.

    Raises:
        ChildStuck: the deadline is over.
    """
    requests, child_out = os.pipe()
    child_in, answers = os.pipe()
    deadline = time.monotonic() + deadline_s
    try:
        with tempfile.TemporaryFile() as printed:
            child = subprocess.Popen(
                [*command, str(child_in), str(child_out)],
                pass_fds=(child_in, child_out),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                env=env,
            )
            os.close(child_in)
            os.close(child_out)
            child_in = child_out = -1
            try:
                serve_pipe(device, requests, answers, deadline)
                code = child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired as error:
                raise ChildStuck(" ".join(command)) from error
            finally:
                child.kill()
                child.wait()
            printed.seek(0)
            return code, printed.read().decode("utf-8", "replace")
    finally:
        for descriptor in (requests, answers, child_in, child_out):
            if descriptor >= 0:
                os.close(descriptor)


def serve_pipe(device: PoweredDevice, requests: int, answers: int, deadline: float) -> None:
    """Answer requests until the child closes its end.

    Args:
        device: the device at the other end.
        requests: the descriptor to read from.
        answers: the descriptor to write to.
        deadline: a value of `time.monotonic`.

    Raises:
        ChildStuck: the deadline is over.
    """
    line = VirtualLine(device)
    while head := _exactly(requests, REQUEST.size, deadline):
        op, now_us, length = REQUEST.unpack(head)
        payload = _exactly(requests, length, deadline)
        line.jump(now_us)
        data = _carry_out(device, line, chr(op), payload)
        try:
            os.write(answers, ANSWER.pack(line.now_us, len(data)) + data)
        except BrokenPipeError:
            return


def _carry_out(device: PoweredDevice, line: VirtualLine, op: str, payload: bytes) -> bytes:
    """Do what one request asks for; the payload of its answer."""
    number = int.from_bytes(payload[:4], "big")
    if op == "r":
        count, timeout_ms = struct.unpack(">HI", payload)
        room = bytearray(count)
        return bytes(room[: line.readinto(room, count, timeout_ms)])
    if op == "b":
        return bytes([line.set_baud(number)])
    if op == "d":
        return bytes([line.drain(number)])
    if op == "w":
        line.write(payload, 0, len(payload))
    elif op == "s":
        line.sleep_ms(number)
    elif op == "x":
        line.drop_input()
    elif op == "p":
        device.power(payload == b"\1", line.now_us)
    else:
        raise ValueError(f"no such request: {op!r}")
    return b""


def _exactly(descriptor: int, count: int, deadline: float) -> bytes:
    """`count` bytes; none when the child has closed its end."""
    got = b""
    while len(got) < count:
        patience_s = deadline - time.monotonic()
        if patience_s <= 0 or not select.select([descriptor], [], [], patience_s)[0]:
            raise ChildStuck("no request before the deadline")
        piece = os.read(descriptor, count - len(got))
        if not piece:
            return b""
        got += piece
    return got
