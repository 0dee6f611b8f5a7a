"""Puts the power-up hook into /flash/main.py, and takes it out byte for byte.

Rules that hold here: the user's program is copied and never changed; the new
file is complete under another name before the old one is touched, because a
rename replaces nothing on 1.18; a cut in between is found and finished by the
next call. The lines stand first: a docstring or an encoding line means nothing
to a board's Python.
"""

import os

from modemflash.board.card import size_of
from modemflash.board.store import sync
from modemflash.interface import HOOK_SIGN, MAIN

_NEW = MAIN + ".new"
_OK = MAIN + ".whole"  # says that _NEW is
_END = b"#<modemflash"
_MADE = b" made"  # behind the first marker: there was no main.py before
_CHUNK = 512


def install_hook(button: str = "P10") -> str:
    """Write the two guarded lines. What was done, in a sentence."""
    if not _is_pin(button):
        return "button is a pin's name such as 'P10', or ''."
    _finish()
    size = size_of(MAIN)
    block = lines(button, size is None)
    if size is not None:
        with open(MAIN, "rb") as file:
            if file.read(len(block)) == block:
                return "The hook is in " + MAIN + " already."
        remove_hook()
        block = lines(button, size_of(MAIN) is None)
    _write(block, [(0, size_of(MAIN) or 0)])
    return "The hook is in " + MAIN + ": it looks for a card at each power-up."


def remove_hook() -> str:
    """Take them out again. What was done, in a sentence."""
    _finish()
    size = size_of(MAIN)
    if size is None:
        return "There is no " + MAIN + "."
    begin = _find(HOOK_SIGN, 0)
    end = _find(_END, begin) if begin >= 0 else -1
    if end < 0:
        return "There is no hook in " + MAIN + "."
    with open(MAIN, "rb") as file:
        file.seek(begin + len(HOOK_SIGN))
        made = file.read(len(_MADE)) == _MADE
        file.seek(end)
        end += len(file.readline())
    if made and begin == 0 and end == size:
        os.remove(MAIN)
    else:
        _write(b"", [(0, begin), (end, size)])
    return "The hook is out of " + MAIN + "."


def lines(button: str, made: bool) -> bytes:
    """The two lines between their markers."""
    return (
        HOOK_SIGN
        + (_MADE if made else b"")
        + b": looks for a card with firmware for the modem; modemflash.remove_hook() takes this out\n"
        + b'try: __import__("modemflash").hook(button="' + button.encode() + b'")\n'
        + b'except Exception as error: print("modemflash hook:", repr(error))\n'
        + _END
        + b"\n"
    )  # fmt: skip


def _write(head: bytes, pieces: "list[tuple[int, int]]") -> None:
    """Make `MAIN` from `head` and pieces (from, to) of itself."""
    with open(_NEW, "wb") as new:
        new.write(head)
        for begin, end in pieces:
            if begin == end:
                continue
            with open(MAIN, "rb") as old:
                old.seek(begin)
                while begin < end:
                    chunk = old.read(min(_CHUNK, end - begin))
                    if not chunk:
                        raise OSError("short read of " + MAIN)
                    new.write(chunk)
                    begin += len(chunk)
    sync()
    with open(_OK, "wb"):
        pass
    _put_in_place()


def _put_in_place() -> None:
    """`MAIN` becomes what `_NEW` is, in one step where the file system has one."""
    sync()
    try:
        os.rename(_NEW, MAIN)
    except OSError:  # 1.18 replaces nothing
        os.remove(MAIN)
        os.rename(_NEW, MAIN)
    sync()
    os.remove(_OK)


def _finish() -> None:
    """What a power cut left: a whole new file is put in place, half a file is dropped."""
    is_whole = size_of(_OK) is not None
    if size_of(_NEW) is None:
        if is_whole:
            os.remove(_OK)
    elif is_whole:
        _put_in_place()
    else:
        os.remove(_NEW)


def _find(word: bytes, start: int) -> int:
    """Where a line that starts with `word` begins, -1 where there is none."""
    before = b"\n" if start == 0 else b""
    with open(MAIN, "rb") as file:
        file.seek(start)
        at = start - len(before)
        data = before
        while True:
            chunk = file.read(_CHUNK)
            data += chunk
            found = data.find(b"\n" + word)
            if found >= 0:
                return at + found + 1
            if not chunk:
                return -1
            keep = len(word)
            at += max(0, len(data) - keep)
            data = data[-keep:]


def _is_pin(name: object) -> bool:
    return isinstance(name, str) and (name == "" or (name[:1] == "P" and name[1:].isdigit()))
