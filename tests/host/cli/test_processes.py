"""Where the process matters: killed, cut off, on a terminal, without streams, twice on one port.

Real processes on a simulated modem behind a real endpoint, whose times are shortened.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modemflash_host.run import exit_codes
from modemflash_sim.endpoints.serve import open_endpoint, serve
from modemflash_sim.sequans import images
from support.processes import PROGRAM, Bench, bench_in, halfway, until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo terminals and POSIX signals")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as made:
        yield made


def test_killed_in_mid_transfer_and_the_same_command_finishes(bench: Bench) -> None:
    """Nobody says good-bye to the modem; it waits in its session, and is found there."""
    modem = bench.modem()
    with serve(modem, "pty", paced=False) as port:
        first = bench.update(port, "--json")
        until(first.stdout, halfway)
        first.send_signal(signal.SIGSTOP)  # or it may be through before the other has looked
        second = bench.start("info", "-p", port, "--json")  # nobody else gets the port meanwhile
        out, _ = second.communicate(timeout=30)
        assert second.returncode == exit_codes.FAILED_UNKNOWN  # the update has begun, and is not finished
        assert json.loads(out.splitlines()[-1])["code"] == "port-busy"
        first.send_signal(signal.SIGKILL)
        first.wait()
        again = bench.update(port, "--json")
        out, _ = again.communicate(timeout=60)
    events = [json.loads(line) for line in out.splitlines()]
    assert (again.returncode, events[-1]["status"]) == (exit_codes.DONE, "updated")
    assert [event["resumed"] for event in events if event["event"] == "found"] == [True]
    assert (modem.verdict.build, modem.verdict.whole, modem.verdict.violations) == (41065, True, ())


def test_a_port_that_vanishes_in_mid_transfer_is_7_in_words(bench: Bench) -> None:
    """A pulled cable: no traceback, no hang, and the modem is called what it is."""
    endpoint = open_endpoint("pty")
    with serve(bench.modem(), endpoint, paced=False) as port:
        child = bench.update(port, stderr=subprocess.PIPE)
        for line in child.stdout:
            if "send the firmware (" in line or "of 200 kB" in line:
                break
    out, err = child.communicate(timeout=30)
    assert child.returncode == exit_codes.FAILED_RECOVERABLE
    assert "port-lost" in err
    assert "recoverable" in err
    assert "Traceback" not in out + err


def test_a_closed_terminal_does_not_end_a_transfer(bench: Bench) -> None:
    """The window is closed while the modem is written: the program finishes alone."""
    modem = bench.modem()
    master, slave = os.openpty()
    with serve(modem, "tcp", paced=False) as port:
        child = bench.update(port, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        seen = b""
        while not re.search(rb"send the firmware\x1b[^\n]*[1-9]%", seen):
            seen += os.read(master, 4096)
        os.close(master)
        child.send_signal(signal.SIGHUP)
        assert child.wait(60) == exit_codes.DONE
    assert modem.verdict.build == 41065


def test_a_typed_word_on_a_real_terminal(bench: Bench) -> None:
    old = bench.folder / "CATM1-33988.dup"
    old.write_bytes(images.make_full_image(33988, size_bytes=40_000))
    port = f"sim://pycom-catm1?state={bench.folder / 'modem.json'}"
    master, slave = os.openpty()
    words = ["update", old.name, "-p", port, "-y"]
    child = bench.start(*words, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    answered, seen = False, b""
    while True:
        try:
            piece = os.read(master, 4096)
        except OSError:  # Linux: the last one has closed the terminal
            piece = b""
        if not piece:
            break
        seen += piece
        if b"Type downgrade" in seen and not answered:
            answered = True
            os.write(master, b"downgrade\n")
    os.close(master)
    assert child.wait(30) == exit_codes.DONE, seen.decode(errors="replace")
    assert b"DOWNGRADE" in seen
    assert b"Traceback" not in seen
    assert json.loads((bench.folder / "modem.json").read_text())["memory"]["build"] == 33988


def test_started_without_any_streams(bench: Bench) -> None:
    """As a scheduler may do: it works, and a port never becomes standard output."""
    port = f"sim://pycom-catm1?state={bench.folder / 'modem.json'}"
    program = (
        "import os, sys\n"
        "for number in (0, 1, 2): os.close(number)\n"
        "os.execv(sys.executable, [sys.executable, '-m', 'modemflash', *sys.argv[1:]])\n"
    )
    words = [sys.executable, "-c", program, "update", bench.image.name, "-p", port, "-y"]
    done = subprocess.run(words, env=bench.environment, cwd=bench.folder, timeout=60)
    assert done.returncode == exit_codes.DONE
    assert json.loads((bench.folder / "modem.json").read_text())["memory"]["build"] == 41065


@pytest.mark.parametrize(
    "words", [("explain",), ("explain", "--json"), ("capture", "export", "--pcapng", "-")]
)
def test_help_and_lists_into_a_pipe_that_closes(bench: Bench, words: tuple[str, ...]) -> None:
    """`modemflash explain | head -1` says nothing more, and nothing went wrong; bytes are no other case."""
    if words[0] == "capture":
        update = bench.start("update", bench.image.name, "-p", "sim://pycom-catm1?quick=1", "-y")
        update.communicate(timeout=60)
    with subprocess.Popen(
        [*PROGRAM, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=bench.environment,
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        if hasattr(fcntl, "F_SETPIPE_SZ"):  # of Linux
            fcntl.fcntl(child.stdout, fcntl.F_SETPIPE_SZ, 4096)  # so that it waits for its reader
        child.stdout.readline()
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(30) == exit_codes.DONE


FULL = Path("/dev/full")
LIST, ASK, ASK_JSON = (
    ("explain",),
    ("info", "-p", "sim://pycom-catm1"),
    ("info", "-p", "sim://pycom-catm1", "--json"),
)


PRESSED_EARLY = """
import os, signal, sys

class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == "modemflash_host.cli.app":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Pressed())
from modemflash_host.cli import main
main()
"""


def test_ctrl_c_while_the_program_is_loaded(bench: Bench) -> None:
    """Words, a result and an exit code as at any other moment, and no traceback."""
    words = [sys.executable, "-c", PRESSED_EARLY, "ports", "--json"]
    done = subprocess.run(words, env=bench.environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (exit_codes.INTERRUPTED, "\nStopped. Nothing was written.\n")
    assert json.loads(done.stdout)["code"] == "stopped-before-write"


@pytest.mark.skipif(not FULL.exists(), reason="there is no device here that is always full")
@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (LIST, exit_codes.FAILED_UNTOUCHED),
        (ASK, exit_codes.FAILED_UNTOUCHED),
        (ASK_JSON, exit_codes.FAILED_UNTOUCHED),
        (("explain", "no-such-code"), exit_codes.REFUSED),
        (("no-such-command", "--json"), exit_codes.USAGE),
        (("history", "-o", "-"), exit_codes.FAILED_UNTOUCHED),
    ],
)
def test_output_to_a_full_disk(bench: Bench, words: tuple[str, ...], code: int, buffered: bool) -> None:
    """A full disk takes the words: that is one sentence, and a command that only speaks has failed."""
    bench.environment |= {"PYTHONUNBUFFERED": "" if buffered else "1"}
    with FULL.open("w") as full:
        child = bench.start(*words, stdout=full, stderr=subprocess.PIPE)
        _, err = child.communicate(timeout=60)
    assert child.returncode == code, err
    assert "Traceback" not in err and "defect" not in err
    if words != ("explain", "no-such-code"):  # which has nothing to say there
        assert err.count("No space left on device") == 1


@pytest.mark.skipif(not FULL.exists(), reason="there is no device here that is always full")
def test_a_full_disk_does_not_change_how_an_update_ended(bench: Bench) -> None:
    """The exit code of an update is the modem's, whatever becomes of the words; on both streams."""
    with serve(bench.modem(), paced=False) as port, FULL.open("w") as full:
        child = bench.start("update", bench.image.name, "-p", port, "-y", stdout=full, stderr=full)
        assert child.wait(60) == exit_codes.DONE


def test_plain_letters_only_where_the_terminal_knows_no_others(bench: Bench) -> None:
    """LANG=C: marks become plain, and nothing breaks."""
    bench.environment |= {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    child = bench.start("info", "-p", "sim://pycom-catm1", stderr=subprocess.PIPE)
    out, err = child.communicate(timeout=30)
    assert (child.returncode, err) == (exit_codes.DONE, "")
    assert out.isascii()
