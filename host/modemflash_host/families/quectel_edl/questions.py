"""Questions that a running module answers and that change nothing: over AT, and over DIAG.

Rules: only what stands in the tables here is ever sent; an answer is bounded in
time and length; a DIAG answer counts when its checksum is right. Source: the
maker's AT manuals; DIAG frames of ModemManager and other programs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from modemflash.errors import ModemProblem, NoModem
from modemflash.line import Line
from modemflash_host.families.quectel_edl.diag import BUILD, VERSION
from modemflash_host.families.quectel_edl.diag_port import DiagPort, Refused
from modemflash_host.links.talkers import refuse_others

AT_QUESTIONS = ("ATI", "AT+QGMR", "AT+CFUN?", "AT+CGSN")
USB_QUESTION = 'AT+QCFGEXT="disusb"'
"""Whether the module's own USB is off, asked at its UART; nothing behind the name makes it a question."""
_UART_RATES = (115_200, 921_600)  # that of the maker, and the other one that is tried for modules
IMEI_ITEM = 550
_ANSWER_MS = 2000
_LISTEN_MS = 300
_NEVER = re.compile(rb"(?!)")
_MOST_BYTES = 4096
_READ_ITEM = b"\x26"
_ITEM_BYTES = 128
_IMEI_BYTES = 8
_MODEL_DIGITS = 8  # of an IMEI: they name the model


def ask_at(line: Line, questions: Sequence[str] = AT_QUESTIONS) -> dict[str, str]:
    """Each question's answer, without its echo and its OK; {} where nothing answers."""
    answers: dict[str, str] = {}
    for question in questions:
        line.checkpoint()
        line.write(question.encode() + b"\r")
        heard = _until(line, re.compile(rb"\r\n(?:OK|ERROR|\+CME ERROR: \d+)\r\n"))
        if not heard:
            break
        lines = [each.strip() for each in heard.decode("latin-1").splitlines()]
        answers[question] = "\n".join(each for each in lines if each not in ("", "OK", question))
    return answers


def ask_at_uart(line: Line) -> dict[str, str]:
    """The same at a module's UART, at the rates that they have, and whether its own USB is off."""
    for rate in _UART_RATES:
        line.set_baud(rate)
        if answers := ask_at(line, (*AT_QUESTIONS, USB_QUESTION)):
            return answers
    return {}


def ask_diag(line: Line) -> str:
    """The name of the build, as a DIAG port says it; "" where none that is whole answers.

    Raises:
        LinkProblem: `board-console`, `other-device`: text comes there, so no frame is sent.
    """
    hear_first(line)
    try:
        return ask_build(DiagPort(line, _ANSWER_MS))
    except (NoModem, ModemProblem):
        return ""


def hear_first(line: Line) -> None:
    """Nothing binary goes to somebody who writes text there.

    Raises:
        LinkProblem: `board-console`, `other-device`.
    """
    refuse_others(_until(line, _NEVER, _LISTEN_MS), "")


def ask_build(port: DiagPort) -> str:
    """The name of the build, as a DIAG port says it; "" where it does not say it.

    Raises:
        NoModem: `diag-silent`: it is no DIAG port, or does not answer.
        ModemProblem: `diag-silent`: it answered the first question alone.
    """
    _prove(port)
    try:
        answer = port.ask(BUILD, lambda packet: packet.startswith(BUILD))
    except Refused:
        return ""
    names = re.findall(rb"[A-Za-z0-9_.\-]{6,60}", answer)
    return max(names, key=len).decode("ascii") if names else ""


def _prove(port: DiagPort) -> None:
    """A right answer to the version proves a DM port; the first one may be lost in what stood in the port."""
    for is_last in (False, True):
        try:
            port.ask(VERSION, lambda packet: packet.startswith(VERSION))
            return
        except Refused:
            return  # that is DIAG, too
        except ModemProblem as problem:
            if is_last:
                raise NoModem(problem.code) from None


def ask_imei(port: DiagPort) -> str:
    """The module's number, without the digits that name this one; "" where it does not say it.

    Raises:
        ModemProblem: `diag-silent`.
    """
    item = _READ_ITEM + IMEI_ITEM.to_bytes(2, "little")
    try:
        answer = port.ask(item + bytes(_ITEM_BYTES + 2), lambda packet: packet.startswith(item))
    except Refused:
        return ""
    data = answer[len(item) :]
    if len(data) < _ITEM_BYTES + 2 or data[0] != _IMEI_BYTES or any(data[_ITEM_BYTES : _ITEM_BYTES + 2]):
        return ""
    # A length, then two digits a byte, the low half first; before them stands the kind of the number.
    digits = "".join(f"{byte & 15:x}{byte >> 4:x}" for byte in data[1 : 1 + _IMEI_BYTES])[1:]
    return digits[:_MODEL_DIGITS] + "#" * len(digits[_MODEL_DIGITS:]) if digits.isdigit() else ""


def _until(line: Line, end: re.Pattern[bytes], patience_ms: int = _ANSWER_MS) -> bytes:
    """What comes until the end was seen, or until it is late or too much."""
    heard = bytearray()
    buf = bytearray(256)
    start = line.now()
    while len(heard) < _MOST_BYTES and not end.search(heard):
        left = patience_ms - line.since(start)
        got = line.read(buf, len(buf), left) if left > 0 else 0
        if not got:
            break
        heard += buf[:got]
    return bytes(heard)
