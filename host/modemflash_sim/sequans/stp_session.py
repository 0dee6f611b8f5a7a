"""One transfer session as the modem takes it: the table of requests and answers.

Rules that hold here: the table of the simulator's page, row by row; strict where modems are
known, an assumption where they are not; whatever the updater does against the protocol is
refused and noted as a violation. An image goes to `ImageReceiver`.
"""

from __future__ import annotations

import struct

from modemflash_sim.sequans import stp_frames as frames
from modemflash_sim.sequans.image_receiver import ImageReceiver
from modemflash_sim.sequans.memory import Session
from modemflash_sim.sequans.package import Facts
from modemflash_sim.sequans.profiles import SECOND_US
from modemflash_sim.sequans.state import State
from modemflash_sim.sequans.stp_answers import Answers
from modemflash_sim.sequans.stp_frames import HEADER_BYTES, Request
from modemflash_sim.sequans.verdict import Taken


class TransferSession:
    """From the AT command that opens the transfer of one image to the closing RESET.

    Args:
        state: of the modem.
        answers: where answers go.
        purpose: "staged", "on-the-fly", or "updater".
        late_copies: the wire may deliver an old request late: that is no violation.

    Attributes:
        over: the closing RESET came.
    """

    def __init__(self, state: State, answers: Answers, purpose: str, late_copies: bool) -> None:
        self._state = state
        self._answers = answers
        self._late_copies = late_copies
        self.purpose = purpose
        self.over = False
        self._opened = False
        self._next = 0
        self._announced = 0
        self._data_type = 0
        self._last: Request | None = None
        self._last_answer = b""
        self._image_receiver: ImageReceiver | None = None
        self._kept: Facts | None = None

    def start_inside_a_block(self, transaction: int, block_bytes: int) -> None:
        """An updater died here: the session is open, and the rest of a block never came."""
        self._opened, self._next, self._announced = True, transaction, block_bytes

    def saved(self, last_us: int, half_header: str, half_payload_bytes: int) -> Session:
        """The session as plain data; the arguments as in `Session`."""
        return Session(
            purpose=self.purpose,
            opened=self._opened,
            next_transaction=self._next,
            data_type=self._data_type,
            last_us=last_us,
            half_header=half_header,
            half_payload_bytes=half_payload_bytes,
            image=self._image_receiver.facts() if self._image_receiver is not None else self._kept,
        )

    def load(self, session: Session) -> None:
        """Go on with a session that was saved."""
        self._opened = session.opened
        self._next = session.next_transaction
        self._data_type = session.data_type
        self._kept = session.image

    def end_image(self) -> Facts | None:
        """No more comes of the image: record it."""
        state = self._state
        facts = self._image_receiver.facts() if self._image_receiver is not None else self._kept
        if facts is not None and facts.size_bytes:
            state.record.images.append(Taken.of(facts, self.purpose, self._data_type))
            state.touch()
        self._image_receiver = self._kept = None
        return facts

    # -- requests ------------------------------------------------------------

    def handle(self, request: Request) -> None:
        """Answer a request, and do what it asks for."""
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
            if request.transaction < self._next and self._late_copies:
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
            self.over = True

    def _abandon(self) -> None:
        """The image so far is not gone on with."""
        self.end_image()
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
