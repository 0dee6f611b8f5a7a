"""Faults that can be asked of the simulated GNSS module, by name.

Rules: `NAME:ARGUMENT:…`, several by commas; an answer is named by its stage: query,
info, erase, data=N, last, reset; what says "once" is spent after its first use.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from modemflash_sim import switches

# name: (how many arguments, one sentence)
FAULTS: dict[str, tuple[int, str]] = {
    "silent": (0, "the boot loader never answers"),
    "boot-noise": (1, "so many BYTES of noise stand before the first sync answer"),
    "status": (2, "the answer to STAGE is the status HEX"),
    "drop": (1, "STAGE is carried out and not answered, once"),
    "lose": (1, "STAGE never arrives, once"),
    "late": (2, "the answer to STAGE comes MS later, once"),
    "corrupt": (1, "a byte of the answer to STAGE is wrong, once"),
    "twice": (1, "the answer to STAGE comes twice, once"),
    "stray": (0, "half a sentence stands before each answer"),
    "flip": (1, "the N-th byte in a session arrives wrong, once"),
    "swallow": (1, "the N-th byte in a session is lost, once"),
    "power-cut": (1, "power is lost after N bytes of firmware and comes back 2 s later, once"),
    "reset-at": (1, "the module resets itself after N bytes of firmware, once"),
    "hang-at": (1, "no answers after N bytes of firmware, until its reset, once"),
    "bad-write": (0, "each image is refused with 0x21 after its last packet"),
    "other-version": (0, "the application says another version than the file has"),
    "dead-after": (0, "no application after the update"),
    "noise": (1, "one byte in N is wrong, in both directions, in a session"),
    "endless": (1, "the answer to STAGE never ends, once"),
    "other-class": (1, "the answer to STAGE is of another class"),
    "long": (1, "the answer to STAGE claims five kilobytes"),
    "flood": (0, "sentences between the frames"),
    "echo-0": (0, "answers name the message 0, as one tool has seen"),
    "wrong-echo": (1, "the answer to STAGE names another message, once"),
}


@dataclass(slots=True)
class Faults:
    """The faults of one module: name -> the arguments of each time it was asked for."""

    rows: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.rows

    def number(self, name: str) -> int | None:
        """The first argument as a number; None without this fault."""
        rows = self.rows.get(name)
        return int(rows[0][0]) if rows else None

    def at(self, name: str, *stages: str) -> tuple[str, ...] | None:
        """The arguments of the fault at one of these stages; None for none."""
        return next((row for row in self.rows.get(name, ()) if row[0] in stages), None)

    def once(self, name: str, *stages: str) -> tuple[str, ...] | None:
        """The same, and it is spent."""
        row = self.at(name, *stages)
        if row is not None:
            self.rows[name].remove(row)
        return row

    def spend(self, name: str) -> None:
        """It has happened."""
        self.rows.pop(name, None)


def parse(text: str) -> Faults:
    """Faults from `NAME:ARGUMENT:…`, several by commas.

    Raises:
        ValueError: there is no such fault, or its arguments are not what it takes.
    """
    faults = Faults()
    for name, arguments in switches.faults(text, FAULTS):
        if name in ("boot-noise", "flip", "swallow", "power-cut", "reset-at", "hang-at", "noise"):
            int(arguments[0])
        if name == "status":
            int(arguments[1], 16)
        faults.rows.setdefault(name, []).append(arguments)
    return faults
