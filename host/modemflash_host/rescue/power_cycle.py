"""One round of a rescue: what is seen while a person cuts the power, and what it proves.

    the port was away | the board started anew | it was
    10 s and more     | yes                    | a power cut
    10 s and more     | no                     | the plug alone: a battery keeps board and modem alive
    less              | -                      | too short
    never             | yes                    | the reset button, which the modem does not notice

Rules: what a user does wrong is said at once, and the round goes on; a modem
that answers ends it, whatever the port did. The last proof is the modem's own:
it was silent, and it answers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modemflash.interface import MODEM_ANSWERED
from modemflash.modem import STATES
from modemflash_host.rescue.port_monitor import Seen
from modemflash_host.rescue.retry import PROOF_S

ANSWERED, SILENT, QUIET, NO_WORD = "answered", "silent", "quiet", "no-word"
_LISTENED_S = 90  # both rates four times over, and every way out of odd states
_NO_WORD_S = 60
_OF_ANSWER = ("after_s", "baud", "state", "build")

_CUT = "USB and battery, for 10 seconds or more. The reset button is no power cut"
_WORDS = {
    "armed": "The board is armed. Leave the power on until you are asked; the modem is tried as it is first.",
    "cut-now": f"NOW cut ALL power: {_CUT}. Then give it again. The port is watched meanwhile.",
    "cut-again": f"Cut ALL power again: {_CUT}. Longer helps at times: an hour, or a night.",
    "port-gone": "The port is gone. Leave all power off; the seconds are counted.",
    "long-enough": "10 seconds: you may give the power again now.",
    "too-short": "The power was away for {away_s} s: too short. Cut it again, for 10 seconds or more.",
    "not-yet": "{why}. Leave the power on; trying again.",
    "power-cut": (
        "The power was away for {away_s} s, and the board started anew: that was a power cut. "
        "The board listens for the modem at both rates now; wait."
    ),
    "battery": (
        "The port was away for {away_s} s, but the board went on running: it has another supply, a battery, "
        "and so has the modem. Cut that, too."
    ),
    "reset-only": (
        "The board was restarted, but its port never went away: that was the reset button, which the modem "
        "does not notice. Cut ALL power, USB and battery."
    ),
    "no-word": (
        "The port was away for {away_s} s, and the board says nothing of a start since: a battery may have "
        "kept it running, or its start-up was skipped (safe boot, a held button). Asking it, then the modem."
    ),
    "answered": "The modem ANSWERED {after_s} s after the board started ({baud} baud): it is {state}.",
    "silent": (
        "Power cut number {cuts} was a true one, and the modem is still silent {after_s} s later. "
        "The board goes on listening."
    ),
    "alive": (
        "The modem is ALIVE. Keep its power on; to update it: `modemflash update FILE`. If it falls silent "
        "again, `modemflash rescue FILE` goes on with the update the moment it answers."
    ),
    "gave-up": "{cuts} true power cut(s) were seen, and the modem answered after none of them.",
    "put-back": "The rescue is off: the board is as it was before, and its own program runs.",
    "stays-armed": (
        "The board STAYS ARMED, as you asked: at each power-up it listens 10 minutes for its modem, does the "
        "job of a card, and then starts its own program. `modemflash board remove` ends that."
    ),
    "still-armed": (
        "The rescue is STILL ARMED on the board ({why}). That harms nothing: at each power-up the board "
        "listens for its modem, 10 minutes at most, and then starts its own program. To put everything back: "
        "plug it in and type `modemflash rescue --disarm`."
    ),
}


def words(what: str, **fields: Any) -> str:
    """A step of a rescue as a sentence."""
    if "state" in fields:
        fields["state"] = STATES.get(fields["state"], fields["state"])
    return _WORDS[what].format(**fields)


def of_answer(record: dict[str, Any]) -> dict[str, Any]:
    """What the board knows of a modem that answered."""
    return {name: record.get(name) for name in _OF_ANSWER}


class PowerCycle:
    """From one request to cut the power to its outcome.

    Args:
        cuts: true power cuts so far.
        tell: told a step of `_WORDS` and its fields.
        quiet_s: the round ends when the port stayed there for so long.

    Attributes:
        end: one of the four above; "" while it lasts.
        cuts: with this round's.
    """

    def __init__(self, cuts: int, tell: Callable[..., None], quiet_s: int) -> None:
        self.cuts = cuts
        self.end = ""
        self._tell = tell
        self._quiet_s = quiet_s
        self._boots: int | None = None
        self._first_back_s: int | None = None
        self._told: set[str] = set()
        self._judged = False
        self._was_away = self._is_away = False

    def look(self, seen: Seen) -> bool:
        """Take in what is seen; whether the round is over."""
        was_away, self._is_away = self._is_away, seen.port is None
        if seen.port is None:
            self._away(seen, begins=not was_away)
        elif seen.record.get("code") == MODEM_ANSWERED:
            self._judge(seen)
            self._tell("answered", **of_answer(seen.record))
            self.end = ANSWERED
        elif not self._was_away:
            self._there(seen)
        else:
            self._back(seen)
        return bool(self.end)

    def _away(self, seen: Seen, begins: bool) -> None:
        if begins:
            self._was_away, self._judged = True, False
            self._told.discard("long-enough")
            self._tell("port-gone")
        if seen.away_s >= PROOF_S:
            self._once("long-enough")

    def _there(self, seen: Seen) -> None:
        """The port never went away."""
        if self._first_back_s is None:
            self._first_back_s = seen.back_s
        boots = seen.record.get("boots")
        if boots is not None:
            if self._boots is not None and boots > self._boots:
                self._tell("reset-only")
            self._boots = boots
        if seen.back_s - self._first_back_s >= self._quiet_s:
            self.end = QUIET

    def _back(self, seen: Seen) -> None:
        self._judge(seen)
        record = seen.record
        if not record and seen.back_s >= _NO_WORD_S:
            self.end = NO_WORD
        elif record and not self._is_cut(seen):
            # It goes on as if nothing had been: the next cut is a new beginning.
            self._was_away, self._first_back_s, self._boots = False, seen.back_s, record["boots"]
        elif record and (record["up_s"] >= _LISTENED_S or "code" in record):
            self._tell("silent", cuts=self.cuts, after_s=record["up_s"], code=record.get("code", ""))
            self.end = SILENT

    def _judge(self, seen: Seen) -> None:
        """Say what the port's absence was, once."""
        if self._judged or not self._was_away:
            return
        if seen.away_s < PROOF_S:
            what = "too-short"
        elif not seen.record:
            return
        else:
            what = "power-cut" if self._is_cut(seen) else "battery"
        self._judged = True
        self.cuts += what == "power-cut"
        self._tell(what, away_s=seen.away_s)

    def _is_cut(self, seen: Seen) -> bool:
        """Long enough, and the board started after its port went away."""
        return seen.away_s >= PROOF_S and seen.record["up_s"] < seen.away_s + seen.back_s

    def _once(self, what: str) -> None:
        if what not in self._told:
            self._told.add(what)
            self._tell(what)
