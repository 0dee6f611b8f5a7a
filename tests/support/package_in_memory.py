"""A firmware package of a Quectel modem that lies on no disk, and what examining it comes to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modemflash.errors import Problem
from modemflash_host.families.quectel_edl.examine import ProvedPackage, examine_package
from modemflash_sim.quectel_edl.packages import NAME, PackageMaker
from support.memory_source import MemorySource

Spoil = Callable[[PackageMaker], object]
"""What makes another package of a good one."""


class PackageInMemory:
    """A package as the product reads it, without a disk.

    Args:
        files: names and contents.
        name: of the package.
    """

    def __init__(self, files: dict[str, bytes], name: str = NAME) -> None:
        self.name = name
        self.names = tuple(sorted(files))
        self.size = sum(len(data) for data in files.values())
        self._files = {key: MemorySource(data, key) for key, data in files.items()}

    def open(self, name: str) -> object:
        return self._files[name]

    def readinto(self, offset: int, buf: bytearray | memoryview) -> int:
        return 0

    def close(self) -> None:
        """Nothing is open."""


def examined(maker: PackageMaker, name: str = NAME) -> ProvedPackage:
    """The package, if it is good."""
    source: Any = PackageInMemory(maker.contents(), name)
    return examine_package(source, lambda done, total: None)


def code_of(maker: PackageMaker, name: str = NAME) -> str:
    """The code of what is wrong with the package; "good" where nothing is."""
    try:
        examined(maker, name)
    except Problem as problem:
        return problem.code
    return "good"


def code_after(spoil: Spoil) -> str:
    """The same of a good package, once it was spoiled."""
    maker = PackageMaker()
    spoil(maker)
    return code_of(maker)
