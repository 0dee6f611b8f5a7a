"""A .zip is unpacked without trusting it: every trick has its code."""

import errno
import io
import re
import stat
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest

from modemflash.errors import Refusal
from modemflash_host.files import archive
from modemflash_host.files.candidates import archives_in, candidates


def zip_of(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return path


def entry(name: str, data: bytes = b"abc", **attributes: object) -> bytes:
    """An archive with one odd entry."""
    out = io.BytesIO()
    info = zipfile.ZipInfo(name)
    for key, value in attributes.items():
        setattr(info, key, value)
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(info, data)
    return out.getvalue()


def code_of(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "p.zip"
    path.write_bytes(data)
    with pytest.raises(Refusal) as caught:
        unpack(path)
    return caught.value.code


def unpack(path: Path) -> None:
    for each in candidates([path]):
        each.open().close()


def test_members_are_named_and_unpacked(tmp_path: Path) -> None:
    """Firmware in an archive is found below its folders, twins left out, and reads as it was packed."""
    data = bytes(range(256)) * 1000
    path = zip_of(
        tmp_path / "p.ZIP",
        **{
            "CATM1/CATM1-41065.dup": data,
            "CATM1\\updater.elf": b"elf",
            "__MACOSX/CATM1/._CATM1-41065.dup": b"twin",
            "__MACOSX/x.dup": b"twin",
            "readme.txt": b"words",
        },
    )
    found = candidates([path])
    assert [each.name for each in found] == ["CATM1-41065.dup", "updater.elf"]
    assert found[0].place == f"{path}: CATM1/CATM1-41065.dup"
    source = found[0].open()
    buf = bytearray(source.size)
    assert source.readinto(0, buf) == len(data)
    assert buf == data
    source.close()


def test_nothing_is_written_under_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unpacking leaves no file behind, neither beside the archive nor in the temporary folder."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    path = zip_of(tmp_path / "p.zip", **{"a.dup": b"1"})
    source = candidates([path])[0].open()
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["p.zip", "tmp"]
    source.close()


@pytest.mark.parametrize(
    "name", ["../evil.dup", "a/../../evil.dup", "/etc/evil.dup", "C:\\evil.dup", "..\\e.dup"]
)
def test_path_tricks(tmp_path: Path, name: str) -> None:
    """A name that leads out of the archive is refused."""
    assert code_of(tmp_path, entry(name)) == "archive-path-trick"


def test_links(tmp_path: Path) -> None:
    """A link in an archive is refused, wherever it leads."""
    assert (
        code_of(tmp_path, entry("a.dup", b"/etc/passwd", external_attr=(stat.S_IFLNK | 0o777) << 16))
        == "archive-link"
    )


def test_password(tmp_path: Path) -> None:
    """A locked member is refused before anything is unpacked."""
    data = bytearray(entry("a.dup"))
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(signature) + offset] |= 1
    assert code_of(tmp_path, bytes(data)) == "archive-password"


def test_unknown_method(tmp_path: Path) -> None:
    """Only stored and deflated members: LZMA may claim gigabytes of memory."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("a.dup", b"abc")
    assert code_of(tmp_path, out.getvalue()) == "archive-method"


def claim(data: bytes, size_bytes: int, packed_bytes: int | None = None) -> bytes:
    """The archive with another size written into its table of contents."""
    changed = bytearray(data)
    at = changed.index(b"PK\1\2")
    struct.pack_into("<I", changed, at + 24, size_bytes)
    if packed_bytes is not None:
        struct.pack_into("<I", changed, at + 20, packed_bytes)
    return bytes(changed)


def test_absurd_size(tmp_path: Path) -> None:
    """A member that claims gigabytes is refused unread."""
    assert code_of(tmp_path, claim(entry("a.dup"), 0xFFFF_FFF0)) == "archive-too-large"


def test_bomb(tmp_path: Path) -> None:
    """A member that grows a thousandfold is refused unread."""
    bomb = zip_of(tmp_path / "b.zip", **{"a.dup": bytes(20_000_000)}).read_bytes()
    assert code_of(tmp_path, bomb) == "archive-bomb"


def test_bomb_of_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All members together are bounded, too."""
    monkeypatch.setattr(archive, "MOST_UNPACKED_BYTES", 100_000)
    many = zip_of(tmp_path / "b.zip", **{f"{n}.dup": bytes(60_000) for n in range(2)}).read_bytes()
    assert code_of(tmp_path, many) == "archive-bomb"


@pytest.mark.parametrize("claimed", [2, 100])
def test_claimed_size_is_not_the_real_one(tmp_path: Path, claimed: int) -> None:
    """A member that is longer or shorter than claimed is damaged, and never more is written than claimed."""
    assert code_of(tmp_path, claim(entry("a.dup", b"abcdef"), claimed)) == "archive-damaged"


def test_too_many_members(tmp_path: Path) -> None:
    """More members than any package has."""
    assert (
        code_of(tmp_path, zip_of(tmp_path / "m.zip", **{f"{n}": b"" for n in range(2001)}).read_bytes())
        == "archive-too-many"
    )


def test_million_entries_are_refused_before_they_are_read(tmp_path: Path) -> None:
    """A table of contents of 10^6 names is refused by its size, in no time and no memory."""
    name = b"a.dup"
    one = (
        struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0)
        + name
    )
    table = one * 1_000_000
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(table), 4, 0)
    assert code_of(tmp_path, b"PK\3\4" + table + end) == "archive-too-many"


@pytest.mark.parametrize("cut", [10, 60, 90])
def test_truncated_archive(tmp_path: Path, cut: int) -> None:
    """A download that ended early is called damaged."""
    assert code_of(tmp_path, entry("a.dup")[:cut]) == "archive-damaged"


def test_flipped_byte(tmp_path: Path) -> None:
    """A member whose checksum fails is damaged."""
    data = bytearray(entry("a.dup"))
    data[data.index(b"abc")] ^= 1
    assert code_of(tmp_path, bytes(data)) == "archive-damaged"


def test_every_damage_has_words(tmp_path: Path) -> None:
    """Whatever one byte of an archive becomes: a source or a refusal, never another exception."""
    whole = zip_of(tmp_path / "w.zip", **{"a.dup": b"abc" * 50}).read_bytes()
    path = tmp_path / "p.zip"
    for at in range(len(whole)):
        for value in (0, 0xFF, whole[at] ^ 0x41):
            path.write_bytes(whole[:at] + bytes([value]) + whole[at + 1 :])
            try:
                unpack(path)
            except Refusal:
                pass


def test_archive_without_firmware(tmp_path: Path) -> None:
    """An archive of other things says so."""
    assert code_of(tmp_path, zip_of(tmp_path / "w.zip", **{"a.txt": b"x"}).read_bytes()) == "no-firmware-here"


@pytest.mark.parametrize("inner", ["FiPy/CATM1-41065.zip", "CATM1-41065.RAR", "fw/all.tar.gz", "a.7z"])
def test_an_archive_in_an_archive_is_named(tmp_path: Path, inner: str) -> None:
    """With what to do; where there is other firmware beside it, too: the better half may be in it."""
    path = tmp_path / "outer.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(inner, b"PK")
    with pytest.raises(Refusal, match=rf"no-firmware-here.*unpack.*{re.escape(inner)}"):
        candidates([path])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("updater.elf", b"1")
        archive.writestr("__MACOSX/._a.zip", b"1")
    assert [each.name for each in candidates([path])] == ["updater.elf"]
    assert archives_in(path) == f"unpack the archive in it: {inner}"


def test_zip_that_is_something_else_is_left_to_the_image_check(tmp_path: Path) -> None:
    """A .zip that is a rar or a web page is one candidate: reading it says what it is."""
    (tmp_path / "p.zip").write_bytes(b"Rar!\x1a\x07")
    assert [each.name for each in candidates([tmp_path / "p.zip"])] == ["p.zip"]


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No room for the temporary file has its own words."""

    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda prefix: Full())
    assert code_of(tmp_path, entry("a.dup")) == "no-room"
