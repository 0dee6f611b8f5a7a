"""One session with the boot loader: into it, one frame at a time, out of it.

Rules: sync words are under way before the module is reset, because its window is
half a second; a frame is sent once, and silence or a bad answer ends the session:
no answer says which packet it means, so a repeat could put a block in twice; what
comes while nothing is under way belongs to nobody and is thrown away, and before
the last packet that is waited for.
Source: docs/lg290p.md ("The protocol").
"""

from __future__ import annotations

from collections.abc import Callable

from modemflash.errors import ModemProblem
from modemflash.line import Line
from modemflash_host.families.quectel_gnss import frames
from modemflash_host.families.quectel_gnss.chips import LG290P

BAUD = 460_800
ANSWER_MS = 2000  # the guide says 500; to wait longer harms nothing, and adapters have been slow
QUERY_MS = 500
_SYNC_EVERY_MS = 20
_SYNC_2_MS = 500
_LEFT_OVER_MS, _LEFT_OVER_CAP_MS = 20, 200
_SETTLE_MS = 150  # longer than a packet on the wire: what an earlier one is answered has come by then
_OF_THE_IMAGE = (5, 0x21)  # of the last packet; a CRC error there is the line's
_KEPT_BYTES = 512  # of boot noise, in which an answer may begin

STAGES = {
    frames.QUERY: "query",
    frames.INFO: "info",
    frames.ERASE: "erase",
    frames.DATA: "data",
    frames.RESET: "reset",
}
"""What an error calls the frame that it is about."""


def drop_until_quiet(line: Line, quiet_ms: int, cap_ms: int) -> None:
    """Throw away what comes until nothing came for `quiet_ms`, or `cap_ms` are over."""
    buf = bytearray(256)
    start = line.now()
    while line.since(start) < cap_ms and line.read(buf, len(buf), quiet_ms):
        pass


class BootLoader:
    """The boot loader at the end of a line.

    Args:
        line: the line; its rate is changed.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._buf = bytearray(1024)
        self._reader = frames.AnswerReader(LG290P.frame_class)
        self._before = -1  # the message that was answered last
        self._sent_at = self._wire_ms = self._damaged_before = self._heard_before = 0

    def enter(self, within_ms: int, on_heard: Callable[[bytes], object] = lambda _: None) -> bool:
        """Send sync words until the boot loader has answered both. False when the time is over.

        Args:
            within_ms: how long.
            on_heard: told what came, and every 20 ms that nothing did.

        Raises:
            Stopped: the user asked to stop.
        """
        line = self._line
        if line.baud != BAUD:
            line.set_baud(BAUD)
        kept = bytearray()
        start = line.now()
        while line.since(start) < within_ms:
            line.checkpoint()
            line.write(frames.SYNC_1)
            asked = line.now()
            while (left := _SYNC_EVERY_MS - line.since(asked)) > 0:
                got = line.read(self._buf, len(self._buf), left)
                on_heard(bytes(self._buf[:got]))
                kept += self._buf[:got]
                if frames.RESPONSE_1 in kept:
                    if self._second_sync(kept):
                        return True
                    kept.clear()
                    break
                del kept[:-_KEPT_BYTES]
        return False

    def _second_sync(self, kept: bytearray) -> bool:
        line = self._line
        del kept[: kept.rfind(frames.RESPONSE_1) + len(frames.RESPONSE_1)]
        line.write(frames.SYNC_2)
        asked = line.now()
        while (left := _SYNC_2_MS - line.since(asked)) > 0:
            kept += self._buf[: line.read(self._buf, len(self._buf), left)]
            if frames.RESPONSE_2 in kept:
                drop_until_quiet(line, _LEFT_OVER_MS, _LEFT_OVER_CAP_MS)
                self._reader = frames.AnswerReader(LG290P.frame_class)
                return True
            del kept[:-_KEPT_BYTES]
        return False

    def boot_version(self) -> str:
        """The version of the boot loader; "" where it does not say, which is no error.

        It is asked again where something was answered: the question may have ended half a packet.
        """
        for _ in range(2):
            try:
                rest = self.ask(frames.QUERY, b"", QUERY_MS, "")
            except ModemProblem as problem:
                if problem.code == "gnss-no-answer":
                    break
            else:
                return ".".join(str(number) for number in rest[:3])
        return ""

    def ask(self, message: int, payload: bytes, within_ms: int, where: str) -> bytes:
        """Send a frame once, and take its answer: `send` and `answer`."""
        self.send(frames.frame(message, payload, LG290P.frame_class))
        return self.answer(message, within_ms, where)

    def send(self, frame: bytes) -> None:
        """Send a frame; what there is to do until its answer is done while it is on the wire."""
        self._throw_away(0)
        self._damaged_before = self._reader.damaged
        self._heard_before = self._reader.heard
        self._wire_ms = len(frame) * 10_000 // BAUD + 1 if self._line.baud else 0
        self._line.write(frame)
        self._sent_at = self._line.now()

    def answer(self, message: int, within_ms: int, where: str, is_last: bool = False) -> bytes:
        """The answer to the frame that was sent last; what stands behind the status.

        Args:
            message: which frame that was.
            within_ms: how long the answer may take, from the frame's last byte on.
            where: which packet, for an error; "" where there is only one.
            is_last: it was the last packet: the whole image is judged.

        Raises:
            ModemProblem: `gnss-no-answer`, `gnss-bad-answer`, `gnss-refused` or `gnss-image-refused`.
        """
        line = self._line
        stage = f"{STAGES[message]} {where}".rstrip()
        within_ms += self._wire_ms
        while (left := within_ms - line.since(self._sent_at)) > 0:
            got = line.read(self._buf, len(self._buf), left)
            for answer in self._reader.feed(bytes(self._buf[:got])):
                if answer.message != message and answer.message == self._before:
                    continue  # it came twice
                if answer.message not in (message, frames.ANSWER):  # some name nothing: one is under way
                    name = STAGES.get(answer.message, f"message 0x{answer.message:02X}")
                    raise ModemProblem("gnss-bad-answer", f"{stage}: the answer is for {name}")
                if answer.status:
                    code = (
                        "gnss-image-refused" if is_last and answer.status in _OF_THE_IMAGE else "gnss-refused"
                    )
                    raise ModemProblem(code, f"{stage}: {frames.status_words(answer.status)}")
                self._before = message
                return answer.rest
        if self._reader.damaged > self._damaged_before:
            raise ModemProblem("gnss-bad-answer", f"{stage}: it arrived damaged")
        others = self._reader.heard - self._heard_before
        came = f"; {others} other bytes came" if others else ""
        raise ModemProblem("gnss-no-answer", f"{stage}: none in {within_ms / 1000:.1f} s{came}")

    def settle(self) -> None:
        """Before the last packet: what belongs to an earlier one must not be taken for its answer."""
        asked = self._line.now()
        while (left := _SETTLE_MS - self._line.since(asked)) > 0:
            self._throw_away(left)

    def _throw_away(self, within_ms: int) -> None:
        got = self._line.port.readinto(self._buf, len(self._buf), within_ms)
        for _ in self._reader.feed(bytes(self._buf[:got])):
            pass
