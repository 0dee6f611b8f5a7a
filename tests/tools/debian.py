"""Programs from Debian's archive, each fetched once into `.cache/` and kept there."""

from datetime import date
from pathlib import Path

from .cache import CACHE, made_once

from modemflash_host.computer import debian_package  # isort: skip (`cache` has told where it is)
from modemflash_host.computer.debian_package import SUITE, machine_architecture  # isort: skip

__all__ = ["machine_architecture", "package"]


def package(name: str, architecture: str, suite: str = SUITE) -> Path:
    """A folder with a Debian package and all below it in `root/`, its programs runnable from `bin/`.

    Args:
        name: the binary package, as in `apt-get download NAME`.
        architecture: Debian's word for it: amd64, i386, …
        suite: another one for what `SUITE` does not have.

    Raises:
        Unavailable: this machine has no apt, no Debian mirror, or the fetch failed.
    """

    def make(folder: Path) -> None:
        debian_package.unpack(name, folder, _private_apt(architecture, suite))

    return made_once(CACHE / ("debian-" + architecture) / name, suite, make)


def _private_apt(architecture: str, suite: str) -> list[str]:
    """Options for apt, with lists that are of today: an older list names what is gone."""
    address = debian_package.debian_mirror()
    folder = CACHE / ("apt-" + architecture if suite == SUITE else "apt-%s-%s" % (architecture, suite))

    def make(empty: Path) -> None:
        debian_package.fetch_lists(empty, architecture, address, suite)

    made_once(folder, "%s %s %s" % (suite, address, date.today()), make)
    return debian_package.private_apt(folder, architecture)
