"""A sink that never says who somebody is.

Rule: what a sink shows or writes has passed the masks of `privacy`; only the
recorder of a capture stands outside, because it masks by itself, or was asked
not to.
"""

from __future__ import annotations

from modemflash_host.families.vocabulary import Readable, Vocabulary
from modemflash_host.privacy import mask_event
from modemflash_host.reporters import Event, Sink


class MaskingSink(Sink):
    """Passes events on, masked.

    Args:
        sink: what shows them.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._readable: Readable | None = None

    def use_vocabulary(self, vocabulary: Vocabulary) -> None:
        """Pass the words on, and learn what of a module's own may be shown."""
        self._readable = vocabulary.readable
        self._sink.use_vocabulary(vocabulary)

    def report(self, event: Event, at_s: float) -> None:
        """One event."""
        self._sink.report(mask_event(event, self._readable), at_s)

    def tick(self, at_s: float) -> None:
        """Time goes by."""
        self._sink.tick(at_s)

    def close(self) -> None:
        """The run is over."""
        self._sink.close()
