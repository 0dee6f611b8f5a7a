"""Completion, asked of the shells themselves: by a script that is printed, and from a start-up file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SHELLS = ("bash", "zsh", "fish")
ASK = {
    "bash": """
        complete -p modemflash >/dev/null || exit 1
        COMP_WORDS=({typed}"{last}"); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _modemflash_completion modemflash
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """,
    "zsh": """
        [[ $_comps[modemflash] == _modemflash_completion ]] || exit 1
        words=({typed}"{last}"); CURRENT=$#words
        compadd() {{ local name=${{@[-1]}}; print -l -- "${{(@P)name}}" }}
        _describe() {{ print -l -- "${{(@P)3}}" | sed 's/:.*//' }}
        _modemflash_completion
    """,
    "fish": """
        complete -C "{typed}{last}" | string replace -r '\\t.*' ''; true
    """,
}
PRINTED = {
    "bash": 'eval "$(modemflash completion bash)"',
    "zsh": 'autoload -Uz compinit; compinit -u -D; eval "$(modemflash completion zsh)"',
    "fish": "modemflash completion fish | source",
}
ASKED = {
    ("modemflash ", "upd"): {"update"},
    ("modemflash update ", "--col"): {"--color"},
    ("modemflash update --color ", "al"): {"always"},
    ("modemflash explain ", "install-ti"): {"install-timeout"},
}
Said = Callable[..., set[str]]


@pytest.fixture
def said(tool: Callable[[str], Path], tmp_path: Path) -> Said:
    """What a shell prints, with its start-up files or without them."""
    environment = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": os.pathsep.join(str(ROOT / room) for room in ("device", "host")),
        "HOME": str(tmp_path),
        "MODEMFLASH_HOME": str(tmp_path),
    }

    def ask(shell: str, script: str, *, with_files: bool) -> set[str]:
        if shell == "bash":
            program = [shutil.which("bash") or pytest.skip("there is no bash")]
            words = ["-i"] if with_files else ["--norc"]
        elif shell == "zsh":
            program, places = [tool("zsh") / "bin" / "zsh"], (tool("zsh") / "places.zsh").read_text()
            (tmp_path / ".zshenv").write_text(places)
            words, script = (["-i"], script) if with_files else (["-f"], places + script)
        else:
            program, words = [tool("fish")], ([] if with_files else ["--no-config"])
        command = [*map(str, program), *words, "-c", script]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            start_new_session=True,
        )
        assert done.returncode == 0, done.stderr
        return {line for line in done.stdout.splitlines() if line}

    return ask


@pytest.mark.referee
@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_offers_commands_options_choices_and_codes(shell: str, said: Said) -> None:
    """What the shell's own completion answers to what was typed, once it has read what is printed."""
    for (typed, last), offered in ASKED.items():
        script = f"{PRINTED[shell]}\n{ASK[shell].format(typed=typed, last=last)}"
        assert said(shell, script, with_files=False) == offered, (typed, last)


@pytest.mark.referee
@pytest.mark.parametrize("shell", SHELLS)
def test_a_new_terminal_completes_once_it_is_installed(shell: str, said: Said, tmp_path: Path) -> None:
    """And no more when it was taken out; the start-up file is then as it was before."""
    file = tmp_path / {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}[shell]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("# mine, without an end of line")
    ask = ASK[shell].format(typed="modemflash ", last="upd")
    said(shell, f"modemflash completion install {shell} -y", with_files=False)
    assert said(shell, ask, with_files=True) == {"update"}
    said(shell, f"modemflash completion uninstall {shell} -y", with_files=False)
    assert file.read_text() == "# mine, without an end of line"
    ours = [path for path in tmp_path.rglob("modemflash.fish") if path.is_file()]
    assert not ours
