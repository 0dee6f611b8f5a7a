"""What the makers' updater for these modems prints, in lower case, and what is known of it.

Source: what owners reported of it (docs/failures.md), and what got them out.
"""

from __future__ import annotations

from modemflash_host.families.vocabulary import VendorWord

_ASK = "`modemflash info` asks the modem at both rates and says what it hears"

VENDOR_WORDS = {
    "count=10": VendorWord(
        "Printed by the makers' updater on a PC after ten empty reads: nothing came back through the board",
        "Close every other program that has the port (a terminal, Pymakr, Atom), cut all power for 10 "
        f"seconds, then: {_ASK}.",
    ),
    "attempting at wakeup": VendorWord(
        "Printed by the makers' updater while it waits for the first answer of the modem",
        f"Where nothing follows, the bridge is not open or the modem is at its other rate. {_ASK}.",
    ),
    "could not detect your modem": VendorWord(
        "Printed by the makers' updater for a modem that is silent, noisy or at its other rate alike",
        f"{_ASK}; `modemflash rescue` keeps trying while you cut its power.",
    ),
    "cme error": VendorWord(
        "A modem's own answer to an AT command that it did not carry out. Its numbers are those of 3GPP TS "
        "27.007 (9.2): 3 not allowed, 4 not supported, 10 no SIM, 11 a PIN is wanted, 14 the SIM is busy, 50 "
        "wrong parameters, 100 unknown",
        f"The modem runs and understands AT. 10, 11 and 14 do not keep it from an update. {_ASK}.",
    ),
    "at+smswboot=3,0 failed": VendorWord(
        "The modem did not take the switch to its boot loader just then: it was busy, or is there already",
        "Leave it powered and run `modemflash update`: it asks for the mode first, and repeats the switch.",
    ),
    "unable to load updater": VendorWord(
        "The makers' updater got no answer from the stage behind the boot loader; that may be there by now",
        "Leave it powered and run `modemflash update` with the same files: it goes on from the boot loader.",
    ),
    "do not disconnect power": VendorWord(
        "The modem installs by itself now. The makers' updater shows no end of it; 3 to 10 minutes are usual",
        f"Keep all power on for 20 minutes, then: {_ASK}.",
    ),
}
