"""docs/fleet.md: what can be tried without hardware is tried, in its order, in one terminal."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs/fleet.md"
_LIST = re.compile(r"<!-- fleet.toml -->\n```toml\n(.*?)```", re.DOTALL)
_BLOCK = re.compile(r"(?:<!-- ends with (\d+) -->\n)?```console\n(.*?)```", re.DOTALL)
_BASH = shutil.which("bash")


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
