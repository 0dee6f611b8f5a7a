"""What the user points at becomes firmware files, or a refusal with the right code."""

import os
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from captures.scenarios import MaskedReporter, Slots
from modemflash.errors import Problem, Refusal
from modemflash.examine import examine
from modemflash.journal import Journal
from modemflash.line import Line
from modemflash.upgrade import Update
from modemflash_host.files import candidates as sources
from modemflash_host.files.candidates import candidates, nearest, neighbours
from modemflash_host.files.stable_file import PAGE_BYTES, open_stable
from modemflash_sim.sequans.address import SimLine, open_line
from modemflash_sim.sequans.images import make_full_image


def refused(*paths: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        candidates(paths)
    return caught.value


def make(folder: Path, **files: int) -> None:
    folder.mkdir(exist_ok=True)
    for name, size in files.items():
        (folder / name.replace("__", "-").replace("_", ".")).write_bytes(bytes(size))


def test_named_file_is_taken_whatever_its_name(tmp_path: Path) -> None:
    """A file that is named counts, a suffix is no matter."""
    (tmp_path / "odd.bin").write_bytes(b"abc")
    [found] = candidates([tmp_path / "odd.bin"])
    assert (found.name, found.size) == ("odd.bin", 3)
    buf = bytearray(8)
    with_source = found.open()
    assert with_source.readinto(1, buf) == 2
    assert buf[:2] == b"bc"
    with_source.close()


def test_folder_gives_dup_and_elf_below_it_and_no_twins(tmp_path: Path) -> None:
    """In a folder only .dup and .elf count, without macOS's twins, links out and hidden folders."""
    make(tmp_path, CATM1__41065_dup=5, readme_txt=5)
    make(tmp_path / "deeper", updater_ELF=6)
    make(tmp_path / "__MACOSX", x_dup=7)
    make(tmp_path / ".hidden", x_dup=7)
    (tmp_path / "._CATM1-41065.dup").write_bytes(b"twin")
    (tmp_path / "gone.dup").symlink_to(tmp_path / "nowhere")
    (tmp_path / "round").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.dup")
    assert [each.name for each in candidates([tmp_path])] == ["CATM1-41065.dup", "updater.ELF"]


def test_same_file_counts_once(tmp_path: Path) -> None:
    """A file and its folder, a file and a link to it: one candidate."""
    make(tmp_path, a_dup=5)
    (tmp_path / "b.dup").symlink_to("a.dup")
    assert len(candidates([tmp_path / "a.dup", tmp_path, tmp_path / "b.dup"])) == 1


def test_fifo_is_refused_without_waiting(tmp_path: Path) -> None:
    """A pipe has no other end: opening it must not hang."""
    os.mkfifo(tmp_path / "pipe.dup")
    done: list[str] = []
    worker = threading.Thread(target=lambda: done.append(refused(tmp_path / "pipe.dup").code), daemon=True)
    worker.start()
    worker.join(5)
    assert done == ["not-a-file"]


def test_file_that_becomes_a_fifo_is_refused_without_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at a path and its opening it may change: the open descriptor counts."""
    os.mkfifo(tmp_path / "pipe.dup")
    make(tmp_path, plain_dup=1)
    plain = (tmp_path / "plain.dup").stat()
    monkeypatch.setattr(Path, "stat", lambda self: plain)
    with pytest.raises(Refusal, match="not-a-file"):
        open_stable(tmp_path / "pipe.dup")


@pytest.mark.parametrize("kind", ["device", "socket", "nowhere", "loop"])
def test_odd_paths_have_their_codes(tmp_path: Path, kind: str) -> None:
    """Devices, sockets, dead links and loops of links: a code each, and no hang."""
    path = tmp_path / "x.dup"
    if kind == "device":
        path = Path("/dev/null")
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
    elif kind == "nowhere":
        path.symlink_to(tmp_path / "not there")
    else:
        path.symlink_to(path)
    code = {"device": "not-a-file", "socket": "not-a-file", "nowhere": "link-to-nowhere"}
    assert refused(path).code == code.get(kind, "file-not-readable")


def test_unreadable_folder_and_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the user may not read is said by name."""

    def forbid(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    make(tmp_path, a_dup=1)
    monkeypatch.setattr(os, "scandir", forbid)
    problem = refused(tmp_path)
    assert (problem.code, "Permission denied" in problem.detail) == ("folder-not-readable", True)
    monkeypatch.setattr(os, "open", lambda *args: forbid(tmp_path))
    assert refused(tmp_path / "a.dup").code == "file-not-readable"


def test_folder_without_firmware_names_its_archives(tmp_path: Path) -> None:
    """An empty-handed folder says which .zip could be given, and what has to be unpacked first."""
    make(tmp_path, package_zip=3, notes_txt=1, old_7z=2)
    problem = refused(tmp_path)
    assert problem.code == "no-firmware-here"
    assert "give the archive that it holds: package.zip" in problem.detail
    assert "unpack what it holds: old.7z" in problem.detail


def test_huge_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder is looked through up to a bound."""
    monkeypatch.setattr(sources, "MOST_FILES", 20)
    for number in range(30):
        (tmp_path / f"{number}.txt").touch()
    assert refused(tmp_path).code == "too-many-files"


def test_sparse_giant_and_empty_file_cost_nothing(tmp_path: Path) -> None:
    """A file of 4 GB or of no bytes is a candidate like any other; its content is judged later."""
    with (tmp_path / "giant.dup").open("wb") as file:
        file.truncate(4 << 30)
    make(tmp_path, empty_dup=0)
    assert {each.name: each.size for each in candidates([tmp_path])} == {"giant.dup": 4 << 30, "empty.dup": 0}


def test_missing_file_names_the_nearest_and_the_rest(tmp_path: Path) -> None:
    """A mistyped name: the nearest one and what else is there, with sizes."""
    make(tmp_path, CATM1__41065_dup=5, NB1__41019_dup=6, readme_txt=9)
    (tmp_path / "empty").mkdir()
    problem = refused(tmp_path / "catm1_41065.dup")
    assert problem.code == "no-such-file"
    assert problem.detail.endswith(
        "catm1_41065.dup; did you mean CATM1-41065.dup (5 bytes)?; there: NB1-41019.dup (6 bytes)"
    )
    assert "folder holds no firmware" in nearest(tmp_path / "empty" / "x.dup")
    assert "is not there either" in nearest(tmp_path / "nowhere" / "x.dup")


def test_many_candidates_are_cut_short(tmp_path: Path) -> None:
    """Eight names help, eighty do not."""
    for number in range(20):
        (tmp_path / f"{number:02}.dup").touch()
    assert nearest(tmp_path / "zzzzzz").endswith("07.dup (0 bytes), 12 more")


def test_neighbours_are_found_by_name(tmp_path: Path) -> None:
    """What lies beside a file is found by its name, in any case; how many there are is for who asks."""
    make(tmp_path, CATM1__41065_dup=5)
    file = tmp_path / "CATM1-41065.dup"
    names = ("updater.elf", "mtools.elf")
    assert neighbours(file, names) == []
    make(tmp_path, Updater_elf=5, other_elf=3)
    assert [each.name for each in neighbours(file, names)] == ["Updater.elf"]
    make(tmp_path, mtools_elf=5)
    assert len(neighbours(file, names)) == 2


def test_what_is_read_again_must_be_the_same(tmp_path: Path) -> None:
    """Bytes that changed after they were checked are never handed out."""
    path = tmp_path / "a.dup"
    path.write_bytes(bytes(3 * PAGE_BYTES))
    source = open_stable(path)
    buf = bytearray(2 * PAGE_BYTES)
    assert source.readinto(100, buf) == len(buf)
    assert source.readinto(0, buf) == len(buf)
    with path.open("r+b") as file:
        file.seek(2 * PAGE_BYTES + 7)
        file.write(b"!")
    assert source.readinto(0, buf[:PAGE_BYTES]) == PAGE_BYTES
    with pytest.raises(Problem, match="file-replaced"):
        source.readinto(2 * PAGE_BYTES, bytearray(1))
    source.close()


def test_file_that_shrinks_or_grows(tmp_path: Path) -> None:
    """A file that became shorter is caught; what was appended is not sent."""
    path = tmp_path / "a.dup"
    path.write_bytes(bytes(PAGE_BYTES + 100))
    source = open_stable(path)
    with path.open("ab") as file:
        file.write(b"more")
    assert source.readinto(PAGE_BYTES, bytearray(200)) == 100
    source.readinto(0, bytearray(1))
    os.truncate(path, PAGE_BYTES + 50)
    with pytest.raises(Problem, match="file-replaced"):
        source.readinto(PAGE_BYTES, bytearray(1))
    source.close()


def test_file_replaced_by_rename_sends_what_was_checked(tmp_path: Path) -> None:
    """An editor's or a sync's rename leaves us with the file that we hold."""
    path = tmp_path / "a.dup"
    path.write_bytes(b"old")
    source = open_stable(path)
    (tmp_path / "b").write_bytes(b"new")
    (tmp_path / "b").replace(path)
    buf = bytearray(3)
    source.readinto(0, buf)
    assert buf == b"old"
    source.close()


class Meddler:
    """A port behind which somebody writes to the file once the transfer is on its way."""

    def __init__(self, line: SimLine, path: Path) -> None:
        self._line, self._path = line, path
        self._left = 10

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)

    def write(self, buf: bytes | bytearray | memoryview, off: int, n: int) -> None:
        self._left -= n > 1000
        if self._left == 0:
            with self._path.open("r+b") as file:
                file.seek(-9, os.SEEK_END)
                file.write(b"!")
        self._line.write(buf, off, n)


def test_file_that_changes_in_mid_transfer_ends_the_update(tmp_path: Path) -> None:
    """Not one changed byte reaches the modem; it is left recoverable, and the same command finishes it."""
    path = tmp_path / "CATM1-41065.dup"
    whole = make_full_image(41065, size_bytes=3 * PAGE_BYTES)
    path.write_bytes(whole)
    line = open_line("sim://pycom-catm1?stalls=0")
    for port, attempt in ((Meddler(line, path), 1), (line, 2)):
        source = open_stable(path)
        job = Update(
            Line(port, line, MaskedReporter()),
            [(examine(source), source)],
            {("without-way-back", "")},
            Journal(Slots(), "b"),
        )
        job.look()
        if attempt == 1:
            with pytest.raises(Problem, match="file-replaced") as caught:
                job.run(job.plan())
            assert caught.value.modem_state == "recoverable"
            path.write_bytes(whole)
        else:
            assert job.run(job.plan())["status"] == "updated"
        source.close()
