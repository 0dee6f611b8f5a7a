"""The files that somebody chose: from the browser into the folder from which the host package reads them.

Rules: what no firmware can be is never read, because a tab has no room for it, and a folder may
hold anything; a file that was chosen itself is refused by its name, one that merely lies in a
folder is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from modemflash.errors import BadFile, Refusal
from modemflash_host.files.candidates import MOST_FILES, is_archive_name, is_firmware_name
from modemflash_web.inside.browser import Browser, Wait
from modemflash_web.inside.words import said

MOST_BYTES = 256 << 20
"""Of one file; the packages of the largest modules are smaller. All together may have twice as many."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file that somebody chose.

    Attributes:
        path: its name, behind that of the folder that was chosen, if one was.
        size: bytes.
    """

    path: PurePosixPath
    size: int

    @property
    def is_named(self) -> bool:
        """It was chosen itself."""
        return len(self.path.parts) == 1

    @property
    def is_wanted(self) -> bool:
        """What is wrong with it is an error."""
        return self.is_named or is_firmware_name(self.path) or is_archive_name(self.path)


def take_chosen(chosen: Sequence[Chosen], folder: Path, browser: Browser, wait: Wait[object]) -> None:
    """Copy the files that may be firmware.

    Args:
        chosen: in the order of the browser.
        folder: is empty.
        browser: has the files.
        wait: see there.

    Raises:
        Refusal: `too-many-files`, `file-too-large` or `file-not-readable`.
    """
    top = chosen[0].path.parts[0] if chosen else ""
    if len(chosen) > MOST_FILES:
        raise Refusal("too-many-files", said("soManyIn", count=len(chosen), folder=top))
    for file in chosen:
        if file.is_named and file.size > MOST_BYTES:
            raise BadFile("file-too-large", said("soLarge", name=file.path, size=file.size))
    read = [index for index, file in enumerate(chosen) if file.size <= MOST_BYTES]
    if (all_bytes := sum(chosen[index].size for index in read)) > 2 * MOST_BYTES:
        raise Refusal("too-many-files", said("soMuchIn", size=all_bytes >> 20, folder=top))
    for index in read:
        path = chosen[index].path
        why = str(wait(browser.copy(index, str(folder.joinpath(*path.parts)))))
        if why and chosen[index].is_wanted:
            raise Refusal("file-not-readable", f"{path}: {why}")
