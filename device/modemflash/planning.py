"""From a modem, files and consents to steps, or to a refusal that says why.

Rules that hold here: the safest route that the state allows is taken; what may
be done is looked up in `edges`, never decided here; every danger has a consent
with a name; nothing is asked and nothing is written. The routes carry the
numbers of docs/protocol.md ("Routes").
"""

from modemflash import builds, edges
from modemflash.errors import Refusal
from modemflash.identity import Identity
from modemflash.phases import STEPS, phase_times

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


class Plan:
    """What a run would do.

    Attributes:
        route: the number of the route, 0 when there is nothing to do.
        steps: list of (step, role); a step is a key of `phases.STEPS`, a role one of `roles` or "".
        roles: role -> (Image, Source): "main", "part-2", "updater", "bootrom".
        direction: "upgrade", "repair", "downgrade", "radio-change", "unknown" (`edges.direction`).
        origin, target: builds, None where unknown.
        needs: list of (consent, sentence on its danger).
        warnings, cannot_undo: sentences for the owner.
        way_back: names of the files that lead out of every state that a cut can leave.
        unused: names of files that this plan does not need.
        nothing_to_do: True when the modem already runs the target.
        why: the code of the result when there is nothing to do.
    """

    def __init__(self) -> None:
        self.route = 0
        self.steps = []  # type: list[tuple[str, str]]
        self.roles = {}  # type: Roles
        self.direction = "unknown"
        self.origin = None  # type: int | None
        self.target = None  # type: int | None
        self.needs = []  # type: list[tuple[str, str]]
        self.warnings = []  # type: list[str]
        self.cannot_undo = []  # type: list[str]
        self.way_back = []  # type: list[str]
        self.unused = []  # type: list[str]
        self.nothing_to_do = False
        self.why = ""

    def missing(self, consents: "set[str]") -> "list[tuple[str, str]]":
        """The consents that are needed and not given."""
        return [need for need in self.needs if need[0] not in consents]

    def check(self, consents: "set[str]") -> None:
        """Refuse when a consent is missing.

        Raises:
            Refusal: `consent-missing`, with the consents' names.
        """
        missing = self.missing(consents)
        if missing:
            names = [name for name, _ in missing]
            raise Refusal("consent-missing", ", ".join(["--" + name for name in names]), " ".join(names))

    def phases(self) -> "list[tuple[str, int, int]]":
        """(phase, usual seconds, allowed seconds) of every step, in order."""
        found = []
        for step, role in self.steps:
            phase = STEPS[step][0]
            usual, allowed = phase_times(phase, self.roles[role][0].size if role else 0)
            found.append((phase, usual, allowed))
        return found


def make(
    modem: "Modem", identity: Identity, files: "Files", past: "Any" = None, options: "Any" = None
) -> Plan:
    """The plan for this modem with these files.

    Args:
        modem: as found; its `state` chooses the route.
        identity: its own; empty where it could not say.
        files: list of (Image, Source).
        past: what the journal holds of a run that did not finish, or None.
        options: "expect_build" (int), "repair" (bool), "after_part_1" (bool or None).

    Raises:
        Refusal: no way leads from here with these files; the code says why.
    """
    options = options or {}
    at_home = modem.state == "application"
    plan = Plan()
    known = _known(identity, past, at_home)
    plan.origin = known.build
    main = _choose(plan, known, files, at_home, options.get("expect_build"))
    image = main[0]
    plan.target = image.build if image.build is not None else options.get("expect_build")
    parts = _parts(files, image)
    plan.roles["main"] = main
    if 2 in parts:
        plan.roles["main"], plan.roles["part-2"] = parts[1], parts[2]
    between = False
    if image.build in builds.PACKAGES:
        between_build = builds.PACKAGES[image.build][1] if at_home else 0
        between = _between(plan, known, past, options, between_build)
    arrived = at_home and known.build is not None and known.build == plan.target and not options.get("repair")
    if between or arrived:  # nothing is to be judged; the base of a difference is gone, and no longer needed
        plan.direction = edges.direction(known.build, plan.target)
    else:
        _judge(plan, image, known, at_home, tuple(sorted(parts)))
    if arrived:
        plan.nothing_to_do = True
        plan.why = "finished-meanwhile" if past and past.get("target") == plan.target else "already-runs-it"
        return plan
    _route(plan, modem.state, known, image, past, between)
    _way_back(plan, known, image)
    _words(plan, image)
    roles = [role for _, role in plan.steps]
    used = [plan.roles[role][0] for role in plan.roles if role in roles or role == "updater"]
    plan.unused = [each.name for each, _ in files if each not in used]
    for each in used:
        if not each.understood:
            plan.needs.append(
                ("accept-unknown-file", each.name + " is in a form that this program cannot check")
            )
            break
    return plan


def _known(identity: Identity, past: "Any", at_home: bool) -> Identity:
    """The identity to judge by: outside the application the journal may know what the modem cannot say."""
    if at_home or not past:
        return identity
    known = Identity()
    known.build = identity.build
    if known.build is None or known.build == builds.PACKAGES.get(past.get("target"), (0, None))[1]:
        known.build = past.get("from_build")  # part 1 is in, and has not proved itself: the way begins anew
    known.product = identity.product or past.get("product", "")
    known.family = identity.family or past.get("family", "")
    known.ue = identity.ue or past.get("ue", "")
    known.version = identity.version
    return known


def _of_kind(files: "Files", kind: str) -> "Files":
    return [each for each in files if each[0].kind == kind]


def _choose(plan: Plan, identity: Identity, files: "Files", at_home: bool, expect: "int | None") -> "File":
    """The one file that is the goal: an exact difference before a full image.

    Raises:
        Refusal: `no-image`, `several-images`, `not-the-expected-build`, or why the difference does not fit.
    """
    differences = _of_kind(files, builds.DIFFERENCE)
    base = identity.build if at_home else None
    fitting = [each for each in differences if base is not None and each[0].from_build == base]
    full = [each for each in _of_kind(files, builds.FULL) if each[0].part < 2]
    for role, kind in (("updater", builds.UPDATER), ("bootrom", builds.BOOT_ROM)):
        spare = _of_kind(files, kind)
        if len(spare) > 1:
            raise Refusal("several-images", ", ".join([each[0].name for each in spare]))
        if spare:
            plan.roles[role] = spare[0]
    if fitting:
        goals = {each[0].build for each in fitting}
        full = [each for each in full if each[0].build not in goals and each[0].build != identity.build]
    choice = fitting + full
    if not choice and differences:
        choice = [differences[0]]  # it does not fit: judging it says why
    if not choice:
        lone = [each[0].name for each in files if each[0].part == 2]
        raise Refusal("parts-missing" if lone else "no-image", ", ".join(lone))
    if len(choice) > 1:
        raise Refusal("several-images", ", ".join([each[0].name for each in choice]))
    build = choice[0][0].build
    if expect is not None and build is not None and build != expect:
        raise Refusal("not-the-expected-build", "%d, not %d" % (build, expect))
    return choice[0]


def _parts(files: "Files", image: "Image") -> "dict[int, File]":
    """Part number -> file, for the package that `image` belongs to."""
    return {each[0].part: each for each in files if each[0].part and each[0].build == image.build}


def _between(plan: Plan, identity: Identity, past: "Any", options: "Any", between_build: int) -> bool:
    """Whether part 1 of the package is in the modem already and part 2 is due.

    `between_build` is what a modem in its application reports between the parts,
    0 for any other state; the rest is as in `make`.

    Raises:
        Refusal: `which-39529`: the version does not tell, and no journal does.
    """
    if past and past.get("target") != plan.target:
        past = None
    if past and past.get("part") == 2:
        return True
    if not between_build or identity.build != between_build or "part-2" not in plan.roles:
        return False
    if past:  # the journal knows where this build comes from
        return past.get("from_build") != between_build or past.get("step") in (
            "start-application",
            "check-part-1",
        )
    if options.get("after_part_1") is not None:
        return bool(options["after_part_1"])
    raise Refusal("which-39529", "", "after-part-1")


def _judge(plan: Plan, image: "Image", identity: Identity, at_home: bool, parts: "tuple[int, ...]") -> None:
    """Ask the table of edges; note direction, consents and known deaths."""
    if not at_home and not identity.family and image.product:
        # A modem that cannot say what it is may be the one that this image names; its session will tell more.
        plan.needs.append(
            (
                "accept-unproven-path unknown-%s" % (image.build or "unknown"),
                "the modem cannot say whether it is a " + image.product,
            )
        )
        identity = _guessed(identity, image)
    found = edges.judge(image, identity, at_home, parts)
    if image.kind != builds.BOOT_ROM:
        plan.direction = found.direction
    if found.verdict == edges.REFUSE:
        raise Refusal(found.code, "%s to %s" % (identity.build or "unknown build", image.name))
    for consent in found.consents:
        plan.needs.append((consent, DANGERS[consent.split(" ")[0]]))
    for text in found.deaths:
        plan.warnings.append("Known: " + text + ".")


def _guessed(identity: Identity, image: "Image") -> Identity:
    guess = Identity()
    guess.build, guess.version, guess.product = identity.build, identity.version, image.product
    guess.family = "monarch2" if image.product.startswith("GM02") else "pycom"
    guess.ue = "UE8.0.4.0"
    return guess


# consent: what may happen to whom gives it
DANGERS = {
    "accept-unproven-path": "nobody has reported that this step works, or modems died on it",
    "change-radio": "the modem leaves its kind of network, and the way back is another risky update",
    "allow-downgrade": "the firmware in this file is older than the one that runs",
    "write-boot-rom": "a power cut in these seconds kills the modem for good",
    "without-way-back": "a cut can leave the modem in a state that needs a file which is not at hand",
}


def _route(plan: Plan, state: str, identity: Identity, image: "Image", past: "Any", between: bool) -> None:
    """Number and steps of the safest route from `state`.

    Raises:
        Refusal: `too-big-to-stage`, `updater-needed`, `boot-rom-needed`, `boot-rom-variant`.
    """
    if image.kind == builds.DIFFERENCE:
        if image.size > STAGED_MAX:
            raise Refusal("too-big-to-stage", "%d bytes" % image.size)
        plan.route, plan.steps = (
            1,
            [("prepare", ""), ("stage", "main"), ("install-staged", ""), ("read-back", "")],
        )
        return
    number, lead = ROUTES[state]
    steps = list(lead)
    if plan.origin == 33080 and state in ("application", "recovery", "mtools"):
        number, steps = 6, list(FACTORY)
        if state != "application":
            del steps[0]  # begun earlier: it goes on, through the boot loader and its updater
        written = bool(past and past.get("boot_rom"))
        if written or (state != "application" and "bootrom" not in plan.roles):
            steps.remove(("send-boot-rom", "bootrom"))  # it is written once
        elif "bootrom" not in plan.roles:
            raise Refusal("boot-rom-needed", image.name)
        else:
            _judge(plan, plan.roles["bootrom"][0], identity, True, ())
    if state == "boot-loader" and "updater" not in plan.roles and _brings_its_updater(identity, image):
        steps = [("enter-recovery", "")]  # there is no ELF for it: it waits for images in recovery only
    elif ("load-updater", "updater") in steps and "updater" not in plan.roles:
        raise Refusal("updater-needed", image.name)
    if "part-2" in plan.roles:
        number = 7
        if between and state == "application":
            steps = []
        else:
            steps.append(("send", "part-2" if between else "main"))
            steps.extend(_HOME)
        if not between:
            steps.append(("check-part-1", ""))
        if not between or state == "application":
            steps.extend(_second_part(plan.roles["part-2"][0]))
    else:
        steps.append(("send", "main"))
        steps.extend(_HOME)
    steps.append(("read-back", ""))
    plan.route, plan.steps = number, steps


def _second_part(image: "Image") -> "list[tuple[str, str]]":
    """Part 2 follows by its size: staged where it fits, else through recovery."""
    if image.size <= STAGED_MAX:
        return [("prepare", ""), ("stage", "part-2"), ("install-staged", "")]
    return [("prepare", ""), ("enter-recovery", ""), ("send", "part-2")] + list(_HOME)


def _way_back(plan: Plan, identity: Identity, image: "Image") -> None:
    """The files for every state that a cut can leave; a missing one needs its own consent."""
    missing = ["the updater ELF of the same package"]
    if "updater" in plan.roles or _brings_its_updater(identity, image):
        missing = []
    plan.way_back = [plan.roles[role][0].name for role in plan.roles if role != "bootrom" or plan.route == 6]
    if plan.route == 1:
        missing.append("a full image")
        plan.warnings.append(
            "If the power is cut while it installs, the modem may wait in recovery; then you need "
            + " and ".join(missing)
            + "."
        )
    elif missing:
        plan.needs.append(("without-way-back", DANGERS["without-way-back"] + ": " + " and ".join(missing)))


def _brings_its_updater(identity: Identity, image: "Image") -> bool:
    """Images of the second generation have the updater inside; no ELF is published for them."""
    return identity.family == "monarch2" or image.product.startswith("GM02")


def _words(plan: Plan, image: "Image") -> None:
    """What cannot be undone, in sentences."""
    old = "build %d" % plan.origin if plan.origin else "the present firmware"
    if plan.direction != "repair":
        plan.cannot_undo.append(
            "Firmware cannot be read out of the modem: the way back to %s is its own file." % old
        )
    if ("send-boot-rom", "bootrom") in plan.steps:
        plan.cannot_undo.append("The boot ROM is written and stays written.")
    if plan.direction == "radio-change":
        plan.cannot_undo.append("The modem changes its radio: it will only find %s networks." % image.radio)
    if image.name_build and image.build and image.name_build != image.build:
        plan.warnings.append(
            "The name says %d, the content %d: the content counts." % (image.name_build, image.build)
        )
    if plan.target is None:
        plan.warnings.append("No build is known for this file: the result can be shown, but not confirmed.")


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    from modemflash.contracts import Source
    from modemflash.image import Image
    from modemflash.modem import Modem

    File = tuple[Image, Source]
    Files = Sequence[File]
    Roles = dict[str, File]
