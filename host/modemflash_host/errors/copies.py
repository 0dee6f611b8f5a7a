"""What can go wrong with a copy of a module's own files: rows for the catalogue."""

from __future__ import annotations

from modemflash.errors import CATALOGUE, UNTOUCHED

__all__ = ["COPY_CATALOGUE"]

_NOTHING_CHANGED = "Nothing was changed on it."

COPY_CATALOGUE: dict[str, tuple[str, str, str]] = {
    # how it ends well
    "copy-made": (
        "The copy holds everything that the module showed",
        "Keep it in a safe place: it holds the module's calibration and numbers. It is a copy, not a restore point.",
        UNTOUCHED,
    ),
    "copy-incomplete": (
        "The copy holds what the module let us read; some of what it showed it did not let us read",
        "`manifest.json` in the copy names each, and why. It is a copy, not a restore point.",
        UNTOUCHED,
    ),
    # asking for it
    "copy-not-offered": (
        "No copy can be read of the module at this port",
        "A copy is read from Quectel modems through their DM port; `modemflash ports` names it, -p takes it.",
        UNTOUCHED,
    ),
    "copy-other-port": (
        "A copy is read through the DM port of a module whose firmware runs, and this is another one",
        "`modemflash ports` names each port of a module; give its DM port with -p.",
        UNTOUCHED,
    ),
    "copy-file-exists": (
        "There is a file of that name already, and it is not overwritten",
        "Give another name with -o.",
        UNTOUCHED,
    ),
    "copy-not-written": (
        "The copy could not be written to this computer",
        "Give a folder that exists, that you may write to, and that has room, with -o.",
        UNTOUCHED,
    ),
    # reading it
    "diag-silent": (
        "The module does not answer at this port as a DM port does",
        (
            "Check with `modemflash ports` that it is the module's DM port and that no other program has it, then "
            f"run the same command again. {_NOTHING_CHANGED}"
        ),
        UNTOUCHED,
    ),
    "efs-refused": (
        "The module shows none of its files",
        (
            "Other tools unlock a module or switch it offline for that; this program does neither, because a module "
            f"may stay offline. {_NOTHING_CHANGED}"
        ),
        UNTOUCHED,
    ),
    "efs-bad-answer": (
        "An answer of the module does not have the form that it should have",
        f"Run the same command again. {_NOTHING_CHANGED}",
        UNTOUCHED,
    ),
    "efs-too-large": (
        "The module shows more files than any module has, or a file without an end",
        f"Cut its power for 10 seconds, then run the same command again. {_NOTHING_CHANGED}",
        UNTOUCHED,
    ),
}
CATALOGUE.update(COPY_CATALOGUE)
