"""From a modem, files and consents to steps, or to a refusal that says why.

Rules that hold here: the safest route that the state allows is taken; what may
be done is looked up in `edges`, never decided here; every danger has a consent
with a name; nothing is asked and nothing is written. Which file is the
goal says `file_roles`, which way leads there `routes`.
"""

from modemflash import builds, edges
from modemflash.consent import encoded
from modemflash.errors import Refusal
from modemflash.file_roles import choose_goal, helpers_in, parts_of
from modemflash.identity import Identity, is_foreign
from modemflash.phases import STEPS, phase_times
from modemflash.routes import brings_its_updater, route


class Plan:
    """What a run would do.

    Attributes:
        route: the number of the route, 0 when there is nothing to do.
        steps: list of (step, role); a step is a key of `phases.STEPS`, a role one of `roles` or "".
        roles: role -> (Image, Source): "main", "part-2", "updater", "bootrom".
        direction: "upgrade", "repair", "downgrade", "radio-change", "unknown" (`edges.direction`).
        origin, target: builds, None where unknown.
        needs: list of (consent, sentence on its danger); see `consent`.
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
        self.needs = []  # type: list[tuple[Consent, str]]
        self.warnings = []  # type: list[str]
        self.cannot_undo = []  # type: list[str]
        self.way_back = []  # type: list[str]
        self.unused = []  # type: list[str]
        self.nothing_to_do = False
        self.why = ""

    def missing(self, consents: "set[Consent]") -> "list[tuple[Consent, str]]":
        """The consents that are needed and not given."""
        return [need for need in self.needs if need[0] not in consents]

    def check(self, consents: "set[Consent]") -> None:
        """Refuse when a consent is missing.

        Raises:
            Refusal: `consent-missing`, with the consents.
        """
        missing = self.missing(consents)
        if missing:
            needed = [consent for consent, _ in missing]
            raise Refusal("consent-missing", ", ".join(encoded(needed)), tuple(needed))

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
        Refusal: `wrong-product`: a modem that is not known; or no way leads from here with these
            files, and the code says why.
    """
    options = options or {}
    at_home = modem.state == "application"
    if is_foreign(modem.state, identity):
        name = "calls itself " + identity.product if identity.product else "does not say who it is"
        raise Refusal("wrong-product", "this one " + name + ": no Monarch that this program knows")
    plan = Plan()
    known = _known(identity, past, at_home)
    plan.origin = known.build
    plan.roles.update(helpers_in(files))
    main = choose_goal(files, known.build if at_home else None, known.build, options.get("expect_build"))
    image = main[0]
    plan.target = image.build if image.build is not None else options.get("expect_build")
    parts = parts_of(files, image)
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
    plan.route, plan.steps = route(modem.state, plan.origin, plan.roles, known, image, past, between)
    if ("send-boot-rom", "bootrom") in plan.steps:
        _judge(plan, plan.roles["bootrom"][0], known, True, ())
    _way_back(plan, known, image)
    _words(plan, image)
    roles = [role for _, role in plan.steps]
    used = [plan.roles[role][0] for role in plan.roles if role in roles or role == "updater"]
    plan.unused = [each.name for each, _ in files if each not in used]
    for each in used:
        if not each.understood:
            plan.needs.append(
                (
                    ("accept-unknown-file", ""),
                    each.name + " is simulated, or cannot be checked here",
                )
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
    raise Refusal("which-39529", "", (("after-part-1", ""),))


def _judge(plan: Plan, image: "Image", identity: Identity, at_home: bool, parts: "tuple[int, ...]") -> None:
    """Ask the table of edges; note direction, consents and known deaths."""
    if not at_home and not identity.family and image.product:
        # A modem that cannot say what it is may be the one that this image names; its session will tell more.
        plan.needs.append(
            (
                ("accept-unproven-path", "unknown-%s" % (image.build or "unknown")),
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
        plan.needs.append((consent, DANGERS[consent[0]]))
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
    "without-way-back": (
        "look for updater.elf in the package (.zip) that the firmware came in, and give it, too; "
        "without it a cut can leave the modem in a state that nothing here leads out of"
    ),
}


def _way_back(plan: Plan, identity: Identity, image: "Image") -> None:
    """The files for every state that a cut can leave; a missing one needs its own consent."""
    needs_updater = "updater" not in plan.roles and not brings_its_updater(identity, image)
    plan.way_back = [plan.roles[role][0].name for role in plan.roles if role != "bootrom" or plan.route == 6]
    if plan.route == 1:
        plan.warnings.append(
            "If the power is cut while it installs, the modem may wait in recovery; then you need "
            + ("the updater ELF of the same package and " if needs_updater else "")
            + "a full image."
        )
    elif needs_updater:
        plan.needs.append((("without-way-back", ""), DANGERS["without-way-back"]))


def _words(plan: Plan, image: "Image") -> None:
    """What cannot be undone, in sentences."""
    old = "build %d" % plan.origin if plan.origin else "the present firmware"
    if plan.direction != "repair":
        way_back = "the way back to %s is its own file" % old
        if plan.origin in builds.BUILDS and not builds.BUILDS[plan.origin][4]:
            way_back = "the file of %s was never published, so nothing leads back to it" % old
        plan.cannot_undo.append("Firmware cannot be read out of the modem: %s." % way_back)
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
    from typing import Any

    from modemflash.consent import Consent  # noqa: F401 - it stands in a comment
    from modemflash.file_roles import Files, Roles  # noqa: F401 - Roles stands in a comment
    from modemflash.image import Image
    from modemflash.modem import Modem
