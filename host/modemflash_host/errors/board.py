"""What can go wrong with a board, and on the ways through it: rows for the catalogue."""

from __future__ import annotations

from modemflash.errors import CATALOGUE, UNKNOWN, UNTOUCHED

BOARD_CATALOGUE: dict[str, tuple[str, str, str]] = {
    "board-not-reached": (
        "The board does not let go of the program that runs on it",
        (
            "Do by hand what stands in the brackets, which skips the board's program, then run the same "
            "command again. The modem does not notice any of it."
        ),
        UNTOUCHED,
    ),
    "board-deaf": (
        "The board prints, but does not react to anything that is typed: it does not hear you, or it is no board",
        (
            "Check RX and P0: the wire to the board's RX (P0), and that its program does not use P0 "
            "for something else. If both are right, do by hand what stands in the brackets, which skips the "
            "program; then run the same command again."
        ),
        UNTOUCHED,
    ),
    "board-updating": (
        "The board is updating its modem itself, and was left alone",
        (
            "Leave all power on and wait until its light says how that ended; then run the same command "
            "again. What a PC began through the board is taken up by the same `update` command."
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
    "board-console": (
        "A board's console is at this port, not its modem",
        "Run the same command with --via relay: the board itself reaches its modem.",
        UNTOUCHED,
    ),
    "other-device": (
        "Something else than a modem talks at this port",
        "Choose the right port (`modemflash ports`).",
        UNTOUCHED,
    ),
    "board-not-pycom": (
        "This is no Pycom GPy, FiPy or G01",
        "Choose the right port (`modemflash ports`). On another board nothing can be done for a modem.",
        UNTOUCHED,
    ),
    "board-other-firmware": (
        "This ESP32 runs a MicroPython that is not Pycom's, so nobody on it can reach an LTE modem",
        (
            "If it is a GPy, FiPy or G01: put Pycom's own firmware on it again (1.20.2.r6, with Pycom's firmware "
            "updater; `modemflash board firmware FILE.tar.gz --dry-run` shows what that writes), then run the same "
            "command again. On another board nothing can be done for a modem."
        ),
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
            "Leave all power on, check the cable, then run the same command again: the board holds what it "
            "has for half an hour."
        ),
        UNKNOWN,
    ),
    "relay-restarted": (
        "The board that did the update restarted in the middle of it",
        "Leave the modem's power on and run the same command again.",
        UNKNOWN,
    ),
    "relay-other-release": (
        "The updater on the board is an older or newer release, and it ended with words that are not known here",
        (
            "Leave all power on and run `modemflash info`, which shows what the modem runs now. Then give the "
            "same command with the release of this program that put the updater on the board."
        ),
        UNKNOWN,
    ),
    "relay-stuck": (
        "The board says that it is at work, but nothing has moved for far longer than any step takes",
        (
            "Leave all power on, then run the same command again: a board that still works is watched on, one "
            "that does not is asked anew."
        ),
        UNKNOWN,
    ),
    "relay-late": (
        "What the board asks for comes too late, again and again: its network is slower than the relay can bear",
        (
            "Leave all power on. Work from a computer that is nearer to the board, or reach the modem without it "
            "(`--via direct`), then run the same command again."
        ),
        UNKNOWN,
    ),
    "relay-occupied": (
        "The board is at work: it carries out an update, and was left alone",
        (
            "Leave all power on and type the command that began it again: that shows how it goes on. A board "
            "whose PC has gone for good ends it after 30 minutes. `modemflash history` lists the last commands "
            "of this computer."
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
    "esptool-missing": (
        "This asks the ESP32 by esptool, which is installed only where it is wanted",
        'Install it beside modemflash: `pip install "modemflash[esp32]"`, or in its source `pip install ".[esp32]"`.',
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
}
CATALOGUE.update(BOARD_CATALOGUE)
