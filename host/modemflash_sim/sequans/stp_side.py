"""The STP slave of the simulated modem: requests in, answers out.

Rules that hold here: the table of the simulator's page, row by row; strict
where modems are known, an assumption where they are not; whatever the updater does
against the protocol is refused and noted as a violation. An image goes to
`ImageReceiver`; what becomes of it afterwards is `flashing`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from modemflash_sim.sequans import flashing
from modemflash_sim.sequans import stp_frames as frames
from modemflash_sim.sequans.image_receiver import ImageReceiver
from modemflash_sim.sequans.memory import Session
from modemflash_sim.sequans.package import Facts
from modemflash_sim.sequans.profiles import SECOND_US
from modemflash_sim.sequans.state import State
from modemflash_sim.sequans.stp_answers import Answers
from modemflash_sim.sequans.stp_frames import HEADER_BYTES, Request
from modemflash_sim.sequans.stp_reader import StpReader
from modemflash_sim.sequans.verdict import Taken

# A modem that starts inside a half block waits for so many bytes, and has so many of them.
HALF_BLOCK_BYTES, HALF_BLOCK_HAVE_BYTES = 4096, 1500


class StpSide:
    """Takes transfer sessions.

    Args:
        state: of the modem.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._answers = Answers(state)
        self._reader = StpReader(state, self._answers)
        self.forget()

    @property
    def timers(self) -> dict[str, Callable[[], None]]:
        """What to do when a timer of this side fires."""
        return {"idle": self._idle, "late": self._late}

    def forget(self) -> None:
        """No session, no bytes: as after a boot."""
        self._reader.forget()
        self._last_us = 0
        self.purpose = ""
        self._opened = False
        self._next = 0
        self._announced = 0
        self._data_type = 0
        self._last: Request | None = None
        self._last_answer = b""
        self._image_receiver: ImageReceiver | None = None
        self._kept: Facts | None = None

    def saved(self) -> Session | None:
        """The session under way as plain data; None when there is none."""
        if not self.purpose:
            return None
        half_header, half_payload_bytes = self._reader.half()
        return Session(
            purpose=self.purpose,
            opened=self._opened,
            next_transaction=self._next,
            data_type=self._data_type,
            last_us=self._last_us,
            half_header=half_header,
            half_payload_bytes=half_payload_bytes,
            image=self._image_receiver.facts() if self._image_receiver is not None else self._kept,
        )

    def load(self, session: Session) -> None:
        """Go on with a session that was saved. What was in a half block is zeros now."""
        self.forget()
        self.purpose = session.purpose
        self._opened = session.opened
        self._next = session.next_transaction
        self._data_type = session.data_type
        self._last_us = session.last_us
        if session.half_header:
            half = bytes.fromhex(session.half_header) + bytes(session.half_payload_bytes)
            self._reader.put(half)
        self._kept = session.image

    # -- sessions ------------------------------------------------------------

    def open(self, purpose: str) -> None:
        """An AT command opened the transfer of an image for `purpose`."""
        self.forget()
        if purpose == "staged":
            self._state.memory.staged = None
        self.purpose = purpose
        self._state.enter("stp")
        self._touch()

    def start_inside_a_block(self, purpose: str) -> None:
        """An updater died here: a session is open, half a block is in, the rest never came."""
        self.open(purpose)
        self._opened, self._next, self._announced = True, 9, HALF_BLOCK_BYTES
        request = Request(frames.BLOCK, 1, 9, bytes(HALF_BLOCK_BYTES))
        self._reader.put(frames.request_bytes(request)[:HALF_BLOCK_HAVE_BYTES])

    def _idle(self) -> None:
        """The idle timer fired."""
        state = self._state
        due_us = max(self._last_us, state.live.busy_until_us) + state.timing.stp_idle_us
        if due_us > state.now_us:
            state.set_timer("idle", due_us)
            return
        state.note("a session ended by its idle time-out")
        self._close()

    def end_session(self) -> None:
        """The power went: what was taken so far is all there is."""
        self._end_image()

    def _end_image(self) -> Facts | None:
        """No more comes of the image: record it."""
        state = self._state
        facts = self._image_receiver.facts() if self._image_receiver is not None else self._kept
        if facts is not None and facts.size_bytes:
            state.record.images.append(Taken.of(facts, self.purpose, self._data_type))
            state.touch()
        self._image_receiver = self._kept = None
        return facts

    def _close(self) -> None:
        """Back to AT, or on to what a whole image leads to."""
        state = self._state
        state.live.timers.pop("idle", None)
        purpose, facts = self.purpose, self._end_image()
        self.forget()
        state.enter("at")
        if facts is None or not facts.size_bytes:
            return
        if purpose == "updater":
            if facts.complete:
                flashing.start_updater(state)
        elif purpose == "staged":
            state.memory.staged = facts if facts.complete else None
            state.memory.report = ""
        elif facts.complete:
            flashing.begin_install(state, facts, purpose, state.now_us)
        else:
            state.memory.report = "fail: short"

    def _touch(self) -> None:
        state = self._state
        self._last_us = state.now_us
        if state.assumptions.stp_idle == "times-out" and "idle" not in state.live.timers:
            state.set_timer("idle", state.now_us + state.timing.stp_idle_us)

    # -- bytes ---------------------------------------------------------------

    def take(self, data: bytes, first_us: int) -> bytes:
        """Read bytes; returns those behind the RESET that closed the session."""
        state = self._state
        gap_us = first_us - self._last_us
        if gap_us > state.timing.short_payload_us and state.assumptions.short_payload == "dropped":
            self._reader.rest()
        self._touch()
        self._reader.put(data)
        while state.live.phase == "stp":
            request = self._reader.next()
            if request is None:
                return b""
            self._request(request)
        return self._reader.rest()

    def _late(self) -> None:
        """A message that the wire held back arrives."""
        self.take(self._reader.late_message(), self._state.now_us)

    # -- requests ------------------------------------------------------------

    def _request(self, request: Request) -> None:
        state = self._state
        if self._answers.out_of_sorts(request):
            return
        if request.operation == frames.RESET:
            self._reset(request)
        elif self._last == request and self._last_answer:
            self._repeated(request)
        elif request.operation == frames.OPEN_SESSION:
            self._open_session(request)
        elif not self._opened or request.session != 1:
            self._refuse(request, "no such session is open")
        elif request.transaction != self._next:
            if request.transaction < self._next and self._reader.corrupts:
                state.note("a late copy of an older request came")
                self._answers.send(request, frames.REFUSE)
            else:
                self._refuse(request, f"the next transaction is {self._next}")
        elif request.operation == frames.DATA_TYPE:
            self._set_data_type(request)
        elif request.operation == frames.BLOCK_CMD:
            self._announce(request)
        elif request.operation == frames.BLOCK:
            self._block(request)
        else:
            self._refuse(request, "no such operation")

    def _reset(self, request: Request) -> None:
        opening = request.session == 0 and request.transaction == 0
        if not opening and self._opened:
            if request.session != 1 or request.transaction not in (self._next, self._next - 1):
                self._refuse(request, f"a closing RESET has session 1 and transaction {self._next}")
                return
        if opening or self._state.assumptions.closing_reset == "acknowledged":
            self._answers.send(request, frames.RESET | frames.ACKNOWLEDGE)
        if opening:
            self._abandon()
            self._opened, self._next, self._last = False, 1, None
        else:
            self._close()

    def _abandon(self) -> None:
        """The image so far is not gone on with."""
        self._end_image()
        self._announced = self._data_type = 0

    def _open_session(self, request: Request) -> None:
        state = self._state
        if request.session != 1 or request.transaction != 1 or request.payload:
            self._refuse(request, "a session is opened with session 1, transaction 1, no payload")
            return
        self._abandon()
        accepted = 0 if state.spend("open-refused") else 1
        said = self._said_max_transfer()
        self._opened = bool(accepted)
        self._next = 1
        self._image_receiver = ImageReceiver(state, self.purpose)
        state.touch()
        self._acknowledge(request, struct.pack(">BBH", accepted, state.profile.stp_version, said))

    def _real_max_transfer(self) -> int:
        profile = self._state.profile
        return profile.boot_loader_max_transfer if self.purpose == "updater" else profile.max_transfer

    def _said_max_transfer(self) -> int:
        if self._state.faults.on("max-transfer"):
            return min(65535, int(self._state.faults.number("max-transfer")))
        return self._real_max_transfer()

    def _set_data_type(self, request: Request) -> None:
        allowed = frames.TYPES_OF_UPDATER if self.purpose == "updater" else frames.TYPES_OF_IMAGE
        kind = int.from_bytes(request.payload, "big")
        if self._state.profile.stp_version < 2:
            self._refuse(request, "version 1 has no data types")
        elif len(request.payload) != 4 or kind not in allowed:
            self._refuse(request, f"data type {kind} does not belong here")
        elif self._next != 2:
            self._refuse(request, "the data type comes right after the session was opened")
        else:
            self._data_type = kind
            if self._image_receiver is not None:
                self._image_receiver.data_type = kind
            self._acknowledge(request)

    def _announce(self, request: Request) -> None:
        said = self._said_max_transfer()
        limit = (said if said > HEADER_BYTES else self._real_max_transfer()) - HEADER_BYTES
        size = int.from_bytes(request.payload, "big")
        if self._state.profile.stp_version >= 2 and not self._data_type:
            self._refuse(request, "no data type was named")
        elif len(request.payload) != 2 or not 0 < size <= limit:
            self._refuse(request, f"a block of {size} bytes, at most {limit} can be taken")
        else:
            self._announced = size
            self._acknowledge(request)

    def _block(self, request: Request) -> None:
        state = self._state
        size = len(request.payload)
        if not self._announced or size != self._announced or self._image_receiver is None:
            self._refuse(request, f"a block of {size} bytes, announced were {self._announced}")
            return
        state.memory.blocks += 1
        if state.faults.number("die") == state.memory.blocks:
            state.enter("off")
            state.set_timer("die", state.now_us)
            return
        left = self._answers.left_over(size)
        taken = self._image_receiver.take(request.payload[: size - left])
        if taken < 0:
            self._refuse(request, "more than a staged image may have")
            return
        self._announced = 0
        if state.faults.number("stall") == state.memory.blocks:
            self._stall(int(state.faults.number("stall", 1) * SECOND_US))
        self._stall(self._image_receiver.stall_us())
        self._acknowledge(request, struct.pack(">H", size - taken))

    def _stall(self, wait_us: int) -> None:
        state = self._state
        if wait_us:
            state.live.busy_until_us = max(state.live.busy_until_us, state.now_us) + wait_us

    def _repeated(self, request: Request) -> None:
        """The last request again: its acknowledgement was lost, or it was doubled on the way."""
        assumption = self._state.assumptions.repeated_request
        if assumption == "refused":
            self._answers.send(request, frames.REFUSE)
            return
        if (
            assumption == "stored-twice"
            and request.operation == frames.BLOCK
            and self._image_receiver is not None
        ):
            self._image_receiver.take(request.payload)
        self._answers.send_again(self._last_answer)

    # -- answers -------------------------------------------------------------

    def _acknowledge(self, request: Request, payload: bytes = b"") -> None:
        self._last = request
        self._next += 1
        operation = request.operation | frames.ACKNOWLEDGE
        self._last_answer = self._answers.send(request, operation, payload)

    def _refuse(self, request: Request, why: str) -> None:
        """The updater broke the protocol."""
        self._state.violation(f"{request}: {why}")
        self._answers.send(request, frames.REFUSE)
