"""pyserial's client of RFC 2217, with a class for each way to be refused: its own differ by their texts.

Rule: an error with a number is the network's; one without is what the server
did not grant.
"""

from __future__ import annotations

from typing import Any

from serial import rfc2217

from modemflash_host.links.system_errors import unix_number


class NoRfc2217(OSError):
    """The server at the other end speaks something else."""


class HungUp(OSError):
    """The server took the connection and ended it, as one does whose port another client has."""


class SettingRefused(ValueError):
    """The server speaks it, and does not grant a rate or a flow control."""


class Rfc2217Link(rfc2217.Serial):
    """A link to a serial port behind a server."""

    _is_hung_up = False

    def open(self) -> None:
        """See pyserial.

        Raises:
            HungUp: the server ended the connection.
            NoRfc2217: it does not answer as one does.
            SettingRefused: it does, and refuses.
            OSError: it cannot be reached.
        """
        try:
            super().open()
        except SettingRefused:
            raise
        except OSError as error:
            if self._is_hung_up or isinstance(error, (BrokenPipeError, ConnectionResetError)):
                raise HungUp(str(error)) from error
            if unix_number(error) or isinstance(error.__context__, OSError):  # a time-out has no number
                raise
            raise NoRfc2217(str(error)) from error

    def close(self) -> None:
        """See pyserial, which leaves open what the other end has ended."""
        connection = getattr(self, "_socket", None)  # its stubs leave it out
        super().close()
        if connection is not None:
            connection.close()

    def _telnet_read_loop(self) -> None:
        super()._telnet_read_loop()  # type: ignore[misc]  # its stubs leave it out
        self._is_hung_up = self.is_open  # else it was closed here

    def _reconfigure_port(self) -> None:
        try:
            super()._reconfigure_port()  # type: ignore[misc]  # its stubs leave it out
        except (OSError, ValueError) as error:
            if unix_number(error):
                raise
            raise SettingRefused(str(error)) from error


def rfc2217_link(name: str) -> Any:
    """A link that is not open yet."""
    link = Rfc2217Link(None)
    link.port = name
    return link
