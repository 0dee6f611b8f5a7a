"""How the consoles of firmware releases differ.

Rule: a difference that matters to a program at the other end is a field of `Traits`, never
an `if` on a release in `repl`. Facts: docs/boards.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from modemflash_sim.board.profiles import BoardProfile


@dataclass(frozen=True, slots=True)
class Traits:
    """How the console of a firmware differs.

    Attributes:
        banner: its first line.
        reboot: what it says at Ctrl-D.
        resets_at_ctrl_f: Pycom's safe boot.
        ignores_ctrl_d: Pybytes builds, at the prompt.
        boots_with: text and silence, in ms, of frozen code before boot.py.
    """

    banner: str
    reboot: str = "PYB: soft reboot"
    resets_at_ctrl_f: bool = True
    ignores_ctrl_d: bool = False
    boots_with: tuple[str, int] = ("", 0)


def traits_of(profile: BoardProfile, pybytes: bool = False) -> Traits:
    """The console of a board's firmware."""
    tag = profile.version.split(" on ", maxsplit=1)[0]
    banner = f"Pycom MicroPython {profile.release} [{tag}] on 2019-04-01; {profile.sysname} with ESP32"
    if not pybytes:
        return Traits(banner)
    text = "Initialized watchdog for WiFi and LTE connection with timeout 1260000 ms\r\n"
    return Traits(banner + "\r\nPybytes Version: 1.6.1", ignores_ctrl_d=True, boots_with=(text, 1_500))
