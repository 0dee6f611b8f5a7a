"""One board, and all of them, in words: what a row of the table says.

Rules: what is shown is made from the state alone; what has to be done stands last
in a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from modemflash_host.families.vocabulary import BAD, DIM, DOUBT, GOOD, PLAIN
from modemflash_host.fleet.board_state import AWAY, ENDED, NOT_BEGUN, RUNNING, WAITING, BoardState
from modemflash_host.reporters.words import MODEM_STATES

_ENDS = {
    "dry-run": "plan made",
    "modem-asked": "asked",
    "module-not-asked": "not asked",
    "board-read": "board asked",
    "nothing-to-do": "runs it already",
    "updated": "updated",
    "interrupted": "stopped",
}
# How boards that did not end well are counted, by the status of their result.
_BAD = {"refused": "refused", "interrupted": "stopped", "installed-unconfirmed": "unconfirmed"}
# Boards that were only asked are counted by the code of their result.
_ASKED = ("dry-run", "modem-asked", "module-not-asked", "board-read")


def short_name(name: str, cells: int) -> str:
    """A name in no more cells: of boards with long names the ends differ."""
    tail = max(0, cells * 2 // 3 - 1)
    return (
        name
        if len(name) <= cells
        else f"{name[: max(0, cells - tail - 2)]}..{name[len(name) - tail :]}"[:cells]
    )


def is_away(state: BoardState) -> bool:
    """Its port is away, and it is waited for."""
    return state.stage == AWAY or (state.stage == RUNNING and state.away_s is not None)


def tone_of(state: BoardState) -> str:
    """How a row is meant, as the vocabulary has tones."""
    if is_away(state):
        return DOUBT
    if state.stage == ENDED:
        return GOOD if state.is_good else BAD
    return {RUNNING: PLAIN}.get(state.stage, DIM)


def what_it_does(state: BoardState, phases: Mapping[str, str], now_s: float) -> str:
    """The phase that runs, or how it ended."""
    if is_away(state) and state.away_s is not None:
        return f"waits {now_s - state.away_s:.0f} s"
    if state.stage == AWAY:
        return "begun again"
    if state.waits_for:
        return f"waits {now_s - state.watch.began_s:.0f} s"
    if state.stage == RUNNING:
        return phases.get(state.watch.phase, state.watch.phase) or "begins"
    if state.stage == ENDED:
        return _ENDS.get(state.code) or _ENDS.get(state.status) or state.code
    return state.stage


def note_of(state: BoardState, now_s: float) -> str:
    """What is to be known or done; "" where there is nothing."""
    if state.waits_for and state.stage == RUNNING:
        return state.waits_for
    if is_away(state) and state.away_s is not None:
        return state.happened
    if state.stage == RUNNING:
        quiet_s = now_s - state.heard_s
        stall = state.watch.stall(now_s)
        if state.answer or stall:
            return state.answer or stall
        if quiet_s >= 20 and not state.watch.allowed_s:
            return f"no word for {quiet_s:.0f} s"
        return "" if state.watch.total else state.watch.times
    if state.stage == AWAY:
        return "its process ended without a result"
    if state.stage == ENDED and not state.is_good:
        return "; ".join((state.to_do, state.happened)).rstrip("; ") if state.to_do else all_of_end(state)
    if state.stage == NOT_BEGUN:
        return state.happened.partition(": ")[2]
    return ""


def all_of_end(state: BoardState) -> str:
    """What happened to a board that did not end well, and all that is to be done about it; else ""."""
    if state.stage != ENDED or state.is_good:
        return note_of(state, 0) if state.stage == NOT_BEGUN else ""
    return ". ".join(filter(None, (state.happened.rstrip("."), state.next_step)))


def versions_of(state: BoardState, arrow: str = "→") -> str:
    """From which version to which."""
    if not state.to_version or state.from_version == state.to_version:
        return state.from_version
    return f"{state.from_version or '?'} {arrow} {state.to_version}"


def summary(states: Sequence[BoardState]) -> str:
    """All of them in a sentence, such as "11 of 12 updated, 1 recoverable: run the same command again."."""
    total = len(states)
    ended = [
        state for state in states if state.stage == ENDED
    ]  # a result alone is no end: its process may run
    good = Counter(state.code for state in ended if state.is_good)
    updated = sum(state.status == "updated" for state in ended)
    asked = {_counted(_ENDS[code], good[code]): good[code] for code in _ASKED}
    already = sum(good.values()) - updated - sum(asked.values())
    parts = (
        [f"{updated} of {total} updated"]
        if any(state.is_update for state in states)
        else [f"{total} {_counted('board', total)}"]
    )
    parts += [f"{count} {told}" for told, count in {**asked, "needed nothing": already}.items() if count]
    away = sum(map(is_away, states))
    running = sum(state.stage == RUNNING for state in states) - sum(
        is_away(state) for state in states if state.stage == RUNNING
    )
    waiting, not_begun = (sum(state.stage == stage for state in states) for stage in (WAITING, NOT_BEGUN))
    counted = {"running": running, "away": away, "waiting": waiting, "not begun": not_begun}
    parts += [f"{count} {told}" for told, count in counted.items() if count]
    counts = Counter(
        (_BAD.get(state.status, "failed"), state.modem_state, state.to_do)
        for state in ended
        if not state.is_good
    )
    for modem_state in MODEM_STATES:
        for (told, known, to_do), count in counts.items():
            if known == modem_state:
                parts.append(f"{count} {told} and {modem_state}" + (f": {to_do}" if to_do else ""))
    return ", ".join(parts)


def _counted(told: str, count: int) -> str:
    """Of "plan made" the plural, where there are several plans."""
    noun, blank, rest = told.partition(" ")
    return f"{noun}s{blank}{rest}" if noun in ("plan", "board") and count != 1 else told
