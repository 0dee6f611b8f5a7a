"""One fuzz target per parser: foreign bytes in, an answer or a `Problem` out, never anything else.

Rules: a target takes bytes and returns nothing; an exception that is not one
of ours is a defect, and so is a control code in a text that reaches a screen.
They are run by hypothesis in the tests and by atheris in `tests/fuzz/run.py`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from modemflash.at import At, kind_of, printable
from modemflash.board import manifest
from modemflash.crc import crc32
from modemflash.errors import CATALOGUE, BadFile, Problem
from modemflash.examine import examine
from modemflash.identity import Identity, read_identity
from modemflash.journal import Journal
from modemflash.line import Line
from modemflash.phases import dies_without_power, has_written
from modemflash.transfer import CONTAINER, Sender
from modemflash.transfer_exit import in_transfer
from modemflash_host.board.console import identity as board_identities
from modemflash_host.board.firmware import archive as firmware_archive
from modemflash_host.board.modem_update import EngineRequest
from modemflash_host.board.relay.conversation import RelayTalk
from modemflash_host.board.relay.line import RelayLine
from modemflash_host.board.tools import esptool
from modemflash_host.capture import reading, runs
from modemflash_host.cli.board import rows_of as board_rows
from modemflash_host.families.quectel_edl.examine import examine_package
from modemflash_host.families.quectel_edl.md5_list import read_md5_list
from modemflash_host.families.quectel_gnss import finding, frames, nmea
from modemflash_host.families.quectel_gnss.boot_loader import BootLoader
from modemflash_host.families.quectel_gnss.framer import GnssFramer
from modemflash_host.families.quectel_gnss.frames import AnswerReader
from modemflash_host.families.quectel_gnss.package import read_package
from modemflash_host.families.sequans import card as cards
from modemflash_host.files import archive
from modemflash_host.report.bundle import report_text
from modemflash_host.report.history import row_of
from modemflash_host.report.history_table import history_table
from modemflash_host.reporters import Reporter
from modemflash_host.reporters.json_lines import JsonLines
from modemflash_host.reporters.masking_sink import MaskingSink
from modemflash_host.reporters.people import VERBOSE
from modemflash_host.reporters.plain import Plain
from modemflash_host.run.stop_requests import StopRequests
from modemflash_host.store import settings as config
from modemflash_sim.quectel_edl.packages import LIST, PackageMaker
from modemflash_sim.sequans import state_file
from modemflash_sim.sequans.profiles import find
from support.memory_source import MemorySource
from support.package_in_memory import PackageInMemory
from support.slots import Slots

_STEP_US = 1000


class FuzzError(AssertionError):
    """A rule was broken without an exception."""


class Script:
    """A port and clock: whatever is written, the next piece of the bytes is the answer to it."""

    max_burst = 0

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)
        self._ready = b""
        self._now_ms = 0

    def ticks_ms(self) -> int:
        return self._now_ms

    def ticks_diff(self, end: int, start: int) -> int:
        return end - start

    def sleep_ms(self, ms: int) -> None:
        self._now_ms += ms

    def readinto(self, buf: Any, n: int, timeout_ms: int) -> int:
        piece, self._ready = self._ready[:n], self._ready[n:]
        if not piece:
            self._now_ms += max(1, timeout_ms)
        buf[: len(piece)] = piece
        return len(piece)

    def write(self, buf: Any, off: int, n: int) -> None:
        length = self._data.read(1)
        self._ready += self._data.read(length[0]) if length else b""
        self._now_ms += 1

    def drain(self, timeout_ms: int) -> bool:
        return True

    def set_baud(self, rate: int) -> bool:
        return True

    def drop_input(self) -> None:
        self._ready = b""


class Silent:
    """A reporter that only checks: no control code in any text that a screen shows."""

    def report(self, event: dict[str, Any]) -> None:
        for value in event.values():
            if isinstance(value, str):
                on_screen(value)

    def tick(self, now: int) -> None:
        pass

    def stop_wanted(self) -> int:
        return 0


def on_screen(text: str) -> None:
    """Fail where a text would move a cursor."""
    if any((ord(letter) < 32 and letter != "\n") or 127 <= ord(letter) < 160 for letter in text):
        raise FuzzError(f"a control code for the screen: {text!r}")


def told(problem: Problem) -> None:
    on_screen(problem.happened)
    on_screen(problem.hint)


def line_of(data: bytes) -> Line:
    port = Script(data)
    return Line(port, port, Silent())


def _file(data: bytes) -> MemorySource:
    return MemorySource(data)


def image(data: bytes) -> None:
    """A firmware file."""
    try:
        found = examine(_file(data))
    except Problem as problem:
        told(problem)
    else:
        on_screen(found.version + found.product)


def journal(data: bytes) -> None:
    """Two slots of the journal, cut from the bytes: torn, foreign, of another version."""
    half = len(data) // 2
    kept = Journal(Slots({0: data[:half], 1: data[half:]}), "here")
    kept.read()
    kept.write({"step": "send"})
    if kept.read() != {"step": "send"}:
        raise FuzzError("a record was written and is not read")


def journal_content(data: bytes) -> None:
    """A whole slot, with a sum that is right, of whoever writes such slots."""
    head = b"modemflash 1 %08x\n" % crc32(data)
    past = Journal(Slots({0: head + data}), "here").read()
    has_written(past)
    dies_without_power(past)


def at_replies(data: bytes) -> None:
    """The dialogue: text, binary, resync, and the way out of data mode."""
    at = At(line_of(data))
    for reply in (at.command("AT+SMOD?"), at.binary("AT+DUMP"), at.command("ATI1")):
        on_screen(reply.text)
        on_screen(kind_of(reply) + printable(reply.raw))
        on_screen(printable(reply.value(b"+CFUN")))
    at.resync()
    at.leave_data_mode()


def identity(data: bytes) -> None:
    """The replies that name the modem."""
    identity = Identity()
    pieces = data.split(b"\xff")
    for command, piece in zip(("AT+CGMM", "ATI", "ATI1", 'AT!="showver"'), pieces, strict=False):
        identity.raw[command] = "\n".join(printable(line) for line in piece.split(b"\n"))
    read_identity(identity)
    on_screen(identity.version + identity.ue + identity.product)
    for entry in identity.bootloaders:
        on_screen(entry[0] + entry[1])


def stp_answers(data: bytes) -> None:
    """The transfer protocol's answers."""
    line = line_of(data)
    in_transfer(line)
    sender = Sender(line, answer_timeout_ms=20_000, careful=bool(data[:1] > b"\x80"))
    try:
        sender.open()
        sender.send(_file(bytes(3000)), CONTAINER)
        sender.close()
    except Problem as problem:
        told(problem)


def _in_file(data: bytes, read: Callable[[Path], object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        try:
            read(path)
        except Problem as problem:
            told(problem)


def sim_state(data: bytes) -> None:
    """The file in which a simulated modem lives."""

    def read(path: Path) -> None:
        try:
            state_file.load(path, find("pycom-catm1"))
        except state_file.BadStateFile:
            pass

    _in_file(data, read)


def sim_state_content(data: bytes) -> None:
    """The same, JSON that says it is one."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(body, dict):
        body |= {"format": state_file.FORMAT, "number": 1, "profile": "pycom-catm1"}
        sim_state(json.dumps(body).encode())


def archives(data: bytes) -> None:
    """A zip with firmware in it."""
    _in_file(data, lambda path: archive.members_in(path, lambda name: name.suffix == ".dup"))


def settings(data: bytes) -> None:
    """A configuration file."""
    _in_file(data, lambda path: config.load({}, [path]))


def captures(data: bytes) -> None:
    """A recorded wire."""
    _in_file(data, reading.read_capture)


class _Spoken(io.StringIO):
    """A screen that looks at what it is shown."""

    def write(self, text: str) -> int:
        on_screen(text)
        return len(text)


def _sinks() -> Reporter:
    """Everything that shows an event, without colours, on a screen that minds."""
    screen = Console(file=_Spoken(), color_system=None, force_terminal=False, width=80)
    stop_requests = StopRequests()
    return Reporter(
        [MaskingSink(Plain(screen, screen, VERBOSE)), MaskingSink(JsonLines(_Spoken()))], stop_requests
    )


class _Board:
    """A board whose every answer is this text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def value(self, *_: object) -> str:
        return self._text

    def enter(self, *_: object) -> bool:
        return True


def board_identity(data: bytes) -> None:
    """Who a board says it is."""
    try:
        found = board_identities.read_identity(_Board(data.decode("latin-1")))  # type: ignore[arg-type]
    except Problem as problem:
        told(problem)
        return
    if not re.fullmatch("([0-9a-f]{12})?", found.mac):
        raise FuzzError("an address that could lead somewhere as a file name")
    for _, shown in board_rows(found):
        on_screen(shown.plain)


def relay_events(data: bytes) -> None:
    """What a board tells the PC that it works for, one event a line."""
    reporter = _sinks()
    line = line_of(b"")
    request = EngineRequest([], set(), {}, lambda *_: Journal(Slots(), "x"))
    talk = RelayTalk(line.port, line.clock, reporter, request)  # type: ignore[arg-type]
    for words in data.split(b"\n"):
        try:
            talk.hear(words)
        except Problem as problem:
            told(problem)


def relay_line(data: bytes) -> None:
    """The frames of a board that works for this PC."""
    line = line_of(data)
    heard: list[bytes] = []
    relay = RelayLine(line.port, line.clock, lambda *_: bytes(600), heard.append)  # type: ignore[arg-type]
    try:
        for _ in range(20):
            line.write(b"\r")
            relay.step(10)
    except Problem as problem:
        told(problem)


def chip_words(data: bytes) -> None:
    """What another program says of a chip."""
    try:
        esptool.parse(data.decode("utf-8", "replace"))
    except Problem as problem:
        told(problem)


def firmware_archives(data: bytes) -> None:
    """A board's firmware, packed."""
    _in_file(data, firmware_archive.read)


def firmware_scripts(data: bytes) -> None:
    """The script in it."""
    try:
        firmware_archive._script("script2", data)
    except Problem as problem:
        told(problem)


def card_lists(data: bytes) -> None:
    """The list of a prepared card, sealed by whoever writes such lists, and as it is."""
    for content in (data, manifest.seal(data)):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / manifest.NAME).write_bytes(content)
            try:
                cards.check(Path(folder), _sinks())
            except Problem as problem:
                told(problem)


def card_results(data: bytes) -> None:
    """What boards wrote on a card: a table of texts, in a spreadsheet, too."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x.jsonl").write_bytes(data)
        try:
            table = cards.results([Path(folder)])
        except Problem as problem:
            told(problem)
            return
        on_screen(table.as_csv())
        for row in csv.reader(io.StringIO(table.as_csv())):
            for cell in row:
                if cell[:1] in ("=", "+", "@") or (cell[:1] == "-" and not cell[1:2].isdigit()):
                    raise FuzzError(f"a cell that a spreadsheet carries out: {cell!r}")


def remembered_runs(data: bytes) -> None:
    """A run that is remembered, in the history and in a report."""

    def read(path: Path) -> None:
        run = runs.run_at(path)
        Console(file=_Spoken(), color_system=None, width=80).print(history_table([row_of(run)], 80))
        on_screen(report_text(run, reading.read_capture(path)))

    _in_file(b'{"capture":1}\n' + data, read)


def known(problem: Problem) -> None:
    """Its code has words."""
    if problem.code not in CATALOGUE:
        raise FuzzError(f"{problem.code} has no words")


def gnss_packages(data: bytes) -> None:
    """A `.pkg` is good or refused with a code."""
    try:
        found = read_package(data, "x.pkg")
    except BadFile as problem:
        known(problem)
    else:
        assert sum(each.size for each in found.containers) == len(data)


def gnss_answers(data: bytes) -> None:
    """What a boot loader or an application says: answers and sentences are bounded, nothing breaks."""
    reader = AnswerReader()
    for at in range(0, len(data), 7):
        for answer in reader.feed(data[at : at + 7]):
            assert 0 <= answer.status <= 0xFFFF
    nmea.build_in(data)
    framer = GnssFramer()
    pieces = [*framer.heard(data), *(piece for _, piece in framer.rest())]
    assert b"".join(piece.data for piece in pieces) == data


def gnss_talk(data: bytes) -> None:
    """Everything that a module says while it is looked for, entered and written to."""
    try:
        finding.find(line_of(data), BootLoader(line_of(data)))
        line = line_of(data)
        boot_loader = BootLoader(line)
        if boot_loader.enter(100):
            on_screen(boot_loader.boot_version())
        boot_loader.ask(frames.INFO, frames.info_payload(data), 100, "")
        boot_loader.ask(frames.ERASE, b"", 100, "")
        boot_loader.settle()
        boot_loader.ask(frames.DATA, frames.data_payload(0, data), 100, "packet 1 of 2")
    except Problem as problem:
        told(problem)
        known(problem)


def quectel_packages(data: bytes) -> None:
    """A part of a package, chosen by the first byte, in a package that is whole and has its sum."""
    maker = PackageMaker()
    parts = [LIST, *sorted(maker.files)]
    maker.files[parts[data[0] % len(parts)] if data else LIST] = data[1:]
    try:
        source: Any = PackageInMemory(maker.contents())
        package = examine_package(source, lambda done, total: None)
    except Problem as problem:
        told(problem)
        return
    efs2 = range(8, 20)
    for command in package.commands:
        effect = command.effect(package.geometry)
        if any(effect.first <= block < effect.end for block in efs2):
            raise FuzzError(f"a command that meets EFS2 was let through: {command}")


def quectel_sums(data: bytes) -> None:
    """The list of checksums of a package."""
    try:
        read_md5_list(data)
    except Problem as problem:
        told(problem)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "image": image,
    "journal": journal,
    "journal-content": journal_content,
    "at-replies": at_replies,
    "identity": identity,
    "stp-answers": stp_answers,
    "sim-state": sim_state,
    "sim-state-content": sim_state_content,
    "archives": archives,
    "settings": settings,
    "captures": captures,
    "board-identity": board_identity,
    "relay-events": relay_events,
    "relay-line": relay_line,
    "chip-words": chip_words,
    "firmware-archives": firmware_archives,
    "firmware-scripts": firmware_scripts,
    "card-lists": card_lists,
    "card-results": card_results,
    "remembered-runs": remembered_runs,
    "gnss-packages": gnss_packages,
    "gnss-answers": gnss_answers,
    "gnss-talk": gnss_talk,
    "quectel-packages": quectel_packages,
    "quectel-sums": quectel_sums,
}
