"""md5.txt of a package: which files belong to it, with all 32 digits of their sums.

    VERSION:1.0
    FILE:START
    FILE:\\update\\tz.mbn:0123…  (32 hex digits)
    FILE:END

Rules: a list without end, with a line that is none of these, or with two sums for
one file is damaged. A sum shows damage, not origin.
"""

from __future__ import annotations

import re

from modemflash.errors import BadFile

NAME = "md5.txt"
_LINE = re.compile(r"FILE:(?:\.?[\\/])?(.+):([0-9A-Fa-f]{32})")
_MOST_FILES = 5_000


def read_md5_list(data: bytes) -> dict[str, str]:
    """The files of the list, with slashes, and their sums in lower case.

    Raises:
        BadFile: `package-no-checksums` or `package-checksums-broken`.
    """
    sums: dict[str, str] = {}
    lines = [line.strip() for line in data.decode("utf-8-sig", "replace").splitlines()]
    lines = [line for line in lines if line]
    if not lines:
        raise BadFile("package-no-checksums", NAME)
    for number, line in enumerate(lines, 1):
        if line.startswith("VERSION:") or line in ("FILE:START", "FILE:END"):
            continue
        found = _LINE.fullmatch(line)
        if not found:
            raise BadFile("package-checksums-broken", f"line {number}: {line[:80]}")
        name, md5 = found[1].replace("\\", "/"), found[2].lower()
        if sums.setdefault(name, md5) != md5:
            raise BadFile("package-checksums-broken", f"two sums for {name}")
    if not sums:
        raise BadFile("package-no-checksums", f"{NAME} lists no file")
    if "FILE:END" not in lines or len(sums) > _MOST_FILES:
        raise BadFile("package-checksums-broken", "it has no end")
    return sums
