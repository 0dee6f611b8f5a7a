"""Loads a module that was packed for a board: one line of Python, and the program in a comment.

Rules that hold here: no inflate, because release 1.18 has none; a step of the
loop makes a whole piece; the program has its own line numbers, so a traceback
says `<string>`, the line and the function (`modemflash_host.board.install.package`
finds the file). What a module needs is loaded before it and never from within
it, because each import inside an import takes more than 1 kB of the 12 kB of
stack that a board has. The packer is `modemflash_host.board.install.packing`; both agree on:

    byte       0-127 itself
    near       10lllddd dddddddd            l + 3 bytes from d + 1 back
    far        11dddddd llllllll dddddddd   l + 4 bytes from d + 1 back

A piece never overlaps what it makes, and may lie in `WORDS`. In the text \\x02 stands for a line's end,
and \\x01 with a letter for the bytes that a comment cannot hold.
"""

# Stands before every text, so that matches reach into it: what most modules have.
WORDS = (
    b"from modemflash.interface import (\x02from modemflash.board.card import "
    b"\x02from modemflash.crc import crc\x02from modemflash.errors import Problem as problem:\x02  raise "
    b"\x02\x02\x02class \x02\x02\x02\x02\x02\x02\x02\x02\x02 def __init__(self, line):\x02  self.line = line"
    b"\x02  self._\x02\x02 def (self):\x02\x02  return self.\x02  if not self._\x02  except OSError:"
    b"\x02   return False\x02  try:\x02  while True:\x02  for name in range( is not None and "
    b"\x02  else:\x02   continue\x02 = bytearray(clock.ticks_diff(now, = 0\x02  self. = None"
    b"\x02  self.\x02\x02\x02TYPE_CHECKING = False\x02"
    b" isinstance(identity.build\x02from modemflash.board.words import CardProblem\x02from "
    b"modemflash.board.store import  and not self.return True\x02 is None:\x02  return )\x02   if self._"
    b"\x02\x02\x02def _(self, line, modem.at.command(self.reporter.say(time_msclock.ticks_ms(), code="
    b"Refusal(raise TransferProblem(exchange.image.RECOVERABLEUNTOUCHEDline.since(self.line.sleep("
    b'["event"]with open(path, "rb") as file:\x02self._source.encode()recoveryupdateapplication'
    b"while at < .append(finally:\x02memoryview(elif "
    b"sessionfirmwarewait_msos.remove(for name in sorted(BadFile(timeout_msstartswith(answermanifest"
)
ESCAPES = ((b"\x01a", b"\x00"), (b"\x01b", b"\n"), (b"\x01c", b"\r"), (b"\x01d", b"\x01"))


def load(names: "dict[str, Any]", size: int, needs: str) -> None:
    """Run the program in a module's comment as that module.

    Args:
        names: the module's globals.
        size: of the program, in bytes.
        needs: the modules of ours that it needs, directly or not, each behind those that it needs; a dot
            before the names of the board's.
    """
    for need in needs.split():
        __import__("modemflash." + ("board" if need[0] == "." else "") + need)
    with open(names["__file__"], "rb") as file:
        data = file.read()
    # No line's end stands in a packed program; what put the file here may have written others around it.
    exec(unpacked(data[data.find(b"#") + 1 :].strip(b"\r\n"), size), names)


def unpacked(data: bytes, size: int) -> bytes:
    """The program, `size` bytes of it, that stands packed in `data`."""
    for escape, byte in ESCAPES:
        data = data.replace(escape, byte)
    at = len(WORDS)
    text = bytearray(at + size)
    text[:at] = WORDS
    rest = iter(data)
    for code in rest:
        if code < 128:
            text[at] = code
            at += 1
            continue
        second = next(rest)
        if code < 192:
            length = (code >> 3 & 7) + 3
            start = at - 1 - ((code & 7) << 8 | second)
        else:
            length = second + 4
            start = at - 1 - ((code & 63) << 8 | next(rest))
        text[at : at + length] = text[start : start + length]
        at += length
    return bytes(memoryview(text)[len(WORDS) :]).replace(b"\x02", b"\n")


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
