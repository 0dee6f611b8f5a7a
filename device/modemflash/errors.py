"""What can go wrong: the error tree. Its words are in `catalogue`.

    Problem                 everything this project raises on purpose
     +- LinkProblem         the wire itself: port absent, lost, damaged beyond repair
     +- NoModem             nothing that talks was found: silence, NULs, noise
     +- Refusal             stopped before the first write, by a rule or a missing consent
     |   +- BadFile         a firmware file is damaged or not understood
     +- ModemProblem        the modem answers, but not what the protocol allows
     |   +- TransferProblem the transfer protocol (STP) came to no good end
     +- UpdateFailed        the route was carried out and did not lead to the goal
     +- Stopped             the user asked to stop

Rules: every error has a stable `code` that stands in the catalogue; the row says
what happened, what to do next, and the state of the modem when nobody who
knows better says otherwise. States: `untouched` (nothing was written),
`recoverable` (run the same command again), `updated`, `unknown` (do not cut
the power). What an error of a run means for the modem is decided in
`modem_state`. Raw bytes are kept for the log, never for the message.
"""

from modemflash.catalogue import (
    AGAIN,
    CATALOGUE,
    POWER,
    RECOVERABLE,
    UNKNOWN,
    UNTOUCHED,
    UPDATED,
)

__all__ = (  # whoever raises or reads an error finds all of its words here
    "AGAIN",
    "CATALOGUE",
    "POWER",
    "RECOVERABLE",
    "UNKNOWN",
    "UNTOUCHED",
    "UPDATED",
    "BadFile",
    "LinkProblem",
    "ModemProblem",
    "NoModem",
    "Problem",
    "Refusal",
    "Stopped",
    "TransferProblem",
    "UpdateFailed",
)


def harmless(text: str) -> str:
    """A word from outside without what a screen would obey: control codes, turns of direction."""
    return "".join([c if _is_harmless(ord(c)) else "\\x%02x" % ord(c) for c in text])


def _is_harmless(code: int) -> bool:
    return 32 <= code < 127 or (code >= 160 and not 0x202A <= code <= 0x202E and not 0x2066 <= code <= 0x2069)


class Problem(Exception):
    """Something went wrong and there are words for it.

    Args:
        code: a key of `CATALOGUE`.
        detail: what is special about this case: a name, a number; no raw bytes.
        raw: the bytes that the modem sent, for the log.
    """

    def __init__(self, code: str, detail: str = "", raw: "Readable" = b"") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = harmless(detail)
        self.raw = bytes(raw)
        self._state = None  # type: str | None

    def __str__(self) -> str:
        return self.code + ": " + self.happened

    @property
    def happened(self) -> str:
        """One sentence: what happened."""
        return CATALOGUE[self.code][0] + (self.detail and " (" + self.detail + ")") + "."

    @property
    def hint(self) -> str:
        """What to do next."""
        return CATALOGUE[self.code][1]

    @property
    def modem_state(self) -> str:
        """`untouched`, `recoverable`, `updated` or `unknown`."""
        return self._state or CATALOGUE[self.code][2]

    def stamp(self, state: str) -> "Self":
        """Somebody who knows what was written says so. The first one counts."""
        if self._state is None:
            self._state = state
        return self


class LinkProblem(Problem):
    """The wire: the port went away or carries nothing whole."""


class NoModem(Problem):
    """Nothing that talks was found at the port."""


class Refusal(Problem):
    """A rule forbids it, or a consent is missing. Nothing was written.

    Args:
        consents: the consents that would allow it, see `consent`; () where none helps.
    """

    def __init__(self, code: str, detail: str = "", consents: "tuple[tuple[str, str], ...]" = ()) -> None:
        super().__init__(code, detail)
        self.consents = tuple(consents)


class BadFile(Refusal):
    """A firmware file is damaged, or this program does not understand it."""


class ModemProblem(Problem):
    """The modem answers, but not what it should."""


class TransferProblem(ModemProblem):
    """The transfer protocol came to no good end."""


class UpdateFailed(Problem):
    """The steps were carried out, but the modem does not run what it should."""


class Stopped(Problem):
    """The user asked to stop, and a safe point was reached."""


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing_extensions import Self

    from modemflash.contracts import Readable
