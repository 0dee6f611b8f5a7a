"""An environment full of rubbish, settings that are none: words, a known exit code, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from modemflash_host.run import exit_codes

LONG = "x" * 100_000
ESCAPES = "\x1b[2J\x1b]0;owned\x07"
CODES = {code for code, _ in exit_codes.EXIT_CODES} - {exit_codes.UNEXPECTED}
HARMLESS = [
    {"TERM": "no-such-terminal", "COLUMNS": "0", "LINES": "-1"},
    {"TERM": ESCAPES, "COLUMNS": "many", "COLORTERM": LONG},
    {"COLUMNS": "999999999", "NO_COLOR": ESCAPES, "CLICOLOR_FORCE": "perhaps"},
    {"COLUMNS": "-5", "TERM": "", "TTY_COMPATIBLE": "x", "JUPYTER_COLUMNS": "y"},
    {"LANG": "xx_YY.no-such-encoding", "LC_ALL": ESCAPES, "LANGUAGE": LONG},
    {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "LANG": ""},
    {"HOME": "/no/such/home", "XDG_STATE_HOME": "/dev/null", "XDG_CONFIG_HOME": "relative"},
    {"HOME": "", "XDG_STATE_HOME": "\n", "XDG_CONFIG_DIRS": ":::", "XDG_CONFIG_HOME": LONG[:5000]},
    {"MODEMFLASH_HOME": "/dev/null/x", "SUDO_USER": "no-such-user"},
    {"MODEMFLASH_HOME": ESCAPES, "SUDO_USER": ESCAPES, "SUDO_UID": "x"},
    {"MODEMFLASH_" + "X" * 2000: "1", "MODEMFLASH_": "", "MODEMFLASH_\x1b[2J": "1"},
    {"TMPDIR": "/no/such/folder", "TZ": ESCAPES, "PATH": ""},
]
REFUSED = [
    {"MODEMFLASH_ANSWER_TIMEOUT": "1e9"},
    {"MODEMFLASH_COLOR": ESCAPES},
    {"MODEMFLASH_VIA": "\u202e"},
    {"MODEMFLASH_VERBOSE": LONG},
    {"MODEMFLASH_CONFIG": "/dev/zero"},
    {"MODEMFLASH_CONFIG": "/no/such/file" + ESCAPES},
]


def info(home: Path, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """`modemflash info` of a simulated modem, in this environment."""
    return subprocess.run(
        [sys.executable, "-m", "modemflash", "info", "-p", "sim://pycom-catm1", *words],
        env={**os.environ, "MODEMFLASH_HOME": str(home), **environment},
        cwd=home,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=100,
    )


def assert_told(done: subprocess.CompletedProcess[str]) -> None:
    said = done.stdout + done.stderr
    assert "Traceback" not in said, said[-2000:]
    assert done.returncode in CODES, (done.returncode, said[-2000:])
    for control in ("\x1b", "\x07", "\u202e"):
        assert control not in said, repr(said[-2000:])


@pytest.mark.parametrize("environment", HARMLESS, ids=range(len(HARMLESS)))
def test_rubbish_in_the_environment_is_borne(tmp_path: Path, environment: dict[str, str]) -> None:
    """The modem is asked all the same: none of this is needed for it."""
    done = info(tmp_path, environment)
    assert_told(done)
    assert done.returncode == exit_codes.DONE, done.stderr
    assert "38638" in done.stdout


@pytest.mark.parametrize("environment", REFUSED, ids=range(len(REFUSED)))
def test_a_setting_that_cannot_be_meant_is_refused(tmp_path: Path, environment: dict[str, str]) -> None:
    """What was set on purpose and is wrong is named, before anything is opened."""
    done = info(tmp_path, environment, "--json")
    assert_told(done)
    assert done.returncode == exit_codes.REFUSED
    result = json.loads(done.stdout.splitlines()[-1])
    assert (result["code"], result["modem_state"]) == ("config-broken", "untouched")
    assert len(done.stderr) < 2000


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_loop(path: Path) -> None:
    path.symlink_to(path.name)


def unreadable(path: Path) -> None:
    path.write_bytes(b"")
    path.chmod(0)


FILES: dict[str, Callable[[Path], object]] = {
    "binary": lambda path: path.write_bytes(bytes(range(256))),
    "huge": lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), 4 << 30),
    "nested": lambda path: path.write_text("port = " + "[" * 50_000),
    "escapes": lambda path: path.write_text('"\\u001b[2J" = 1\nport = "\\u001b[2J"\nverbose = "\\u202e"\n'),
    "another's": lambda path: path.write_text("[tool.poetry]\nname = 'x'\n"),
    "a folder": a_folder,
    "a pipe": a_pipe,
    "a loop of links": a_loop,
    "unreadable": unreadable,
}


@pytest.mark.skipif(os.name != "posix", reason="asks for pipes and links")
@pytest.mark.parametrize("kind", FILES)
def test_a_configuration_file_that_is_none(tmp_path: Path, kind: str) -> None:
    """Named or passed over, never a hang, never a traceback."""
    FILES[kind](tmp_path / "config.toml")
    assert_told(info(tmp_path, {}))
