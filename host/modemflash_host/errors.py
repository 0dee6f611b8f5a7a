"""What can go wrong on the PC's side of the wire: the host's rows of the catalogue.

Rules: the classes are the engine's (`modemflash.errors`), so one `except
Problem` catches everything; the rows are merged into the engine's catalogue
when this module is imported, because an error looks its words up there.
"""

from __future__ import annotations

import modemflash_host.card_errors  # noqa: F401 (the rows about cards join the catalogue)
from modemflash.errors import CATALOGUE, UNKNOWN, UNTOUCHED, LinkProblem, Problem, Refusal, Stopped

__all__ = ["CATALOGUE", "HOST_CATALOGUE", "BoardProblem", "LinkProblem", "Refusal", "Stopped"]

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
        "No firmware is in it: nothing that ends in .dup or .elf",
        "Name the firmware file itself; `modemflash identify` shows what a file is.",
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
        "Free some space (100 MB are plenty), or unpack the archive yourself and give the .dup inside.",
        UNTOUCHED,
    ),
    "archive-damaged": (
        "The archive is damaged or incomplete",
        "Download or copy it again and compare its size with the original.",
        UNTOUCHED,
    ),
    "archive-password": (
        "The archive is locked with a password",
        "Unpack it yourself with the password and give the .dup inside.",
        UNTOUCHED,
    ),
    "archive-method": (
        "The archive is packed in a way that this program does not unpack",
        "Unpack it yourself (7-Zip and `bsdtar -xf FILE` know all kinds) and give the .dup inside.",
        UNTOUCHED,
    ),
    "archive-path-trick": (
        "A name in the archive leads out of it: such an archive is made to do harm",
        "Do not use it; look for the firmware elsewhere.",
        UNTOUCHED,
    ),
    "archive-link": (
        "A firmware file in the archive is only a link to another place",
        "Unpack it yourself where that place exists, and give the .dup itself.",
        UNTOUCHED,
    ),
    "archive-too-many": (
        "The archive holds far more files than any firmware package",
        "Unpack what you need and give the .dup itself.",
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
    # captures, reports and settings
    "capture-over-file": (
        "A capture would overwrite a file that is none",
        "Give --capture a name that is not taken.",
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
    "board-not-reached": (
        "The board does not let go of the program that runs on it",
        (
            "Do by hand what stands in the brackets, which skips the board's program, then run the same "
            "command again. The modem does not notice any of it."
        ),
        UNTOUCHED,
    ),
    "board-updating": (
        "The board is updating its modem itself, and was left alone",
        (
            "Leave all power on and wait until its light says how that ended; then run the same command again. "
            "What a PC began through the board is taken up by the same `update` command."
        ),
        UNKNOWN,
    ),
    "board-binary": (
        "The port carries data, not the text of a console",
        (
            "Something talks at this port: a transfer, or a program of the board's own. End it (reset "
            "button), then run the same command again; a modem wired to the port wants `--via direct`."
        ),
        UNTOUCHED,
    ),
    "board-not-pycom": (
        "This is no Pycom GPy, FiPy or G01",
        "Choose the right port (`modemflash ports`). On another board nothing can be done for a modem.",
        UNTOUCHED,
    ),
    "board-no-files": (
        "The board's Python cannot do what is needed to put files on it",
        "Choose the right port (`modemflash ports`): Pycom boards can.",
        UNTOUCHED,
    ),
    "board-out-of-step": (
        "The board answers, but not to what it was asked",
        (
            "Check that no other program uses the port, press the board's reset button, then run the same "
            "command again."
        ),
        UNTOUCHED,
    ),
    "board-line-bad": (
        "Bytes are lost between this computer and the board",
        "Use another cable or USB port, without a hub, then run the same command again.",
        UNTOUCHED,
    ),
    "board-too-slow": (
        "The board did not finish in time",
        "Press its reset button, then run the same command again.",
        UNTOUCHED,
    ),
    "board-refused": (
        "The board's Python refused a step",
        (
            "The exception stands in the brackets; ENOSPC or 28 means that /flash is full. Then free some "
            "room and run the same command again."
        ),
        UNTOUCHED,
    ),
    "board-file-differs": (
        "A file on the board is not what was written to it",
        "Run the same command again; if that does not help, the board's file system is damaged.",
        UNTOUCHED,
    ),
    "board-no-room": (
        "The board's /flash has too little room",
        "Remove what is not needed there, then run the same command again.",
        UNTOUCHED,
    ),
    "board-foreign-files": (
        "There are files in the way on the board that this program did not put there",
        "Look at them, move or remove them, then run the same command again: nothing foreign is overwritten.",
        UNTOUCHED,
    ),
    "board-in-mirror": (
        "The board is in mirror mode: its own Python stands still until a reset",
        "Press its reset button, then run the same command again; or reach the modem as it is: --via mirror.",
        UNTOUCHED,
    ),
    "rescue-not-armed": (
        "The board cannot keep that it is to listen for its modem: its NVS is full or missing",
        "Run `modemflash rescue --via mirror`, which needs nothing on the board.",
        UNTOUCHED,
    ),
    "rescue-other-board": (
        "Another board came back at this port than the one that was armed",
        (
            "Plug the first one in again and run the same command again. The other one was asked who it is, "
            "nothing was written to it."
        ),
        UNTOUCHED,
    ),
    "rescue-put-back": (
        "The rescue is off the board, which is as it was before",
        "Nothing to do.",
        UNTOUCHED,
    ),
    "rescue-not-there": ("No rescue is armed on this board", "Nothing to do.", UNTOUCHED),
    "relay-silent": (
        "The board that does the update is not heard any more",
        (
            "Leave all power on, check the cable, then run the same command again: the board holds what it has for "
            "half an hour."
        ),
        UNKNOWN,
    ),
    "relay-restarted": (
        "The board that did the update restarted in the middle of it",
        "Leave the modem's power on and run the same command again.",
        UNKNOWN,
    ),
    "relay-occupied": (
        "The board is at work: it carries out an update, and was left alone",
        (
            "Leave all power on and type the command that began it again: that shows how it goes on. A board "
            "whose PC has gone for good ends it after 30 minutes. `modemflash history` lists the last commands of this computer."
        ),
        UNKNOWN,
    ),
    "mirror-dead": (
        "The board's own bridge (mirror mode) was opened, but the modem does not answer through it",
        "Press the board's reset button, then take the relay instead: the same command with `--via relay`.",
        UNTOUCHED,
    ),
    "pic-silent": (
        "The PIC adapter does not answer on its command channel",
        "Plug it in again. Only Pycom's own shields with a PIC have one (`modemflash ports`).",
        UNTOUCHED,
    ),
    "pic-too-old": (
        "The firmware of the PIC adapter is too old for its command channel",
        "Update it as Pycom describes (dfu-util), or use the board's reset button.",
        UNTOUCHED,
    ),
    "pic-needed": (
        "Only a Pycom shield with a PIC can do that",
        "Cut the power by hand: USB and battery, for 10 seconds.",
        UNTOUCHED,
    ),
    # the board's ESP32 and its firmware
    "tool-missing": (
        "A program that this needs is not installed with it",
        "Install it anew with all it needs: `pip install --upgrade --force-reinstall modemflash`.",
        UNTOUCHED,
    ),
    "tool-too-slow": (
        "A program that was started for this did not end in time and was stopped",
        "Press the board's reset button, then run the same command again.",
        UNTOUCHED,
    ),
    "tool-failed": (
        "A program that was started for this failed",
        "Its last words stand in the brackets.",
        UNTOUCHED,
    ),
    "esp32-not-in-download-mode": (
        "The ESP32's boot loader does not answer",
        (
            "Connect P2 (G23) to GND, press reset, and run the same command again; afterwards remove the "
            "wire and press reset."
        ),
        UNTOUCHED,
    ),
    "firmware-archive-bad": (
        "This is no firmware archive for a board that can be trusted",
        "Download it again from Pycom: a .tar.gz with boot loader, partitions, firmware and its script.",
        UNTOUCHED,
    ),
    "firmware-other-board": (
        "The firmware archive is for another board",
        "Take the archive that is named after this board (a G01 takes the GPy's).",
        UNTOUCHED,
    ),
    "firmware-write-not-here": (
        "Writing a board's own firmware is not what this program does",
        "Look at it with --dry-run; write it with Pycom's own updater.",
        UNTOUCHED,
    ),
    # ends that are no errors
    "ports-listed": ("These are the ports of this computer", "Nothing to do.", UNTOUCHED),
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
    "modem-asked": ("The modem was asked who it is, nothing was written", "Nothing to do.", UNTOUCHED),
    "files-read": ("The files were read and named", "Nothing to do.", UNTOUCHED),
    # this program
    "unknown-code": (
        "There is no error of this name",
        "`modemflash explain` without a name lists them all.",
        UNTOUCHED,
    ),
    "usage": (
        "The command line is not understood",
        "`modemflash COMMAND --help` shows what can be given.",
        UNTOUCHED,
    ),
    "unexpected": (
        "Something happened that this program has no words for: a defect of ours",
        "Keep the modem's power on and run `modemflash info`. Please report it with the file named above.",
        UNKNOWN,
    ),
}

CATALOGUE.update(HOST_CATALOGUE)


class BoardProblem(Problem):
    """The board between the PC and the modem does not do what it should."""
