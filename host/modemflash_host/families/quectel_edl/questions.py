"""Questions that a running module answers and that change nothing: over AT, and over DIAG.

Rules: only what stands in the tables here is ever sent; an answer is bounded in
time and length; a DIAG answer counts when its checksum is right. Source: the
maker's AT manuals; DIAG frames of ModemManager and other programs.
"""

from __future__ import annotations

import re

from modemflash.line import Line
from modemflash_host.families.quectel_edl.diag import BUILD, VERSION, packed, unpacked

AT_QUESTIONS = ("ATI", "AT+QGMR", "AT+CFUN?", "AT+CGSN")
VERSION_QUESTION = b"\x7e" + packed(VERSION)  # the end mark in front ends what another program began
BUILD_QUESTION = packed(BUILD)
_ANSWER_MS = 2000
_MOST_BYTES = 4096


def ask_at(line: Line) -> dict[str, str]:
    """Each question's answer, without its echo and its OK; {} where nothing answers."""
    answers: dict[str, str] = {}
    for question in AT_QUESTIONS:
        line.checkpoint()
        line.write(question.encode() + b"\r")
        heard = _until(line, re.compile(rb"\r\n(?:OK|ERROR|\+CME ERROR: \d+)\r\n"))
        if not heard:
            break
        lines = [each.strip() for each in heard.decode("latin-1").splitlines()]
        answers[question] = "\n".join(each for each in lines if each not in ("", "OK", question))
    return answers


def ask_diag(line: Line) -> str:
    """The name of the build, as a DIAG port says it; "" where none that is whole answers."""
    line.write(VERSION_QUESTION)
    if not _whole(_until(line, re.compile(rb"[^~]~")), 0x00):
        return ""
    line.write(BUILD_QUESTION)
    answer = _whole(_until(line, re.compile(rb"[^~]~")), 0x7C)
    names = re.findall(rb"[A-Za-z0-9_.\-]{6,60}", answer)
    return max(names, key=len).decode("ascii") if names else ""


def _whole(heard: bytes, kind: int) -> bytes:
    for frame in heard.split(b"\x7e"):
        data = unpacked(frame)
        if data[:1] == bytes([kind]):
            return data
    return b""


def _until(line: Line, end: re.Pattern[bytes]) -> bytes:
    """What comes until the end was seen, or until it is late or too much."""
    heard = bytearray()
    buf = bytearray(256)
    start = line.now()
    while len(heard) < _MOST_BYTES and not end.search(heard):
        left = _ANSWER_MS - line.since(start)
        got = line.read(buf, len(buf), left) if left > 0 else 0
        if not got:
            break
        heard += buf[:got]
    return bytes(heard)
