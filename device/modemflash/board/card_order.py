"""The order of a card: which files, what was consented to, and whether they are whole.

Rules that hold here: a prepared card brings a manifest, checked by its own
checksum, and each file is compared with it by the chip's SHA-256 in seconds; a
card with plain files is checked by the files' own checksums, in minutes, and
brings no consent; nothing here touches the modem. The manifest is made by
`modemflash card prepare`; docs/sd-card.md shows one.
"""

import binascii
import hashlib
import os

from modemflash.board import manifest
from modemflash.board.card import exists, size_of
from modemflash.board.words import CardProblem
from modemflash.consent import decoded
from modemflash.crc import crc16_joined, crc16_of_zeros, crc32
from modemflash.errors import BadFile, TransferProblem
from modemflash.examine import examine
from modemflash.image import Image
from modemflash.interface import FIRMWARE_ENDINGS

_CHUNK = 4096


class CardFile:
    """A file on the card as the engine's source.

    Args:
        path: where it is.
        name: what its owner calls it.
        size: its size in bytes.

    Attributes:
        comes_back: None, or a function that gives a card that went away a second; False: no hope.
        grid: `manifest.GRID` where the card brings the CRC-16 of each so many bytes, else 0.
    """

    def __init__(self, path: str, name: str, size: int) -> None:
        self.path = path
        self.name = name
        self.size = size
        self.comes_back = None  # type: Callable[[], bool] | None
        self.grid = 0
        self._sums = b""
        self._file = None  # type: Any
        self._at = 0

    def readinto(self, offset: int, buf: "Writable") -> int:
        """Fill `buf` from `offset` on; fewer bytes only at the end.

        Raises:
            BadFile: `card-gone`, while files are being checked.
            TransferProblem: `card-gone`: it did not come back in time.
        """
        while True:
            try:
                return self.read_now(offset, buf)
            except OSError:
                self.wait()

    def wait(self) -> None:
        """Give a card that is gone a second to come back. Raises as `readinto`."""
        if self.comes_back is None:
            raise CardProblem("card-gone", self.name)
        if not self.comes_back():
            raise TransferProblem("card-gone", self.name)

    def read_now(self, offset: int, buf: "Writable") -> int:
        """As `readinto`, and an OSError at once where the card is gone: half a block may be out."""
        try:
            return self._read(offset, buf)
        except OSError:
            self.close()
            raise

    def bring_sums(self, sums: bytes) -> None:
        """The CRC-16 of each whole `manifest.GRID` bytes from the start, two bytes each."""
        self._sums = sums
        self.grid = manifest.GRID
        self._zeros = crc16_of_zeros(manifest.GRID)

    def block_crc(self, offset: int, n: int) -> int:
        """The CRC-16 of `n` bytes at `offset` where the card brings it, else -1."""
        grid = self.grid
        if not grid or offset % grid or n % grid:
            return -1
        sums = self._sums
        crc = 0
        for at in range(offset // grid * 2, (offset + n) // grid * 2, 2):
            crc = crc16_joined(crc, sums[at] << 8 | sums[at + 1], self._zeros)
        return crc

    def close(self) -> None:
        """Let the file go."""
        file, self._file = self._file, None
        if file:
            try:
                file.close()
            except OSError:
                pass

    def _read(self, offset: int, buf: "Writable") -> int:
        if self._file is None:
            self._file = open(self.path, "rb")
            self._at = 0
        if self._at != offset:  # going back is slow on FAT: only when it must be
            self._file.seek(offset)
        got = self._file.readinto(buf)
        done = got or 0
        while got and done < len(buf):
            got = self._file.readinto(memoryview(buf)[done:])
            done += got or 0
        self._at = offset + done
        return done


class CardOrder:
    """What a card asks for.

    Attributes:
        folder: where its files are.
        id: eight hex digits that change when the job does.
        rows: the manifest's rows of the files; of a card with plain files name and size only.
        prepared: whether there is a manifest.
        consents, options: for the engine.
        with_imei: whether results name the modem's IMEI.
        hold_light: the end is shown, and the board's own program waits, until the card is taken out.
        engine: name -> SHA-256 of the updater on the card, empty where it brings none.
        files: list of (Image, CardFile) once `check` is through.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.id = ""
        self.rows = []  # type: list[dict[str, Any]]
        self.prepared = False
        self.consents = set()  # type: set[tuple[str, str]]
        self.options = {}  # type: dict[str, Any]
        self.with_imei = False
        self.hold_light = False
        self.engine = {}  # type: dict[str, str]
        self.files = []  # type: list[tuple[Image, CardFile]]

    @property
    def in_parts(self) -> bool:
        """Whether one of the files is a part of a package of several."""
        return bool([image for image, _ in self.files if image.part])

    def check(self, progress: "Callable[[int, int], None]") -> None:
        """Read every file from its first to its last byte.

        Args:
            progress: called with (bytes done, bytes in all).

        Raises:
            BadFile, CardProblem: one of them is not whole; `files` is empty then.
        """
        total = sum([row["size"] for row in self.rows])
        files = []  # type: list[tuple[Image, CardFile]]

        def told(done: int, size: int) -> None:
            progress(sum([source.size for _, source in files]) + done, total)

        for row in self.rows:
            source = CardFile(self.folder + "/" + row["path"], row["name"], row["size"])
            try:
                image = self._checked(row, source, told)
            finally:
                source.close()
            files.append((image, source))
        self.files = files

    def _checked(
        self, row: "dict[str, Any]", source: CardFile, progress: "Callable[[int, int], None]"
    ) -> "Image":
        size = size_of(source.path)
        if size != source.size:
            detail = "%s: %s bytes, not %d" % (source.name, "no" if size is None else size, source.size)
            raise BadFile(
                "file-truncated" if size is not None and size < source.size else "card-file-changed", detail
            )
        if not self.prepared:
            return examine(source, progress)
        digest = fresh_hash()
        if digest is None:  # somebody else holds the chip's only hash: the long way round
            image = examine(source, progress, None, True)
            same = image.fletcher32 == row["fletcher32"]
        else:
            same = sha256(source, digest, progress) == row["sha256"]
        if not same:
            raise BadFile("card-file-changed", source.name)
        sums = self.folder + "/" + row["path"] + manifest.SUMS
        if exists(sums):
            with open(sums, "rb") as file:
                data = file.read(source.size // manifest.GRID * 2)
            if "%08x" % crc32(data) == row["sums"]:  # they only save time: without them it goes on
                source.bring_sums(data)
        return as_image(row)


def find(path: str, names: "list[str]") -> "CardOrder | None":
    """The order at `path`: a manifest, else plain firmware files, in it or in its folders.

    Args:
        path: a folder, or one firmware file.
        names: what is in the root of its medium.

    Raises:
        CardProblem: there is no such path, the manifest does not hold what it should, or there is an archive.
    """
    size = size_of(path)
    if size is None:
        others = "; here are: " + ", ".join(names[:12]) if names else ""
        raise CardProblem("card-no-such-path", path + others)
    if size >= 0:
        folder, name = path.rsplit("/", 1)
        beside = [row for row in _firmware(folder, "") if row[0][-4:].lower() == ".elf" and row[0] != name]
        return _plain(folder, [(name, size)] + beside)
    for folder in (path, path + "/modemflash"):
        if exists(folder + "/" + manifest.NAME):
            return _prepared(folder)
    found = _firmware(path, "")
    endings = [name[-4:].lower() for name, _ in found]
    if ".dup" not in endings or ".elf" not in endings:
        for name in sorted(os.listdir(path)):  # as unpacked from an archive
            if name[:1] != "." and size_of(path + "/" + name) == -1:
                inside = _firmware(path, name + "/")
                if ".dup" in endings:  # then it is the one that is meant
                    inside = [row for row in inside if row[0][-4:].lower() == ".elf"]
                found += inside
    if found:
        return _plain(path, found)
    for name in names:
        low = name.lower()
        if low[-4:] == ".zip" and low[:3] in ("cat", "nb1"):  # one that the hook starts us for
            raise CardProblem("card-no-firmware", "unpack " + name + " first")
    return None


def _firmware(folder: str, below: str) -> "list[tuple[str, int]]":
    """(name, size) of the firmware files in a folder; `below` stands before each name."""
    found = []
    for name in sorted(os.listdir(folder + "/" + below.rstrip("/") if below else folder)):
        if name[:1] != "." and name[-4:].lower() in FIRMWARE_ENDINGS:
            size = size_of(folder + "/" + below + name)
            if size is not None and size >= 0:
                found.append((below + name, size))
    return found


def _plain(folder: str, found: "list[tuple[str, int]]") -> CardOrder:
    order = CardOrder(folder)
    order.rows = [{"name": name.split("/")[-1], "path": name, "size": size} for name, size in found]
    order.id = "%08x" % crc32(repr(found).encode())
    return order


def _prepared(folder: str) -> CardOrder:
    try:
        with open(folder + "/" + manifest.NAME, "rb") as file:
            data = file.read(manifest.MOST_BYTES)
    except OSError:
        raise CardProblem("card-gone", manifest.NAME)
    words = manifest.read(data)
    order = CardOrder(folder)
    order.prepared = True
    order.id = words["crc32"]
    order.rows = words["files"]
    order.consents = decoded(words["consents"])
    order.options = words["options"]
    order.with_imei = words["with_imei"]
    order.hold_light = words.get("hold_light", False)
    order.engine = words["engine"]
    return order


def as_image(row: "dict[str, Any]") -> "Image":
    """What the PC found out about a file, once its bytes are known to be the same."""
    image = Image(row["name"], row["size"])
    for name in manifest.IMAGE_FACTS:
        setattr(image, name, row[name])
    return image


def fresh_hash() -> "Any":
    """A SHA-256 of the chip; None while another program holds the only one."""
    try:
        return hashlib.sha256()
    except OSError:
        return None


def sha256(source: CardFile, digest: "Any", progress: "Callable[[int, int], None]") -> str:
    """Hex digits of a whole file. Whatever happens the chip's hash is free again afterwards."""
    view = memoryview(bytearray(_CHUNK))
    offset = 0
    try:
        while True:
            got = source.readinto(offset, view)
            if not got:
                break
            digest.update(view[:got])
            offset += got
            progress(offset, source.size)
    finally:
        value = digest.digest()
    return binascii.hexlify(value).decode()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from modemflash.contracts import Writable
