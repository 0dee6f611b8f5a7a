"""Completion, asked of the shells themselves: of bash everywhere, of zsh and fish where there are some."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = {
    "bash": """
        eval "$(modemflash completion bash)"
        complete -p modemflash >/dev/null || exit 1
        COMP_WORDS=({typed}"$0"); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _modemflash_completion modemflash
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """,
    "zsh": """
        autoload -Uz compinit; compinit -u -D
        eval "$(modemflash completion zsh)"
        [[ $_comps[modemflash] == _modemflash_completion ]] || exit 1
        words=({typed}"$1"); CURRENT=$#words
        compadd() {{ local name=${{@[-1]}}; print -l -- "${{(@P)name}}" }}
        _describe() {{ print -l -- "${{(@P)3}}" | sed 's/:.*//' }}
        _modemflash_completion
    """,
    "fish": """
        modemflash completion fish | source
        complete -C "{typed}$argv[1]" | string replace -r '\\t.*' ''; true
    """,
}
ASKED = {
    ("modemflash ", "upd"): {"update"},
    ("modemflash update ", "--col"): {"--color"},
    ("modemflash update --color ", "al"): {"always"},
    ("modemflash explain ", "install-ti"): {"install-timeout"},
}


def completed(shell: str, typed: str, last: str, folder: Path) -> set[str]:
    """What the shell offers."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell}")
    flags = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    script = SCRIPTS[shell].format(typed=typed)
    name = ["--"] if shell == "fish" else ["-"]
    words = [last] if shell == "bash" else [*name, last]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {"PATH": path, "HOME": str(folder), "MODEMFLASH_HOME": str(folder)}
    done = subprocess.run(
        [program, *flags, "-c", script, *words],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return {line for line in done.stdout.splitlines() if line}


@pytest.mark.parametrize("shell", SCRIPTS)
@pytest.mark.parametrize(("typed", "last"), ASKED)
def test_the_shell_offers_commands_options_choices_and_codes(
    shell: str, typed: str, last: str, tmp_path: Path
) -> None:
    """What the shell's own completion answers to what was typed."""
    assert completed(shell, typed, last, tmp_path) == ASKED[typed, last]
