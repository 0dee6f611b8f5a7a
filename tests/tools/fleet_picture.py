"""A fleet at one moment: the real table, of boards that have these events behind them."""

from __future__ import annotations

from rich.text import Text

from modemflash_host.families import registry
from modemflash_host.fleet.board_state import AWAY, ENDED, RUNNING, WAITING, BoardState
from modemflash_host.fleet.fleet_file import BoardEntry
from modemflash_host.fleet.table import lines
from modemflash_host.reporters import Event
from modemflash_host.reporters.live_lines import ROOM_CELLS

_FLEET_S = 100.0
_SENDS: Event = {"event": "phase", "phase": "transfer", "usual_s": 80}
_LOST: Event = {"event": "problem", "code": "port-lost", "happened": "The port went away", "hint": ""}
_SILENT: Event = {
    "event": "problem",
    "code": "modem-lost",
    "happened": "The modem did not answer",
    "hint": "",
}


def _moves(since_s: int, rate: int) -> list[tuple[float, Event]]:
    """A transfer until the moment of the picture."""
    size, seconds = 6_160_982, range(since_s + 1, int(_FLEET_S))
    moved = [(float(s), {"event": "progress", "done": rate * (s - since_s), "total": size}) for s in seconds]
    return [(float(since_s), _SENDS), *moved]


def _result(status: str, code: str, modem_state: str, **more: str) -> Event:
    return {"event": "result", "status": status, "code": code, "modem_state": modem_state, "next": "", **more}


_UPDATED = _result("updated", "updated", "updated", from_version="38638", to_version="41065")
_FAILED = _result("failed", "modem-lost", "recoverable")
_AWAY = _result("failed", "port-lost", "recoverable")
_STALLS: Event = {"event": "stall", "seconds": 5, "note": "the modem erases or writes"}
_INSTALLS: Event = {"event": "phase", "phase": "install", "usual_s": 80, "allowed_s": 1200}
# (when, what) of each board of the picture; how it ended, and with which code.
_BOARDS: tuple[tuple[list[tuple[float, Event]], str, int], ...] = (
    ([(96.0, _UPDATED)], ENDED, 0),
    ([(1.0, _SENDS), (61.0, _SILENT), (61.0, _FAILED)], ENDED, 7),
    ([(1.0, _SENDS), (91.0, _LOST), (91.0, _AWAY)], AWAY, 0),
    (_moves(62, 80_400), RUNNING, 0),
    ([(70.0, _INSTALLS)], RUNNING, 0),
    ([(60.0, _SENDS), *_moves(60, 79_000)[1:30], (96.0, _STALLS)], RUNNING, 0),
    ([(97.0, {"event": "phase", "phase": "find", "usual_s": 5, "allowed_s": 60})], RUNNING, 0),
    ([], WAITING, 0),
)


def fleet_table(width: int) -> list[Text]:
    """Its lines, on a terminal of so many columns."""
    states = []
    for number, (events, stage, code) in enumerate(_BOARDS, 1):
        state = BoardState(BoardEntry(f"pump-{number}", f"/dev/ttyACM{number}"))
        if events:
            state.begin(0.0)
        for at_s, event in events:
            state.take(event, at_s)
        if stage == ENDED:
            state.end(code, events[-1][0])
        elif stage == AWAY:
            state.stage, state.away_s = AWAY, events[-1][0]
        states.append(state)
    return lines(states, _FLEET_S, width - ROOM_CELLS, 24, registry.all_phases())
