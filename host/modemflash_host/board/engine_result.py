"""How a run of the engine ended well, here or on a board: what `modemflash.upgrade.Update.run` returns."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from modemflash.errors import RECOVERABLE, UNTOUCHED, UPDATED
from modemflash_host.strict_json import MOST

# status: (the codes that it may have, the states of the modem)
ENDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "updated": (("updated", "finished-meanwhile"), (UPDATED,)),
    "nothing-to-do": (("already-runs-it",), (UNTOUCHED,)),
    "installed-unconfirmed": (("build-not-predicted", "other-build"), (UPDATED, RECOVERABLE)),
}


@dataclass(frozen=True, slots=True)
class EngineResult:
    """See `modemflash.upgrade.Update.run`.

    Attributes:
        status: one of `ENDS`.
        code: of the catalogue.
        modem_state: as of a `Problem`.
        from_build, to_build: None where unknown.
        boot_mode: where the modem was seen last.
        bytes: of firmware that the modem took.
        seconds: how long it took.
    """

    status: str
    code: str
    modem_state: str
    from_build: int | None
    to_build: int | None
    boot_mode: str
    bytes: int
    seconds: int

    def fields(self) -> dict[str, object]:
        """As the engine returns it."""
        return asdict(self)

    @classmethod
    def of_fields(cls, fields: Mapping[str, object]) -> EngineResult:
        """From what the engine returned, perhaps another release of it on a board.

        Raises:
            ValueError: it is none that this PC understands.
        """

        def text(name: str) -> str:
            value = fields.get(name)
            if not isinstance(value, str):
                raise ValueError(name)
            return value

        def number(name: str) -> int:
            value = fields.get(name)
            if type(value) is not int or not 0 <= value < MOST:
                raise ValueError(name)
            return value

        def build(name: str) -> int | None:
            return None if fields[name] is None else number(name)

        if missing := {each.name for each in dataclasses.fields(cls)} - set(fields):
            raise ValueError(f"without {', '.join(sorted(missing))}")
        found = cls(
            text("status"), text("code"), text("modem_state"), build("from_build"), build("to_build"),
            text("boot_mode"), number("bytes"), number("seconds"),
        )  # fmt: skip
        codes, states = ENDS.get(found.status, ((), ()))
        if found.code not in codes or found.modem_state not in states:
            raise ValueError("an end that does not agree with itself")
        return found
