"""Which of the files is the goal, and what the others are good for.

Rules that hold here: an exact difference comes before a full image; where only
the owner can know which file is meant, that is a refusal.
"""

from modemflash import builds
from modemflash.errors import Refusal


def helpers_in(files: "Files") -> "Roles":
    """Updater and boot ROM, each under its role.

    Raises:
        Refusal: `several-images`.
    """
    roles = {}  # type: Roles
    for role, kind in (("updater", builds.UPDATER), ("bootrom", builds.BOOT_ROM)):
        spare = of_kind(files, kind)
        if len(spare) > 1:
            raise Refusal("several-images", ", ".join([each[0].name for each in spare]))
        if spare:
            roles[role] = spare[0]
    return roles


def of_kind(files: "Files", kind: str) -> "Files":
    """The files of one kind of `builds`."""
    return [each for each in files if each[0].kind == kind]


def choose_goal(files: "Files", base: "int | None", running: "int | None", expect: "int | None") -> "File":
    """The one file that is the goal: an exact difference before a full image.

    Args:
        files: all of them.
        base: the build that a difference must start from, None where none can go on.
        running: the build that the modem names.
        expect: the build that the owner expects, or None.

    Raises:
        Refusal: `no-image`, `several-images`, `not-the-expected-build`, or why the difference does not fit.
    """
    differences = of_kind(files, builds.DIFFERENCE)
    fitting = [each for each in differences if base is not None and each[0].from_build == base]
    full = [each for each in of_kind(files, builds.FULL) if each[0].part < 2]
    if fitting:
        goals = {each[0].build for each in fitting}
        full = [each for each in full if each[0].build not in goals and each[0].build != running]
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


def parts_of(files: "Files", image: "Image") -> "dict[int, File]":
    """Part number -> file, for the package that `image` belongs to."""
    return {each[0].part: each for each in files if each[0].part and each[0].build == image.build}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

    from modemflash.contracts import Source
    from modemflash.image import Image

    File = tuple[Image, Source]
    Files = Sequence[File]
    Roles = dict[str, File]
