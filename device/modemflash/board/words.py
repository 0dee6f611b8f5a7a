"""What can go wrong on a board, and which light means what: data only.

Rules: importable everywhere, because the PC's `explain` and the documents are
made from it; the rows join the engine's catalogue when this is imported,
because an error looks its words up there.
"""

from modemflash.errors import (
    CATALOGUE,
    RECOVERABLE,
    UNKNOWN,
    UNTOUCHED,
    UPDATED,
    BadFile,
    Refusal,
)

_FORMAT = (
    "Copy what you need off it, format it as FAT32 on a PC (a card of 32 GB or less), copy the files anew."
)
_SEAT = (
    "Take the card out and put it in firmly, cut the power and give it again. On an Expansion Board 3 "
    "the card needs a 10 kOhm pull-up on G15; worn sockets need their springs bent up."
)
_PREPARE = "On a PC run `modemflash card prepare` with the card's folder, then try again."
_FILES = "Put a firmware file (.dup) into the root of the card, or prepare the card on a PC."

BOARD_CATALOGUE = {
    "card-absent": ("No SD card answers", _SEAT, UNTOUCHED),
    "card-not-ready": ("A card is in, but it cannot be read", _SEAT, UNTOUCHED),
    "card-no-partition": ("The card has no partition that a board can read", _FORMAT, UNTOUCHED),
    "card-exfat": ("The card is formatted as exFAT, which the board cannot read", _FORMAT, UNTOUCHED),
    "card-not-mountable": ("The card's file system cannot be mounted", _FORMAT, UNTOUCHED),
    "card-unreadable": (
        "The card's list of files is rubbish: that is no wrong name, the file system is damaged",
        _FORMAT,
        UNTOUCHED,
    ),
    "card-empty": ("The card is empty", _FILES, UNTOUCHED),
    "card-no-firmware": ("There is no firmware here", _FILES, UNTOUCHED),
    "card-no-such-path": ("There is no such file or folder", "Check the name.", UNTOUCHED),
    "card-manifest": ("The card's list of its files (modemflash.json) is damaged", _PREPARE, UNTOUCHED),
    "card-manifest-newer": (
        "The card was prepared by a newer program than this board has",
        _PREPARE,
        UNTOUCHED,
    ),
    "card-file-changed": ("A file is not the one that the card was prepared with", _PREPARE, UNTOUCHED),
    "card-gone": (
        "The card went away while it was being read",
        "Put the card back in, and start again; nothing else is needed.",
        UNTOUCHED,
    ),
    "tries-used-up": (
        "Three tries with this card did not succeed on this board",
        "Read modemflash.log on the card. To try again, change the card's files or prepare it anew.",
        UNTOUCHED,
    ),
    "journal-needed": (
        "This update comes in two parts, and neither card nor board can keep the note that it has begun",
        "Use a card that can be written, with some room on it.",
        UNTOUCHED,
    ),
    "power-weak": (
        "The board restarted because its supply was too weak",
        "Use another cable or supply (5 V, 1 A), not a battery; then cut the power and give it again.",
        UNTOUCHED,
    ),
    "job-done": (
        "This board has done the job of this card already",
        "Nothing to do; you can remove the card. To do it again, use modemflash.run().",
        UNTOUCHED,
    ),
    "plan-shown": ("This is what would be done", "modemflash.run() does it.", UNTOUCHED),
    "board-error": (
        "The updater on the board hit a defect of its own",
        "Keep the power on and run `modemflash.info()`. Please report it with modemflash.log.",
        UNKNOWN,
    ),
    "mirror-refused": (
        "This board cannot be opened as a mirror now",
        "Use the relay instead: it works with every release.",
        UNTOUCHED,
    ),
    "pc-away": (
        "The PC went away, and did not come back in 30 minutes",
        "Leave the modem's power on and run the same command again.",
        RECOVERABLE,
    ),
}
CATALOGUE.update(BOARD_CATALOGUE)

# Seconds that an end stays to be seen before the board's own program starts.
SHOWN_S = {"finished": 10, "job-done": 3}
SHOWN_OTHERWISE_S = 30


class CardProblem(Refusal):
    """Something is wrong with the card. Nothing was written to the modem."""


_FILE_CODES = ("card-file-changed", "card-no-firmware", "no-image", "several-images", "parts-missing")


def light_of(problem: "Problem", tries_left: bool) -> str:
    """The pattern or cause of `led` that an end in words is shown by.

    Yellow asks for a power cycle, so it is never shown where the modem may be
    at work (`unknown`), nor where no try is left that would follow it.
    """
    code = problem.code
    if isinstance(problem, BadFile) or code in _FILE_CODES or code.startswith("card-manifest"):
        return "file"
    if code.startswith("card-"):
        return "card"
    if code == "power-weak":
        return "power"
    if isinstance(problem, Refusal):
        return "refused"
    if problem.modem_state == UPDATED:
        return "finished"
    if tries_left and problem.modem_state in (UNTOUCHED, RECOVERABLE):
        return "power-cycle"
    return "silent"


def sentence(code: str) -> str:
    """What a code means, and what to do next."""
    return CATALOGUE[code][0] + ". " + CATALOGUE[code][1]


def on_a_board(problem: "Problem") -> str:
    """What happened and what to do next, for somebody without a command line."""
    hint = problem.hint.replace("un the same command again", "estart the board with the card in")
    if problem.code == "consent-missing":
        hint = "Most dangers have a safe way round; `modemflash card prepare --help-all` has the consents."
        if "without-way-back" in [each[0] for each in problem.consents]:  # type: ignore[attr-defined]
            hint = "Copy the updater.elf of the same package onto the card, too."
    elif problem.code == "updater-needed":
        hint = "Copy the updater.elf of the same package onto the card, too."
    return problem.happened + " " + hint


TYPE_CHECKING = False
if TYPE_CHECKING:
    from modemflash.errors import Problem
