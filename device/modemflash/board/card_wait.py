"""The card vanished in the middle of a transfer: the same card is waited for.

Rule that holds here: only a card with the very same order is taken for the one that went away.
"""

from modemflash.board.card_order import find
from modemflash.board.words import CardProblem

CARD_WAIT_MS = 300000  # so long the firmware may be away


class CardWait:
    """Waits for one card, with light and console alive.

    Args:
        card: the medium.
        order: what was on it.
        reporter: who is told.
        clock: the board's.
    """

    def __init__(self, card: "Card", order: "CardOrder", reporter: "Reporter", clock: "Clock") -> None:
        self._card = card
        self._id = order.id
        self._reporter = reporter
        self._clock = clock
        self._log = None  # type: Any
        self._gone = False
        self._since = 0

    def comes_back(self) -> bool:
        """Give it a second. False when the time is over; True: try to read."""
        reporter, clock = self._reporter, self._clock
        if self._is_there():  # perhaps it was only mounted anew
            if self._gone:
                self._gone = False
                reporter.log = self._log
                reporter.show("working")
                reporter.say("the card is back")
            return True
        if not self._gone:
            self._gone = True
            self._since = clock.ticks_ms()
            self._log, reporter.log = reporter.log, None  # it is on that card
            reporter.say("the card is gone: put it back in")
            reporter.show("card")
        if clock.ticks_diff(clock.ticks_ms(), self._since) >= CARD_WAIT_MS:
            return False
        reporter.wait(1000)
        return True

    def _is_there(self) -> bool:
        try:
            again = find(self._card.path, []) if self._card.renew() else None
        except (CardProblem, OSError):
            return False
        return again is not None and again.id == self._id


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any  # noqa: F401  (in a type comment)

    from modemflash.board.card import Card
    from modemflash.board.card_order import CardOrder
    from modemflash.board.reporter import Reporter
    from modemflash.board.uart import Clock
