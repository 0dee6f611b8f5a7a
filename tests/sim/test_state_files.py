"""The file of a simulated device: whatever lies in its place is words, and one command uses it at a time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modemflash_sim import devices
from modemflash_sim.state_files import SoleUser, read_json

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes and links")
PROFILES = ("pycom-catm1", "lg290p", "rm502q")


@pytest.mark.timeout(10)
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("kind", ["pipe", "device", "large", "folder", "nested", "nan", "noise", "number"])
def test_what_is_no_state_file_is_refused(tmp_path: Path, profile: str, kind: str) -> None:
    """Of every family; nothing waits, and nothing large is read."""
    path = tmp_path / "state.json"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    elif kind == "large":
        path.touch()
        os.truncate(path, 4 << 30)
    else:
        texts = {"nested": b"[" * 100_000, "nan": b"NaN", "noise": bytes(range(256)), "number": b"1" * 5000}
        path.write_bytes(texts[kind])
    with pytest.raises((ValueError, OSError)):
        devices.open_line(f"sim://{profile}?state={path}")
    assert not (tmp_path / "state.json.lock").exists()


@pytest.mark.parametrize("profile", PROFILES)
def test_a_state_file_has_one_user(tmp_path: Path, profile: str) -> None:
    path = tmp_path / "state.json"
    line = devices.open_line(f"sim://{profile}?state={path}")
    with pytest.raises(OSError, match="another command"):
        devices.open_line(f"sim://{profile}?state={path}")
    line.close()
    devices.open_line(f"sim://{profile}?state={path}").close()
    assert path.is_file()


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", ["state.json", "state.json.new", "state.json.lock"])
def test_nothing_is_written_through_a_link(tmp_path: Path, profile: str, name: str) -> None:
    target = tmp_path / "target"
    target.write_text("mine")
    (tmp_path / name).symlink_to(target)
    try:
        devices.open_line(f"sim://{profile}?state={tmp_path / 'state.json'}").close()
    except (ValueError, OSError):
        pass
    assert target.read_text() == "mine"


def test_the_right_is_given_back_twice(tmp_path: Path) -> None:
    user = SoleUser(tmp_path / "x")
    user.close()
    user.close()
    SoleUser(tmp_path / "x").close()


@pytest.mark.parametrize("text", ["[NaN]", '{"a": -Infinity}', "[" * 100_000, "{"])
def test_what_is_no_json_is_no_state(tmp_path: Path, text: str) -> None:
    """One reader for every family: a number that is none would be written again."""
    path = tmp_path / "state.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"."):
        read_json(path)
    sources = Path(devices.__file__).parent.rglob("*.py")
    assert not [source for source in sources if "state_files.read(" in source.read_text()]
