"""docs/fleet.md: what can be tried without hardware is tried, in its order, in one terminal."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from modemflash_host.families import registry
from modemflash_host.fleet.fleet_file import read_fleet
from modemflash_sim.sequans import images

PAGE = Path(__file__).resolve().parents[2] / "docs/fleet.md"
_LIST = re.compile(r"<!-- fleet.toml -->\n```toml\n(.*?)```", re.DOTALL)
_BLOCK = re.compile(r"(?:<!-- ends with (\d+) -->\n)?```console\n(.*?)```", re.DOTALL)
_OF_A_HUB = re.compile(r"## Twelve boards on a hub\n(.*?)\n## ", re.DOTALL)
_PLAIN_BLOCK = re.compile(r"```\n(modemflash .*?)\n```", re.DOTALL)
_BASH = shutil.which("bash")
# The program on a computer with these ports.
_HUB = """
import os, sys
from modemflash_host.links import ports
listed = [ports.Port(name, ports.Device("a board", ports.BOARD)) for name in os.environ["HUB"].split()]
ports.list_ports = lambda *_: listed
from modemflash_host.cli import main
sys.exit(main())
"""


@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.skipif(_BASH is None, reason="needs a bash")
def test_every_command_does_what_the_page_of_fleets_says(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    [listed] = _LIST.findall(text)
    (tmp_path / "fleet.toml").write_text(listed)
    steps = [
        (line.removeprefix("$ "), int(code or 0))
        for code, block in _BLOCK.findall(text)
        for line in block.splitlines()
    ]
    script = "\n".join(f'{command}\necho "<ended $?>" >&2' for command, _ in steps)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MODEMFLASH_")}
    path = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
    environment |= {"MODEMFLASH_HOME": str(tmp_path / "home"), "PATH": path}
    done = subprocess.run(
        [str(_BASH), "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=180
    )
    codes = [int(code) for code in re.findall(r"<ended (\d+)>", done.stderr)]
    assert dict(zip(steps, codes, strict=True)) == {step: step[1] for step in steps}, (
        done.stdout + done.stderr
    )
    with (tmp_path / "results.csv").open() as file:
        rows = {row["name"]: row["code"] for row in csv.DictReader(file)}
    assert rows == {"pump-1": "updated", "pump-2": "updated", "pump-3": "updated", "pump-4": "other-module"}
    assert "3 of 4 boards run what they should" in (tmp_path / "results.html").read_text()
    assert "4 boards, 4 asked" in done.stdout and "3 of 4 run what they should." in done.stdout


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_the_commands_for_boards_on_a_hub_lead_to_their_update(tmp_path: Path) -> None:
    """In the order of the page, with four boards; nobody is at a terminal, so -y is added."""
    [section] = _OF_A_HUB.findall(PAGE.read_text(encoding="utf-8"))
    commands = [
        shlex.split(line)[1:] for block in _PLAIN_BLOCK.findall(section) for line in block.splitlines()
    ]
    assert [words[1] for words in commands] == ["scan", "plan", "update"]
    (tmp_path / "CATM1-41065.dup").write_bytes(images.make_full_image(41065, size_bytes=100_000))
    (tmp_path / "updater.elf").write_bytes(images.make_updater_elf())
    hub = [f"sim://pycom-catm1?state={tmp_path / str(n)}.json&quick=1&seed={n}" for n in range(4)]
    environment = {**os.environ, "MODEMFLASH_HOME": str(tmp_path / "home"), "HUB": " ".join(hub)}
    for words in commands:
        more = ["-y"] if words[1] == "update" else []
        done = subprocess.run(
            [sys.executable, "-c", _HUB, *words, *more],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (words, done.stdout + done.stderr)
    builds = [json.loads((tmp_path / f"{n}.json").read_text())["memory"]["build"] for n in range(4)]
    assert builds == [41065] * 4
    assert "4 of 4 updated" in done.stdout


def test_every_list_of_the_page_is_one(tmp_path: Path) -> None:
    lists = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    ports = []
    for listed in lists:
        (tmp_path / "fleet.toml").write_text(listed)
        ports += [entry.port for entry in read_fleet(tmp_path / "fleet.toml", registry.all_dangers())]
    for scheme in ("sim://", "/dev/", "rfc2217://", "labgrid:"):
        assert any(port.startswith(scheme) for port in ports), scheme
