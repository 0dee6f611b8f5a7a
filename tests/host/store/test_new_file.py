"""What we make on a disk: for its owner alone, through no link, waiting for nobody."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from modemflash_host.capture.runs import begin_run, find_run
from modemflash_host.cli import app
from modemflash_host.families.registry import words_of
from modemflash_host.report.bundle import make_report
from modemflash_host.store.firmware_places import remember
from modemflash_host.store.journal_files import SlotFiles, board_at
from modemflash_host.store.module_notes import ModuleNote, hashed, write_note
from modemflash_host.store.new_file import new_file
from modemflash_host.store.record_file import RecordFile
from modemflash_host.store.regular_file import NotRegular, TooLarge, read_regular
from modemflash_host.store.state_folder import _give_folder, kept_file, state_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="rights, links and pipes")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def everything(folder: Path) -> None:
    """Each kind of file that is kept: a journal, a note, a run, a report, a crash."""
    SlotFiles(state_folder("journal"), "key").save(0, b"x")
    board_at(state_folder("journal"), "COM5", "240ac4010203")
    recorder, _ = begin_run(["update"], "COM5", pytest.fail)
    recorder.report({"event": "result"}, 0.0)
    recorder.close()
    make_report(find_run(), words_of)
    make_report(find_run(), words_of, folder / "mine.zip")
    try:
        raise ValueError
    except ValueError:
        app._unexpected([])


def test_files_are_0600_and_folders_0700_whatever_the_umask(
    home: Path, tmp_path: Path, no_umask: None
) -> None:
    home.parent.joinpath("home").mkdir(0o700)
    everything(tmp_path)
    found = [*home.rglob("*"), tmp_path / "mine.zip"]
    assert {path.name for path in home.iterdir()} == {"journal", "runs", "reports", "crashes"}
    assert len(found) >= 9
    for path in found:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


@pytest.mark.usefixtures("no_umask")
def test_an_old_file_of_ours_loses_the_rights_of_others(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("much, from an earlier time")
    path.chmod(0o666)
    with new_file(path) as file:
        file.write(b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o600)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("kind", ["link", "link to nowhere", "pipe", "folder", "device"])
def test_nothing_but_a_regular_file_is_written_to(tmp_path: Path, kind: str) -> None:
    """What a link leads to keeps its bytes, or is not made; a pipe is not waited for."""
    target, path = tmp_path / "target", tmp_path / "path"
    if kind != "link to nowhere":
        target.write_text("mine")
    make: dict[str, Callable[[], object]] = {
        "link": lambda: path.symlink_to(target),
        "link to nowhere": lambda: path.symlink_to(target),
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
        "device": lambda: path.symlink_to(os.devnull),
    }
    make[kind]()
    with pytest.raises(OSError, match=r"it is|symbolic"):
        new_file(path)
    assert target.exists() == (kind != "link to nowhere") and (
        not target.exists() or target.read_text() == "mine"
    )


@pytest.mark.timeout(10)
def test_a_journal_that_is_a_link_or_a_pipe_is_none(tmp_path: Path) -> None:
    """It is not read, and an update ends before its first write, in words that say what can be done."""
    (tmp_path / "target").write_text("mine")
    (tmp_path / "key.0").symlink_to(tmp_path / "target")
    os.mkfifo(tmp_path / "key.1")
    store = SlotFiles(tmp_path, "key")
    assert (store.load(0), store.load(1)) == (b"", b"")
    for slot in (0, 1):
        with pytest.raises(OSError, match="MODEMFLASH_HOME"):
            store.save(slot, b"x")
    assert (tmp_path / "target").read_text() == "mine"


@pytest.mark.parametrize("part", ["journal", "runs", "reports", "crashes"])
def test_no_folder_below_the_state_folder_is_a_link(home: Path, tmp_path: Path, part: str) -> None:
    home.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (home / part).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=r"link.*MODEMFLASH_HOME"):
        state_folder(part)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_state_folder_itself_may_be_a_link(home: Path, tmp_path: Path) -> None:
    """Its user has put it on another disk."""
    (tmp_path / "disk").mkdir()
    home.symlink_to(tmp_path / "disk")
    assert state_folder("journal").is_dir()


@pytest.mark.parametrize("link", [".local", ".local/state", ".local/state/modemflash"])
def test_root_makes_and_gives_away_nothing_through_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    """By sudo a link in the caller's home ends it, wherever it leads."""
    given: list[object] = []
    caller = tmp_path / "ann"
    (caller / link).parent.mkdir(parents=True)
    outside = tmp_path / "etc"
    outside.mkdir()
    (caller / link).symlink_to(outside)
    as_root(monkeypatch, caller, given)
    with pytest.raises(OSError, match="link"):
        state_folder("journal")
    _give_folder(caller / link)
    _give_folder(caller / link / "x")
    assert (list(outside.iterdir()), given) == ([], [])


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="gives files away, which only root may")
@pytest.mark.parametrize("named", [True, False])
def test_by_sudo_all_that_is_made_belongs_to_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    """As root in a folder of somebody else's: journals, notes, runs, reports, crash files, each folder."""
    import pwd

    caller = tmp_path / "ann"
    caller.mkdir()
    os.chown(caller, 4242, 4243)
    monkeypatch.setenv("SUDO_USER", "ann")
    monkeypatch.setenv("MODEMFLASH_HOME", str(caller / "state") if named else "")
    monkeypatch.setattr(
        pwd, "getpwnam", lambda _: SimpleNamespace(pw_uid=4242, pw_gid=4243, pw_dir=str(caller))
    )
    everything(tmp_path)
    remember(["a"], ["/x/a"])
    hashed(state_folder("journal"), "1")
    write_note(state_folder("journal"), "key", ModuleNote())
    RecordFile(state_folder("journal") / "record").save({"a": "b"})
    found = list(caller.rglob("*"))
    assert len(found) > 10
    assert {(path.name, path.stat().st_uid, path.stat().st_gid) for path in found} == {
        (path.name, 4242, 4243) for path in found
    }
    assert (tmp_path / "mine.zip").stat().st_uid == 0  # named by whoever called sudo, as any program makes it


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="gives files away, which only root may")
def test_by_sudo_nothing_that_was_there_is_given_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of root's in the place of ours, by its own name or by another: its owner stays."""
    given: list[object] = []
    as_root(monkeypatch, tmp_path, given)
    monkeypatch.setattr(os, "fchown", lambda *_: given.append(1))
    secret = tmp_path / "secret"
    secret.write_text("root's")
    kept_file(secret).close()
    os.link(secret, tmp_path / "other")
    with pytest.raises(FileExistsError):
        kept_file(tmp_path / "other", replace=False)
    assert given == []


def test_what_a_hard_link_leads_to_keeps_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("mine")
    os.link(tmp_path / "target", tmp_path / "x")
    with new_file(tmp_path / "x") as file:
        file.write(b"new")
    assert ((tmp_path / "target").read_text(), (tmp_path / "x").read_text()) == ("mine", "new")


def test_a_home_that_is_a_link_is_no_trouble_for_sudo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[object] = []
    (tmp_path / "usr").mkdir()
    (tmp_path / "ann").symlink_to(tmp_path / "usr")
    as_root(monkeypatch, tmp_path / "ann", given)
    assert state_folder("journal").is_dir() and len(given) == 4


def as_root(monkeypatch: pytest.MonkeyPatch, home: Path, given: list[object]) -> None:
    import pwd

    monkeypatch.delenv("MODEMFLASH_HOME")
    monkeypatch.setenv("SUDO_USER", "ann")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", lambda _: SimpleNamespace(pw_uid=1, pw_gid=2, pw_dir=str(home)))
    monkeypatch.setattr(os, "fchown", lambda descriptor, *_: given.append(descriptor))


def test_a_small_file_is_small(tmp_path: Path) -> None:
    """A sparse file of gigabytes is refused by its size, one that says nothing of its size by its bytes."""
    (tmp_path / "x").touch()
    os.truncate(tmp_path / "x", 4 << 30)
    with pytest.raises(TooLarge):
        read_regular(tmp_path / "x", 1000)
    with pytest.raises(TooLarge):
        read_regular(Path("/proc/self/status"), 100)
    with pytest.raises(NotRegular):
        read_regular(tmp_path, 1000)
