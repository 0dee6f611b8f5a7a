"""The literal texts of the modem's AT replies, as transcripts show them.

Rules that hold here: what a transcript shows is copied; what none shows is in
the style of the rest; numbers that would name a real device are zeros.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from modemflash_sim.sequans.assumptions import Assumptions
from modemflash_sim.sequans.memory import Memory
from modemflash_sim.sequans.profiles import BOOT_CHOICES, Profile

URCS = (b"\r\n+CEREG: 2\r\n", b"\r\n^EXIT: File: rfcChar.c@107\r\n", b"\r\n+CEREG: 0\r\n")
BANDS = "1,2,3,4,5,8,12,13,14,17,18,19,20,25,26,28,66"


def framed(lines: list[str], result: str, mode: str, blank: bool = False) -> bytes:
    """A whole reply. A boot loader's starts without CR LF; `blank`: an empty line before the result."""
    text = "".join(line + "\r\n" for line in lines)
    if mode == "boot-loader":
        return f"{text}{result}\r\n".encode("latin-1")
    lead = "\r\n" if lines else ""
    gap = "\r\n" if blank or not lines else ""
    return f"{lead}{text}{gap}{result}\r\n".encode("latin-1")


def fake_imei(seed: int) -> str:
    """Fifteen digits that no device has."""
    return f"{seed % 1_000_000:015d}"


def showver(profile: Profile, memory: Memory) -> list[str]:
    """The lines of AT!="showver"."""
    lines = ["SYSTEM VERSION", "==============", "  FIRMWARE VERSION"]
    for number, name in enumerate(memory.boot_loaders):
        star = "*" if number == memory.active_boot_loader else " "
        lines.append(f"    Bootloader{number}{star} : {name}")
    lines.append("    NV Info      : 1.1,0,0")
    lines.append(f"    Software     : {memory.version} [{memory.build}] {memory.built}".rstrip())
    lines.append(f"    UE           : {memory.ue}")
    lines.append("  COMPONENTS")
    lines.extend("    " + line for line in profile.extra_lines)
    return lines


def upgrade_report(report: str, assumptions: Assumptions) -> list[str]:
    """The line of AT+SMUPGRADE?; its words were never published."""
    if assumptions.upgrade_words == "unseen":
        return [f"+SMUPGRADE: {sum(report.encode()) % 7}"]
    text = report or "No report"
    return [text if assumptions.upgrade_words == "bare" else "+SMUPGRADE: " + text]


def boot_choice(choice: int, assumptions: Assumptions) -> list[str]:
    """The line of AT+SMSWBOOT?; its words were never published."""
    word = BOOT_CHOICES[choice][0]
    return [word if assumptions.boot_words == "bare" else "+SMSWBOOT: " + word]


def identity(command: str, profile: Profile, memory: Memory, seed: int) -> tuple[list[str], bool] | None:
    """The lines of an identity command, and whether an empty line follows them; None: not one."""
    ue = "UE" + memory.ue if memory.ue[:1].isdigit() else memory.ue
    release = f"LR{memory.version}-{memory.build}"
    texts = {
        "ATI": (["SEQUANS Communications", profile.chip, ue], True),
        "ATI1": ([ue, release], True),
        "AT+CGMI": ([profile.maker], True),
        "AT+CGMM": ([profile.product], True),
        "AT+CGMR": ([ue], True),
        "AT+CGSN": ([fake_imei(seed)], True),
        "AT+CGSN=1": ([f'+CGSN: "{fake_imei(seed)}"'], True),
        "AT+CGSN=3": (['+CGSN: "00"'], True),
        'AT!="SHOWVER"': (showver(profile, memory), True),
    }
    return texts.get(command)


APPLICATION_TEXTS: dict[str, tuple[list[str], bool]] = {
    "AT+SMLOG?": (["+SMLOG: LOG_INHERIT"], False),
    "AT+BMOD?": (["FFF"], False),
    "AT+CEREG?": (["+CEREG: 0,0"], True),
    "AT+SQNBANDSEL?": ([f'+SQNBANDSEL: 0,"standard","{BANDS}"'], True),
    "AT+SQNBANDSEL=?": ([f"+SQNBANDSEL: ({BANDS})"], True),
    'AT!="RRC:SETDBGPERM FULL"': ([], False),
    'AT!="RRC:SHOWCAPS"': (
        [
            ". catM : 1",
            ". nb-IoT : 0",
            ". supported : 28/20/13/12/8/5/4/3",
            ". board : 3/4/5/8/12/13/20/28",
        ],
        True,
    ),
}


def crash_dump(size_bytes: int, seed: int) -> Iterator[bytes]:
    """The pieces of a crash dump: binary, and full of what looks like final results."""
    generator = random.Random(seed)
    yield b"\r\n\0\0\\.\0" + b"5.1.1.0 [39529] by robot-soft at 2018-09-28 16:07:40\r\n"
    while size_bytes > 0:
        noise = bytes(generator.randrange(256) for _ in range(200))
        piece = noise + generator.choice((b"\r\nOK\r\n", b"OK", b"\r\nERROR\r\n", b"\r\n+CME ERROR: 3\r\n"))
        yield piece[:size_bytes]
        size_bytes -= len(piece)
    yield b"Assertion failed\r\nFile: hal_misc.c@420\r\n\r\nOK\r\n"
