"""What people read of a rescue: what is going to be done, and whose turn it is."""

from __future__ import annotations

from rich.text import Text

from modemflash_host.reporters import Event
from modemflash_host.reporters import words as w

ASKS = ("cut-now", "cut-again", "too-short", "battery", "reset-only", "still-armed", "stays-armed")
_GOOD = ("long-enough", "power-cut", "answered", "alive", "put-back")
_THERE = {True: ", there already", False: ""}


def plan_rows(event: Event) -> list[tuple[str, Text]]:
    """What is put on the board and comes off again, and what the person does."""
    minutes = event["listen_minutes"]
    size_bytes = event["updater_bytes"]
    put = [
        f"the updater is put on it ({w.size(size_bytes)}, some 10 s)" if size_bytes else "it has the updater",
        f"two lines at the start of main.py (the hook{_THERE[event['has_hook']]}) start it at each power-up",
        f"it listens then, {minutes} minutes at most, before its own program starts",
    ]
    ends = f"when the modem is done, at Ctrl-C, or after {w.span(event['for_s'])}"
    after = "all of it comes off again, byte for byte"
    if event["stays"]:
        after += f", except the {' and the '.join(event['stays'])}"
    if event["power_may_be_cut"]:
        you = (
            "when asked, and as often: cut ALL power, USB and battery, for 10 s or more; then give it again. "
            "Not before: the modem is tried as it is first."
        )
    else:
        you = (
            "keep ALL power ON: an earlier update stands where a power cut kills the modem. "
            "You will not be asked to cut it."
        )
    return [
        ("Rescue", Text(w.printable(f"{event['board']} {event['mac']} at {event['port']}"), "bold")),
        *(("" if number else "Board", Text(words)) for number, words in enumerate(put)),
        ("Modem", Text("asked at both rates, as long as it is silent; nothing is written before it answers")),
        ("You", Text(you, "bold yellow")),
        ("At the end", Text(f"{after}: {ends}")),
    ]


def step_line(event: Event) -> Text:
    """One step."""
    what = event["what"]
    style = "bold yellow" if what in ASKS else "bold green" if what in _GOOD else ""
    return Text(w.printable(event["text"]), style)
