"""A cached folder counts only when it was finished, and is made by one process at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import cache

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def private_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "CACHE", tmp_path / "cache")


def make(folder: Path) -> None:
    (folder / "made").write_text("x" * (len(list(folder.parent.glob("count*"))) + 1))
    (folder.parent / ("count%d" % len(list(folder.parent.glob("count*"))))).touch()


def times_made(folder: Path) -> int:
    return len(list(folder.parent.glob("count*")))


def test_made_once(tmp_path: Path) -> None:
    """The second call with the same key finds the folder of the first."""
    folder = tmp_path / "tool"
    cache.made_once(folder, "1", make)
    cache.made_once(folder, "1", make)
    assert times_made(folder) == 1


def test_another_key_makes_it_anew(tmp_path: Path) -> None:
    """What was made from something else is thrown away."""
    folder = tmp_path / "tool"
    cache.made_once(folder, "1", make)
    (folder / "old").touch()
    cache.made_once(folder, "2", make)
    assert times_made(folder) == 2
    assert not (folder / "old").exists()


def test_an_interrupted_fetch_is_repeated(tmp_path: Path) -> None:
    """A folder whose making broke off does not count, and its remains are removed."""

    def broken(folder: Path) -> None:
        (folder / "half").touch()
        raise KeyboardInterrupt

    folder = tmp_path / "tool"
    with pytest.raises(KeyboardInterrupt):
        cache.made_once(folder, "1", broken)
    cache.made_once(folder, "1", make)
    assert (folder / "made").exists()
    assert not (folder / "half").exists()


def test_two_processes_make_it_once(tmp_path: Path) -> None:
    """Whoever comes second waits, and then finds it made."""
    pytest.importorskip("fcntl")
    program = """
import pathlib, sys, time
sys.path.insert(0, sys.argv[2])
from tools import cache
here = pathlib.Path(sys.argv[1])
cache.CACHE = here / "cache"
def make(folder):
    here.joinpath("begun").open("a").write("x")
    time.sleep(0.3)  # long enough for the other one to come by
cache.made_once(here / "tool", "1", make)
"""
    command = [sys.executable, "-c", program, str(tmp_path), str(TESTS)]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert (tmp_path / "begun").read_text() == "x"


def test_a_failed_command_says_why() -> None:
    """The reason is the last line of the complaint."""
    complain = "import sys; sys.exit('first\\nno such package')"
    with pytest.raises(cache.Unavailable, match="no such package"):
        cache.run(sys.executable, "-c", complain)


def test_an_absent_command_says_so() -> None:
    """A program that is not there is a reason, not a crash."""
    with pytest.raises(cache.Unavailable, match="there is no apt-nowhere"):
        cache.run("apt-nowhere")
