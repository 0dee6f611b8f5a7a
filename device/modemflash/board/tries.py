"""How often a board tried a job, kept where a power cut cannot take it.

Rules that hold here: the counter lives in NVS and on the card, and the higher
one counts, so neither a read-only card nor a lost NVS makes a board loop; only
success or a changed job resets it; a try that ended before the modem was
touched is given back.
"""

import json

from modemflash.board import pycom, store
from modemflash.interface import TRIES

STATE = "/modemflash-state"


class Tries:
    """The tries of one board at one job.

    Args:
        nvs: a `store.Nvs`.
        card: the medium.
        path: the file on it.
        job: `Job.id`.

    Attributes:
        used: tries that were begun and not given back.
        done: whether the job succeeded.
        kept: whether the last change can be read back from anywhere.
        in_nvs: whether it can be read back from NVS.
    """

    def __init__(self, nvs: "store.Nvs", card: "Card", path: str, job: str) -> None:
        self._nvs = nvs
        self._card = card
        self._path = path
        self._job = job
        self.used = 0
        self.done = False
        self.kept = self.in_nvs = False
        for words in (self._of_card(), [nvs.get("job"), nvs.get("tries", 0), nvs.get("done", 0)]):
            if words[0] == job:
                self.used = max(self.used, words[1])
                self.done = self.done or bool(words[2])

    @property
    def left(self) -> int:
        """Tries that may still be begun."""
        return TRIES - self.used if self.used < TRIES else 0

    def begin(self) -> None:
        """Count one before anything can go wrong."""
        self._keep(self.used + 1, False)

    def give_back(self) -> None:
        """The try ended in words before the modem was touched."""
        self._keep(self.used - 1, False)

    def succeed(self) -> None:
        """The job is done on this board."""
        self._keep(0, True)

    def _keep(self, used: int, done: bool) -> None:
        self.used, self.done = used, done
        nvs = self._nvs
        # Not short-circuited: half of it would be a counter for another job.
        results = [nvs.set("tries", used), nvs.set("done", int(done)), nvs.set("job", self._job)]
        self.in_nvs = False not in results
        words = [self._job, used, int(done)]  # type: list[Any]
        self._card.replace(self._path, json.dumps(words).encode())
        self.kept = self.in_nvs or self._of_card() == words

    def _of_card(self) -> "list[Any]":
        try:
            with open(self._path, "rb") as file:
                job, used, done = json.loads(file.read().decode())
                if isinstance(used, int):
                    return [job, used, done]
        except (OSError, ValueError, TypeError, RuntimeError):  # none, gone, torn by a power cut, or rubbish
            pass
        return [None, 0, 0]


def autostart(nvs: "store.Nvs", card: "Card") -> "pycom.Autostart":
    """The LTE flag's keeper, with its copy beside the tries; the folder is there once there were any."""
    return pycom.Autostart(nvs, card, card.root + STATE + "/" + pycom.unique_id() + ".lte")


class Stores:
    """The journal's store on several media: a note is kept when one of them has it.

    Args:
        flash: on /flash, the surer one.
        card: on the card.
        medium: the card.

    Attributes:
        kept: whether the last note can be read back.
    """

    def __init__(self, flash: "store.SlotFiles", card: "store.SlotFiles", medium: "Card") -> None:
        self._flash = flash
        self._card = card
        self._medium = medium
        self.kept = False

    def load(self, slot: int) -> bytes:
        """A slot from the surest medium that has it."""
        return self._flash.load(slot) or self._card.load(slot)

    def save(self, slot: int, data: bytes) -> bool:
        """Whether a medium has it. Never an error: a card that is full or gone does not stop an update."""
        try:
            self._flash.save(slot, data)
        except OSError:
            pass
        self._medium.change(self._card.save, slot, data)
        self.kept = data in (self._flash.load(slot), self._card.load(slot))
        return self.kept


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modemflash.board.card import Card
