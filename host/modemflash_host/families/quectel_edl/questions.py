"""Questions that a running module answers and that change nothing: over AT, and over DIAG.

Rules: only what stands in the tables here is ever sent; an answer is bounded in
time and length; a DIAG answer counts when its checksum is right. Source: the
maker's AT manuals; DIAG frames of ModemManager and other programs.
"""

from __future__ import annotations

import re

from modemflash.line import Line

AT_QUESTIONS = ("ATI", "AT+QGMR", "AT+CFUN?", "AT+CGSN")
VERSION_QUESTION = bytes.fromhex("7e0078f07e")
BUILD_QUESTION = bytes.fromhex("7c93497e")
_ANSWER_MS = 2000
_MOST_BYTES = 4096
_END, _ESCAPE = 0x7E, 0x7D
_X25 = 0x8408


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


def unpacked(frame: bytes) -> bytes:
    """What a DIAG frame holds; b"" where its checksum is wrong."""
    data = bytearray()
    escaped = False
    for byte in frame.strip(bytes([_END])):
        if byte == _ESCAPE and not escaped:
            escaped = True
            continue
        data.append(byte ^ 0x20 if escaped else byte)
        escaped = False
    if len(data) < 3 or checksum(data[:-2]) != int.from_bytes(data[-2:], "little"):
        return b""
    return bytes(data[:-2])


def checksum(data: bytes | bytearray) -> int:
    """CRC-16/X-25."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ _X25 if crc & 1 else crc >> 1
    return crc ^ 0xFFFF


def _whole(heard: bytes, kind: int) -> bytes:
    for frame in heard.split(bytes([_END])):
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
