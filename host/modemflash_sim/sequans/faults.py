"""Faults that can be asked of the simulated modem, by name.

Rules that hold here: a fault is a name and numbers or words, written
`name:1:2`; several are separated by commas. Every fault stands once in
`FAULTS`, with its defaults; nothing is random beyond the modem's seed. Corruption
on the wire (`drop`, `flip`, `duplicate`, `delay`) hits the messages of a
transfer, which can notice it; the AT dialogue carries no check and is spared
unless `corrupt-at` is on.
"""

from __future__ import annotations

from dataclasses import dataclass

from modemflash_sim.names import meant
from modemflash_sim.sequans.profiles import MODES

Argument = float | str


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One row of `FAULTS`.

    Attributes:
        defaults: the arguments when none are given; their types are the allowed types.
        about: one sentence, with the arguments in capitals.
        words: what a word argument may be.
    """

    defaults: tuple[Argument, ...]
    about: str
    words: tuple[str, ...] = ()


ALWAYS = 1_000_000_000.0

FAULTS: dict[str, FaultKind] = {
    # corruption on the wire; -to and -from name one direction
    "drop": FaultKind((0.01,), "loses a share RATE of the messages, both directions"),
    "drop-to": FaultKind((0.01,), "loses a share RATE of the messages to the modem"),
    "drop-from": FaultKind((0.01,), "loses a share RATE of the modem's answers"),
    "flip": FaultKind((0.01,), "flips one bit in a share RATE of the messages"),
    "flip-to": FaultKind((0.01,), "the same, to the modem only"),
    "flip-from": FaultKind((0.01,), "the same, from the modem only"),
    "duplicate": FaultKind((0.01,), "doubles a share RATE of the messages"),
    "duplicate-to": FaultKind((0.01,), "the same, to the modem only"),
    "duplicate-from": FaultKind((0.01,), "the same, from the modem only"),
    "delay": FaultKind((0.01, 500.0), "holds back a share RATE of the messages for MS"),
    "delay-to": FaultKind((0.01, 500.0), "the same, to the modem only"),
    "delay-from": FaultKind((0.01, 500.0), "the same, from the modem only"),
    "corrupt-at": FaultKind((), "the AT dialogue is corrupted too"),
    # the modem's output
    "mute": FaultKind((10.0, 0.0), "deaf and silent for SECONDS, from second START after power on"),
    "wedged": FaultKind((10.0, 1.0), "silent until its power was away for SECONDS, and that COUNT times"),
    "nuls": FaultKind((ALWAYS,), "answers NULs instead of text for SECONDS after power on"),
    "starts-at-other-rate": FaultKind((), "the mode it starts in talks at the other rate"),
    "other-rate": FaultKind((ALWAYS,), "after the first COUNT mode changes: the other rate"),
    "data-mode": FaultKind((), "starts in data mode"),
    "in-transfer": FaultKind(
        ("on-the-fly",),
        "starts inside a half block of a transfer for PURPOSE",
        ("on-the-fly", "staged", "updater"),
    ),
    "errors-only": FaultKind(
        ("recovery",),
        "starts half-written in MODE and answers ERROR to all",
        ("recovery", "boot-loader", "updater"),
    ),
    "echo-on": FaultKind((0.0,), "echo switches itself on after COUNT commands"),
    "urc": FaultKind((1.0,), "unsolicited lines around a share RATE of the AT replies"),
    "urc-flood": FaultKind((50.0,), "an unsolicited line every MS, in the AT dialogue"),
    "leftover": FaultKind((1.0,), "the first COUNT commands are answered ERROR"),
    "reply-cut": FaultKind((3.0, ALWAYS), "the first COUNT AT replies end after BYTES"),
    "crash-dump": FaultKind((4096.0,), "a crash dump of BYTES, binary and full of OK"),
    "showver-error": FaultKind((1.0,), "the first COUNT showver are answered ERROR"),
    # boot modes and install
    "switch-refused": FaultKind((1.0,), "the first COUNT AT+SMSWBOOT=m,r are answered ERROR"),
    "other-mode": FaultKind(("boot-loader", 1.0), "the first COUNT boots end in MODE", tuple(MODES)),
    "install-fails": FaultKind((1.0,), "the first COUNT installs fail"),
    "old-build": FaultKind((1.0,), "the first COUNT installs say success and change nothing"),
    "sticks": FaultKind((1.0,), "the first COUNT installs never end"),
    # the transfer
    "stall": FaultKind((3.0, 120.0), "block NUMBER is answered after SECONDS"),
    "die": FaultKind((3.0, 10.0), "power is lost at block NUMBER, and back after SECONDS"),
    "open-refused": FaultKind((1.0,), "the first COUNT sessions are not accepted"),
    "max-transfer": FaultKind((65535.0,), "the session says it takes BYTES"),
    "residue": FaultKind((0.1,), "leaves the end of a share RATE of the blocks"),
    "residue-all": FaultKind((0.01,), "leaves the whole of a share RATE of the blocks"),
    "residue-lie": FaultKind((0.01,), "names a wrong residue, once, in a share RATE of the answers"),
    "refuse": FaultKind((0.01,), "refuses a share RATE of the requests without cause"),
    "not-understood": FaultKind((0.01,), "answers 0x7F to a share RATE of the requests"),
    "wrong-transaction": FaultKind((0.01,), "a share RATE of the answers has a wrong id"),
    "stale-answer": FaultKind((0.01,), "a share RATE of the answers is the one before, repeated"),
    "double-answer": FaultKind((0.01,), "a share RATE of the answers comes twice"),
    "wrong-signature": FaultKind((0.01,), "a share RATE of the answers starts with other letters"),
    "stray": FaultKind((0.01,), "unsolicited text before a share RATE of the answers"),
}


@dataclass(frozen=True, slots=True)
class Faults:
    """The faults in force.

    Attributes:
        active: (name, arguments) pairs, arguments complete.
    """

    active: tuple[tuple[str, tuple[Argument, ...]], ...] = ()

    def on(self, name: str) -> bool:
        """Whether the fault is in force."""
        return any(name == known for known, _ in self.active)

    def number(self, name: str, index: int = 0) -> float:
        """A numeric argument of a fault; 0 when the fault is not in force."""
        for known, arguments in self.active:
            if known == name:
                return float(arguments[index])
        return 0.0

    def word(self, name: str, index: int = 0) -> str:
        """A word argument of a fault; "" when the fault is not in force."""
        for known, arguments in self.active:
            if known == name:
                return str(arguments[index])
        return ""

    def __str__(self) -> str:
        return ",".join(
            ":".join((name, *(f"{a:g}" if isinstance(a, float) else a for a in arguments)))
            for name, arguments in self.active
        )


def _arguments(name: str, given: list[str]) -> tuple[Argument, ...]:
    defaults = FAULTS[name].defaults
    if len(given) > len(defaults):
        raise ValueError(f"fault {name} takes at most {len(defaults)} arguments: {FAULTS[name].about}")
    result: list[Argument] = list(defaults)
    for index, text in enumerate(given):
        if isinstance(defaults[index], str):
            if text not in FAULTS[name].words:
                raise ValueError(f"fault {name} takes {', '.join(FAULTS[name].words)}, not {text!r}")
            result[index] = text
            continue
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if not 0 <= number <= ALWAYS:
            raise ValueError(f"fault {name}: {text!r} is not a number: {FAULTS[name].about}")
        result[index] = number
    return tuple(result)


def parse(text: str) -> Faults:
    """Faults from `drop:0.01,mute:10`; "" gives none.

    Raises:
        ValueError: a fault or an argument that is not understood, with what is.
    """
    active = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, *given = entry.split(":")
        if name not in FAULTS:
            raise ValueError(f"no fault is named {name!r}{meant(name, FAULTS)}")
        active.append((name, _arguments(name, given)))
    return Faults(tuple(active))
