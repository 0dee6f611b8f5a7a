"""One image on its way into the modem: unpacked and walked.

Rules that hold here: bytes are not kept, only what the walk finds; the first byte of an on-the-fly image
that reaches the flash makes what was there half-written.
"""

from __future__ import annotations

import zlib

from modemflash_sim.sequans import flashing
from modemflash_sim.sequans import stp_frames as frames
from modemflash_sim.sequans.install import STAGED_LIMIT_BYTES
from modemflash_sim.sequans.package import Facts, Walk
from modemflash_sim.sequans.state import State

WINDOW_BITS = 12


class ImageReceiver:
    """Takes one image.

    Args:
        state: of the modem whose flash it is.
        purpose: "staged", "on-the-fly", or "updater".
    """

    def __init__(self, state: State, purpose: str) -> None:
        self._state = state
        self._purpose = purpose
        self._walk = Walk(updater=purpose == "updater")
        self._inflate = zlib.decompressobj(WINDOW_BITS)
        self._unzips = True
        self._writing = False
        self._stalls = list(state.timing.stalls) if purpose != "updater" else []
        self.data_type = 0

    def take(self, data: bytes) -> int:
        """Take a block's bytes; how many belonged to the image, -1 when there is no room."""
        state = self._state
        image, packed = data, self.data_type in frames.COMPRESSED_TYPES
        if packed:
            image = self._unpacked(data)
        if self._purpose == "staged" and self._walk.size_bytes + len(image) > STAGED_LIMIT_BYTES:
            return -1
        taken = self._walk.take(image)
        if self._purpose == "on-the-fly" and self._walk.kind and not self._writing:
            self._writing = True
            flashing.begin_writing(state, self._walk.kind)
        if packed or state.assumptions.extra_data == "swallowed":
            return len(data)
        return taken

    def _unpacked(self, data: bytes) -> bytes:
        if not self._unzips:
            return b""
        try:
            return self._inflate.decompress(data)
        except zlib.error:
            self._unzips = False
            self._walk.damaged = "the compressed stream is broken"
            return b""

    def stall_us(self) -> int:
        """How much longer the modem needs for what it has just taken."""
        wait_us = 0
        while self._stalls and self._walk.total_bytes:
            percent, each_us = self._stalls[0]
            if self._walk.size_bytes * 100 < percent * self._walk.total_bytes:
                break
            wait_us += each_us
            self._stalls.pop(0)
        return wait_us

    def facts(self) -> Facts:
        """What the image is, as far as it came."""
        return self._walk.facts()
