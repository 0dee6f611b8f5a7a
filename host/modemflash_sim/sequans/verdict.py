"""The simulated modem's own account of an update, whatever the updater reports.

Rules that hold here: a violation is something the updater did wrong, never
something the wire did; a note is only worth knowing. An image is recorded when
its session ends, complete or not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from modemflash_sim.sequans.package import Facts


@dataclass(frozen=True, slots=True)
class Taken:
    """One image, or a part of one, that the modem took.

    Attributes:
        kind: "full", "difference", "bootrom", "updater", or "unknown".
        sha256: hex digest of the bytes taken, decompressed.
        size_bytes: how many.
        complete: whether the image ended where its lengths say.
        purpose: "staged", "on-the-fly", or "updater".
        data_type: 2 to 5 as the session said; 0 in a version 1 session.
    """

    kind: str
    sha256: str
    size_bytes: int
    complete: bool
    purpose: str
    data_type: int

    @classmethod
    def of(cls, facts: Facts, purpose: str, data_type: int) -> Taken:
        """The record of an image that came so far."""
        return cls(facts.kind, facts.sha256, facts.size_bytes, facts.complete, purpose, data_type)


@dataclass(slots=True)
class Record:
    """What happened to the modem so far; the state file keeps it."""

    images: list[Taken] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The modem's own account.

    Attributes:
        images: every image taken, oldest first.
        violations: what the updater did wrong; empty is good.
        notes: what is worth knowing but no fault of the updater.
        bricked: why the modem will never talk again; "" when it will.
        build: the build that runs, or would run if the application were whole.
        mode: the boot mode it is in: "application", "boot-loader", "mtools", "updater", "recovery".
        whole: the application is whole and can be booted.
        powered: it has power.
    """

    images: tuple[Taken, ...]
    violations: tuple[str, ...]
    notes: tuple[str, ...]
    bricked: str
    build: int
    mode: str
    whole: bool
    powered: bool
