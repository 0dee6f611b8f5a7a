"""One session of the boot loader: bytes in, frames carried out, answers with their faults out.

Rules: an answer leaves after its time, never before the one before; faults are
applied here and nowhere else; a frame that comes before the last one was answered
is a violation of the program that sent it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from modemflash_sim.quectel_gnss.application import second
from modemflash_sim.quectel_gnss.boot_frames import DATA, ERASE, QUERY, RESET, FrameReader, answer, sealed
from modemflash_sim.quectel_gnss.faults import Faults
from modemflash_sim.quectel_gnss.profiles import MS, Profile
from modemflash_sim.quectel_gnss.receiver import CRC, WRITE, Receiver

_FORGET_US = 200 * MS
_ENDLESS_BYTES = 60_000


@dataclass(frozen=True, slots=True)
class Spoken:
    """Bytes of the module, and when they leave it."""

    at_us: int
    data: bytes


class Session:
    """Command mode, from the second sync answer to the reset.

    Args:
        profile: its times.
        behave: the assumptions.
        faults: what is wrong.
        noise: random numbers.
        now_us: when it begins.

    Attributes:
        receiver: what was taken.
        data_bytes: bytes that came since the erase.
        resets: the host asked for the reset.
        hangs: it answers nothing more.
        frame_us: when the last whole frame came.
    """

    def __init__(
        self, profile: Profile, behave: dict[str, str], faults: Faults, noise: random.Random, now_us: int
    ) -> None:
        self._profile = profile
        self._behave = behave
        self._faults = faults
        self._noise = noise
        self._reader = FrameReader()
        self._busy_until_us = 0
        self._last_us = now_us
        self.frame_us = now_us
        self._bytes = 0
        self.receiver = Receiver(behave)
        self.data_bytes = 0
        self.resets = False
        self.hangs = False

    def feed(self, now_us: int, data: bytes) -> list[Spoken]:
        """Bytes arrive; what is said to them."""
        if self._reader.held and now_us - self._last_us > _FORGET_US and self._behave["half-frame"] == "ends":
            self._reader.held.clear()
        self._last_us = now_us
        self._reader.held += self._damaged(data)
        if self.receiver.erased:
            self.data_bytes += len(data)
        said: list[Spoken] = []
        while (frame := self._reader.take()) is not None:
            self.frame_us = now_us
            said += self._carry_out(now_us, *frame)
        return said

    def _damaged(self, data: bytes) -> bytes:
        result = bytearray(data)
        for name in ("flip", "swallow"):
            at = self._faults.number(name)
            if at is not None and self._bytes <= at < self._bytes + len(data):
                self._faults.spend(name)
                place = at - self._bytes
                if name == "flip":
                    result[place] ^= 0x10
                else:
                    del result[place]
        self._bytes += len(data)
        return self._noisy(bytes(result))

    def _noisy(self, data: bytes) -> bytes:
        rate = self._faults.number("noise")
        if not rate:
            return data
        result = bytearray(data)
        for at in range(len(result)):
            if self._noise.randrange(rate) == 0:
                result[at] ^= 1 << self._noise.randrange(8)
        return bytes(result)

    def _carry_out(self, now_us: int, message: int, payload: bytes, right: bool) -> list[Spoken]:
        receiver = self.receiver
        if now_us < self._busy_until_us:
            receiver.violations.append("a frame before the last one was answered")
        stages = receiver.stage(message, payload)
        if self.hangs or self._faults.once("lose", *stages):
            return []
        wanted = self._faults.at("status", *stages)
        if not right:
            status = CRC
        elif wanted:
            status = int(wanted[1], 16)
        elif "last" in stages and "bad-write" in self._faults:
            status = WRITE
        else:
            status = receiver.take(message, payload)
        self.resets = self.resets or (message == RESET and status == 0)
        took_us = {ERASE: self._profile.erase_us}.get(message, self._profile.answer_us)
        if message == DATA and "last" in stages and right:
            took_us = self._profile.last_us
        late = self._faults.once("late", *stages)
        at_us = now_us + took_us + (int(late[1]) * MS if late else 0)
        self._busy_until_us = at_us
        if "silent" in self._faults or self._faults.once("drop", *stages):
            return []
        if message == RESET and self._behave["reset-answer"] == "no":
            return []
        rest = bytes(self._profile.boot) if message == QUERY and not status else b""
        return [Spoken(at_us, self._noisy(self._spoken(message, status, rest, stages)))]

    def _spoken(self, message: int, status: int, rest: bytes, stages: tuple[str, ...]) -> bytes:
        """The bytes of an answer, with what is wrong with them."""
        faults = self._faults
        echo = 0x33 if faults.once("wrong-echo", *stages) else 0 if "echo-0" in faults else None
        said = answer(message, status, rest, echo=echo)
        if faults.at("other-class", *stages):
            said = answer(message, status, rest, frame_class=4)
        if faults.at("long", *stages):
            said = sealed(2, bytes([2, message]) + bytes(5 * 1024 - 2))
        if faults.once("corrupt", *stages):
            said = said[:6] + bytes([said[6] ^ 1]) + said[7:]
        if faults.once("twice", *stages):
            said += said
        if faults.once("endless", *stages):
            said = self._noise.randbytes(_ENDLESS_BYTES)
        if "stray" in faults:
            said = b"$GNRMC,10" + said
        if "flood" in faults:
            said = second(0) * 3 + said + second(1)
        return said
