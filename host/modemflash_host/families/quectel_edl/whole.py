"""Every file of a package, read once from its first to its last byte and compared with its checksum.

Rules: all 32 digits count; a file that is listed below `update/` and absent is an
error, and so is one without a sum among those that are sent or understood. Of what
is neither, a listed one that is absent is told, and one without a sum. The bytes
that are understood later are those that were summed here: no file is read twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from modemflash.errors import BadFile
from modemflash_host.families.contract import Progress
from modemflash_host.families.plan import PackageSource
from modemflash_host.families.quectel_edl import xml_reader
from modemflash_host.families.quectel_edl.md5_list import read_md5_list

_CHUNK_BYTES = 1 << 18
_MOST_KEPT = xml_reader.MOST_BYTES + 1  # so that one that is too long is seen to be
_MOST_LIST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class WholePackage:
    """What was read.

    Attributes:
        sizes: bytes of each file that has a right sum, by its name in lower case.
        heads: the first bytes of those that are looked into, by their names.
        absent: names that are listed, absent, and would not be sent.
        unlisted: names without a sum; none of them is sent or understood.
        sha256: over names and contents of all files with a sum.
    """

    sizes: Mapping[str, int]
    heads: Mapping[str, bytes]
    absent: tuple[str, ...]
    unlisted: tuple[str, ...]
    sha256: str

    def size_of(self, name: str) -> int:
        """Bytes of a file that is sent or understood.

        Raises:
            BadFile: `package-not-in-list` or `package-file-empty`.
        """
        size = self.sizes.get(name.lower())
        if size is None:
            raise BadFile("package-not-in-list", name)
        if size == 0:
            raise BadFile("package-file-empty", name)
        return size


def read_whole(
    source: PackageSource, checksums: str, root: str, looked_into: frozenset[str], progress: Progress
) -> WholePackage:
    """Read and compare all files.

    Args:
        source: the package.
        checksums: the name of its md5.txt.
        root: what stands before the names in it.
        looked_into: names of files whose content is wanted.
        progress: told how far it is.

    Raises:
        BadFile: what is wrong with which file.
    """
    sums = read_md5_list(_read(source, checksums))
    names = {name.lower(): name for name in source.names}
    absent = [listed for listed in sums if (root + listed).lower() not in names]
    for listed in absent:
        if listed.lower().startswith("update/"):
            raise BadFile("package-file-missing", listed)
    sizes: dict[str, int] = {}
    heads: dict[str, bytes] = {}
    whole = hashlib.sha256()
    done = 0
    for listed, md5 in sorted(sums.items()):
        name = names.get((root + listed).lower())
        if name is None:
            continue
        digest, sha256, size, head = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0, bytearray()
        file = source.open(name)
        try:
            chunk = bytearray(_CHUNK_BYTES)
            while got := file.readinto(size, chunk):
                piece = memoryview(chunk)[:got]
                digest.update(piece)
                sha256.update(piece)
                size += got
                done += got
                if name in looked_into and len(head) < _MOST_KEPT:
                    head += piece[: _MOST_KEPT - len(head)]
                progress(min(done, source.size), source.size)
        finally:
            file.close()
        if digest.hexdigest() != md5:
            raise BadFile("package-file-differs", listed)
        sizes[name.lower()] = size
        whole.update(f"{listed}\0{sha256.hexdigest()}\n".encode("utf-8", "surrogateescape"))
        if name in looked_into:
            heads[name] = bytes(head)
    mine = [name for name in source.names if name.lower().startswith(root.lower()) and name != checksums]
    unlisted = tuple(name[len(root) :] for name in mine if name.lower() not in sizes)
    return WholePackage(sizes, heads, tuple(absent), unlisted, whole.hexdigest())


def _read(source: PackageSource, name: str) -> bytes:
    """A small file."""
    file = source.open(name)
    try:
        if file.size > _MOST_LIST_BYTES:
            raise BadFile("package-checksums-broken", f"{name} has {file.size} bytes")
        data = bytearray(file.size)
        return bytes(data[: file.readinto(0, data)])
    finally:
        file.close()
