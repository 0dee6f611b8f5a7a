"""What the modem says at the end about those who talked to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the modem says about those who talked to it.

    Attributes:
        mode: where it is now.
        model, revision, cfun: what it would say over AT.
        efs2_unchanged: EFS2 is as it was at the start, byte for byte.
        changed: protected partitions that are not.
        torn: partitions whose image is not whole.
        images: partition and SHA-256 of what stands there.
        counts: what was done, and how often.
        violations: what a careful program does not do.
    """

    mode: str
    model: str
    revision: str
    cfun: int
    efs2_unchanged: bool
    changed: tuple[str, ...]
    torn: tuple[str, ...]
    images: tuple[str, ...]
    counts: dict[str, int]
    violations: tuple[str, ...]
