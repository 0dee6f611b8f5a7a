"""The way through a board that runs the engine itself: this PC is its files, its screen, its second journal.

    with relayed(place, teller, files, …) as update: …     an `Update` like any other

Rules: the board measures, decides and writes, this side shows; the plan is made
here a second time from what the board measured, because it is here that people
are asked, and the board checks their consents against its own; a board that
relays already is taken up where it stands, by the same command.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import modemflash.board.words  # noqa: F401 (its rows join the catalogue)
from modemflash import errors
from modemflash.board.manifest import IMAGE_FACTS
from modemflash.board.pcline import PIECE
from modemflash.errors import CATALOGUE, Problem
from modemflash.line import Line
from modemflash.upgrade import Update
from modemflash_host.board.deploy import LIBRARY, deploy, remove
from modemflash_host.board.known_state import known_state
from modemflash_host.board.package import deployed
from modemflash_host.board.pic import Open
from modemflash_host.board.reach import MIRROR, reach
from modemflash_host.board.relay_line import RelayLine
from modemflash_host.board.repl import Repl
from modemflash_host.board.session import Session
from modemflash_host.errors import BoardProblem, LinkProblem
from modemflash_host.reporters import Teller
from modemflash_host.usb_ids import NO_DEVICE, Device

if TYPE_CHECKING:
    from modemflash.contracts import Clock
    from modemflash.journal import Journal
    from modemflash.planning import Files, Plan
    from modemflash_host.link import Link

JournalOf = Callable[[Line, str], "Journal"]
"""This PC's journal of the board with that address; of whatever is at the port where it is ""."""

COMMAND_FILE = 0xFF  # `modemflash.board.relay`
COMMAND_BYTES = 4 * PIECE
_BEAT_MS = 1_300
_FALLBACK_MS = 7_000
_START = """\
import sys
if '/flash/lib' not in sys.path: sys.path.append('/flash/lib')
from modemflash.board.relay import run
run({!a})
"""
_OVER, _RUNNING = "3", "2"
_AUTOSTART_BACK = """\
from modemflash.board.pycom import Autostart
from modemflash.board.store import Nvs
Autostart(Nvs()).restore()
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the board is.

    Attributes:
        port: its name, for words and for other programs.
        open_port: opens it, see `reach.Open`.
        device: what it hangs on.
    """

    port: str
    open_port: Open
    device: Device = NO_DEVICE


class RelayedUpdate(Update):
    """An update that runs on the board.

    Args:
        relay: the line to the board.
        teller: who is told.
        line: for its clock and its reporter.
        files, consents, options: as in `Update`.
        journal_of: see there.
        mac: the board's address; "" where it is not known yet.
    """

    def __init__(
        self,
        relay: RelayLine,
        teller: Teller,
        line: Line,
        files: Files,
        consents: set[str],
        journal_of: JournalOf,
        options: dict[str, Any],
        mac: str,
    ) -> None:
        super().__init__(line, files, consents, journal_of(line, mac), options)
        self._journal_of = journal_of
        self.relay = relay
        self._teller = teller
        self._looked: dict[str, Any] = {}
        self._ended: dict[str, Any] = {}
        self._order = b""
        self._bytes = 0

    @property
    def sent_bytes(self) -> int:
        """See `Update`."""
        return self._bytes

    def look(self) -> Any:
        """See `Update`."""
        self._attend(lambda: bool(self._looked or self._ended))
        if not self._looked:
            raise _problem(self._ended)
        seen = self._looked
        self.modem = SimpleNamespace(state=seen["state"], baud=seen["baud"], resumed=seen["resumed"])
        who = self.who
        who.product, who.family, who.build, who.version, who.ue, loaders = seen["who"]
        who.bootloaders = [tuple(each) for each in loaders]
        self.before = seen["before"]
        self.past = seen["past"]
        return self.modem

    def run(self, plan: Plan) -> dict[str, Any]:
        """See `Update`."""
        plan.check(self.consents)
        words = {"consents": sorted(self.consents), "options": self.options}
        self._order = json.dumps(words).encode().ljust(COMMAND_BYTES)
        if len(self._order) > COMMAND_BYTES:
            raise ValueError("the order is too long")
        self.relay.commands = 1
        self._attend(lambda: bool(self._ended))
        if "result" not in self._ended:
            raise _problem(self._ended)
        result: dict[str, Any] = self._ended["result"]
        return result

    def serve(self, file: int, start: int, count: int) -> bytes:
        """Bytes of a file, for the board."""
        if file == COMMAND_FILE:
            return self._order[start : start + count]
        data = bytearray(count)
        if file < len(self.files):
            self.files[file][1].readinto(start, data)
        return bytes(data)

    def hear(self, words: bytes) -> None:
        """An event from the board."""
        try:
            event = json.loads(words)
        except ValueError:
            return
        kind = event.get("event")
        if kind == "looked":
            self._looked = event
            self.journal = self._journal_of(self.line, event["board"])
        elif kind == "ended":
            self._ended = event
            self._bytes = event.get("bytes", 0)
        elif kind == "journal":
            with suppress(OSError):
                self.journal.write(event["record"])
        else:
            self._teller.report(event)

    def _attend(self, until: Callable[[], bool]) -> None:
        clock = self.line.clock
        self.relay.attend(until, lambda: self._teller.tick(clock.ticks_ms()))


@contextmanager
def relayed(
    place: Place,
    teller: Teller,
    files: Files,
    consents: set[str],
    options: dict[str, Any],
    journal_of: JournalOf,
) -> Iterator[RelayedUpdate]:
    """A board that runs the engine for this command; afterwards it is as it was, its own program runs.

    Args:
        place: where the board is.
        teller: who is told.
        files: as in `Update`.
        consents: as in `Update`.
        options: as in `Update`.
        journal_of: see there.

    Without files nothing is written to the board: then the updater has to be there already.

    Raises:
        Problem: the board cannot be reached, or used.
    """

    def say(text: str) -> None:
        teller.say("note", text=text)

    job = job_of(files, options)
    link, clock = place.open_port(8)
    teller.follow(clock.ticks_ms())
    try:
        update = _update(link, clock, teller, files, consents, options, journal_of)
        if _relays(update.relay):
            if not files and update.relay.job != job:
                raise BoardProblem("relay-occupied")
            say("The board holds an update that another command began; taking it up.")
            if _take_up(update, job):
                yield from _until_over(update)
                _give_back(Repl(link, clock))
                return
    finally:
        link.close()
    reached = reach(place.open_port, say, place.device)
    session = Session(place.port, place.device, reached, say)
    broken: Problem | None = None
    try:
        if reached.state == MIRROR:
            raise BoardProblem("board-in-mirror", place.port)
        with known_state(session.repl, say) as board:
            session.restarted()
            was_there = _put_there(session, bool(files))
            repl = session.repl
            update = _update(repl.link, repl.clock, teller, files, consents, options, journal_of, board.mac)
            start(repl, job, files, options, update.journal.read())
            try:
                yield from _until_over(update)
            except Problem as problem:
                broken = problem
                raise
            finally:
                with suppress(LinkProblem):
                    repl.enter()
            if not was_there:
                say("Taking the updater off the board again, as it was not there before.")
                remove(session)
    except BoardProblem:
        if broken is not None:
            raise broken from None  # not what came of it afterwards
        raise
    finally:
        with suppress(LinkProblem):
            session.repl.restart_board()
        session.repl.link.close()


def _put_there(session: Session, may_write: bool) -> bool:
    """Have the updater on the board; whether some of it was there before.

    Raises:
        BoardProblem: `board-without-updater`, where nothing may be written.
    """
    if may_write:
        done = deploy(session)
        if done.written:
            session.say(f"The updater is on the board now ({done.bytes} bytes).")
        return bool(done.unchanged)
    if not all(session.files.holds(f"{LIBRARY}/{name}", data) for name, data in deployed().items()):
        raise BoardProblem("board-without-updater")
    return True


def start(repl: Repl, job: str, files: Files, options: dict[str, Any], past: Any) -> None:
    """Let the board begin; its console is away from here on.

    Raises:
        BoardProblem: `relay-not-started`.
    """
    rows = [
        {"name": image.name, "size": source.size, **{name: getattr(image, name) for name in IMAGE_FACTS}}
        for image, source in files
    ]
    words = json.dumps({"id": job, "files": rows, "options": options, "past": past})
    code = _START.format(words).encode("ascii")
    link = repl.link
    link.drop_input()
    for at in range(0, len(code), 256):
        link.write(code, at, min(256, len(code) - at))
        repl.clock.sleep_ms(30)
    link.write(b"\x04", 0, 1)


def job_of(files: Files, options: dict[str, Any]) -> str:
    """Eight hex digits by which the same command is known again."""
    words = json.dumps([[image.sha256 for image, _ in files], options], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def _update(
    link: Link,
    clock: Clock,
    teller: Teller,
    files: Files,
    consents: set[str],
    options: dict[str, Any],
    journal_of: JournalOf,
    mac: str = "",
) -> RelayedUpdate:
    held: list[RelayedUpdate] = []

    def serve(file: int, start: int, count: int) -> bytes:
        return held[0].serve(file, start, count)

    def hear(words: bytes) -> None:
        held[0].hear(words)

    relay = RelayLine(link, clock, serve, hear, teller.stop_wanted)
    line = Line(link, clock, teller)
    held.append(RelayedUpdate(relay, teller, line, files, consents, journal_of, options, mac))
    return held[0]


def _relays(relay: RelayLine) -> bool:
    """Whether the board relays already. One whose PC went away falls back to our rate within seconds."""
    return relay.listen_for_beat(_BEAT_MS) or (relay.heard_noise and relay.listen_for_beat(_FALLBACK_MS))


def _take_up(update: RelayedUpdate, job: str) -> bool:
    """Whether the board goes on for this command; one with another job is ended instead."""
    relay = update.relay
    if relay.job == job and relay.state != _OVER:
        relay.tell_again()
        return True
    relay.stops = lambda: 99
    relay.attend(lambda: relay.state != _RUNNING)
    relay.end()
    return False


def _until_over(update: RelayedUpdate) -> Iterator[RelayedUpdate]:
    """Hand out the update, and let the board end after it."""
    relay = update.relay
    try:
        yield update
    except LinkProblem:
        raise  # the board holds what it has
    except BoardProblem as problem:
        if not problem.code.startswith("relay-"):
            relay.end()
        raise
    except BaseException:
        relay.end()
        raise
    relay.end()


def _give_back(repl: Repl) -> None:
    """After a job that was taken up: flags as they were, and the board's own program."""
    if repl.enter():
        repl.run(_AUTOSTART_BACK)
        repl.restart_board()


def _problem(ended: dict[str, Any]) -> Problem:
    """The board's problem, as if it had happened here."""
    kind = getattr(errors, ended.get("kind", ""), Problem)
    code = ended.get("code", "")
    if code not in CATALOGUE:
        return BoardProblem("board-out-of-step", str(code))
    raw = str(ended.get("raw", "")).encode()
    if issubclass(kind, errors.Refusal):
        problem: Problem = kind(code, ended["detail"], ended["consent"])
    else:
        problem = kind(code, ended["detail"], raw)
    return problem.stamp(ended["modem_state"])
