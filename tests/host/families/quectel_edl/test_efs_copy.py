"""A copy of a module's files over DIAG: all that it shows, nothing but reading, bounded whatever it says."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import tarfile
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modemflash.errors import LinkProblem, ModemProblem, NoModem, Problem, Refusal, Stopped
from modemflash.line import Line
from modemflash_host.families.plan import Copied
from modemflash_host.families.quectel_edl import efs, efs_copy, efs_tree
from modemflash_host.families.quectel_edl.diag_port import ANSWER_MS, DiagPort
from modemflash_host.reporters import Reporter
from modemflash_host.run.stop_requests import StopRequests
from modemflash_sim.endpoints.virtual import VirtualLine
from modemflash_sim.quectel_edl.efs import LINKS, RFNV, TREE, UNLISTED
from modemflash_sim.quectel_edl.efs_faults import ASSUMPTIONS, FAULTS
from support.dm_port import BUILD, WIRE_FAULTS, DmPort
from support.sinks import EventSink

NEVER_SENT = {7, 8, 9, 10, 14}


@pytest.fixture(autouse=True)
def _few_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(efs_tree, "NUMBERED_ITEMS", range(20_000, 20_005))


class Run:
    """One copy from a device, in virtual time."""

    def __init__(self, device: DmPort, stop_after: int = 0) -> None:
        self.device = device
        self.sink = EventSink()
        self.file = io.BytesIO()
        stop_requests = StopRequests()
        self.line = VirtualLine(device)
        reporter = Reporter([self.sink], stop_requests)
        if stop_after:

            class Person(EventSink):
                def tick(self, at_s: float) -> None:
                    stop_requests.count = int(len(device.asked) >= stop_after)

            reporter.listen(Person())
        self._line = Line(self.line, self.line, reporter)

    def copy(self) -> Copied:
        return efs_copy.copy_efs(self._line, self.file, "2026-01-01T00:00:00+00:00")

    @property
    def members(self) -> dict[str, bytes]:
        with tarfile.open(fileobj=io.BytesIO(self.file.getvalue())) as tar:
            found = {}
            for member in tar:
                assert not member.name.startswith("/") and ".." not in member.name.split("/")
                assert (member.isreg(), member.mode) == (True, 0o600) or member.isdir()
                if member.isreg():
                    content = tar.extractfile(member)
                    assert content is not None
                    found[member.name] = content.read()
            return found

    @property
    def manifest(self) -> dict[str, Any]:
        return dict(json.loads(self.members["manifest.json"]))


def test_the_copy_is_the_tree() -> None:
    run = Run(DmPort())
    copied = run.copy()
    members = run.members
    assert {"efs" + efs_tree.quoted(path): data for path, data in TREE.items()} == {
        name: data for name, data in members.items() if name != "manifest.json"
    }
    assert copied == Copied(BUILD, len(TREE), sum(map(len, TREE.values())), len(LINKS))
    manifest = run.manifest
    for row in manifest["files"]:
        data = members["efs" + row["path"]]
        assert (row["size"], row["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    unlisted = [row["path"] for row in manifest["files"] if not row["listed"]]
    assert unlisted == [UNLISTED.decode()]
    assert manifest["not_read"] == [{"path": "/rfc/up", "why": "a link, which is not followed"}]
    module = manifest["module"]
    assert (module["build"], module["imei"], len(module["limits"])) == (BUILD, "86000000#######", 6)
    assert "not a restore point" in manifest["what"]
    assert run.device.sim.efs.held == {}, "every handle is given back"


def test_every_command_that_is_ever_sent_only_reads() -> None:
    """The list of them all; where sources disagree what a command does, it is never sent."""
    seen: set[tuple[int, int]] = set()
    for faults in ("", "efs-elsewhere", "efs-denied:/rfc", "efs-deeper", "efs-refused:13"):
        device = DmPort(faults)
        try:
            Run(device).copy()
        except Refusal:
            pass
        seen |= device.subsystem_commands
        assert {packet[0] for packet in device.asked} <= {0x00, 0x7C, 0x26, 0x4B}
        assert (device.sim.violations, device.changing) == ([], [])
        opened = [packet for packet in device.asked if packet[:1] == b"\x4b" and packet[2] == efs.OPEN]
        assert all(packet[4:12] == bytes(8) for packet in opened), "opened for reading"
    assert {command for _, command in seen} == {0, 1, 2, 3, 4, 11, 12, 13, 15}
    assert {subsystem for subsystem, _ in seen} == {0x13, 0x3E}
    assert not NEVER_SENT & efs.READING


@pytest.mark.parametrize("command", sorted(set(range(64)) - {0, 1, 2, 3, 4, 11, 12, 13, 15}))
def test_no_other_command_can_be_sent(command: int) -> None:
    device = DmPort()
    line = VirtualLine(device)
    reader = efs.Efs(DiagPort(Line(line, line, Reporter([], StopRequests()))))
    with pytest.raises(ValueError, match="more than read"):
        reader._ask(command)
    line.sleep_ms(100)
    assert device.asked == []


# fault → what comes of it: an error's code, or what is noted of a path
OUTCOMES: dict[str, str | tuple[str, str]] = {
    "efs-elsewhere": "",
    "efs-refused:13": "efs-refused",
    "efs-refused:18": "efs-refused",
    "efs-short:4": "efs-bad-answer",
    "efs-short:12": "efs-bad-answer",
    "efs-short:11": "efs-bad-answer",
    "efs-short:2": "efs-bad-answer",
    "efs-short:15": "efs-bad-answer",
    "efs-short:1": "efs-bad-answer",
    "efs-short:0": "",
    "efs-short:3": "",
    "efs-short:13": "",
    "efs-other-handle": "diag-silent",
    "efs-denied:/rfc": ("/rfc", "access denied"),
    "efs-denied:/Data_Profiles/Profile1": ("/Data_Profiles/Profile1", "access denied"),
    "efs-denied:/": "efs-refused",
    "efs-same-name": "efs-too-large",
    "efs-new-names": "efs-too-large",
    "efs-deeper": ("/" + "deeper/" * 32 + "deeper", "more than 32 folders deep"),
    "efs-name:2e2e2f": ("/../", "its name has a slash"),
    "efs-name:2f6574632f706173737764": ("//etc/passwd", "its name has a slash"),
    "efs-name:2e2e": "",
    "efs-name:2e": "",
    "efs-name:5c2e2e5c6e": "",
    "efs-name:0d0a1b5b324a": "",
    "efs-name:ffc0": "",
    "efs-name:" + "61" * 255: "",
    "efs-name:" + "61" * 256: "efs-bad-answer",
    "efs-size:2147483647": ("/rfc/board_config", "it says that it has 2147483647 bytes"),
    "efs-size:-1": ("/rfc/board_config", "it says that it has 4294967295 bytes"),
    "efs-size:16777216": "efs-too-large",
    "efs-size:5": "",
    "efs-dribble": "efs-too-large",
    "efs-boast": "efs-bad-answer",
}


@pytest.mark.parametrize("fault", OUTCOMES)
def test_each_fault_of_the_file_system_has_its_words(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(efs_tree, "MOST_ENTRIES", 500)
    monkeypatch.setattr(efs_copy, "_MOST_PIECES", 500)
    wanted = OUTCOMES[fault]
    run = Run(DmPort(fault))
    if isinstance(wanted, str) and wanted:
        with pytest.raises(Problem) as caught:
            run.copy()
        assert (caught.value.code, caught.value.modem_state) == (wanted, "untouched")
    else:
        run.copy()
        rows = [(row["path"], row["why"]) for row in run.manifest["not_read"]]
        assert not wanted or wanted in rows
        assert run.device.sim.efs.held == {}
    assert run.device.sim.violations == []


def test_every_fault_and_assumption_has_a_test() -> None:
    assert {each.partition(":")[0] for each in OUTCOMES} == set(FAULTS)
    assert {each.partition("=")[0] for each in WIRE_OUTCOMES} == set(WIRE_FAULTS)


@pytest.mark.parametrize(
    "assumption", [f"{name}:{behaviour}" for name, (all_, _) in ASSUMPTIONS.items() for behaviour in all_]
)
def test_whatever_is_only_believed_the_copy_is_the_tree(assumption: str) -> None:
    run = Run(DmPort(assume=assumption))
    assert run.copy().files == len(TREE)
    told = "nv-imei:no" not in assumption
    assert run.manifest["module"]["imei"] == ("86000000#######" if told else "")
    with pytest.raises(Refusal, match="efs-refused"):
        Run(DmPort("efs-refused:18", assumption)).copy()


WIRE_OUTCOMES: dict[str, type[Problem] | None] = {
    "silent-after=0": NoModem,
    "silent-after=1": ModemProblem,
    "silent-after=20": ModemProblem,
    "silent-after=60": ModemProblem,
    "flood=1": None,
    "flood=40": None,
    "drowned=0": ModemProblem,
    "stray=0": None,
    "again=0": None,
    "damaged=3": ModemProblem,
    "endless=0": ModemProblem,
    "noise-first=100000": None,
    "gone-after=0": LinkProblem,
    "gone-after=30": LinkProblem,
}


@pytest.mark.parametrize("fault", WIRE_OUTCOMES)
def test_each_fault_of_the_wire_has_its_words(fault: str) -> None:
    name, _, number = fault.partition("=")
    run = Run(DmPort(wire={name: int(number)}))
    wanted = WIRE_OUTCOMES[fault]
    if wanted is None:
        assert run.copy().files == len(TREE)
        return
    with pytest.raises(wanted) as caught:
        run.copy()
    assert type(caught.value) is wanted
    assert caught.value.code == ("port-lost" if wanted is LinkProblem else "diag-silent")
    assert run.line.ticks_ms() < 3 * ANSWER_MS, "a flood moves no deadline"


@pytest.mark.parametrize("questions", [1, 5, 20, 40, 60])
def test_a_stop_request_ends_it_and_gives_every_handle_back(questions: int) -> None:
    run = Run(DmPort(), stop_after=questions)
    with pytest.raises(Stopped):
        run.copy()
    assert len(run.device.asked) <= questions + 3, "at once, but for the handles"
    assert run.device.sim.efs.held == {}


def test_the_screen_moves_while_files_are_listed_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while unlisted items are asked for one by one."""
    monkeypatch.setattr(efs_tree, "NUMBERED_ITEMS", range(20_000, 20_600))
    device = DmPort(wire={"flood": 2}, tree={**TREE, b"/large": bytes(200_000)})
    device.answer_us = 2_000
    run = Run(device)
    run.copy()
    phases = [event["phase"] for event in run.sink.events if event["event"] == "phase"]
    assert phases == ["identify", "list-files", "copy-files"]
    done = [event for event in run.sink.events if event["event"] == "progress"]
    assert done[-1]["done"] == done[-1]["total"] and len(done) > 150
    listed = [event["entries"] for event in run.sink.events if event["event"] == "listed"]
    assert listed and listed == sorted(listed)
    ticks = run.sink.ticks
    assert max(b - a for a, b in itertools.pairwise(ticks)) <= 0.3


def test_a_slow_module_is_waited_for_as_long_as_was_asked() -> None:
    device = DmPort(tree={b"/a": b"1"})
    device.answer_us = 5_000_000
    with pytest.raises(Problem, match="diag-silent"):
        Run(device).copy()
    device = DmPort(tree={b"/a": b"1"})
    device.answer_us = 5_000_000
    run = Run(device)
    assert efs_copy.copy_efs(run._line, run.file, "", answer_ms=6_000).files == 1


def test_a_module_without_numbered_items_is_not_asked_for_them() -> None:
    run = Run(DmPort(tree={b"/a": b"1"}))
    assert run.copy().files == 1
    assert (0x13, efs.STATUS) not in run.device.subsystem_commands


def test_a_file_that_changed_meanwhile_says_so() -> None:
    run = Run(DmPort("efs-size:5"))
    run.copy()
    rows = {row["path"]: row for row in run.manifest["files"]}
    assert rows["/rfc/board_config"]["size_said"] == 5 and rows["/rfc/board_config"]["size"] == 3
    assert RFNV.decode() + "00020000" in rows


class Mad(DmPort):
    """A module whose answers have the right beginning, and behind it anything."""

    def __init__(self, random: Random, share: float) -> None:
        super().__init__()
        self._random, self._share = random, share

    def _answer(self, question: bytes) -> bytes:
        answer = super()._answer(question)
        if self._random.random() >= self._share or len(self.asked) < 4:
            return answer
        kept = self._random.randrange(4, len(answer) + 1) if len(answer) > 4 else len(answer)
        return answer[:kept] + self._random.randbytes(self._random.choice((0, 4, len(answer) - kept, 60)))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False), share=st.sampled_from((0.02, 0.2, 1.0)))
def test_whatever_a_module_answers_it_ends_in_a_copy_or_in_words(
    monkeypatch: pytest.MonkeyPatch, random: Random, share: float
) -> None:
    monkeypatch.setattr(efs_tree, "MOST_ENTRIES", 300)
    monkeypatch.setattr(efs_copy, "_MOST_PIECES", 300)
    run = Run(Mad(random, share))
    ended: Problem | None = None
    try:
        run.copy()
    except Problem as problem:
        ended = problem
    if ended is not None:
        assert ended.modem_state == "untouched" and ended.happened and ended.hint
    else:
        assert set(run.members) == {"efs" + row["path"] for row in run.manifest["files"]} | {"manifest.json"}
    assert run.device.sim.violations == []
