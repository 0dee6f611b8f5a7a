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
    b"from modemflash.interface import (~from modemflash.board.card import "
    b"~from modemflash.crc import crc~from modemflash.errors import Problem as problem:~  raise "
    b"~~~class ~~~~~~~~~ def __init__(self, line):~  self.line = line"
    b"~  self._~~ def (self):~~  return self.~  if not self._~  except OSError:"
    b"~   return False~  try:~  while True:~  for name in range( is not None and "
    b"~  else:~   continue~ = bytearray(clock.ticks_diff(now, = 0~  self. = None"
    b"~  self.~~~TYPE_CHECKING = False~"
    b" isinstance(identity.build~from modemflash.board.words import CardProblem~from "
    b"modemflash.board.store import  and not self.return True~ is None:~  return )~   if self._"
    b"~~~def _(self, line, modem.at.command(self.reporter.say(time_msclock.ticks_ms(), code="
    b"Refusal(raise TransferProblem(exchange.image.RECOVERABLEUNTOUCHEDline.since(self.line.sleep("
    b'["event"]with open(path, "rb") as file:~self._source.encode()recoveryupdateapplication'
    b"while at < .append(finally:~memoryview(elif "
    b"sessionfirmwarewait_msos.remove(for name in sorted(BadFile(timeout_msstartswith(answermanifest"
).replace(b"~", b"\x02")
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
