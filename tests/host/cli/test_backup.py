"""`modemflash backup`: one new file for its owner alone, or none; each refusal and each end in words."""

from __future__ import annotations

import json
import os
import signal
import stat
import tarfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from serial.tools import list_ports as system

from modemflash_host.cli import app
from modemflash_host.families.quectel_edl import efs_tree
from modemflash_host.links import ports
from modemflash_sim.endpoints.serve import serve
from modemflash_sim.quectel_edl.efs import TREE
from support.dm_port import DmPort
from support.plugged import seen


@pytest.fixture(autouse=True)
def plugged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """The ports of this computer: what a test puts in."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(efs_tree, "NUMBERED_ITEMS", range(20_000, 20_005))
    found: list[Any] = []
    monkeypatch.setattr(system, "comports", lambda: found)
    monkeypatch.setattr(ports, "holder_of", lambda name: "")
    return found


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "copy.tar"


def served(device: DmPort) -> AbstractContextManager[str]:
    return serve(device, "pty", paced=False)


def run(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, Any]]]:
    code = app.run(["backup", *words, "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_copy_is_one_new_file_for_its_owner(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = os.umask(0)
    try:
        with served(DmPort()) as port:
            code, events = run("-p", port, "-o", str(copy), capsys=capsys)
    finally:
        os.umask(before)
    assert (code, events[-1]["code"], events[-1]["modem_state"]) == (0, "copy-incomplete", "untouched")
    told = next(event for event in events if event["event"] == "copy")
    assert (told["files"], told["left_out"]) == (len(TREE), 1)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [each.name for each in copy.parent.iterdir()] == [copy.name]
    with tarfile.open(copy) as tar:
        assert "manifest.json" in tar.getnames()


def test_people_read_what_was_copied(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served(DmPort(tree={b"/a": b"12345"})) as port:
        assert app.run(["backup", "-p", port, "-o", str(copy)]) == 0
    said = capsys.readouterr().out
    assert "1 files, 5 B, 1 not read" in said and "restore" not in said.replace("not a restore", "")


def test_the_only_dm_port_is_found_by_itself(
    plugged: list[Any], copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(DmPort()) as port:
        plugged += [seen(port, "2c7c:0801", "1-1:1.0"), seen("/dev/ttyUSB9", "2c7c:0801", "1-1:1.2")]
        assert run("-o", str(copy), capsys=capsys)[0] == 0
    plugged.append(seen("/dev/ttyUSB8", "2c7c:0801", "1-2:1.0"))
    code, events = run("-o", str(copy.with_name("b.tar")), capsys=capsys)
    assert (code, events[-1]["code"]) == (5, "port-ambiguous")


@pytest.mark.parametrize(
    ("usb", "place", "code"),
    [
        ("2c7c:0801", "1-1:1.2", "copy-other-port"),
        ("2c7c:0801", "1-1:1.1", "copy-other-port"),
        ("05c6:9008", "1-1:1.0", "copy-other-port"),
        ("05c6:900e", "1-1:1.0", "copy-other-port"),
        ("0403:6001", "1-3", "module-usb-missing"),
        ("04d8:ef98", "1-3", "copy-not-offered"),
    ],
)
def test_another_port_is_refused_and_not_opened(
    plugged: list[Any], copy: Path, capsys: pytest.CaptureFixture[str], usb: str, place: str, code: str
) -> None:
    plugged.append(seen("/dev/ttyUSB7", usb, place))
    exit_code, events = run("-p", "/dev/ttyUSB7", "-o", str(copy), capsys=capsys)
    assert (exit_code, events[-1]["code"]) == (5, code)
    assert not list(copy.parent.iterdir())


def test_families_without_copies_say_so(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, events = run("-p", "sim://pycom-catm1", "-o", str(copy), capsys=capsys)
    assert (code, events[-1]["code"]) == (5, "copy-not-offered")


def test_nothing_that_is_there_is_overwritten(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = copy.with_name("target")
    for path in (copy, copy.with_name("link")):
        copy.write_bytes(b"mine")
        if path.name == "link":
            path.symlink_to(target)
        code, events = run("-p", "/dev/null", "-o", str(path), capsys=capsys)
        assert (code, events[-1]["code"]) == (5, "copy-file-exists")
    assert copy.read_bytes() == b"mine" and not target.exists()
    for path in (copy.parent / "no" / "folder.tar", copy / "below-a-file.tar"):
        code, events = run("-p", "/dev/null", "-o", str(path), capsys=capsys)
        assert (code, events[-1]["code"]) == (5, "copy-not-written")


class Interrupting(DmPort):
    """Somebody presses Ctrl-C after so many questions."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        """Bytes arrive."""
        super().feed(now_us, data, baud)
        if len(self.asked) == self._after:
            os.kill(os.getpid(), signal.SIGINT)


def test_the_capture_keeps_the_questions_and_no_content(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Numbers of the protocol are kept; names of files, their bytes and the module's own number are not."""
    with served(DmPort()) as port:
        assert (
            run("-p", port, "-o", str(copy), "--capture", str(copy.parent / "c.jsonl"), capsys=capsys)[0] == 0
        )
    text = (copy.parent / "c.jsonl").read_text(encoding="utf-8")
    kept = [json.loads(line) for line in text.splitlines()]
    sent = b"".join(each["tx"].encode("latin-1") for each in kept if "tx" in each)
    for command in (0, 1, 2, 3, 4, 11, 12, 13, 15):
        assert bytes([0x4B, 0x13, command, 0]) in sent
    for word in ("calibration", "operator_name", "Profile", "apn=", "rfnv", "board_config", "carrier"):
        assert word not in text
    heard = b"".join(each["rx"].encode("latin-1") for each in kept if "rx" in each)
    assert not any(data in heard or data in sent for data in TREE.values() if len(data) > 3)
    number = next(iter(DmPort().sim.answer(b"\x26\x26\x02").split(b"\x08")[1:]))[:8]
    assert number not in heard
    assert max(len(each.get("rx", "")) for each in kept) <= 80, "of long content not even the shape"


@pytest.mark.parametrize("after", [3, 40])
def test_a_copy_that_was_stopped_leaves_nothing(
    copy: Path, capsys: pytest.CaptureFixture[str], after: int
) -> None:
    with served(Interrupting(after)) as port:
        exit_code, events = run("-p", port, "-o", str(copy), capsys=capsys)
    assert (exit_code, events[-1]["code"]) == (130, "stopped-before-write")
    assert not list(copy.parent.iterdir())


@pytest.mark.parametrize(
    ("device", "exit_code", "code"),
    [
        (DmPort("efs-refused:18"), 5, "efs-refused"),
        (DmPort("efs-short:12"), 6, "efs-bad-answer"),
        (DmPort(wire={"silent-after": 30}), 6, "diag-silent"),
        (DmPort(tree={}), 5, "efs-refused"),
    ],
)
def test_a_copy_that_failed_leaves_nothing(
    copy: Path, capsys: pytest.CaptureFixture[str], device: DmPort, exit_code: int, code: str
) -> None:
    with served(device) as port:
        ended, events = run("-p", port, "-o", str(copy), capsys=capsys)
    assert (ended, events[-1]["code"], events[-1]["modem_state"]) == (exit_code, code, "untouched")
    assert not list(copy.parent.iterdir())


def test_a_full_disk_is_told_and_leaves_nothing(
    copy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with served(DmPort()) as port:
        code, events = run("-p", port, "-o", str(copy), capsys=capsys)
    assert (code, events[-1]["code"]) == (5, "copy-not-written")
    assert not list(copy.parent.iterdir())
