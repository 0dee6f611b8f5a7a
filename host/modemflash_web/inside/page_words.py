"""What a terminal calls a command is a button here: one table, for all that the host package prints.

Rule: the name of a button stands in `page/words.js` alone, so a row names its key there:
`{connect}`. A command that no row knows is one of the program's own, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

AGAIN = "again"
"""In a row: the button that began what is going on."""
_STEPS = (
    # What a terminal says, and what the page says. The first row that fits counts.
    (r"\brun the same command with --via relay", "choose {viaBoard}"),
    (r"\b(?:run|type) the (?:same )?command again", "press {again} again"),
    (r"\bthe same command\b", "{again}"),
    (r"\brun `modemflash info`", "press {startAsk}"),
    (r"`modemflash info`", "{startAsk}"),
    (r"`modemflash rescue(?: FILE)?`", "{startRescue}"),
    (r"`modemflash update(?: FILE)?`", "{connect}"),
    (r"`modemflash identify(?: FILE)?`", "{chooseFiles}"),
    (r"\(`modemflash ports`\)", "(in the list of your browser)"),
    (r"; or reach the modem as it is: --via mirror", ""),
    (r"`?--via direct`?", "{viaDirect}"),
    (r"`?--via relay`?", "{viaBoard}"),
    (r"\btogether with --updater", "together with the updater"),
    (r"\bwith --(?:updater|bootrom)", "beside the image"),
    (r" The plan can be looked at in peace with --dry-run\.", ""),
    (r"\bwith the file named above", "and send what {saveReport} makes"),
    (r"\bCtrl-C", "{stop}"),
)
_ROWS = re.compile("|".join(f"({pattern})" for pattern, _ in _STEPS), re.IGNORECASE)
_KEYS = re.compile(r"\{(\w+)\}")


def pieces_of(text: str, again: str) -> Iterator[tuple[str, bool]]:
    """A text in pieces, as the page says it.

    Args:
        text: as a terminal says it.
        again: the key of the button that began what is going on.

    Yields:
        A piece, and whether it is the key of a word.
    """
    at = 0
    for found in _ROWS.finditer(text):
        assert found.lastindex is not None
        yield text[at : found.start()], False
        at = found.end()
        said = _STEPS[found.lastindex - 1][1]
        for number, piece in enumerate(_KEYS.split(said)):
            is_key = number % 2 == 1
            if is_key:
                piece = again if piece == AGAIN else piece
            elif number == 0 and found[0][:1].isupper():
                piece = piece[:1].upper() + piece[1:]
            yield piece, is_key
    yield text[at:], False
