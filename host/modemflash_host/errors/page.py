"""What can go wrong in the page alone, see `modemflash_web`: its rows of the catalogue."""

from __future__ import annotations

from modemflash.errors import CATALOGUE, UNTOUCHED

PAGE_CATALOGUE: dict[str, tuple[str, str, str]] = {
    "page-not-built": (
        "The page for the browser could not be built",
        "Building needs npm and node (from your system's packages) and a network, once.",
        UNTOUCHED,
    ),
    "only-on-a-pc": (
        "This package is for a module that changes its ports during an update, which a browser cannot follow",
        "Use the program, which takes the same package: `pip install modemflash` on a computer.",
        UNTOUCHED,
    ),
}
CATALOGUE.update(PAGE_CATALOGUE)
