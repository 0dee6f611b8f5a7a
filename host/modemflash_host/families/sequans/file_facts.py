"""What `identify` says about one firmware file beyond what it is: where it can go on, and how.

Rules: the ways are not written down a second time: the planner itself is asked,
once for every build that is known and every state without one, with the files
that it would need made up; a size that was published is never called "good".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from modemflash import planning
from modemflash.builds import BOOT_ROM, BUILDS, DIFFERENCE, FULL, PACKAGES, UPDATER, bands, radio
from modemflash.errors import Refusal
from modemflash.identity import Identity
from modemflash.image import Image

# States in which a modem cannot say its build.
_BUILDLESS = ("boot-loader", "mtools", "recovery")
_MONARCH_2 = "GM02"
OTHER_PART = "other-part"


@dataclass(frozen=True, slots=True)
class Way:
    """How a file goes onto some modems.

    Attributes:
        origins: the builds that run there; empty where the modem cannot say one.
        state: the boot mode that it starts from.
        route: the route's number (docs/protocol.md), 0 where it is refused.
        consents: names of the consents it needs, without their arguments.
        code: why it is refused; "" where it is not.
        needs: kinds of the other files that it needs, or that lead back after a cut.
    """

    origins: tuple[int, ...]
    state: str
    route: int
    consents: tuple[str, ...] = ()
    code: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Everything that is said about one firmware file.

    Attributes:
        image: what its content, the catalogue and its name say.
        place: where it is.
        bands: the LTE bands that its build lists; () where unknown.
        ways: from where it can go on, and from where not.
        missing: kinds of files that lead back after a cut and are not at hand.
    """

    image: Image
    place: str
    bands: tuple[int, ...]
    ways: tuple[Way, ...]
    missing: tuple[str, ...]

    @property
    def contradiction(self) -> int | None:
        """The build that the name claims, where the content says another."""
        named = self.image.name_build
        return named if named not in (None, self.image.build) else None

    def event(self) -> dict[str, Any]:
        """The facts as a `file` event."""
        image = self.image
        names = (
            "name", "size", "kind", "product", "build", "build_source", "from_build", "part", "version",
            "radio", "understood", "reason", "verified", "as_published", "sha256", "parts",
        )  # fmt: skip
        return {
            "event": "file",
            **{name: getattr(image, name) for name in names},
            "place": self.place,
            "bands": list(self.bands),
            "name_says": self.contradiction,
            "ways": [{name: getattr(way, name) for name in Way.__slots__} for way in self.ways],
            "missing": list(self.missing),
        }


def facts(image: Image, place: str = "", beside: Sequence[Image] = ()) -> FileFacts:
    """What can be said about a file that was read whole.

    Args:
        image: the file.
        place: where it is; its name where nothing is given.
        beside: the other files at hand.
    """
    ways = tuple(_ways(image))
    # The boot ROM is for the one way that writes it, and stands there.
    wanted = dict.fromkeys(need for way in ways for need in way.needs if need != BOOT_ROM)
    missing = tuple(need for need in wanted if not any(_helps(need, image, each) for each in beside))
    return FileFacts(image, place or image.name, bands(image.build), ways, missing)


def _helps(need: str, image: Image, other: Image) -> bool:
    """Whether `other` is what `image` still lacks."""
    if need == OTHER_PART:
        return other.build == image.build and other.part not in (0, image.part)
    return other.kind == need and not other.part


def _ways(image: Image) -> list[Way]:
    if image.kind not in (FULL, DIFFERENCE):
        return []
    if image.product.startswith(_MONARCH_2):
        return [_way(image, "application", _modem(image, None))]
    by_answer: dict[Way, list[int]] = {}
    for build in sorted(BUILDS):
        way = _way(image, "application", _modem(image, build))
        by_answer.setdefault(way, []).append(build)
    ways = [
        Way(tuple(origins), way.state, way.route, way.consents, way.code, way.needs)
        for way, origins in by_answer.items()
    ]
    ways += [_way(image, state, Identity()) for state in _BUILDLESS]
    return sorted(ways, key=lambda way: (bool(way.code), len(way.consents)))


def _modem(image: Image, build: int | None) -> Identity:
    """A modem that runs `build`, or one of the Monarch 2 that the image names."""
    identity = Identity()
    identity.build = build
    if build is None:
        identity.family, identity.product, identity.ue = "monarch2", image.product, "UE8.0.5.0"
    else:
        identity.family, identity.version = (
            "pycom",
            f"LR{BUILDS[build][1]}-{build}" if BUILDS[build][1] else "",
        )
    return identity


def _way(image: Image, state: str, identity: Identity) -> Way:
    """What the planner makes of the image and whatever else it could wish for."""
    helpers = [_made_up("updater.elf", UPDATER), _made_up("bootrom.dup", BOOT_ROM)]
    if image.build in PACKAGES:
        for part in range(1, PACKAGES[image.build][0] + 1):
            if part != image.part:
                helpers.append(_other_part(image, part))
    modem = cast("Any", SimpleNamespace(state=state))
    files = cast("Any", [(each, None) for each in [image, *helpers]])
    try:
        plan = planning.make(modem, identity, files, None, {"after_part_1": False, "repair": True})
    except Refusal as refusal:
        return Way((), state, 0, (), refusal.code)
    consents = tuple(dict.fromkeys(name.split(" ")[0] for name, _ in plan.needs))
    return Way((), state, plan.route, consents, "", tuple(_needs(image, plan)))


def _needs(image: Image, plan: planning.Plan) -> list[str]:
    """What must be at hand besides the file itself."""
    if image.product.startswith(_MONARCH_2):
        return []
    needs = [UPDATER]
    if plan.route == 1:
        needs.append(FULL)  # a cut while it installs can end in recovery
    if ("send-boot-rom", "bootrom") in plan.steps:
        needs.append(BOOT_ROM)
    if "part-2" in plan.roles:
        needs.append(OTHER_PART)
    return needs


def _made_up(name: str, kind: str) -> Image:
    image = Image(name, 0)
    image.kind = kind
    image.verified = True
    return image


def _other_part(image: Image, part: int) -> Image:
    other = _made_up(f"part {part}", FULL)
    other.build, other.part, other.radio = image.build, part, radio(image.build)
    return other
