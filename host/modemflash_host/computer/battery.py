"""Whether this computer runs from a battery that may not last an update.

Rules: nothing here fails; a computer without a battery, or one that does not
say, is no reason for a warning; batteries of mice and keyboards do not count.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modemflash_host.computer.programs import find_program

LOW_PERCENT = 30
_POWER_SUPPLY = Path("/sys/class/power_supply")
_PATIENCE_S = 5.0
_UNKNOWN_PERCENT = 255  # of Windows


@dataclass(frozen=True, slots=True)
class Battery:
    """A battery that the computer runs from or not.

    Attributes:
        percent: how full it is.
        in_use: it is being emptied.
    """

    percent: int
    in_use: bool

    @property
    def low(self) -> bool:
        """Whether an update should not be begun on it."""
        return self.in_use and self.percent < LOW_PERCENT


def battery(system: str = sys.platform) -> Battery | None:
    """This computer's battery; None where there is none or nothing is known."""
    if system == "darwin":
        return of_macos(_pmset())
    if system == "win32":
        return of_windows(_power_status())
    return of_linux(_POWER_SUPPLY)


def warning(found: Battery | None) -> str:
    """A sentence to say before the first write; "" where all is well."""
    if found is None or not found.low:
        return ""
    return f"this computer runs from its battery, at {found.percent} %: plug it in before a modem is written"


def of_linux(folder: Path) -> Battery | None:
    """From the kernel's power supplies; several batteries are one."""
    percents: list[int] = []
    emptied = plugged_in = False
    try:
        supplies = sorted(folder.iterdir())
    except OSError:
        return None
    for supply in supplies:
        kind = _read(supply / "type")
        if kind == "Battery" and _read(supply / "scope") != "Device":
            percent = _read(supply / "capacity")
            if percent.isdigit():
                percents.append(int(percent))
                emptied = emptied or _read(supply / "status") == "Discharging"
        elif kind in ("Mains", "USB"):
            plugged_in = plugged_in or _read(supply / "online") == "1"
    if not percents:
        return None
    return Battery(sum(percents) // len(percents), emptied and not plugged_in)


def of_macos(text: str) -> Battery | None:
    """From what `pmset -g batt` prints."""
    percent = re.search(r"\b(\d{1,3})%", text)
    return Battery(int(percent.group(1)), "'Battery Power'" in text) if percent else None


def of_windows(status: tuple[int, int] | None) -> Battery | None:
    """From ACLineStatus and BatteryLifePercent of GetSystemPowerStatus."""
    if status is None or status[1] == _UNKNOWN_PERCENT:
        return None
    return Battery(status[1], status[0] == 0)


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""


def _pmset(run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run) -> str:
    program = find_program("pmset")
    if program is None:
        return ""
    try:
        done = run([program, "-g", "batt"], capture_output=True, text=True, timeout=_PATIENCE_S)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


def _power_status() -> tuple[int, int] | None:
    import ctypes

    kernel: Any = getattr(ctypes, "windll", None)
    status = (ctypes.c_ubyte * 12)()  # SYSTEM_POWER_STATUS: four bytes, then two numbers
    if kernel is None or not kernel.kernel32.GetSystemPowerStatus(ctypes.byref(status)):
        return None
    return status[0], status[2]
