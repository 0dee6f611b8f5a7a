"""A Quectel module's port on a pseudo terminal: it answers as a test says, and keeps what it was asked."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping

from modemflash_host.families.quectel_edl import diag


class TalkingPort:
    """One port; `name` is what is opened."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self.master, self._slave = os.openpty()
        import tty

        tty.setraw(self._slave)
        self.name = os.ttyname(self._slave)
        self.asked = b""
        self._answer = answer
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                question = os.read(self.master, 256)
            except OSError:
                return
            self.asked += question
            os.write(self.master, self._answer(question))

    def close(self) -> None:
        os.close(self._slave)


def at_answers(
    cfun: int = 1,
    model: str = "RM520N-GL",
    revision: str = "RM520NGLAAR01A07M4G_01.200.01.200",
    more: Mapping[bytes, bytes] | None = None,
) -> Callable[[bytes], bytes]:
    """What an AT port says; `more`: further questions, or other answers."""
    short = revision.split("_")[0]
    replies = {
        b"ATI\r": f"Quectel\r\n{model}\r\nRevision: {short}\r\n".encode(),
        b"AT+QGMR\r": f"{revision}\r\n".encode(),
        b"AT+CFUN?\r": b"+CFUN: %d\r\n" % cfun,
        b"AT+CGSN\r": b"860000000000018\r\n",
        **(more or {}),
    }
    return lambda question: question + b"\n" + replies.get(question, b"ERROR\r\n") + b"\r\nOK\r\n"


def dm_answers(build: str) -> Callable[[bytes], bytes]:
    """What a DM port says to the two questions that `info` has."""

    def answer(question: bytes) -> bytes:
        if question.lstrip(b"~") == diag.packed(diag.VERSION):
            return diag.packed(b"\0Jan 01 2021")
        return diag.packed(b"\x7c\1\0\0\0\0\0\0" + build.encode() + b"\0")

    return answer
