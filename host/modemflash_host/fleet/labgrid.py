"""Boards on other computers: places of a labgrid coordinator, through labgrid's own client.

    labgrid:pump-1                   this place
    labgrid:tags(modem=gm02s)        any place with these tags, by a reservation

Rules: labgrid is run, never imported: its serial library cannot share ours; a
place is worked on by one update at a time; it is released in every case: what a
killed run left acquired or reserved is written down, and any fleet command gives
it back, once the update there has ended; a place that somebody acquired by hand
stays theirs; nothing is waited for without a stop request being heard.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from modemflash.errors import Stopped
from modemflash_host.computer.programs import find_program
from modemflash_host.errors import LinkProblem, Refusal
from modemflash_host.fleet.place_record import HeldPlace, PlaceRecord, Waiting, alone, read, records, wait_for

SCHEME = "labgrid:"
_CLIENT = "labgrid-client"
_TAGS = re.compile(r"tags\((.+)\)")
_PAIR = re.compile(r"[\w.-]+=[\w.-]+")
_NAME = re.compile(r"[\w.-]+")
_ADDRESS = re.compile(r"^\s+(host|port): (\S+)$", re.MULTILINE)
_SHOWN_NAME = re.compile(r"^Place '([\w.-]+)'", re.MULTILINE)
_TOKEN = re.compile(r"LG_TOKEN=(\w+)")
_IS_NOT_OURS = re.compile(
    r"is not acquired|by a different user|matches nothing|Reservation \w+ does not exist"
)
# What is told while the client is at a step, by the step's name.
_STEPS = {
    "reserve": "labgrid reserves a place",
    "wait": "labgrid has no free place with these tags yet",
    "show": "labgrid is asked which place it is",
    "acquire": "labgrid acquires the place",
    "env": "labgrid is asked where its port is",
    "release": "labgrid gives the place back",
    "cancel-reservation": "labgrid gives the reservation back",
}
_ANSWER_S = 30.0
_STEP_S = 0.2


@contextmanager
def place(words: str, mine: HeldPlace, waiting: Waiting) -> Iterator[str]:
    """The address of a place's serial port, as long as it is ours.

    Args:
        words: what stands behind `labgrid:`.
        mine: where it is written down.
        waiting: see there.

    Raises:
        LinkProblem: `labgrid-failed`, with the client's words.
        Refusal: `labgrid-missing`, `labgrid-place-broken`.
        Stopped: the user asked to stop.
    """
    pairs = tags_of(words)
    client = _client()
    if mine.left is not None:
        _give_back(client, mine.left, waiting)
    try:
        name = _reserved(client, pairs, mine, waiting) if pairs else words
        _take_over(client, name, mine, waiting)
        mine.note(labgrid_place=name)
        try:
            _run(client, ["-p", name, "acquire"], waiting, _with(mine.record.token))
        except LinkProblem:
            mine.note(labgrid_place="")  # it is not ours
            raise
        yield _address(client, name, waiting)
    finally:
        mine.stays = not _give_back(client, mine.record, waiting)


def tags_of(words: str) -> Sequence[str]:
    """The tags of a place, as name=value; none where the place itself is named.

    Raises:
        Refusal: `labgrid-place-broken`.
    """
    tags = _TAGS.fullmatch(words)
    pairs = [pair.strip() for pair in tags[1].split(",")] if tags else []
    if not all(_PAIR.fullmatch(pair) for pair in pairs) or not (tags or _NAME.fullmatch(words)):
        raise Refusal("labgrid-place-broken", words)
    return pairs


def release_leftovers(waiting: Waiting) -> Sequence[str]:
    """Give back what killed runs left; the places that could not be given back.

    What an update is still at work at is left to it, and to the next time.
    """
    kept = []
    with alone(waiting):
        for path, record in list(records()):
            if record.is_at_work or record.pid == os.getpid():
                continue
            if record.labgrid_place or record.token:
                try:
                    given_back = _give_back(_client(), record, waiting)
                except Refusal:
                    given_back = False
                if not given_back:
                    kept.append(record.labgrid_place or record.place)
                    continue
            path.unlink(missing_ok=True)
    return kept


def _client() -> str:
    client = find_program(_CLIENT)
    if client is None:
        raise Refusal("labgrid-missing")
    return client


def _take_over(client: str, name: str, mine: HeldPlace, waiting: Waiting) -> None:
    """What an earlier run acquired under other words is waited for, and given back."""
    for path, record in list(records()):
        if record.labgrid_place == name and record.place != mine.record.place:
            if record.pid == os.getpid():
                raise LinkProblem("labgrid-failed", f"{record.place} of this fleet is the same place")
            wait_for(record.pid, waiting)
            with alone(waiting):
                if read(path) == record and _give_back(client, record, waiting):
                    path.unlink(missing_ok=True)


def _give_back(client: str, record: PlaceRecord, waiting: Waiting) -> bool:
    """Release what a record names; False where the coordinator could not be asked."""
    unheard = Waiting(lambda: 0, waiting.tick)
    steps = []
    if record.labgrid_place:
        steps.append(["-p", record.labgrid_place, "release"])
    if record.token:
        steps.append(["cancel-reservation", record.token])
    for step in steps:
        try:
            _run(client, step, unheard)
        except LinkProblem as problem:
            if not _IS_NOT_OURS.search(problem.detail):
                return False
    return True


def _reserved(client: str, pairs: Sequence[str], mine: HeldPlace, waiting: Waiting) -> str:
    """The place of a reservation, waited for until there is one; its token is written down before."""
    token = _TOKEN.search(_run(client, ["reserve", "--shell", *pairs], waiting))
    if token is None:
        raise LinkProblem("labgrid-failed", "there is no reservation")
    mine.note(token=token[1])
    _run(client, ["wait", token[1]], waiting, wait_s=None)
    name = _SHOWN_NAME.search(_run(client, ["-p", "+", "show"], waiting, _with(token[1])))
    if name is None:
        raise LinkProblem("labgrid-failed", "the reservation names no place")
    return name[1]


def _with(token: str) -> Mapping[str, str]:
    return {"LG_TOKEN": token} if token else {}


def _address(client: str, name: str, waiting: Waiting) -> str:
    found = _ADDRESS.findall(_run(client, ["-p", name, "env"], waiting))
    known = dict(found)
    if len(found) != len(known) or set(known) != {"host", "port"} or not known["port"].isdecimal():
        raise LinkProblem("labgrid-failed", f"{name} has not just one serial port")
    return f"rfc2217://{known['host']}:{known['port']}?ign_set_control"


def _run(
    client: str,
    words: Sequence[str],
    waiting: Waiting,
    more: Mapping[str, str] | None = None,
    wait_s: float | None = _ANSWER_S,
) -> str:
    """What the client prints.

    Raises:
        LinkProblem: `labgrid-failed`.
        Stopped: the user asked to stop.
    """
    before = waiting.stop_wanted()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="modemflash-", ignore_cleanup_errors=True) as folder:
        child = subprocess.Popen(
            [client, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, **(more or {})},
        )
        try:
            while True:
                try:
                    said = child.communicate(timeout=_STEP_S)[0].decode("utf-8", "replace")
                    break
                except subprocess.TimeoutExpired:
                    waiting.tick(_STEPS[words[2] if words[0] == "-p" else words[0]])
                if waiting.stop_wanted() > before:
                    raise Stopped("stopped-before-write")
                if wait_s is not None and time.monotonic() - began > wait_s:
                    raise LinkProblem(
                        "labgrid-failed", f"the coordinator did not answer within {wait_s:.0f} s"
                    )
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()
    if child.returncode:
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        raise LinkProblem("labgrid-failed", lines[-1] if lines else "no word")
    return said
