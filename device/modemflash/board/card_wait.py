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

    def comes_back(self) -> bool:
        """Whether it is there again, before the time is over."""
        reporter, clock = self._reporter, self._clock
        if self._is_there():
            return True  # it was only mounted anew
        reporter.say("the card is gone: put it back in")
        reporter.show("card")
        start = clock.ticks_ms()
        while clock.ticks_diff(clock.ticks_ms(), start) < CARD_WAIT_MS:
            reporter.wait(1000)
            if self._is_there():
                reporter.show("working")
                reporter.say("the card is back")
                return True
        return False

    def _is_there(self) -> bool:
        try:
            again = find(self._card.path, []) if self._card.renew() else None
        except (CardProblem, OSError):
            return False
        return again is not None and again.id == self._id


TYPE_CHECKING = False
if TYPE_CHECKING:
    from modemflash.board.card import Card
    from modemflash.board.card_order import CardOrder
    from modemflash.board.reporter import Reporter
    from modemflash.board.uart import Clock
