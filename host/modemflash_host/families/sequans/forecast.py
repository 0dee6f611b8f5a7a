"""What would be done with given files on every modem that is known: the planner's own answers.

Rules: nothing is decided here; the planner is asked once for each build that is
known and for each boot mode in which a modem cannot say its build. A build that
nobody knows is not listed, which does not mean that it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from modemflash import planning
from modemflash.builds import BUILDS
from modemflash.errors import Refusal
from modemflash.identity import Identity
from modemflash.image import Image
from modemflash_host.consents import Consent

if TYPE_CHECKING:
    from modemflash.file_roles import Files
    from modemflash.modem import Modem

APPLICATION = "application"
# Boot modes in which a modem cannot say its build, as "a modem in …" goes on.
WITHOUT_BUILD = {"boot-loader": "its boot loader", "mtools": "mtools", "recovery": "recovery"}


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would become of one modem.

    Attributes:
        state: the boot mode that it is in.
        origin: the build that runs; None where the modem cannot say.
        target: the build that runs afterwards; None where nothing is done or known.
        route: the route's number (docs/protocol.md); 0 where nothing is done.
        code: why nothing is done; "" where something is.
        missing: consents that it needs and that were not given, with their arguments.
        plan: the planner's; None where it refuses.
    """

    state: str
    origin: int | None
    target: int | None = None
    route: int = 0
    code: str = ""
    missing: tuple[Consent, ...] = ()
    plan: planning.Plan | None = field(default=None, compare=False, repr=False)

    @property
    def works(self) -> bool:
        """Whether this modem would be updated."""
        return not self.code and not self.missing


def forecasts(
    images: Sequence[Image], options: Mapping[str, object], consents: Iterable[Consent] = ()
) -> list[Forecast]:
    """One for each modem that these files may meet.

    Args:
        images: the files.
        options: as in `planning.make`.
        consents: given beforehand.
    """
    given: set[tuple[str, str]] = {*consents}
    return [_forecast(state, identity, images, options, given) for state, identity in _modems(images)]


def is_monarch_2(image: Image) -> bool:
    """Whether a file is for the modem's successor, whose builds are not those of Pycom's boards."""
    return image.product.startswith("GM02")


def _modems(images: Sequence[Image]) -> Iterator[tuple[str, Identity]]:
    monarch_2 = next((image for image in images if is_monarch_2(image)), None)
    if monarch_2 is not None:
        identity = Identity()
        identity.family, identity.product, identity.ue = "monarch2", monarch_2.product, "UE8.0.5.0"
        yield APPLICATION, identity
    else:
        for build in sorted(BUILDS):
            release = BUILDS[build][1]
            identity = Identity()
            identity.build, identity.family, identity.product = build, "pycom", "FiPy"
            identity.version = f"LR{release}-{build}" if release else ""
            yield APPLICATION, identity
    for state in WITHOUT_BUILD:
        yield state, Identity()


def _forecast(
    state: str,
    identity: Identity,
    images: Sequence[Image],
    options: Mapping[str, object],
    given: set[tuple[str, str]],
) -> Forecast:
    modem = cast("Modem", SimpleNamespace(state=state))
    files = cast("Files", [(image, None) for image in images])  # a plan reads no file
    try:
        plan = planning.make(modem, identity, files, None, dict(options))
    except Refusal as refusal:
        return Forecast(state, identity.build, code=refusal.code)
    if plan.nothing_to_do:
        return Forecast(state, identity.build, code=plan.why, plan=plan)
    missing = tuple(Consent(*pair) for pair, _ in plan.missing(given))
    return Forecast(state, identity.build, plan.target, plan.route, "", missing, plan)
