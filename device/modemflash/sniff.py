"""Files that are no containers: the updater ELF, and what is plainly no firmware.

Rules that hold here: content only; an archive, a web page or an erased chip's dump is
refused by name, so that its owner knows what to do; the rest is only doubted.
"""

import struct

from modemflash.builds import SIMULATED
from modemflash.errors import BadFile

_ELF_BYTES = (65536, 4 << 20)  # 0.3 to 3 MB is usual
_ELF_FOREIGN = (3, 62, 94, 183, 243)  # x86, x86-64, Xtensa (an ESP32 program), ARM64, RISC-V

# How files begin that are certainly no firmware: (first bytes, code, what it is)
_OTHER_FILES = (
    (b"PK\x03\x04", "file-zip", ""),
    (b"PK\x05\x06", "file-zip", "an empty one"),
    (b"\x1f\x8b", "file-archive", "gzip"),
    (b"Rar!", "file-archive", "rar"),
    (b"7z\xbc\xaf", "file-archive", "7z"),
    (b"\xfd7zXZ", "file-archive", "xz"),
    (b"BZh", "file-archive", "bzip2"),
    (b"\0\5\x16\7", "file-apple-twin", ""),
)


def check_elf(start: bytes, source: "Source", image: "Image") -> None:
    """Its tables and segments lie within the file; an ELF has no checksum."""
    if len(start) < 52:
        raise BadFile("file-truncated", "not even a whole ELF header")
    order = ">" if start[5] == 2 else "<"
    machine = struct.unpack_from(order + "H", start, 18)[0]
    if start[4] != 1 or start[5] not in (1, 2) or machine in _ELF_FOREIGN:
        image.doubt("image-odd-elf")
        return
    if start[9:16] == SIMULATED.encode()[:7]:
        image.doubt("image-simulated")
    if not _ELF_BYTES[0] <= source.size <= _ELF_BYTES[1]:
        image.doubt("image-odd-elf")
    programs, sections = struct.unpack_from(order + "II", start, 28)
    program_size, program_count, section_size, section_count = struct.unpack_from(order + "HHHH", start, 42)
    last = max(programs + program_size * program_count, sections + section_size * section_count)
    if last <= source.size and program_size >= 32:
        table = bytearray(32)
        for i in range(min(program_count, 64)):
            source.readinto(programs + i * program_size, table)
            offset, _, _, size = struct.unpack_from(order + "IIII", table, 4)
            last = max(last, offset + size)
    if last > source.size:
        raise BadFile("file-truncated", "an ELF that goes on to byte %d" % last)


def refuse_other_files(start: bytes, image: "Image") -> None:
    """A file without a magic of ours: it may be something that is plainly no firmware."""
    for magic, code, what in _OTHER_FILES:
        if start.startswith(magic):
            raise BadFile(code, what)
    if start[257:262] == b"ustar":
        raise BadFile("file-archive", "tar")
    if image.size < 16:
        raise BadFile("file-truncated", "%d bytes in all" % image.size)
    if start in (b"\0" * len(start), b"\xff" * len(start)):
        raise BadFile("file-blank", "%02X" % start[0])
    head = start[:256].lower()
    if head[:3] == b"\xef\xbb\xbf":
        head = head[3:]
    for word in (b"<!doctype", b"<html", b"<head", b"<?xml"):
        if head.strip().startswith(word):
            raise BadFile("file-html")
    if min(head) >= 9 and not [byte for byte in head if 13 < byte < 32 or byte == 127]:
        raise BadFile("file-text")


TYPE_CHECKING = False
if TYPE_CHECKING:
    from modemflash.contracts import Source
    from modemflash.image import Image
