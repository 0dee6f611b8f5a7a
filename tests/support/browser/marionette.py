"""A client of Marionette, by which Firefox is driven from outside. Debian has no geckodriver.

Theory of operation: one TCP connection; a message is `LENGTH:JSON`; the browser
greets; a command is `[0, id, name, parameters]`, its answer `[1, id, error, result]`.
Source: firefox-source-docs, "Marionette protocol".
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping

_TIMEOUT_S = 90
_TYPE_COMMAND = 0
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element, by the WebDriver standard


class MarionetteError(AssertionError):
    """The browser refused a command, or a script raised; with its words."""


class Marionette:
    """An open connection.

    Args:
        port: on loopback.
    """

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_S)
        self._file = self._socket.makefile("rb")
        self._id = 0
        self._receive()

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def ask(self, command: str, **parameters: object) -> object:
        """The answer to a command; what is called `value` in it, where there is such a thing.

        Raises:
            MarionetteError: the browser refused.
        """
        self._id += 1
        message = json.dumps([_TYPE_COMMAND, self._id, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        answer = self._receive()
        assert isinstance(answer, list) and answer[1] == self._id
        _, _, error, result = answer
        if error is not None:
            raise MarionetteError("%s: %s" % (error["error"], error["message"]))
        return result.get("value", result) if isinstance(result, Mapping) else result

    def _receive(self) -> object:
        digits = b""
        while (digit := self._file.read(1)) != b":":
            if not digit:
                raise MarionetteError("the browser is gone")
            digits += digit
        return json.loads(self._file.read(int(digits)))
