"""What can go wrong on the PC's side of the wire: the host's rows of the catalogue.

Rules: the classes are the engine's (`modemflash.errors`), so one `except
Problem` catches everything; the rows are merged into the engine's catalogue
when this module is imported, because an error looks its words up there.
"""

from __future__ import annotations

import modemflash_host.errors.board
import modemflash_host.errors.card
import modemflash_host.errors.copies
import modemflash_host.errors.edl
import modemflash_host.errors.fleet
import modemflash_host.errors.gnss
import modemflash_host.errors.packages
import modemflash_host.errors.page
import modemflash_host.errors.settings  # noqa: F401 (their rows join the catalogue)
from modemflash.errors import CATALOGUE, UNKNOWN, UNTOUCHED, LinkProblem, Problem, Refusal, Stopped
from modemflash_host.consents import Consent

__all__ = [
    "CATALOGUE",
    "HOST_CATALOGUE",
    "BoardProblem",
    "CardNeedsConsent",
    "ConsentMissing",
    "LinkProblem",
    "QuestionOpen",
    "Refusal",
    "StopNow",
    "Stopped",
]

HOST_CATALOGUE: dict[str, tuple[str, str, str]] = {
    "port-absent": (
        "There is no such port",
        (
            "Check the cable and the name of the port: one that only charges has no data wires. "
            "After it was plugged in again a port may have another name."
        ),
        UNTOUCHED,
    ),
    "port-not-permitted": (
        "This user may not open the port",
        (
            "`modemflash setup` shows the exact lines for this computer (on Linux often "
            "`sudo usermod -aG dialout $USER`, then log out and in again)."
        ),
        UNTOUCHED,
    ),
    "port-busy": (
        "Another program has the port",
        "Close it (a serial terminal, an editor's Pymakr, ModemManager), then run the same command again.",
        UNTOUCHED,
    ),
    "port-not-opened": (
        "The port could not be opened",
        (
            "A port is a device (/dev/ttyUSB0, COM5) or an address such as rfc2217://host:4000, "
            "socket://host:4000 or sim://pycom-catm1."
        ),
        UNTOUCHED,
    ),
    "link-one-rate": (
        "This link has one rate, and the update needs another one on its way",
        (
            "Let the server change the rate: in ser2net `accepter: telnet(rfc2217),tcp,PORT`, and rfc2217:// in "
            "place of socket:// here. A bridge that cannot do that (esp-link, a plain TCP socket) will not do: "
            "connect the modem to a port of this computer."
        ),
        UNTOUCHED,
    ),
    "link-no-rfc2217": (
        "The server at this address does not speak RFC 2217",
        (
            "Switch it on there: in ser2net `accepter: telnet(rfc2217),tcp,PORT`. A server that only passes bytes "
            "is socket://host:port; its rate is then the one that is set there."
        ),
        UNTOUCHED,
    ),
    "other-module": (
        "Another module than the one that is expected is at this port",
        "Look which cable leads where; `modemflash info` shows who is at a port. Nothing was written.",
        UNTOUCHED,
    ),
    "module-changed": (
        "Another module came to this port while the first one was updated",
        "It was left as it is. Lead the cable back to the first one, then run the same command again.",
        UNKNOWN,
    ),
    "module-not-recognised": (
        "What was expected of the module at this port could not be compared: it does not say it",
        (
            "A modem behind a board is known by the board's address (mac), one at an adapter by its IMEI. "
            "Expect what it can say, or leave it out and look at its port yourself."
        ),
        UNTOUCHED,
    ),
    "other-version": (
        "The module runs another version than the one that is expected",
        "Look at it with `modemflash info`; expect this version, or none, if it is right. Nothing was written.",
        UNTOUCHED,
    ),
    "port-lost": (
        "The port went away while it was in use",
        "Keep the modem's power on, plug the cable in again, then run the same command again.",
        UNKNOWN,
    ),
    "port-blocked": (
        "The port took no more bytes: the other side holds the line (RTS/CTS)",
        "Keep the power on and check the CTS wire, then run the same command again.",
        UNKNOWN,
    ),
    "no-such-file": (
        "There is no such file",
        "Check the name and the folder.",
        UNTOUCHED,
    ),
    "file-not-readable": (
        "The file cannot be read",
        (
            "Copy it to this computer's own disk and check that you may read it, then run the same "
            "command again."
        ),
        UNTOUCHED,
    ),
    # folders, archives and odd things that were given as files
    "not-a-file": (
        "This is no file",
        "Give a firmware file, a folder with some, or a .zip.",
        UNTOUCHED,
    ),
    "link-to-nowhere": (
        "This is a link, and what it leads to is not there",
        "Give the file itself, or plug in the disk that it is on.",
        UNTOUCHED,
    ),
    "folder-not-readable": (
        "The folder cannot be read",
        "Check that you may read it and that its disk is still there, or name the file itself.",
        UNTOUCHED,
    ),
    "no-firmware-here": (
        "No firmware is in it: no file of a kind that is known by its name, and no package",
        "Name the firmware file itself, whatever its name; `modemflash identify` shows what a file is.",
        UNTOUCHED,
    ),
    "too-many-files": (
        "There are too many files to look through",
        "Name the firmware files themselves, or a folder that holds little else.",
        UNTOUCHED,
    ),
    "simulated-firmware": (
        "This firmware is simulated, and a real modem may be in sight",
        "Use it with a simulated modem (-p sim://…); for a real one give a real firmware file.",
        UNTOUCHED,
    ),
    "file-replaced": (
        "The file is no longer the one that was checked: something is changing it",
        "Copy it to this computer's own disk, then run the same command again.",
        UNTOUCHED,
    ),
    "no-room": (
        "This computer's folder for temporary files is full",
        "Free some space (100 MB are plenty), or unpack the archive yourself and give the firmware inside.",
        UNTOUCHED,
    ),
    "archive-damaged": (
        "The archive is damaged or incomplete",
        "Download or copy it again and compare its size with the original.",
        UNTOUCHED,
    ),
    "archive-password": (
        "The archive is locked with a password",
        "Unpack it yourself with the password and give the firmware inside.",
        UNTOUCHED,
    ),
    "archive-method": (
        "The archive is packed in a way that this program does not unpack",
        "Unpack it yourself (7-Zip and `bsdtar -xf FILE` know all kinds) and give the firmware inside.",
        UNTOUCHED,
    ),
    "archive-path-trick": (
        "A name in the archive leads out of it: such an archive is made to do harm",
        "Do not use it; look for the firmware elsewhere.",
        UNTOUCHED,
    ),
    "archive-link": (
        "A firmware file in the archive is only a link to another place",
        "Unpack it yourself where that place exists, and give the firmware itself.",
        UNTOUCHED,
    ),
    "archive-too-many": (
        "The archive holds far more files than any firmware package",
        "Unpack what you need and give the firmware itself.",
        UNTOUCHED,
    ),
    "archive-too-large": (
        "A file in the archive claims a size that no firmware has",
        "Look for another copy of the package: a full image has 4 to 7 MB.",
        UNTOUCHED,
    ),
    "archive-bomb": (
        "The archive would unpack to an absurd amount of data: such an archive is made to do harm",
        "Do not use it; look for the firmware elsewhere.",
        UNTOUCHED,
    ),
    "other-kind-of-file": (
        "The file is not what it was given as",
        (
            "Give firmware files without a flag, the updater ELF with --updater and the boot ROM "
            "package with --bootrom."
        ),
        UNTOUCHED,
    ),
    "not-confirmed": (
        "You did not say yes",
        "Nothing was written. The plan can be looked at in peace with --dry-run.",
        UNTOUCHED,
    ),
    # completion
    "shell-unknown": (
        "The shell of this user is none that modemflash has a completion for, or is not named",
        "Name one: bash, zsh, fish or powershell, as in `modemflash completion install bash`.",
        UNTOUCHED,
    ),
    "shell-file-not-edited": (
        "The start-up file of the shell was left as it is",
        (
            "A link is not followed, and damaged marks of ours are not guessed at. By hand: put what "
            "`modemflash completion bash` prints (or that of your shell) where your shell reads it."
        ),
        UNTOUCHED,
    ),
    # captures, reports and settings
    "capture-over-file": (
        "A capture would overwrite a file that is not a capture",
        "Give --capture a name that is not taken.",
        UNTOUCHED,
    ),
    "capture-not-written": (
        "The capture could not be written",
        "Give it another place, on a disk with some room.",
        UNTOUCHED,
    ),
    "not-a-capture": (
        "The file is no capture of this program",
        "Captures are .jsonl files; `modemflash history` lists those of the last runs.",
        UNTOUCHED,
    ),
    "no-such-run": (
        "No run of this name is remembered",
        "`modemflash history` lists them; the last 20 are kept.",
        UNTOUCHED,
    ),
    "report-not-written": (
        "The report could not be written",
        "Give it another place with --output, on a disk with some room.",
        UNTOUCHED,
    ),
    "config-broken": (
        "The settings in a config file cannot be used",
        "Correct the line that is named, or rename the file; `modemflash config` shows what is set where.",
        UNTOUCHED,
    ),
    # finding a port
    "port-ambiguous": (
        "There is more than one port that could be meant",
        "Name one with --port; `modemflash ports` shows what each of them is.",
        UNTOUCHED,
    ),
    # the board between the PC and the modem
    "ports-listed": ("These are the ports of this computer", "Nothing to do.", UNTOUCHED),
    "history-listed": ("These are the last runs", "Nothing to do.", UNTOUCHED),
    "settings-listed": ("These are the settings", "Nothing to do.", UNTOUCHED),
    "explained": ("This is what is known of it", "Nothing to do.", UNTOUCHED),
    "setup-shown": ("These are the lines for this computer", "Type those that you want.", UNTOUCHED),
    "board-read": ("The board was asked, nothing was written", "Nothing to do.", UNTOUCHED),
    "board-reset": (
        "The board was reset. The modem does not notice that",
        "To reset the modem cut all power for 10 seconds (USB and battery).",
        UNTOUCHED,
    ),
    "board-power-cycled": (
        "The shield was told to cut the power for 10 seconds; that it does is believed, not proven",
        "`modemflash info` shows whether the modem started anew.",
        UNTOUCHED,
    ),
    "board-deployed": ("The updater is on the board", "Nothing to do.", UNTOUCHED),
    "board-removed": ("What this program had put on the board is gone", "Nothing to do.", UNTOUCHED),
    "firmware-looked-at": ("The archive was checked, nothing was written", "Nothing to do.", UNTOUCHED),
    "dry-run": ("The plan was shown and nothing was done", "Run it again without --dry-run.", UNTOUCHED),
    "modem-unproven": (
        "The modem answers only ERROR and opened no transfer: nothing here shows that it is a Sequans Monarch",
        (
            "Nothing was written. If it is one, cut all its power for 10 seconds (USB and battery), then run the "
            "same command again; on a Pycom board try `--via relay`, too. If it is another modem, leave it alone."
        ),
        UNTOUCHED,
    ),
    "modem-asked": ("The modem was asked who it is, nothing was written", "Nothing to do.", UNTOUCHED),
    "module-not-asked": (
        "Nothing was sent to the module: its port says what it is",
        "Nothing to do.",
        UNTOUCHED,
    ),
    "files-read": ("All files are good", "Nothing to do.", UNTOUCHED),
    # families
    "files-of-several-families": (
        "The files are for modules of several kinds",
        "Give the files of one module.",
        UNTOUCHED,
    ),
    "port-of-another-family": (
        "The file is for another kind of module than the one at the port",
        "Check the file and the port: `modemflash identify FILE` and `modemflash info` say what each is.",
        UNTOUCHED,
    ),
    # this program
    "unknown-code": (
        "There is no error, exit code, consent or vendor's word of this name",
        "`modemflash explain` without a word lists all that it knows.",
        UNTOUCHED,
    ),
    "usage": (
        "The command line is not understood",
        "`modemflash COMMAND --help` shows what can be given.",
        UNTOUCHED,
    ),
    "stopped-at-once": (
        "You asked three times to stop, and the command ended where it stood",
        (
            "Leave all power on, then run the same command again: it looks at the module first, and carries on "
            "from there."
        ),
        UNKNOWN,
    ),
    "unexpected": (
        "Something happened that this program has no words for: a defect of ours",
        "Keep the modem's power on and run `modemflash info`. Please report it with the file named above.",
        UNKNOWN,
    ),
}

CATALOGUE.update(HOST_CATALOGUE)


class StopNow(BaseException):
    """Somebody asked to stop for the third time: the command ends here, wherever it is.

    Not a `Problem`: nothing between here and the end of the command may take it for the trouble
    of a module, and go on.
    """


class BoardProblem(Problem):
    """The board between the PC and the modem does not do what it should."""


class ConsentMissing(Refusal):
    """What is wanted needs consents that were not given.

    Attributes:
        consents: these.
    """

    _code = "consent-missing"

    def __init__(self, detail: str, consents: tuple[Consent, ...]) -> None:
        super().__init__(self._code, detail)
        self.consents = consents


class CardNeedsConsent(ConsentMissing):
    """No board could use a card without a consent; `consents` are the fewest that let one."""

    _code = "card-needs-consent"


class QuestionOpen(Refusal):
    """Something has to be known that only a person can say.

    Attributes:
        question: its name in the family's vocabulary.
    """

    def __init__(self, code: str, detail: str, question: str) -> None:
        super().__init__(code, detail)
        self.question = question
