"""A simulated Quectel modem in virtual time, and bytes written out by hand for it."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from modemflash_sim.quectel_edl import assumptions, faults
from modemflash_sim.quectel_edl.line import QuectelLine
from modemflash_sim.quectel_edl.module import EDL_PORT, SimQuectel
from modemflash_sim.quectel_edl.packages import PackageMaker, elf
from modemflash_sim.quectel_edl.profiles import EDL, PROFILES

SWITCH = bytes.fromhex("4B 65 01 00 54 0F 7E")
HELLO = bytes.fromhex("01000000 30000000 02000000 01000000 00040000 00000000") + bytes(24)
HELLO_RESPONSE = bytes.fromhex("02000000 30000000 02000000 01000000 00000000 00000000") + bytes(24)
DONE = bytes.fromhex("05000000 08000000")
RESET = bytes.fromhex("07000000 08000000")


def modem(profile: str = "rm502q", fault: str = "", assume: str = "") -> SimQuectel:
    return SimQuectel(PROFILES[profile], assumptions.parse(assume), faults.parse(fault))


@dataclass
class PlainHost:
    """A host that sends what it is told, to whichever port it has open."""

    module: SimQuectel
    line: QuectelLine

    def send(self, data: bytes) -> None:
        self.line.write(data, 0, len(data))

    def hear(self, ms: int = 500, most: int = 16_000_000) -> bytes:
        """All that comes until nothing has come for so long."""
        heard = bytearray()
        buf = bytearray(65_536)
        while len(heard) < most and (got := self.line.readinto(buf, len(buf), ms)):
            heard += buf[:got]
        return bytes(heard)

    def ask(self, data: bytes, ms: int = 500) -> bytes:
        self.send(data)
        return self.hear(ms)

    def command(self, text: str, ms: int = 500) -> bytes:
        return self.ask(f'<?xml version="1.0" ?><data><{text} /></data>'.encode(), ms)

    def restart(self) -> None:
        """Reset by the programmer, and some time."""
        self.send(b'<?xml version="1.0" ?><data><power value="reset" /></data>')
        self.line.sleep_ms(30_000)

    def load(self, programmer: bytes) -> bytes:
        """Sahara with this programmer, from the HELLO on; what came after DONE."""
        heard = self.ask(HELLO_RESPONSE)
        while heard[:1] in (b"\x03", b"\x12"):
            form = "<3I" if heard[0] == 3 else "<3Q"
            _, offset, length = struct.unpack_from(form, heard, 8)
            heard = self.ask(programmer[offset : offset + length])
        if heard[:4] != b"\x04\0\0\0" or heard[12:16] != bytes(4):
            return heard
        return self.ask(DONE, 2000)

    def configure(self, payload: int = 8192) -> bytes:
        return self.command(f'configure MemoryName="nand" MaxPayloadSizeToTargetInBytes="{payload}"')

    def write_package(self, maker: PackageMaker) -> None:
        """All erases with sector 0 first, then all images with sector 0 last."""
        texts = [line[1:-2] for line in maker.lines]
        place = re.compile(r'start_sector="(\d+)"')
        sector = {text: int(place.search(text)[1]) for text in texts}  # type: ignore[index]
        erases = sorted((text for text in texts if text.startswith("erase")), key=sector.__getitem__)
        programs = sorted((text for text in texts if text.startswith("program")), key=sector.__getitem__)
        for text in erases:
            assert b"ACK" in self.command(text)
        page = self.module.profile.page
        for text in [*programs[1:], programs[0]]:
            name = re.search(r'filename="([^"]*)"', text)[1]  # type: ignore[index]
            key = "update/" + (name[3:] if name.startswith("..") else "firehose/" + name)
            image = maker.files[key]
            count = -(-len(image) // page)
            asked = re.sub(r'num_partition_sectors="\d+"', f'num_partition_sectors="{count}"', text)
            assert b'rawmode="true"' in self.command(asked)
            assert b'value="ACK" rawmode="false"' in self.ask(image.ljust(count * page, b"\0"))


def at(module: SimQuectel, role: str) -> PlainHost:
    """The port of that use, open."""
    port = module.port(role)
    assert port is not None, (role, module.mode)
    return PlainHost(module, QuectelLine(port))


def in_firehose(module: SimQuectel) -> PlainHost:
    """In EDL, with its programmer running and its greeting heard."""
    module.resume(EDL)
    host = at(module, EDL_PORT)
    host.hear()
    host.load(elf(chip=module.profile.chip, wide=module.profile.wide))
    return host
