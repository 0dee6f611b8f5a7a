"""The interpreter of the page: one release of Pyodide, fetched by npm, and nothing but what its hash says.

Rules: the release and the hash of its archive stand here, and a fetched archive that is another one is not
unpacked; it is fetched through this computer's own npm, once, and kept. Nothing of it is in this repository.
"""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
from pathlib import Path

from modemflash_host.computer.programs import Unavailable, find_program

NAME, VERSION = "pyodide", "314.0.7"
SHA512 = (
    "d18bd7c4485f11da4b7dbfd790cd8114078c44eab488c517d9bcf31fda4eb6dc"
    "8c716930abe1db139bb2b860fcd8b37bcb6abe48dbe2ffa579244b0e943d91d4"
)
FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json", "python_stdlib.zip")
_PATIENCE_S = 600


def fetched(folder: Path) -> Path:
    """A folder with `FILES`, below `folder`; fetched where it is not there yet.

    Raises:
        Unavailable: there is no npm, or it brought nothing, or something else.
    """
    made = folder / f"{NAME}-{VERSION}"
    if all((made / name).is_file() for name in FILES):
        return made
    npm = find_program("npm")
    if npm is None:
        raise Unavailable("there is no npm on this computer, which fetches the page's Python (Pyodide)")
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [npm, "pack", f"{NAME}@{VERSION}", "--silent"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
    )
    archive = folder / f"{NAME}-{VERSION}.tgz"
    if done.returncode or not archive.is_file():
        lines = done.stderr.strip().splitlines()
        raise Unavailable(f"npm did not bring {NAME} {VERSION}: {lines[-1] if lines else done.returncode}")
    unpack(archive, made)
    return made


def unpack(archive: Path, target: Path) -> None:
    """The files that are needed, out of an archive that is the one that is meant.

    Raises:
        Unavailable: it is another one.
    """
    content = archive.read_bytes()
    if hashlib.sha512(content).hexdigest() != SHA512:
        archive.unlink()
        raise Unavailable(f"{archive.name} is not the archive that is meant: its hash is another one")
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as packed:
        for name in FILES:
            member = packed.extractfile(f"package/{name}")
            if member is None:
                raise Unavailable(f"{archive.name} has no {name}")
            (target / name).write_bytes(member.read())
