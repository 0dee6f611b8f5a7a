"""What every error says: what happened, what to do next, and the state of the modem.

Rules that hold here: data only; plain words for somebody with a dead modem at two
in the morning; `happened` is one sentence without its full stop, a hint has one;
a code is for ever, because owners search for it. docs/errors.md is made from this.
"""

UNTOUCHED = "untouched"
RECOVERABLE = "recoverable"
UPDATED = "updated"
UNKNOWN = "unknown"

AGAIN = "Run the same command again: it carries on from where the modem is."
POWER = (
    "Cut all power for 10 seconds (USB and battery; the reset button does not "
    "reset the modem), then run the same command again."
)

COPY_AGAIN = "Copy or download the file again, compare its size with the original, and look at it with `modemflash identify`."
WHICH_FILE = "Look for a .dup file of 1 to 7 MB, e.g. CATM1-41065.dup or NB1-41019.dup."
DOUBT = "Prefer the original file of the vendor. If you are sure of it, say so with the consent accept-unknown-file."

# code: (what happened, what to do next, state of the modem unless somebody knows better)
CATALOGUE = {
    # planning
    "consent-missing": (
        "This update needs your consent",
        "Read the plan first: most dangers have a safe way round. `modemflash update --help-all` has all consents.",
        UNTOUCHED,
    ),
    "no-image": (
        "None of the files is a firmware image that can be installed",
        "Give a full image or a difference (.dup); updater.elf and a boot ROM only help one in.",
        UNTOUCHED,
    ),
    "several-images": (
        "Several files would fit, and only you know which you want",
        "Name the one file; `modemflash identify` shows what each of them is.",
        UNTOUCHED,
    ),
    "not-the-expected-build": (
        "The file holds another build than --expect-build says",
        "Check file and number; `modemflash identify` shows what the file is.",
        UNTOUCHED,
    ),
    "which-39529": (
        "The modem reports build 39529, which is either that firmware or the state between the two parts of 48829",
        "If part 1 of 48829 was the last thing installed, add --after-part-1; if not, --not-after-part-1.",
        UNTOUCHED,
    ),
    "too-big-to-stage": (
        "The difference is larger than the modem's file system",
        "Use the full image of that build instead.",
        UNTOUCHED,
    ),
    "updater-needed": (
        "The modem waits in its boot loader, which takes an image only after the updater ELF",
        "Give the updater.elf of the same package with --updater.",
        UNTOUCHED,
    ),
    "boot-rom-needed": (
        "From the factory build 33080 a full image needs the boot ROM package first",
        "Give it with --bootrom, together with --updater; or use a difference that starts at 33080, which needs neither.",
        UNTOUCHED,
    ),
    # carrying it out
    "modem-out-of-step": (
        "The modem answers, but not to what it is asked",
        "Check that nothing else uses the port, then run the same command again.",
        UNTOUCHED,
    ),
    "transfer-refused": (
        "The modem refused to begin a transfer",
        AGAIN,
        RECOVERABLE,
    ),
    "install-refused": (
        "The modem refused to install what it was sent",
        "The old firmware still runs. " + AGAIN,
        RECOVERABLE,
    ),
    "updater-not-started": (
        "The boot loader took the updater, but it did not start",
        "Check that the updater.elf is of the same package as the image. " + AGAIN,
        RECOVERABLE,
    ),
    "install-failed": (
        "The modem says that the install failed",
        "It waits for a whole image. " + AGAIN,
        RECOVERABLE,
    ),
    "install-timeout": (
        "The modem did not finish its install in twenty minutes",
        "Leave the power on and run `modemflash info` in a while.",
        UNKNOWN,
    ),
    "not-in-application": (
        "After the install the modem did not start its application",
        "It waits for a whole image. " + AGAIN,
        RECOVERABLE,
    ),
    "old-build": (
        "After the install the modem still runs the old firmware",
        AGAIN,
        RECOVERABLE,
    ),
    "part-1-unexpected": (
        "After part 1 the modem does not report the version that belongs there, so part 2 was not sent",
        "Leave the power on, run `modemflash info`, and ask before you go on.",
        UNKNOWN,
    ),
    "modem-lost": (
        "The modem stopped answering after the update had begun",
        "Leave the power on for twenty minutes: it may be installing. `modemflash rescue` with the same files waits for it, and goes on when it answers.",
        UNKNOWN,
    ),
    "power-must-stay": (
        "The update stopped at a place where a power cut kills the modem",
        "Keep all power on. Run the same command again: it carries on from where the modem is.",
        UNKNOWN,
    ),
    "no-place-for-the-journal": (
        "What is begun cannot be written down: the disk or card is full, read-only or gone",
        "Make room for it, then run the same command again.",
        UNTOUCHED,
    ),
    # the transfer itself
    "no-transfer-answer": (
        "The modem took the order to receive, but sent no byte back in the transfer protocol",
        AGAIN + " Where this comes back, cut all power for 10 seconds first (USB and battery).",
        RECOVERABLE,
    ),
    "text-in-transfer": (
        "The modem answers with text where the transfer protocol is due: it is still in its AT dialogue, or back in it",
        AGAIN,
        RECOVERABLE,
    ),
    "wrong-signature": (
        "Bytes come back, but they are no answers of the transfer protocol",
        "Check cable, speed and flow control (RTS/CTS), and that nothing else uses the port. " + AGAIN,
        RECOVERABLE,
    ),
    "session-refused": (
        "The modem does not want to open a transfer session",
        AGAIN,
        RECOVERABLE,
    ),
    "not-compressed-here": (
        "The modem's transfer session does not know compressed files",
        "Send the file as it is.",
        RECOVERABLE,
    ),
    "storage-refuses": (
        "The transfer session is open, but the modem took no byte in a minute: its storage refuses data",
        POWER,
        RECOVERABLE,
    ),
    "blocks-refused": (
        "The modem refuses to take more of the file",
        "Check that the file is meant for this modem and is whole. " + AGAIN,
        RECOVERABLE,
    ),
    "transfer-silent": (
        "The modem stopped answering in the middle of the transfer",
        "Leave the power on and run the same command again: it finds out where the modem is.",
        RECOVERABLE,
    ),
    "transfer-damaged": (
        "The line damages too much: the file did not get through whole",
        "Use a shorter cable, another USB port or a slower, flow-controlled link. " + AGAIN,
        RECOVERABLE,
    ),
    "stopped-in-staging": (
        "Stopped while the difference was being stored; the old firmware is whole and runs",
        "Run the same command again when you are ready.",
        UNTOUCHED,
    ),
    "stopped-on-the-way": (
        "Stopped on the way: the modem has left its application and waits",
        AGAIN,
        RECOVERABLE,
    ),
    # how a run can end well
    "updated": ("The modem runs the new firmware and says so itself", "Nothing more to do.", UPDATED),
    "already-runs-it": (
        "The modem already runs this build",
        "Nothing to do. To write it again all the same, add --repair.",
        UNTOUCHED,
    ),
    "finished-meanwhile": (
        "The earlier update has finished: the modem runs the new firmware",
        "Nothing more to do.",
        UPDATED,
    ),
    "build-not-predicted": (
        "Installed, but nothing said beforehand which build the file holds",
        "Compare the versions before and after.",
        UPDATED,
    ),
    "other-build": (
        "Installed, but the modem reports another build than the file should hold",
        "Compare the versions before and after; `modemflash identify` shows what the file is.",
        UPDATED,
    ),
    # finding the modem
    "modem-silent": (
        "The modem did not answer at any rate",
        "Check that nothing else uses the port, then cut all power for 10 seconds (USB and battery; the reset button does not reset the modem) and run the same command again. `modemflash rescue` watches that, and goes on when it answers.",
        UNTOUCHED,
    ),
    "modem-nuls": (
        "The modem sends only NUL bytes: it has no power, is rebooting, or is held in reset",
        POWER,
        UNTOUCHED,
    ),
    "modem-noise": (
        "Bytes arrive, but they make no sense at any rate",
        "Check cable, pins and supply, and that nothing else uses the port. " + POWER,
        UNTOUCHED,
    ),
    "modem-in-transfer": (
        "The modem waits inside a transfer that was begun earlier, and does not come back from it",
        "It is alive. " + POWER,
        RECOVERABLE,
    ),
    # the board's own UART
    "uart-refused": (
        "The board does not give the UART that leads to the modem",
        "Check that this is a GPy, FiPy or G01 and that no other program of the board uses UART 1; then reset the board.",
        UNTOUCHED,
    ),
    "uart-blocked": (
        "The modem has held its line (CTS) for five minutes and takes no byte",
        POWER,
        RECOVERABLE,
    ),
    # changing its boot mode
    "mode-switch-refused": (
        "The modem refused to change its boot mode",
        POWER,
        RECOVERABLE,
    ),
    "wrong-mode": (
        "The modem rebooted into another mode than it was asked for",
        AGAIN,
        RECOVERABLE,
    ),
    # stopping
    "stopped-before-write": (
        "Stopped before anything was written",
        "Nothing to repair: the modem is as it was. Run the command again when you are ready.",
        UNTOUCHED,
    ),
    "stopped-in-transfer": (
        "Stopped while the firmware was being sent: the modem waits for a whole image",
        AGAIN + " Leave the power on.",
        RECOVERABLE,
    ),
    "stopped-watching": (
        "Stopped watching; the modem goes on installing by itself",
        "Leave the power on. Run the same command again: it looks how far the modem has come.",
        UNKNOWN,
    ),
    # firmware files that are damaged, or none
    "file-empty": ("The file is empty", COPY_AGAIN, UNTOUCHED),
    "file-too-large": ("The file is far larger than any modem firmware", WHICH_FILE, UNTOUCHED),
    "file-truncated": ("The file ends too early: the end of it is missing", COPY_AGAIN, UNTOUCHED),
    "file-inner-length": (
        "A part of the file claims to be longer than the package around it",
        COPY_AGAIN,
        UNTOUCHED,
    ),
    "file-absurd-length": ("The file names a length that no firmware has", COPY_AGAIN, UNTOUCHED),
    "file-checksum": ("A checksum inside the file is wrong: bytes of it have changed", COPY_AGAIN, UNTOUCHED),
    "file-changed": (
        "The file became shorter while it was being read, or its medium cannot be read",
        COPY_AGAIN,
        UNTOUCHED,
    ),
    "file-zip": (
        "The file is a zip archive, whatever its name says",
        "Unpack it and give the file inside.",
        UNTOUCHED,
    ),
    "file-archive": (
        "The file is an archive, whatever its name says",
        "Unpack it (7-Zip and `bsdtar -xf FILE` know all kinds) and give the file inside.",
        UNTOUCHED,
    ),
    "file-apple-twin": (
        "This is a small file that macOS puts beside the real one",
        "Give the file whose name does not begin with a dot and an underscore.",
        UNTOUCHED,
    ),
    "file-html": (
        "The file is a web page: a link was saved instead of the firmware, or the download needed a login",
        "Download it again and compare the size: a full image has 4 to 7 MB.",
        UNTOUCHED,
    ),
    "file-text": ("The file is plain text, not firmware", WHICH_FILE, UNTOUCHED),
    "file-blank": (
        "The file begins with nothing but one and the same byte: an empty memory, or a copy that never finished",
        COPY_AGAIN,
        UNTOUCHED,
    ),
    # firmware files that this program does not understand; accept-unknown-file sends them all the same
    "image-unknown-magic": ("The file begins like no firmware that this program knows", DOUBT, UNTOUCHED),
    "image-unknown-version": ("The file is a firmware container of an unknown version", DOUBT, UNTOUCHED),
    "image-unknown-signature": (
        "The file is signed in a way that this program does not know",
        DOUBT,
        UNTOUCHED,
    ),
    "image-trailing-bytes": ("The file goes on behind the end of the firmware", DOUBT, UNTOUCHED),
    "image-nested-too-deep": (
        "The file has packages in packages deeper than any firmware seen",
        DOUBT,
        UNTOUCHED,
    ),
    "image-no-firmware": ("The file is a container without firmware in it", DOUBT, UNTOUCHED),
    "image-one-component": ("The file holds one component of the firmware, not all of it", DOUBT, UNTOUCHED),
    "image-odd-elf": (
        "The updater ELF has an unusual size, or is made for another processor",
        DOUBT,
        UNTOUCHED,
    ),
    "image-simulated": ("The file is simulated firmware: no modem could run it", DOUBT, UNTOUCHED),
    "image-odd-boot-rom": ("The boot ROM package has a size that no known one has", DOUBT, UNTOUCHED),
    # what the table of edges says (edges.py)
    "wrong-product": (
        "The file is made for another modem",
        "Look for a file for this very modem: firmware of another product can kill it.",
        UNTOUCHED,
    ),
    "modem-too-old": (
        "This step needs firmware UE8.0.4.0 or newer on the modem, and an LR8 file",
        "Ask the vendor of the modem for the step between.",
        UNTOUCHED,
    ),
    "boot-rom-variant": (
        "The boot ROM is made for one certain UART, and nothing tells which one this modem has",
        "Use the boot ROM that is frozen in the board's own firmware. A wrong one kills the modem.",
        UNTOUCHED,
    ),
    "boot-rom-write": (
        "A boot ROM would be written: a power cut in these seconds kills the modem for good",
        "Prefer a difference (upgdiff_33080-to-...), which needs no boot ROM; or give the consent.",
        UNTOUCHED,
    ),
    "boot-rom-not-needed": (
        "Only the factory build 33080 ever needs a boot ROM",
        "Leave the boot ROM out. An old number behind Bootloader0 is normal and no reason.",
        UNTOUCHED,
    ),
    "path-41065-first": (
        "Modems died on the way from 33080 to 48829",
        "Update to CATM1-41065 first.",
        UNTOUCHED,
    ),
    "path-known-death": (
        "Modems died on the way from NB-IoT to 48829",
        "Stay on NB-IoT, or go to CATM1-41065. No consent allows this step.",
        UNTOUCHED,
    ),
    "difference-needs-application": (
        "A difference goes only onto a modem whose firmware runs, and this one waits in its boot loader or recovery",
        "Give a full image (CATM1-... or NB1-...) and the updater.elf of the same package.",
        UNTOUCHED,
    ),
    "difference-wrong-base": (
        "The difference is made for another build than the one that runs",
        "Give the difference that begins with the running build, or a full image.",
        UNTOUCHED,
    ),
    "parts-missing": (
        "This firmware comes in several files and not all of them are here",
        "Give all parts together: at least six modems died between part 1 and part 2.",
        UNTOUCHED,
    ),
    "path-never-published": (
        "This build was never published for updates",
        "Prefer a published build. If you are sure of the file, give the consent.",
        UNTOUCHED,
    ),
    "path-unproven": (
        "Nobody is known to have done this step safely",
        "Go by a build in between, or give the consent if the modem is worth the risk.",
        UNTOUCHED,
    ),
}

# Codes, of the whole project, whose hint advises to cut the power.
ADVISE_POWER_CUT = (
    "no-transfer-answer", "storage-refuses", "modem-silent", "modem-nuls", "modem-noise", "modem-in-transfer",
    "uart-blocked", "mode-switch-refused", "board-reset",
)  # fmt: skip
