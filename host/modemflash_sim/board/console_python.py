"""The Python behind a simulated console: a real MicroPython with the board's modules and a /flash.

Rules that hold here: it runs in real time (virtual time is `process`); a soft or
hard reset is a new process; /flash is an image that survives it, so do NVS and
boot flags; it is ended by its own handle.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

from modemflash_sim.board.child import INSIDE, start_python
from modemflash_sim.board.drives import FLASH_BYTES
from modemflash_sim.board.profiles import BoardProfile
from modemflash_sim.board.python import Poll

HEAP = "5120k"  # a GPy's 2560k, for objects of twice the size
BEGUN, ENDED = "begun", "ended"
_HEAD = struct.Struct("<IBI")  # number of the program, whether it is typed at the prompt, length


class ConsolePython:
    """A MicroPython process and what survives it.

    Args:
        profile: the board.
        interpreter: a MicroPython of this machine.
        folder: where the image and the state of the board are kept.
        unique_id: the board's address.
    """

    def __init__(
        self,
        profile: BoardProfile,
        interpreter: Path,
        folder: Path,
        unique_id: bytes = b"\x24\x0a\xc4\x01\x02\x03",
    ) -> None:
        self.profile = profile
        self._interpreter = interpreter
        self.flash = folder / "flash.img"
        self._about = folder / "board.json"
        self._state = folder / "state.json"
        about = {**dataclasses.asdict(profile), "version": profile.version, "unique_id": unique_id.hex()}
        self._about.write_text(json.dumps(about))
        if not self.flash.exists():
            with self.flash.open("wb") as image:
                image.truncate(FLASH_BYTES)
        self._process: subprocess.Popen[bytes] | None = None
        self._commands = self._events = -1
        self._unread = b""
        self._number = 0
        self._begun, self._interrupt_waits = -1, False
        self._boots_idly = False

    @property
    def state(self) -> dict[str, dict[str, int]]:
        """NVS and boot flags as the board left them."""
        found: dict[str, dict[str, int]] = json.loads(self._state.read_text()) if self._state.exists() else {}
        return found

    def set_flag(self, name: str, on: bool) -> None:
        """A boot flag, as an owner set it; only while no Python runs."""
        state = self.state
        state.setdefault("flags", {})[name] = int(on)
        self._state.write_text(json.dumps(state))

    def start(self, scripts: Sequence[str]) -> None:
        """See `Python.start`."""
        self.close()
        self._boots_idly = not scripts
        self._process, _, self._events, self._commands = start_python(
            self._interpreter,
            HEAP,
            [INSIDE / "console_start.py", self._about, self._state, self.flash],
            scripts,
        )
        os.set_blocking(self._events, False)

    def begin(self, code: bytes, at_prompt: bool) -> None:
        """See `Python.begin`."""
        if self._process is None:
            return  # it died of what it ran; `poll` said so
        try:
            self._number += 1
            os.write(self._commands, _HEAD.pack(self._number, int(at_prompt), len(code)) + code)
        except BrokenPipeError:
            pass  # `poll` will say so

    def interrupt(self) -> None:
        """See `Python.interrupt`."""
        if self._number == 0 and self._boots_idly:
            return  # nothing runs; it would interrupt what comes next, half read
        if self._process is not None and self._begun == self._number:
            self._process.send_signal(signal.SIGINT)
        else:
            self._interrupt_waits = True

    def poll(self) -> Poll:
        """See `Python.poll`."""
        if self._process is None:
            return Poll()
        # The events first: what was printed before an end is then in the pipe already.
        self._unread += _available(self._events)
        assert self._process.stdout is not None
        out = _available(self._process.stdout.fileno())
        ended: bytes | None = None
        events = []
        while b"\n" in self._unread:
            line, self._unread = self._unread.split(b"\n", 1)
            event = json.loads(line)
            if event[0] == ENDED:
                if event[1] == self._number:  # an older one came twice
                    ended = event[2].encode()
            elif event[0] == BEGUN:
                self._begun = event[1]
                if self._interrupt_waits:
                    self._interrupt_waits = False
                    self.interrupt()
            else:
                events.append(event[0])
        if self._process.poll() is not None and "reset" not in events:
            out += _available(self._process.stdout.fileno())
            self.close()
            ended = b"the simulated board's Python died\n"
        return Poll(out, ended, tuple(events))

    def close(self) -> None:
        """End the process, as a power cut does."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        os.close(self._commands)
        os.close(self._events)
        self._process = None
        self._unread = b""
        self._number = 0
        self._begun, self._interrupt_waits = -1, False


def _available(descriptor: int) -> bytes:
    got = b""
    try:
        while piece := os.read(descriptor, 65_536):
            got += piece
    except BlockingIOError:
        pass
    return got
