"""What boards will make of a card: the engine's planner, asked once for every modem there is.

Rules: the same call that a board makes, with the same files and consents; a
build that nobody knows is not listed, which does not mean that it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from modemflash import planning
from modemflash.builds import BUILDS
from modemflash.errors import Refusal
from modemflash.identity import Identity
from modemflash.image import Image

_BUILDLESS = ("recovery", "boot-loader")


@dataclass(frozen=True, slots=True)
class Way:
    """What a board does with one modem.

    Attributes:
        state: the modem's boot mode.
        origin: the build that runs, None where the modem cannot say.
        target: the build that runs afterwards; None where nothing is done or known.
        code: why nothing is done; "" where something is.
        missing: consents that were not given, without which the board refuses.
    """

    state: str
    origin: int | None
    target: int | None
    code: str = ""
    missing: tuple[str, ...] = ()

    @property
    def works(self) -> bool:
        """Whether the board updates this modem."""
        return not self.code and not self.missing


def ways(images: Sequence[Image], consents: Iterable[str], options: Mapping[str, Any]) -> list[Way]:
    """One row for every build that is known, and for each state without one."""
    given = set(consents)
    modems: list[tuple[str, Identity]] = [
        ("application", _modem(image, None)) for image in images if _monarch_2(image)
    ][:1]
    if not modems:
        modems = [("application", _modem(None, build)) for build in sorted(BUILDS)]
    modems += [(state, Identity()) for state in _BUILDLESS]
    return [_way(state, identity, images, given, options) for state, identity in modems]


def _way(
    state: str, identity: Identity, images: Sequence[Image], consents: set[str], options: Mapping[str, Any]
) -> Way:
    modem = cast("Any", SimpleNamespace(state=state))
    files = cast("Any", [(image, None) for image in images])
    try:
        plan = planning.make(modem, identity, files, None, dict(options))
    except Refusal as refusal:
        return Way(state, identity.build, None, refusal.code)
    if plan.nothing_to_do:
        return Way(state, identity.build, None, plan.why)
    return Way(state, identity.build, plan.target, "", tuple(name for name, _ in plan.missing(consents)))


def _monarch_2(image: Image) -> bool:
    return image.product.startswith("GM02")


def _modem(image: Image | None, build: int | None) -> Identity:
    identity = Identity()
    identity.build = build
    if image is not None:
        identity.family, identity.product, identity.ue = "monarch2", image.product, "UE8.0.5.0"
    else:
        identity.family, identity.product = "pycom", "FiPy"
        identity.version = f"LR{BUILDS[build][1]}-{build}" if build in BUILDS and BUILDS[build][1] else ""
    return identity
