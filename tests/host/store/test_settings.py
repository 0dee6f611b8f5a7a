"""Settings come from where the search order says, and nothing wrong in them passes unseen."""

from pathlib import Path

import pytest

from modemflash.errors import Refusal
from modemflash_host.families.registry import all_dangers
from modemflash_host.store import settings
from modemflash_host.store.settings import SETTINGS, config_files, load


def file(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_order_environment_user_computer_default(tmp_path: Path) -> None:
    """Each setting for itself, the first that says something."""
    user = file(tmp_path / "user.toml", 'port = "COM5"\nverbose = true\n')
    site = file(tmp_path / "site.toml", 'port = "COM1"\ncolor = "never"\nanswer_timeout = 90\n')
    found = load({"MODEMFLASH_VERBOSE": "0", "PATH": "/bin"}, [user, site])
    by_name = {name: (value.value, value.source) for name, value in found.values.items()}
    assert by_name == {
        "port": ("COM5", str(user)),
        "via": ("auto", "default"),
        "answer-timeout": (90, str(site)),
        "color": ("never", str(site)),
        "verbose": (False, "MODEMFLASH_VERBOSE"),
    }
    assert found.defaults() == {"port": "COM5", "answer_timeout": 90, "color": "never", "verbose": False}
    assert found.files == ((user, True), (site, True))


def test_which_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """MODEMFLASH_CONFIG names the only file, MODEMFLASH_HOME moves the user's; none is in this folder."""
    assert config_files({"MODEMFLASH_CONFIG": "/x/y.toml"}) == [Path("/x/y.toml")]
    files = config_files({"MODEMFLASH_HOME": "/h"})
    assert files[0] == Path("/h/config.toml")
    monkeypatch.chdir(tmp_path)
    assert tmp_path not in [path.parent for path in config_files({})]
    assert all(path.name == "config.toml" for path in config_files({}))


def test_unknown_names_are_warned_of(tmp_path: Path) -> None:
    """A misspelt setting or variable is named, with the nearest that there is."""
    user = file(tmp_path / "c.toml", 'colour = "never"\nzzzzzz = 1\n')
    found = load({"MODEMFLASH_PROT": "COM5", "MODEMFLASH_HOME": "/h"}, [user])
    assert found.warnings == (
        f"{user}: colour is no setting; color is one",
        f"{user}: zzzzzz is no setting",
        "the environment: MODEMFLASH_PROT is no setting; MODEMFLASH_PORT is one",
    )


@pytest.mark.parametrize(
    "text",
    [
        "port = 5",
        'verbose = "yes"',
        "verbose = 1",
        'color = "green"',
        "answer-timeout = true",
        "answer-timeout = 7201",
        "answer-timeout = -1",
        "port = ",
        'port = "\x00"',
        "[port]\nname = 1",
    ],
)
def test_wrong_values_are_errors(tmp_path: Path, text: str) -> None:
    """A value of another type, out of range or no TOML at all: the file and the line are named."""
    user = file(tmp_path / "c.toml", text)
    with pytest.raises(Refusal, match="config-broken") as caught:
        load({}, [user])
    assert str(user) in caught.value.detail


@pytest.mark.parametrize("given", ["ten", "7201", "１", "-1"])
def test_wrong_variables_are_errors(given: str) -> None:
    """A variable that does not fit is named."""
    with pytest.raises(Refusal, match="MODEMFLASH_ANSWER_TIMEOUT"):
        load({"MODEMFLASH_ANSWER_TIMEOUT": given}, [])


def test_files_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was named must be there; one that is huge or not text is refused."""
    with pytest.raises(Refusal, match="there is no such file"):
        load({"MODEMFLASH_CONFIG": str(tmp_path / "no.toml")})
    (tmp_path / "c.toml").write_bytes(b"#" * 70_000)
    with pytest.raises(Refusal, match="larger"):
        load({}, [tmp_path / "c.toml"])
    (tmp_path / "c.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Refusal, match="config-broken"):
        load({}, [tmp_path / "c.toml"])
    assert load({}, [tmp_path / "nothing.toml"]).files == ((tmp_path / "nothing.toml", False),)


def test_no_danger_is_a_setting() -> None:
    """Danger is typed out each time: no consent, and no plain yes either, can be set once for all."""
    names = {setting.name for setting in SETTINGS}
    assert not names & {*all_dangers(), "yes"}


def test_every_setting_is_documented_where_the_code_is() -> None:
    """The module's search order names the places that are read."""
    assert settings.__doc__ is not None
    for word in ("MODEMFLASH_CONFIG", "MODEMFLASH_HOME", "config.toml", "default"):
        assert word in settings.__doc__
