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


class SettingRefused(ValueError):
    """The server speaks it, and does not grant a rate or a flow control."""


class Rfc2217Link(rfc2217.Serial):
    """A link to a serial port behind a server."""

    def open(self) -> None:
        """See pyserial.

        Raises:
            NoRfc2217: the server does not answer as one does.
            SettingRefused: it does, and refuses.
            OSError: it cannot be reached.
        """
        try:
            super().open()
        except SettingRefused:
            raise
        except OSError as error:
            if unix_number(error) or isinstance(error.__context__, OSError):  # a time-out has no number
                raise
            raise NoRfc2217(str(error)) from error

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
