"""Cards for boards without a PC: prepare one, check one, read what boards wrote on it.

    prepare(sources, folder, reporter, ...) -> Prepared    lay out firmware, list, words for the field
    check(folder, reporter) -> Checked                     is everything on it as it was prepared?
    results(folders) -> Table                              what became of which board

Rules: what a board will decide is asked of the engine's own planner, never
written down again; the format of the list is `modemflash.board.manifest`;
nothing that this program did not put on a card is ever overwritten or removed.
"""

from modemflash_host.families.sequans.card.check import Checked, check
from modemflash_host.families.sequans.card.prepare import Prepared, prepare
from modemflash_host.families.sequans.card.results import BoardResult, Table, results

__all__ = ["BoardResult", "Checked", "Prepared", "Table", "check", "prepare", "results"]
