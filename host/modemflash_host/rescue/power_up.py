"""What a board that is armed knows of its last power-up, as a record.

The board prints it on its console while it listens, and keeps it when that is
over (`modemflash.board.listen`). Rule: a console may print anything, so what is
no such record is none.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from modemflash.interface import MODEM_ANSWERED
from modemflash_host import strict_json


@dataclass(frozen=True, slots=True)
class PowerUp:
    """One power-up.

    Attributes:
        boots: power-ups since it was armed.
        board: its address; "" where only the number is known, because the power went meanwhile.
        up_s: seconds since it started.
        code: how it ended: `MODEM_ANSWERED` or an error's; "" while it goes on.
        after_s: seconds after the start at which that was.
        state, baud, build: of a modem that answered, see `modemflash.modem.Modem`.
    """

    boots: int
    board: str = ""
    up_s: int = 0
    code: str = ""
    after_s: int | None = None
    state: str | None = None
    baud: int | None = None
    build: int | None = None

    @property
    def has_answered(self) -> bool:
        """Whether the modem answered."""
        return self.code == MODEM_ANSWERED

    def answer(self) -> dict[str, str | int | None]:
        """What is known of a modem that answered, as fields of an event."""
        return {"after_s": self.after_s, "baud": self.baud, "state": self.state, "build": self.build}

    def encode(self) -> str:
        """As the board prints it."""
        return json.dumps({name: value for name, value in asdict(self).items() if value not in (None, "")})

    @classmethod
    def decode(cls, text: str | bytes) -> PowerUp | None:
        """The record that a text is; None for any other."""
        try:
            words = strict_json.loads(text)
        except ValueError:
            return None
        if not isinstance(words, dict) or type(words.get("boots")) is not int:
            return None
        kinds: dict[str, type] = {
            "boots": int, "board": str, "up_s": int, "code": str, "after_s": int, "state": str,
            "baud": int, "build": int,
        }  # fmt: skip
        known = {name: value for name in kinds if (value := words.get(name)) is not None}
        if any(type(value) is not kinds[name] for name, value in known.items()):
            return None
        return cls(**known)
