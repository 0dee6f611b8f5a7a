"""What `identify` says about one firmware file beyond what it is: where it can go on, and how.

Rules: where it can go on is the planner's answer (`forecast`), with the other
files that it would need made up; a size that was published is never called "good".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from modemflash import planning
from modemflash.builds import BOOT_ROM, DIFFERENCE, FULL, PACKAGES, UPDATER, bands, radio
from modemflash.image import Image
from modemflash_host.families.sequans.forecast import APPLICATION, forecasts, is_monarch_2
from modemflash_host.reporters import Event

OTHER_PART = "other-part"


@dataclass(frozen=True, slots=True)
class Installation:
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

    def row(self) -> dict[str, object]:
        """The same as fields of an event."""
        return {name: getattr(self, name) for name in Installation.__slots__}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Everything that is said about one firmware file.

    Attributes:
        image: what its content, the catalogue and its name say.
        place: where it is.
        bands: the LTE bands that its build lists; () where unknown.
        installations: from where it can go on, and from where not.
        missing: kinds of files that lead back after a cut and are not at hand.
    """

    image: Image
    place: str
    bands: tuple[int, ...]
    installations: tuple[Installation, ...]
    missing: tuple[str, ...]

    @property
    def contradiction(self) -> int | None:
        """The build that the name claims, where the content says another."""
        named = self.image.name_build
        return named if named not in (None, self.image.build) else None

    def event(self) -> Event:
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
            "ways": [each.row() for each in self.installations],
            "missing": list(self.missing),
        }


def facts(image: Image, place: str = "", beside: Sequence[Image] = ()) -> FileFacts:
    """What can be said about a file that was read whole.

    Args:
        image: the file.
        place: where it is; its name where nothing is given.
        beside: the other files at hand.
    """
    installations = tuple(_installations(image))
    # The boot ROM is for the one route that writes it, and stands there.
    wanted = dict.fromkeys(need for each in installations for need in each.needs if need != BOOT_ROM)
    missing = tuple(need for need in wanted if not any(_helps(need, image, each) for each in beside))
    return FileFacts(image, place or image.name, bands(image.build), installations, missing)


def _helps(need: str, image: Image, other: Image) -> bool:
    """Whether `other` is what `image` still lacks."""
    if need == OTHER_PART:
        return other.build == image.build and other.part not in (0, image.part)
    return other.kind == need and not other.part


def _installations(image: Image) -> list[Installation]:
    """The forecasts for this file, where every other file that it may need is at hand; builds together."""
    if image.kind not in (FULL, DIFFERENCE):
        return []
    helpers = [_made_up("updater.elf", UPDATER), _made_up("bootrom.dup", BOOT_ROM)]
    if image.build in PACKAGES:
        parts = range(1, PACKAGES[image.build][0] + 1)
        helpers += [_other_part(image, part) for part in parts if part != image.part]
    grouped: dict[Installation, list[int]] = {}
    for forecast in forecasts([image, *helpers], {"after_part_1": False, "repair": True}):
        if is_monarch_2(image) and forecast.state != APPLICATION:
            continue  # where it cannot say its build, it is not known as a Monarch 2 either
        consents = tuple(dict.fromkeys(consent.name for consent in forecast.missing))
        needs = tuple(_needs(image, forecast.plan)) if forecast.plan else ()
        alike = Installation((), forecast.state, forecast.route, consents, forecast.code, needs)
        grouped.setdefault(alike, []).extend([forecast.origin] if forecast.origin else [])
    found = [replace(alike, origins=tuple(origins)) for alike, origins in grouped.items()]
    return sorted(found, key=lambda each: (bool(each.code), len(each.consents)))


def _needs(image: Image, plan: planning.Plan) -> list[str]:
    """What must be at hand besides the file itself."""
    if is_monarch_2(image):
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
