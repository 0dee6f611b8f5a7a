"""The way to the modem, as people read it: the port, the board, its firmware, its card."""

from __future__ import annotations

from rich.text import Text

from modemflash_host.reporters import Event
from modemflash_host.reporters.words import printable

_MOST_NAMES = 4
_NO_BOARD = {
    "relay": "at work: it runs an update, and its console is away",
    "direct": "none that is used; talking to the modem directly",
    "mirror": "in mirror mode: its own Python stands still until a reset, so it cannot be asked",
}


def place_rows(event: Event) -> list[tuple[str, Text]]:
    """Port, board and the board's own firmware."""
    rows = [("Port", Text(printable(event["port"])))]
    board = event["board"]
    if board is None:
        return [*rows, ("Board", Text(_NO_BOARD[event["way"]], "dim"))]
    rows.append(("Board", Text(printable(board["machine"] or "does not say what it is"))))
    if board["mac"]:
        rows[-1][1].append(f" ({board['mac']})", "dim")
    firmware = ", ".join(each for each in (board["release"], board["version"]) if each)
    return [*rows, ("ESP32" if board["mac"] else "", Text(printable(firmware)))] if firmware else rows


def slot_words(event: Event) -> str:
    """What is in the slot for a card."""
    if event["state"] == "empty":
        return "none in the board's slot"
    if event["state"] == "unreadable":
        return "in the slot, but it cannot be read: FAT32 is needed"
    firmware = [printable(name) for name in event["firmware"]]
    if not firmware:
        return f"in the slot, {event['files']} files, no firmware"
    more = ", …" if len(firmware) > _MOST_NAMES else ""
    return f"in the slot, with {', '.join(firmware[:_MOST_NAMES])}{more}"
