"""docs/tutorial.md: every command in it, in its order, in one terminal."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
_BLOCK = re.compile(r"(?:<!-- ends with (\d+) -->\n)?```console\n(.*?)```", re.DOTALL)
_BASH = shutil.which("bash")


def steps() -> list[tuple[str, int]]:
    """Every command of the tutorial, and what it must end with."""
    found = []
    for code, block in _BLOCK.findall((DOCS / "tutorial.md").read_text(encoding="utf-8")):
        for line in block.splitlines():
            assert line.startswith("$ "), line
            found.append((line[2:], int(code or 0)))
    return found


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.skipif(_BASH is None, reason="needs a bash")
def test_every_command_does_what_the_tutorial_says(tmp_path: Path) -> None:
    """One shell, one command after the other; each ends as it is said."""
    commands = steps()
    saved = {"python first.py": 'printf %s "$FIRST_PROGRAM" > first.py\n'}
    script = "\n".join(f'{saved.get(command, "")}{command}\necho "<ended $?>" >&2' for command, _ in commands)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MODEMFLASH_")}
    [program, *_] = re.findall(r"```python\n(.*?)```", (DOCS / "api.md").read_text("utf-8"), re.DOTALL)
    environment |= {"MODEMFLASH_HOME": str(tmp_path / "home"), "PATH": _path(), "FIRST_PROGRAM": program}
    done = subprocess.run(
        [str(_BASH), "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=380
    )
    codes = [int(code) for code in re.findall(r"<ended (\d+)>", done.stderr)]
    assert dict(zip(commands, codes, strict=True)) == {each: each[1] for each in commands}, done.stderr
    said = " ".join(done.stdout.split())  # a sentence may go on in the next line
    for words in (
        "every byte lies under a checksum",
        "build 38638",
        "The plan was shown",
        "transfer: 100 %",
        "Updated: 38638 → 41065",
        "The modem already runs this build",
        "install-failed",
        "LG290P03AANR01A06S",
        "Updated: LG290P03AANR01A06S → LG290P03AANR02A01S",
        "same millisecond",
        "EFS2: blocks 8 to 19",
        "its DM port",
        "The copy holds",
        "It is no restore point",
        "the beginning of an answer",
        "Updated: RM502QAEAAR11A03M4G_01.001.01.001",
    ):
        assert words in said
    assert re.search(r"modemflash-report-\S+\.html", said)


def _path() -> str:
    """Where the shell finds the program of this environment."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def test_its_pictures_are_there() -> None:
    """No picture and no page is linked that is not there."""
    text = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    assert links
    assert all((DOCS / link).is_file() for link in links)
