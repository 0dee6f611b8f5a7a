"""The application of the module: sentences once a second, and answers to `$PQTM…`."""

from __future__ import annotations

from functools import reduce

# What a careful program never sends: settings back to default, saved, or written.
_FORBIDDEN = ("PQTMRESTOREPAR", "PQTMSAVEPAR")


def sentence(body: str) -> bytes:
    """With its checksum."""
    return f"${body}*{reduce(lambda value, c: value ^ c, body.encode(), 0):02X}\r\n".encode()


def second(number: int) -> bytes:
    """What is said of each second."""
    clock = f"{number // 3600 % 24:02}{number // 60 % 60:02}{number % 60:02}.000"
    return (
        sentence(f"GNRMC,{clock},V,,,,,,,280926,,,N,V")
        + sentence(f"GNGGA,{clock},,,,,0,00,99.99,,,,,,")
        + sentence("GPGSV,1,1,00,0")
    )


def answers(
    line: bytes, version: tuple[str, str, str], number: str, baud: int, violations: list[str]
) -> tuple[bytes, bool]:
    """What a line from outside is answered, and whether it is the command to reset."""
    at = line.rfind(b"$")
    body, star, digits = line[at + 1 :].decode("ascii", "replace").partition("*")
    if at < 0 or not star or sentence(body)[-4:-2].decode() != digits.strip().upper():
        return b"", False
    name = body.split(",")[0]
    if name in _FORBIDDEN or (name.startswith("PQTMCFG") and ",W" in body):
        violations.append(body)
    if body == "PQTMSRR":
        return b"", True
    if body == "PQTMVERNO":
        return sentence(f"PQTMVERNO,{','.join(version)}"), False
    if body == "PQTMUNIQID" and number:
        return sentence(f"PQTMUNIQID,OK,{len(number) // 2},{number}"), False
    if body == "PQTMCFGUART,R":
        return sentence(f"PQTMCFGUART,OK,1,{baud},8,0,1,0"), False
    return sentence(f"{name},ERROR,3") if name.startswith("PQTM") else b"", False
