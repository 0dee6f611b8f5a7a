"""Which file of a package is what, by its name: exactly one of each, and none of those that do harm.

    md5.txt  contents.xml  update/…  update/firehose/…

Rules: nothing is guessed between two; what burns fuses or writes calibration is
refused for its name alone, even where the update would not use it: other tools
take the first list that they find. Names are compared without case.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from modemflash.errors import BadFile
from modemflash_host.families.quectel_edl.md5_list import NAME as MD5_NAME

_FIREHOSE = re.compile(r"(?:(.*)/)?update/firehose/[^/]+")
_LIST = re.compile(r"rawprogram_.*\.xml")
_UPDATE_LIST = re.compile(r"rawprogram_nand_.*_update\.xml")
_FACTORY = re.compile(r"cefs\.mbn|factory\.xqcn|rawprogram.*factory.*\.xml")
_FUSES = re.compile(r"rawprogram.*fuse.*\.xml")
_FUSE_FOLDERS = frozenset({"efuse", "fuse"})
_PROGRAMMER = re.compile(r"(?:prog_|firehose-prog).*\.(?:mbn|elf)")
_ALTAIR = re.compile(r"(?<![a-z0-9])bg(?:770|773|950|951)")
_BG96 = re.compile(r"(?<![a-z0-9])bg96"), re.compile(r"bg96|e?nprg9x06|.*firehose.*9x06")
_BG95 = re.compile(r"(?<![a-z0-9])(?:bg95|bg77|bg600)"), re.compile(r"bg95|bg77|bg600|.*firehose.*9x05")
"""How the name of a package tells the module, and how the name of a file in it does."""
_PACKAGE_FILE = re.compile(
    r"rawprogram_.*\.xml|(?:prog_.*firehose|firehose-prog).*\.(?:mbn|elf)|e?nprg9x06\.mbn"
)
_IMAGE = re.compile(r"(?:.*/)?update/[^/]+\.mbn")
_PART = re.compile(r"(?:patch|partition).*\.xml|contents\.xml|non-hlos\..*|.*\.mbn")
_LIST_OF_SUMS = b"FILE:START"


@dataclass(frozen=True, slots=True)
class PackageFiles:
    """Names of files in a package.

    Attributes:
        root: what stands before `update/` in every name; "" or with a slash at its end.
        checksums, programmer, command_list, mibib, user_table, table_xml: one of each.
        patches: lists of patches.
        contents: what the vendor says of it; "" where there is none.
    """

    root: str
    checksums: str
    programmer: str
    command_list: str
    patches: tuple[str, ...]
    mibib: str
    user_table: str
    table_xml: str
    contents: str


def is_part(name: str, head: bytes) -> bool:
    """Whether a single file is one of a package, by its name and its first bytes."""
    base = posixpath.basename(name).lower()
    is_list = base == MD5_NAME and _LIST_OF_SUMS in head
    return is_list or any(pattern.fullmatch(base) for pattern in (_PACKAGE_FILE, _PART))


def is_package(own_name: str, names: Sequence[str]) -> bool:
    """Whether a folder or an archive is a package, or what is left of one, by names."""
    return is_other_chip(own_name) or any(
        _PACKAGE_FILE.fullmatch(posixpath.basename(name)) or _IMAGE.fullmatch(name)
        for name in map(str.lower, names)
    )


def is_other_chip(own_name: str) -> bool:
    """Whether a package is for a module of the same maker with another maker's chip."""
    return _ALTAIR.search(own_name.lower()) is not None


def refuse_other_modules(own_name: str, names: Sequence[str]) -> None:
    """Packages for modules that are not updated this way.

    Raises:
        BadFile: `package-other-chip`, `package-bg96` or `package-bg95`.
    """
    if is_other_chip(own_name):
        raise BadFile("package-other-chip", own_name)
    for (of_package, of_file), code in ((_BG96, "package-bg96"), (_BG95, "package-bg95")):
        found = [own_name] if of_package.search(own_name.lower()) else []
        found += [name for name in map(posixpath.basename, names) if of_file.match(name.lower())]
        if found:
            raise BadFile(code, found[0])


def find_files(own_name: str, names: Sequence[str]) -> PackageFiles:
    """The files of a package.

    Args:
        own_name: of the folder or archive.
        names: its files, with slashes.

    Raises:
        BadFile: one is missing, is there twice, or does harm.
    """
    lower = {name.lower(): name for name in names}
    if len(lower) < len(names):
        raise BadFile("package-names-twice", own_name)
    roots = {(found[1] + "/" if found[1] else "") for name in lower if (found := _FIREHOSE.fullmatch(name))}
    if len(roots) > 1:
        raise BadFile("package-several", ", ".join(root or "here" for root in sorted(roots)))
    if not roots:
        raise BadFile("package-part-only", own_name)
    [root] = roots
    _refuse_harm(lower)
    mine = [name for name in lower if name.startswith(root)]
    firehose = [name for name in mine if posixpath.dirname(name) == f"{root}update/firehose"]

    def only(code: str, found: list[str], what: str = "") -> str:
        if len(found) != 1:
            listed = ", ".join(posixpath.basename(lower[name]) for name in found) or "none"
            raise BadFile(code, f"{what}{listed}")
        return lower[found[0]]

    def called(pattern: re.Pattern[str], among: list[str]) -> list[str]:
        return [name for name in among if pattern.fullmatch(posixpath.basename(name))]

    lists = called(_LIST, mine)
    if len(lists) != 1 or not called(_UPDATE_LIST, [name for name in lists if name in firehose]):
        listed = [posixpath.basename(lower[name]) for name in lists]
        raise BadFile("package-command-list", ", ".join(listed) or "none")
    return PackageFiles(
        root=lower[lists[0]][: len(root)],
        checksums=only("package-no-checksums", [name for name in mine if name == root + MD5_NAME]),
        programmer=only("package-programmer", called(_PROGRAMMER, firehose)),
        command_list=lower[lists[0]],
        patches=tuple(lower[name] for name in called(re.compile(r"patch.*\.xml"), firehose)),
        mibib=only(
            "package-no-tables", called(re.compile(r"partition_complete_.*\.mbn"), firehose), "MIBIB: "
        ),
        user_table=only("package-no-tables", called(re.compile(r"partition\.mbn"), mine), "partition.mbn: "),
        table_xml=only(
            "package-no-tables", called(re.compile(r"partition_nand\.xml"), mine), "partition_nand.xml: "
        ),
        contents=lower.get(root + "contents.xml", ""),
    )


def _refuse_harm(lower: dict[str, str]) -> None:
    for name in lower:
        parts = name.split("/")
        if _FACTORY.fullmatch(parts[-1]):
            raise BadFile("package-factory", lower[name])
        if _FUSES.fullmatch(parts[-1]) or _FUSE_FOLDERS.intersection(parts[:-1]):
            raise BadFile("package-fuses", lower[name])
