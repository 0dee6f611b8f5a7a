"""The safest route from where the modem is: its number and its steps.

Rules that hold here: nothing is judged; a file that the route needs and that is
not at hand is a refusal. The numbers are those of docs/protocol.md ("Routes").
"""

from modemflash import builds
from modemflash.errors import Refusal
from modemflash.identity import Identity

STAGED_MAX = 4194304  # bytes that fit into the modem's file system

# What follows a whole image once it is on its way.
_HOME = (("install", ""), ("start-application", ""))

# state: (route, its steps before the image is sent)
ROUTES = {
    "application": (2, (("prepare", ""), ("enter-recovery", ""))),
    "recovery": (3, ()),
    "updater": (3, ()),
    "errors-only": (3, ()),
    "boot-loader": (4, (("load-updater", "updater"),)),
    "mtools": (5, (("prepare", ""),)),
}
FACTORY = (
    ("prepare", ""),
    ("send-boot-rom", "bootrom"),
    ("enter-boot-loader", ""),
    ("load-updater", "updater"),
)


def route(
    state: str,
    origin: "int | None",
    roles: "Roles",
    identity: Identity,
    image: "Image",
    past: "Any",
    between: bool,
) -> "tuple[int, Steps]":
    """Number and steps of the safest route from `state`.

    Raises:
        Refusal: `too-big-to-stage`, `updater-needed`, `boot-rom-needed`.
    """
    if image.kind == builds.DIFFERENCE:
        if image.size > STAGED_MAX:
            raise Refusal("too-big-to-stage", "%d bytes" % image.size)
        return 1, [("prepare", ""), ("stage", "main"), ("install-staged", ""), ("read-back", "")]
    number, lead = ROUTES[state]
    steps = list(lead)
    if origin == 33080 and state in ("application", "recovery", "mtools"):
        number, steps = 6, list(FACTORY)
        if state != "application":
            del steps[0]  # begun earlier: it goes on, through the boot loader and its updater
        written = bool(past and past.get("boot_rom"))
        if written or (state != "application" and "bootrom" not in roles):
            steps.remove(("send-boot-rom", "bootrom"))  # it is written once
        elif "bootrom" not in roles:
            raise Refusal("boot-rom-needed", image.name)
    if state == "boot-loader" and "updater" not in roles and brings_its_updater(identity, image):
        steps = [("enter-recovery", "")]  # there is no ELF for it: it waits for images in recovery only
    elif ("load-updater", "updater") in steps and "updater" not in roles:
        raise Refusal("updater-needed", image.name)
    if "part-2" in roles:
        number = 7
        if between and state == "application":
            steps = []
        else:
            steps.append(("send", "part-2" if between else "main"))
            steps.extend(_HOME)
        if not between:
            steps.append(("check-part-1", ""))
        if not between or state == "application":
            steps.extend(_second_part(roles["part-2"][0]))
    else:
        steps.append(("send", "main"))
        steps.extend(_HOME)
    steps.append(("read-back", ""))
    return number, steps


def _second_part(image: "Image") -> "list[tuple[str, str]]":
    """Part 2 follows by its size: staged where it fits, else through recovery."""
    if image.size <= STAGED_MAX:
        return [("prepare", ""), ("stage", "part-2"), ("install-staged", "")]
    return [("prepare", ""), ("enter-recovery", ""), ("send", "part-2")] + list(_HOME)


def brings_its_updater(identity: Identity, image: "Image") -> bool:
    """Images of the second generation have the updater inside; no ELF is published for them."""
    return identity.family == "monarch2" or image.product.startswith("GM02")


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modemflash.file_roles import Roles
    from modemflash.image import Image

    Steps = list[tuple[str, str]]
