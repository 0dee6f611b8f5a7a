"""`modemflash completion install`: nothing of the user's is edited that was not shown and agreed to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from modemflash_host.cli import app, completion, shell_files
from modemflash_host.cli.powershell_completion import BEGUN, WORDS
from modemflash_host.run import exit_codes
from modemflash_host.store.marked_block import BEGIN


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("SHELL", "/bin/bash")
    for name in ("ZDOTDIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize("answer", [True, False])
def test_it_asks_with_the_name_of_the_file(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: bool
) -> None:
    """And edits it only where the answer is yes."""
    monkeypatch.setattr(completion, "on_a_terminal", lambda: True)
    monkeypatch.setattr(completion.click, "confirm", lambda *_, **__: answer)
    ended = app.run(["completion", "install"])
    assert ended == (exit_codes.DONE if answer else exit_codes.REFUSED)
    assert (home / ".bashrc").exists() == answer
    said = capsys.readouterr()
    assert str(home / ".bashrc") in "".join(said.out.split("\n  ")) + said.out
    assert ("new terminals" in said.out) == answer


def test_without_a_terminal_nothing_is_edited_unless_it_is_said(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["completion", "install", "zsh"]) == exit_codes.REFUSED
    assert "-y says yes" in " ".join(capsys.readouterr().err.split()) and not (home / ".zshrc").exists()
    assert app.run(["completion", "install", "zsh", "-y"]) == exit_codes.DONE
    assert BEGIN in (home / ".zshrc").read_bytes()


@pytest.mark.parametrize("shell", shell_files.SHELLS)
def test_twice_is_once(shell: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert app.run(["completion", "install", shell, "-y"]) == exit_codes.DONE
    assert "Nothing to do" in capsys.readouterr().out
    [file] = [path for path in home.rglob("*") if path.is_file()]
    assert file.read_bytes().count(BEGIN) == 1
    for _ in range(2):
        assert app.run(["completion", "uninstall", shell, "-y"]) == exit_codes.DONE
    assert "Nothing to do" in capsys.readouterr().out and not file.exists()


def test_a_script_of_an_earlier_version_is_brought_up_to_date(home: Path) -> None:
    app.run(["completion", "install", "-y"])
    new = (home / ".bashrc").read_bytes()
    (home / ".bashrc").write_bytes(new.replace(b"COMP_WORDS", b"OLD_WORDS"))
    app.run(["completion", "install", "-y"])
    assert (home / ".bashrc").read_bytes() == new


@pytest.mark.parametrize("what", ["install", "uninstall"])
@pytest.mark.parametrize("link", [".config", ".config/fish", ".config/fish/completions/modemflash.fish"])
def test_no_link_below_the_home_is_followed(
    home: Path, what: str, link: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The link stays, what it leads to keeps its bytes, and it is said what can be done by hand."""
    app.run(["completion", "install", "fish", "-y"])
    place = home / link
    place.rename(home / "elsewhere")
    place.symlink_to(home / "elsewhere")
    before = {path: path.read_bytes() for path in home.rglob("*.fish") if path.is_file()}
    assert app.run(["completion", what, "fish", "-y"]) == exit_codes.REFUSED
    assert place.is_symlink() and before == {path: path.read_bytes() for path in before}
    assert "completion bash" in capsys.readouterr().err


@pytest.mark.parametrize("odd", ["gone", "relative", "empty", "ZDOTDIR"])
def test_without_a_home_nothing_is_made(
    home: Path, odd: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As of a service's user: no folder appears beside the root or in the current folder."""
    monkeypatch.chdir(home)
    (home / "here").mkdir()
    if odd == "empty":
        monkeypatch.setenv("HOME", "")
    elif odd == "ZDOTDIR":
        monkeypatch.setenv("ZDOTDIR", "here")
    else:
        monkeypatch.setattr(Path, "home", lambda: home / "gone" if odd == "gone" else Path("here"))
    before = sorted(home.rglob("*"))
    assert app.run(["completion", "install", "zsh", "-y"]) == exit_codes.REFUSED
    assert sorted(home.rglob("*")) == before
    assert "left as it is" in capsys.readouterr().err


def test_damaged_marks_are_words(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / ".bashrc").write_bytes(b"x\n" + BEGIN)
    assert app.run(["completion", "install", "-y"]) == exit_codes.REFUSED
    assert "marks are damaged" in capsys.readouterr().err
    assert (home / ".bashrc").read_bytes() == b"x\n" + BEGIN


@pytest.mark.parametrize("shell", ["", "/bin/tcsh", "/usr/bin/python3"])
def test_a_shell_that_is_none_of_ours_has_to_be_named(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHELL", shell)
    assert app.run(["completion", "install", "-y"]) == exit_codes.REFUSED
    assert "completion install bash" in capsys.readouterr().err


def test_where_each_shell_looks(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where zsh and fish are told another folder, there; on Windows in the documents of this user."""
    other = {"ZDOTDIR": str(tmp_path / "z"), "XDG_CONFIG_HOME": str(tmp_path / "c")}
    assert shell_files.file_of("zsh", other).path == tmp_path / "z/.zshrc"
    assert shell_files.file_of("fish", other).path == tmp_path / "c/fish/completions/modemflash.fish"
    assert shell_files.file_of("fish", {"XDG_CONFIG_HOME": "relative"}).path.is_relative_to(home / ".config")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(platformdirs, "user_documents_dir", lambda: str(tmp_path / "Documents"))
    for found, folder in ((None, "WindowsPowerShell"), ("C:/pwsh.exe", "PowerShell")):
        monkeypatch.setattr(shell_files, "find_program", lambda _name, found=found: found)
        path = shell_files.file_of("powershell", {}).path
        assert path == tmp_path / "Documents" / folder / "Microsoft.PowerShell_profile.ps1"
    assert shell_files.own_shell({}) == "powershell"


@pytest.mark.parametrize(
    ("words", "begun", "offered"),
    [
        (["modemflash"], "upd", {"update"}),
        (["modemflash", "update"], "--col", {"--color"}),
        (["modemflash", "update", "--color"], "al", {"always"}),
        (["modemflash"], "", {"update", "info", "completion"}),
        (["modemflash", "update"], "", set()),
    ],
)
def test_what_powershell_is_answered(words: list[str], begun: str, offered: set[str]) -> None:
    """Kind, value and help, with a tab between them, in ASCII; of files only their kind."""
    asked = {WORDS: "\n".join(words), BEGUN: begun, "_MODEMFLASH_COMPLETE": "powershell_complete"}
    done = subprocess.run(
        [sys.executable, "-c", "from modemflash_host.cli import main; main()"],
        env={**os.environ, **{name: value for name, value in asked.items() if value}},
        capture_output=True,
        timeout=30,
        check=True,
    )
    rows = [line.split("\t") for line in done.stdout.decode("ascii").splitlines()]
    assert all(len(row) == 3 for row in rows)
    values = {value for kind, value, _ in rows if kind == "plain"}
    assert offered <= values and (len(offered) == 3 or values == offered)


def test_the_script_of_powershell_names_what_the_program_reads() -> None:
    script = shell_files.script("powershell", app.modemflash_group)
    for name in (WORDS, BEGUN, "_MODEMFLASH_COMPLETE"):
        assert script.count(name) == 2, "set, and taken away again"
    assert script.isascii() and all(script.count(a) == script.count(b) for a, b in ("()", "{}", "[]"))
