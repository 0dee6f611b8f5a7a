"""A simulated Quectel modem in a file, so that it is kept between commands.

Rules: what outlives a reset is kept, and in which mode it was; of a session of
Sahara or Firehose nothing is: it begins anew; assumptions and faults are given anew,
too. Blocks of the flash are packed.
"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

from modemflash_sim import state_files
from modemflash_sim.plain_data import made
from modemflash_sim.quectel_edl.modem_memory import Counts
from modemflash_sim.quectel_edl.module import SimQuectel
from modemflash_sim.quectel_edl.profiles import MODES

_MOST_BYTES = 1 << 28


@dataclass(slots=True)
class _Kept:
    """What the file holds."""

    profile: str
    now_us: int
    mode: str
    revision: str
    imei: str
    whole: dict[str, str]
    blocks: dict[str, str]
    changes: list[str]
    counts: Counts
    violations: list[str]


def save(modem: SimQuectel, path: Path) -> None:
    """Write the modem to `path`, all of it or nothing.

    Raises:
        OSError: the file cannot be written.
    """
    memory = modem.memory
    blocks = {
        str(block): base64.b64encode(zlib.compress(bytes(content), 1)).decode()
        for block, content in memory.flash.contents.items()
    }
    kept = _Kept(
        modem.profile.name,
        modem.now_us,
        modem.next_mode,
        memory.revision,
        memory.imei,
        memory.whole,
        blocks,
        memory.flash.changes,
        memory.counts,
        memory.violations,
    )
    state_files.write(path, json.dumps(asdict(kept), indent=1) + "\n")


def load(modem: SimQuectel, path: Path) -> None:
    """Make a new modem into the one that the file keeps.

    Raises:
        ValueError: the file holds something else.
        OSError: it cannot be read.
    """
    try:
        kept = made(_Kept, state_files.read_json(path, _MOST_BYTES), path.name)
        blocks = {
            int(block): bytearray(zlib.decompress(base64.b64decode(content)))
            for block, content in kept.blocks.items()
        }
    except (ValueError, zlib.error) as error:
        raise ValueError(f"{path} holds no simulated modem: {error}") from error
    if kept.profile != modem.profile.name:
        raise ValueError(f"{path} holds a simulated {kept.profile}")
    memory = modem.memory
    memory.revision, memory.imei, memory.whole = kept.revision, kept.imei, kept.whole
    memory.flash.contents = blocks
    memory.flash.changes = kept.changes
    memory.counts, memory.violations = kept.counts, kept.violations
    modem.now_us = kept.now_us
    if kept.mode not in MODES:
        raise ValueError(f"{path} holds a modem in no known mode: {kept.mode!r:.40}")
    modem.resume(kept.mode)
