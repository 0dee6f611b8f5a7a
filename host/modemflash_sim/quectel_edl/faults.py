"""Faults that can be asked of the simulated Quectel modem, by name.

Rules: `NAME:ARGUMENT:…`, several by commas; a STAGE is command=N (the N-th command
of Firehose), or the N-th of its kind: erase=2, program=1, read=1, patch=1,
configure=1, power=1, and data=N, the N-th image after its data; BYTE counts raw
data of images; what says "once" is spent after its first use.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from modemflash_sim import switches
from modemflash_sim.quectel_edl import efs_faults

# name: (how many arguments, one sentence)
FAULTS: dict[str, tuple[int, str]] = {
    "no-edl": (0, "the switch to EDL is echoed, and no port comes back"),
    "stays": (0, "the switch to EDL is echoed, and the application stays"),
    "hello-lost": (0, "nobody heard the HELLO; any byte brings another one, once"),
    "hello-lost-response": (0, "nobody heard the HELLO, and only a HELLO_RESP goes on, once"),
    "hello-lost-deaf": (0, "nobody heard the HELLO, and nothing brings another one until its power is cut"),
    "stale-end": (0, "the first packet is an END_IMAGE of an earlier session, once"),
    "stale-read": (0, "the first packet is a READ_DATA of an earlier session, once"),
    "garbage": (1, "so many BYTES of noise stand before the HELLO, once"),
    "programmer-runs": (0, "in EDL the programmer of an earlier session still runs, once"),
    "crash-dump": (0, "instead of EDL comes a crash dump (900e)"),
    "silent": (0, "in EDL it never says anything"),
    "silent-after-hello": (0, "it says HELLO and nothing else"),
    "image": (1, "it asks for the image with ID"),
    "huge-read": (0, "it asks for four gigabytes"),
    "read-outside": (0, "it asks for what lies behind the end of the file"),
    "endless-reads": (0, "it asks for the same kilobytes for ever"),
    "packet": (1, "a Sahara packet with the command NUMBER instead of the first read"),
    "end-status": (1, "the programmer is refused with the status HEX"),
    "die-in-sahara": (1, "silent after BYTES of the programmer, until its power is cut"),
    "lost-in-sahara": (1, "the link is lost after BYTES of the programmer, once"),
    "power-in-sahara": (1, "power is lost after BYTES of the programmer, once"),
    "no-programmer": (0, "the programmer is accepted and never starts"),
    "no-greeting": (0, "the programmer starts without a line"),
    "log-flood": (1, "LINES more in the greeting of the programmer"),
    "nak-payload": (1, "configure is refused with another size in BYTES, until it is taken"),
    "nak-configure": (0, "configure is refused, whatever it says"),
    "nak": (1, "STAGE is refused, once"),
    "die": (1, "silent from STAGE on, until its power is cut"),
    "lost": (1, "the link is lost at STAGE, once"),
    "power": (1, "power is lost at STAGE, once"),
    "die-at-byte": (1, "silent after BYTE, until its power is cut"),
    "lost-at-byte": (1, "the link is lost after BYTE, once"),
    "power-at-byte": (1, "power is lost after BYTE, once"),
    "late": (2, "the answer to STAGE comes MS later, once"),
    "split-xml": (1, "answers come in pieces of BYTES"),
    "merge-xml": (0, "all lines of a command and its answer come in one piece"),
    "malformed-logs": (0, "each command brings a log line that is not XML"),
    "noise-log": (0, "log lines stand before and behind each answer"),
    "endless-xml": (0, "configure is answered with a megabyte without </data>"),
    "lowercase-ack": (0, 'value="ack" instead of ACK'),
    "no-power-ack": (0, "the port goes at power, without an answer"),
    "short-read": (0, "<read> gives half of what it should, and its end"),
    "bad-block": (1, "block NUMBER is bad; more than once"),
    "geometry": (1, "its pages have BYTES"),
    "moved": (1, "its own table has EFS2 end so many BLOCKS later than the profile says"),
    "model": (1, "it says that it is another MODEL"),
    "not-updated": (0, "after the update it says the revision that it had before"),
    "other-imei": (0, "after the update it says another IMEI"),
    "no-boot": (0, "after the reset it comes back in EDL"),
    **efs_faults.FAULTS,
}
_TEXTS = ("model", *efs_faults.FAULTS)
_AFTER_POWER = ("hello-lost-deaf", "die-in-sahara", "die", "die-at-byte")


@dataclass(slots=True)
class Faults:
    """The faults of one modem: name -> the arguments of each time it was asked for."""

    rows: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.rows

    def number(self, name: str) -> int | None:
        """The first argument as a number; None without this fault."""
        rows = self.rows.get(name)
        return int(rows[0][0], 0) if rows else None

    def numbers(self, name: str) -> tuple[int, ...]:
        """The first argument of each."""
        return tuple(int(row[0], 0) for row in self.rows.get(name, ()))

    def word(self, name: str) -> str:
        """The first argument; "" without this fault."""
        rows = self.rows.get(name)
        return rows[0][0] if rows else ""

    def once(self, name: str, *stages: str) -> tuple[str, ...] | None:
        """The arguments of the fault at one of these stages; it is spent. None for none."""
        rows = self.rows.get(name, [])
        row = next((row for row in rows if not stages or not row or row[0] in stages), None)
        if row is not None:
            rows.remove(row)
            if not rows:
                del self.rows[name]
        return row

    def spend(self, name: str) -> bool:
        """Whether the fault was there; it is over."""
        return self.rows.pop(name, None) is not None

    def at(self, name: str, *stages: str) -> bool:
        """Whether the fault is there for one of these stages."""
        return any(row[0] in stages for row in self.rows.get(name, ()))

    def power_cut(self) -> None:
        """What a cut of its power cures is over."""
        for name in _AFTER_POWER:
            self.rows.pop(name, None)


def parse(text: str) -> Faults:
    """Faults from `NAME:ARGUMENT:…`, several by commas.

    Raises:
        ValueError: there is no such fault, or its arguments are not what it takes.
    """
    faults = Faults()
    for name, arguments in switches.faults(text, FAULTS):
        if arguments and "=" not in arguments[0] and name not in _TEXTS:
            int(arguments[0], 16 if name == "end-status" else 0)
        faults.rows.setdefault(name, []).append(arguments)
    return faults
