"""What somebody meant who named nothing that there is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def meant(name: str, names: Iterable[str], words: str = "there are") -> str:
    """The nearest of the names that there are, and all of them, as the rest of a sentence.

    Args:
        name: what was said.
        names: what could have been.
        words: what stands before all of them.
    """
    known = list(names)
    listed = f"{words}: {', '.join(known)}"
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}? {listed[:1].upper()}{listed[1:]}" if near else f"; {listed}"
