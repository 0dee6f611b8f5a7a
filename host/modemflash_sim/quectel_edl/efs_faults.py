"""What can be wrong with the simulated module's file system over DIAG, and what is only believed of it.

Rules: as in the other tables of simulated devices: `NAME:ARGUMENT`, several by
commas; of an assumption the first behaviour is the one that is believed.
"""

from __future__ import annotations

# name: (how many arguments, one sentence)
FAULTS: dict[str, tuple[int, str]] = {
    "efs-elsewhere": (0, "the file system is at subsystem 3E alone"),
    "efs-refused": (1, "every command of the file system is refused with CODE (hexadecimal)"),
    "efs-short": (1, "answers of COMMAND lack their last byte"),
    "efs-other-handle": (0, "answers name another handle than the question"),
    "efs-denied": (1, "PATH is not shown: error 13"),
    "efs-same-name": (0, "the root lists one file without end"),
    "efs-new-names": (0, "the root lists other files without end"),
    "efs-deeper": (0, "the last folder of each folder is another one, without end"),
    "efs-name": (1, "the root lists a file whose name is HEX"),
    "efs-size": (1, "every file is listed with SIZE"),
    "efs-dribble": (0, "a file that says it has no byte gives one at a time, without end"),
    "efs-boast": (0, "answers say that more bytes come than do"),
}

# name: (behaviours, what it is about)
ASSUMPTIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "efs-refusal": (("quotes", "bare"), "whether a refusal repeats what is refused"),
    "efs-kind": (("0", "7"), "the kind that a folder lists of a plain file"),
    "efs-self": (("unlisted", "listed"), "whether a folder lists itself and the one above"),
    "efs-numbered": (("part", "all"), "whether the folder of calibration items lists all of them"),
    "efs-query": (("yes", "no"), "whether the limits are told"),
    "nv-imei": (("yes", "no"), "whether the number of the module is told over DIAG"),
}


def chosen(text: str = "") -> dict[str, str]:
    """`NAME:BEHAVIOUR`, several by commas; every assumption with its behaviour.

    Raises:
        ValueError: there is no such assumption or behaviour.
    """
    found = {name: behaviours[0] for name, (behaviours, _) in ASSUMPTIONS.items()}
    for item in filter(None, text.split(",")):
        name, _, behaviour = item.partition(":")
        if name not in ASSUMPTIONS or behaviour not in ASSUMPTIONS[name][0]:
            raise ValueError(f"no such assumption: {item!r}")
        found[name] = behaviour
    return found


def asked(text: str = "") -> dict[str, str]:
    """`NAME:ARGUMENT`, several by commas: fault → its argument, "" where it takes none.

    Raises:
        ValueError: there is no such fault, or its argument is missing.
    """
    found = {}
    for item in filter(None, text.split(",")):
        name, _, argument = item.partition(":")
        if name not in FAULTS or bool(argument) != bool(FAULTS[name][0]):
            raise ValueError(f"no such fault: {item!r}")
        found[name] = argument
    return found
