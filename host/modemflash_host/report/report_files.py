"""Where reports and pages are written: where somebody says, or into the state folder, the last 20 of them.

Rules: nothing is overwritten but an older one of the same kind; what cannot be
written is a refusal with the reason.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from modemflash_host.errors import Refusal
from modemflash_host.report.page.markup import PAGE_BEGINS
from modemflash_host.store.new_file import may_replace, new_file
from modemflash_host.store.regular_file import only_regular
from modemflash_host.store.state_folder import kept_file, state_folder

STANDARD_OUTPUT = Path("-")
_KEPT = 20
_NAME = re.compile(r"modemflash-report-\d{6,9}-\d{8}-\d{6}-\d+\.(?:zip|html)")


@contextmanager
def report_file(
    name: str, to: Path | None, may_go: Callable[[Path], bool]
) -> Iterator[tuple[Path, BinaryIO]]:
    """An open file for a report, and where it is.

    Args:
        name: in the state folder.
        to: another place for it; `STANDARD_OUTPUT` likewise.
        may_go: whether what is there may be overwritten.

    Raises:
        Refusal: `report-not-written`.
    """
    if to == STANDARD_OUTPUT:
        yield to, sys.stdout.buffer
        return
    try:
        path = to or _folder() / name
        if os.path.lexists(path) and not may_go(path):
            raise Refusal("report-not-written", f"{path}: something else is there, which is not overwritten")
        make = kept_file if to is None else new_file
        with make(path) as file:
            yield path, file
    except OSError as error:
        raise Refusal("report-not-written", f"{to or 'state folder'}: {error.strerror}") from error


def write_page(page: str, name: str, to: Path | None) -> Path:
    """Write a page; where it is.

    Raises:
        Refusal: `report-not-written`.
    """
    with report_file(name, to, lambda path: may_replace(path, PAGE_BEGINS)) as (path, file):
        file.write(page.encode())
    return path


def _folder() -> Path:
    folder = state_folder("reports")
    for path in sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))[: -_KEPT + 1]:
        with suppress(OSError):  # a folder, say, or another run was faster
            only_regular(path.lstat())
            path.unlink()
    return folder
