"""A foreign DIAG client, qcsuper, reads the simulated module: what we simulate is what others expect.

It is run as a program, in its own environment, and nobody reads it. Rule: what it
shows and fetches is compared with the simulated tree, byte for byte.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from modemflash_sim.endpoints.serve import serve
from modemflash_sim.quectel_edl.efs import TREE, UNLISTED
from support.dm_port import BUILD, DmPort

pytestmark = [pytest.mark.referee, pytest.mark.slow]
PATIENCE_S = 60
_LISTED = re.compile(r"^\+ ([A-Z]\w+(?: File)?) .*?\| '([^']+)' +\| (\d*) ", re.MULTILINE)


def asked(program: Path, address: str, *words: str, typed: str = "") -> str:
    """What qcsuper prints."""
    done = subprocess.run(
        [program, "--tcp", address.partition("//")[2], *words],
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def listing(shown: str) -> dict[str, tuple[str, str]]:
    """Name → (kind, size) of a folder as it shows it."""
    return {name: (kind, size) for kind, name, size in _LISTED.findall(shown)}


def test_it_reads_the_name_of_the_build(tool: Callable[[str], Path]) -> None:
    with serve(DmPort(), "tcp", paced=False) as address:
        shown = asked(tool("qcsuper"), address, "--info")
    assert re.search(rf"Firmware build ID: +{BUILD}$", shown, re.MULTILINE)


def test_it_lists_the_tree_and_fetches_every_file(tool: Callable[[str], Path], tmp_path: Path) -> None:
    device = DmPort("", "efs-numbered:all")
    device.sim.efs.links.clear()
    paths = [path.decode() for path in TREE if path.isascii()]
    folders = sorted({path.rpartition("/")[0] or "/" for path in paths} | {"/", "/nv", "/nv/item_files"})
    typed = [f"ls {shlex.quote(folder)}" for folder in folders]
    typed += [f"get {shlex.quote(path)} {tmp_path / str(number)}" for number, path in enumerate(paths)]
    with serve(device, "tcp", paced=False) as address:
        shown = asked(tool("qcsuper"), address, "--efs-shell", typed="\n".join([*typed, "exit", ""]))
    fetched = {path: (tmp_path / str(number)).read_bytes() for number, path in enumerate(paths)}
    assert fetched == {path: TREE[path.encode()] for path in paths}
    for folder, block in zip(folders, shown.split(">>> ")[1:], strict=False):
        wanted = {
            path.encode()[len(folder.rstrip("/")) + 1 :].split(b"/")[0].decode("latin-1")
            for path in paths
            if path.startswith(folder.rstrip("/") + "/")
        }
        seen = listing(block)
        assert wanted <= set(seen), (folder, block)
        for name, (kind, size) in seen.items():
            path = f"{folder.rstrip('/')}/{name}".encode()
            if path in TREE:
                assert int(size) == len(TREE[path])
                assert kind.startswith("Item" if b"item_files" in path else "Regular")
    assert device.sim.violations == device.changing == []
    assert device.sim.efs.held == {}


def test_a_command_that_means_two_things_is_a_violation(tool: Callable[[str], Path]) -> None:
    """It asks where a link leads with command 7, which another program takes for a removal."""
    device = DmPort()
    with serve(device, "tcp", paced=False) as address:
        asked(tool("qcsuper"), address, "--efs-shell", typed="ls /rfc\nexit\n")
    assert device.sim.violations == ["command 7 of the file system"]


def test_an_item_that_no_folder_lists_is_there_all_the_same(
    tool: Callable[[str], Path], tmp_path: Path
) -> None:
    target = tmp_path / "item"
    path = UNLISTED.decode()
    typed = f"ls {path.rpartition('/')[0]}\nget {path} {target}\nexit\n"
    with serve(DmPort(), "tcp", paced=False) as address:
        shown = asked(tool("qcsuper"), address, "--efs-shell", typed=typed)
    assert path.rpartition("/")[2] not in listing(shown)
    assert target.read_bytes() == TREE[UNLISTED]
