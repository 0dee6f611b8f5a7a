"""The programmer while it runs: documents in, commands carried out, answers with their faults out.

Rules: it talks first, then answers one command at a time; a command that comes before
the last one was answered is a violation; raw data are counted and never looked at;
faults of answers are applied here and nowhere else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from modemflash_sim.quectel_edl.faults import Faults
from modemflash_sim.quectel_edl.firehose_commands import Commands, Incoming, Result
from modemflash_sim.quectel_edl.firehose_documents import (
    Command,
    DocumentReader,
    log,
    malformed_log,
    response,
)
from modemflash_sim.quectel_edl.modem_memory import Memory
from modemflash_sim.quectel_edl.profiles import MS, Profile
from modemflash_sim.quectel_edl.spoken import LINK_LOST, POWER_LOST, RESTARTS, Answer, Spoken

FUNCTIONS = (
    "program read nop patch configure setbootablestoragedrive erase power firmwarewrite "
    "getstorageinfo benchmark emmc ufs fixgpt getsha256digest"
).split()
_BETWEEN_US = 100
_ENDLESS_BYTES = 1_000_000
_LARGE_BYTES = 4096
_BREAKS = (("lost", LINK_LOST), ("power", POWER_LOST))
_BREAKS_AT_BYTE = (("die-at-byte", ""), ("lost-at-byte", LINK_LOST), ("power-at-byte", POWER_LOST))


class Firehose:
    """One run of the programmer.

    Args:
        profile, memory, behave, faults: of the modem.
    """

    def __init__(self, profile: Profile, memory: Memory, behave: dict[str, str], faults: Faults) -> None:
        self._profile = profile
        self._behave = behave
        self._faults = faults
        self._memory = memory
        self._commands = Commands(profile, memory, behave, faults)
        self._reader = DocumentReader()
        self._count: Counter[str] = Counter()
        self._incoming: Incoming | None = None
        self._raw_bytes = 0
        self._image_since_us = 0
        self._busy_until_us = 0
        self._is_dead = False

    def start(self, now_us: int) -> Answer:
        """It begins, and talks unasked."""
        if "no-greeting" in self._faults:
            return Answer()
        lines = [
            "Binary build date: Jan  1 2024 @ 12:00:00",
            "Chip serial num: 305419896 (0x12345678)",
            *["INFO: one more line"] * (self._faults.number("log-flood") or 0),
            f"Supported Functions ({len(FUNCTIONS)}):",
            *FUNCTIONS,
            f"End of supported functions {len(FUNCTIONS)}",
        ]
        return Answer(self._spoken(now_us, [log(line) for line in lines]))

    def link_back(self) -> None:
        """The link was lost and is there again."""
        if self._behave["lost-link"] == "forgets":
            self._incoming = None
            self._reader.held.clear()

    def feed(self, now_us: int, data: bytes) -> Answer:
        """Bytes arrive."""
        if self._is_dead:
            return Answer()
        if now_us < self._busy_until_us:
            self._memory.violation("Firehose: bytes before the last answer was given")
        said: tuple[Spoken, ...] = ()
        rest = memoryview(data)
        while True:
            if self._takes_image():
                answer, rest = self._image(now_us, rest)
            else:
                self._reader.held += rest
                rest = memoryview(b"")
                command = self._reader.take()
                if command is None:
                    return Answer(said)
                answer = self._command(now_us, command)
                if self._takes_image():
                    rest = memoryview(bytes(self._reader.held))
                    self._reader.held.clear()
            said += answer.said
            if answer.event or (self._takes_image() and not rest):
                return Answer(said, answer.event, answer.at_us)

    def _takes_image(self) -> bool:
        return self._incoming is not None

    # -- raw data ----------------------------------------------------------------

    def _image(self, now_us: int, data: memoryview) -> tuple[Answer, memoryview]:
        """Take what belongs to the image; what comes of it, and the bytes behind it."""
        incoming = self._incoming
        assert incoming is not None
        piece, rest = data[: incoming.left], data[incoming.left :]
        for name, event in _BREAKS_AT_BYTE:
            limit = self._faults.number(name)
            if limit is not None and self._raw_bytes + len(piece) >= limit:
                incoming.take(piece[: max(0, limit - self._raw_bytes)])
                self._raw_bytes += len(piece)
                self._is_dead = not event
                if event:
                    self._faults.spend(name)
                return Answer((), event, now_us), memoryview(b"")
        self._raw_bytes += len(piece)
        self._memory.counts.image_bytes += len(piece)
        incoming.take(piece)
        if incoming.left:
            return Answer(), rest
        self._incoming = None
        self._memory.counts.image_us += now_us - self._image_since_us
        self._count["data"] += 1
        stage = f"data={self._count['data']}"
        broken = self._broken(now_us, stage)
        if broken is not None:
            if broken.event == LINK_LOST:  # the modem does not need the link for what is left to do
                incoming.finish()
            return broken, rest
        is_refused = self._faults.once("nak", stage) is not None
        if not is_refused:
            incoming.finish()
        good = not is_refused and not incoming.failed
        logs = [log(f"Skipping: bad block 0x{block:x}") for block in incoming.met]
        result = Result(good, logs, {"rawmode": "false"}, self._profile.program_us)
        return self._answer(now_us, result, (stage,)), rest

    # -- a command ---------------------------------------------------------------

    def _command(self, now_us: int, command: Command) -> Answer:
        self._count["command"] += 1
        self._count[command.kind] += 1
        stages = (
            f"command={self._count['command']}",
            f"{command.kind}={self._count[command.kind]}",
        )
        broken = self._broken(now_us, *stages)
        if broken is not None:
            if broken.event == LINK_LOST and command.kind == "erase":
                self._commands.carry_out(command)
            elif broken.event:
                self._commands.break_off(command)
            return broken
        if command.kind == "configure" and "endless-xml" in self._faults:
            return Answer(self._spoken(now_us, [b"<?xml version='1.0'?><data>" + b"x" * _ENDLESS_BYTES]))
        if self._faults.once("nak", *stages):
            result = Result(False, [log("ERROR: it failed")])
        else:
            result = self._commands.carry_out(command)
        if result.incoming is not None:
            self._incoming = result.incoming
            result.attributes["rawmode"] = "true"
            self._image_since_us = now_us + result.took_us
        if result.restarts_after_us is not None:
            self._memory.counts.resets += 1
            said = () if "no-power-ack" in self._faults else self._answer(now_us, result, stages).said
            self._is_dead = True
            return Answer(said, RESTARTS, self._busy_until_us + result.restarts_after_us)
        return self._answer(now_us, result, stages)

    def _broken(self, now_us: int, *stages: str) -> Answer | None:
        """What comes of it where the modem dies, or link or power are lost; None: nothing is."""
        if self._faults.at("die", *stages):
            self._is_dead = True
            return Answer()
        for name, event in _BREAKS:
            if self._faults.once(name, *stages):
                return Answer((), event, now_us)
        return None

    # -- answers -----------------------------------------------------------------

    def _answer(self, now_us: int, result: Result, stages: tuple[str, ...]) -> Answer:
        late = self._faults.once("late", *stages)
        at_us = now_us + result.took_us + (int(late[1]) * MS if late else 0)
        is_small = "lowercase-ack" in self._faults
        good, bad = ("ack", "nak") if is_small else ("ACK", "NAK")
        logs = list(result.logs)
        if "malformed-logs" in self._faults:
            logs.append(malformed_log('a "quoted" <word> & more'))
        if "noise-log" in self._faults:
            logs = [log("INFO: before"), *logs]
        value = good if result.good else bad
        if result.outgoing is None:
            about = result.attributes or {"rawmode": "false"}
            documents: list[bytes] = [*logs, response(value, **about)]
        else:
            documents = [
                *logs,
                response(good, rawmode="true"),
                *result.outgoing,
                response(value, rawmode="false"),
            ]
        if "noise-log" in self._faults and result.outgoing is None and self._incoming is None:
            documents.append(log("INFO: behind"))
        return Answer(self._spoken(at_us, documents))

    def _spoken(self, at_us: int, documents: Sequence[bytes]) -> tuple[Spoken, ...]:
        if "merge-xml" in self._faults:
            documents = [b"".join(documents)]
        size = self._faults.number("split-xml")
        if size:
            documents = [piece for each in documents for piece in _pieces(each, size)]
        said = tuple(
            Spoken(at_us + number * _BETWEEN_US, document) for number, document in enumerate(documents)
        )
        self._busy_until_us = max(self._busy_until_us, said[-1].at_us)
        return said


def _pieces(document: bytes, size: int) -> list[bytes]:
    """Small ones of XML; what is large is data."""
    step = size if len(document) <= _LARGE_BYTES else _LARGE_BYTES
    return [document[at : at + step] for at in range(0, len(document), step)]
