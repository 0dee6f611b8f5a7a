"""Programs from Debian's archive, unpacked into a private folder and run with their own loader.

Rules: no root, nothing outside the folder, no address in this repository: the
mirror is the one that the machine's own apt sources name, the signature is
Debian's own. Only apt talks to the network. It needs the standard library alone: the
tests fetch their own tools with it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from modemflash_host.computer.programs import Unavailable, run

SUITE = "trixie"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SUITES = set("oldoldstable oldstable stable testing sid bullseye bookworm trixie forky duke".split())


class Source(NamedTuple):
    """One archive of an apt sources file."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]


def one_line_sources(text: str) -> Iterator[Source]:
    """The archives of a `sources.list`: `deb [options] URI suite component…`."""
    for line in text.splitlines():
        words = re.sub(r"\[[^]]*\]", " ", line.split("#")[0], count=1).split()
        if len(words) >= 3 and words[0] == "deb":
            yield Source(words[1], (words[2],), tuple(words[3:]))


def deb822_sources(text: str) -> Iterator[Source]:
    """The archives of a `.sources` file: paragraphs of `Field: value`, continued by leading blanks."""
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    for paragraph in re.split(r"\n\s*\n", text):
        pairs = re.findall(r"^([\w-]+):((?:.*\n?)(?:[ \t]+.*\n?)*)", paragraph, re.MULTILINE)
        field = {name.lower(): value.split() for name, value in pairs}
        if "deb" in field.get("types", []) and field.get("enabled", ["yes"]) != ["no"]:
            for uri in field.get("uris", []):
                yield Source(uri, tuple(field.get("suites", [])), tuple(field.get("components", [])))


def mirror(sources: list[Source]) -> str:
    """The address of the Debian mirror among the machine's archives.

    Raises:
        Unavailable: none of them is Debian's main archive.
    """
    for source in sources:
        if _SUITES.intersection(source.suites) and "main" in source.components:
            return source.uri
    raise Unavailable("no Debian mirror among this machine's apt sources")


def unpack(name: str, folder: Path, apt: list[str]) -> None:
    """Bring a package and all below it into `folder/root/`, its programs runnable from `folder/bin/`.

    Args:
        name: the binary package, as in `apt-get download NAME`.
        folder: it exists and is empty.
        apt: options of `private_apt`.

    Raises:
        Unavailable: there is no such package, or the fetch failed.
    """
    plan = run("apt-get", *apt, "install", "--simulate", "--no-install-recommends", name)
    wanted = re.findall(r"^Inst (\S+) \(", plan, re.MULTILINE)
    downloads, root = folder / "downloads", folder / "root"
    downloads.mkdir()
    run("apt-get", *apt, "download", *wanted, cwd=downloads)
    for archive in sorted(downloads.glob("*.deb")):
        run("dpkg-deb", "-x", archive, root)
        archive.unlink()
    downloads.rmdir()
    _write_wrappers(folder)


def machine_architecture() -> str:
    """Debian's word for this machine's processor."""
    return run("dpkg", "--print-architecture").strip()


def _machine_sources() -> list[Source]:
    shell = run("apt-config", "shell", "LIST", "Dir::Etc::sourcelist/f", "PARTS", "Dir::Etc::sourceparts/d")
    place = dict(re.findall(r"^(\w+)='(.*)'$", shell, re.MULTILINE))
    parts = Path(place["PARTS"])
    found: list[Source] = []
    for path in [Path(place["LIST"]), *sorted(parts.glob("*.list")), *sorted(parts.glob("*.sources"))]:
        if path.is_file():
            read = deb822_sources if path.suffix == ".sources" else one_line_sources
            found.extend(read(path.read_text(errors="replace")))
    return found


def debian_mirror() -> str:
    """The address of the Debian mirror that this machine's apt uses.

    Raises:
        Unavailable: it has no apt, or no Debian mirror.
    """
    if not KEYRING.is_file():
        raise Unavailable(f"no Debian keyring at {KEYRING}")
    return mirror(_machine_sources())


def private_apt(folder: Path, architecture: str) -> list[str]:
    """Options that make apt work in a folder of ours, with the package lists there."""
    return [
        f"-oDir::Etc::sourcelist={folder / 'sources.list'}",
        "-oDir::Etc::sourceparts=/dev/null",
        "-oDir::Etc::preferencesparts=/dev/null",
        f"-oDir::State={folder / 'state'}",
        f"-oDir::State::status={folder / 'status'}",
        f"-oDir::Cache={folder / 'cache'}",
        f"-oAPT::Architecture={architecture}",
        f"-oAPT::Architectures={architecture}",
        "-oAPT::Sandbox::User=",
        "-oAcquire::Languages=none",
    ]


def fetch_lists(folder: Path, architecture: str, address: str, suite: str = SUITE) -> None:
    """Bring the package lists of a suite into a folder that is empty.

    Raises:
        Unavailable: the fetch failed.
    """
    (folder / "state" / "lists" / "partial").mkdir(parents=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True)
    (folder / "status").touch()
    line = f"deb [signed-by={KEYRING} arch={architecture}] {address} {suite} main\n"
    (folder / "sources.list").write_text(line)
    run("apt-get", *private_apt(folder, architecture), "-oAPT::Update::Error-Mode=any", "update")


def _write_wrappers(folder: Path) -> None:
    """`bin/NAME` for each program: run by the loader and the libraries that came with it."""
    loaders = sorted((folder / "root").glob("usr/lib/*/ld-linux*.so.*"))
    if not loaders:
        return  # data only
    (folder / "bin").mkdir()
    for program in (folder / "root" / "usr").glob("*bin/*"):
        if program.is_symlink() or program.read_bytes()[:4] != b"\x7fELF":
            continue
        wrapper = folder / "bin" / program.name
        libraries = loaders[0].parent
        loader, library, itself = (
            os.path.relpath(path, folder / "root") for path in (loaders[0], libraries, program)
        )
        wrapper.write_text(
            "#!/bin/sh\n"
            'root=$(dirname "$0")/../root\n'
            f'exec "$root/{loader}" --library-path "$root/{library}" "$root/{itself}" "$@"\n'
        )
        wrapper.chmod(0o755)
