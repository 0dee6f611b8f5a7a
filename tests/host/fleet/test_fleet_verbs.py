"""`fleet scan`, `plan`, `info`, `results`, consents by board: the real program on simulated modems."""

from __future__ import annotations

import csv
import html
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modemflash_host.cli import app
from modemflash_host.cli.fleet import fleet
from modemflash_host.cli.fleet_run import entries_of
from modemflash_host.families import registry
from modemflash_host.fleet import results
from modemflash_host.fleet.board_state import BoardState
from modemflash_host.fleet.fleet_file import BoardEntry, read_fleet
from modemflash_host.fleet.worker import START
from modemflash_host.links import ports
from support.fleet_desk import FleetDesk, ended, fleet_desk_in, rows

# The ports of this computer, as a test wants them; workers are told theirs.
SCAN = """
import sys
from modemflash_host.links import ports
from modemflash_host.run.result import Result
listed = [ports.Port(name, ports.Device("a board", ports.BOARD)) for name in sys.argv.pop(1).split()]
ports.list_ports = lambda *_: listed
from modemflash_host.cli import main
sys.exit(main())
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FleetDesk]:
    with fleet_desk_in(tmp_path) as made:
        yield made


Here = Callable[..., tuple[int, str, str]]
Line = Callable[[BoardEntry, str], list[str]]


@pytest.fixture
def here(desk: FleetDesk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """A verb that begins no process, in this one: exit code, output, errors."""
    monkeypatch.setenv("MODEMFLASH_HOME", desk.environment["MODEMFLASH_HOME"])
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(desk.folder)

    def run(*words: str) -> tuple[int, str, str]:
        code = app.run(["fleet", *words])
        return code, *capsys.readouterr()

    return run


def test_plan_and_info_write_nothing_and_say_what_they_did(desk: FleetDesk) -> None:
    desk.simulated("pump-1")
    desk.simulated("pump-2", "build=48829")
    code, events = ended(desk.fleet("plan", "--json"))
    end = rows(events)
    assert end["pump-1"]["code"] == "dry-run"
    assert (end["pump-1"]["from_version"], end["pump-1"]["to_version"]) == ("38638", "41065")
    assert code == 0 and events[-1]["status"] == "nothing-to-do"
    assert desk.build("pump-1") == 38638 and desk.build("pump-2") == 48829
    child = desk.fleet("info")
    out, _ = child.communicate(timeout=60)
    assert child.returncode == 0 and "2 boards, 2 asked" in out.splitlines()
    assert "runs it already" not in out and "38638" in out


def test_a_consent_reaches_the_update_of_its_board_and_no_other(desk: FleetDesk) -> None:
    desk.simulated("pump-1", "build=48829", 'consents = ["allow-downgrade"]')
    desk.simulated("pump-2", "build=48829")
    code, events = ended(desk.fleet("update", "--json"))
    end = rows(events)
    assert (end["pump-1"]["code"], end["pump-2"]["code"]) == ("updated", "consent-missing")
    assert (desk.build("pump-1"), desk.build("pump-2")) == (41065, 48829)
    assert code == 5


def test_what_to_do_next_is_the_same_everywhere_and_no_command_of_one_board(
    desk: FleetDesk, here: Here
) -> None:
    """Its own command has the consents of its list, and goes past labgrid: nobody is to paste that."""
    desk.simulated("pump-1", "build=48829&fault=install-fails:9", 'consents = ["allow-downgrade"]')
    desk.simulated("pump-2", "build=48829")
    desk.simulated("pump-3", "", 'imei = "0000"')
    command = ("update", "--json", "--csv", "a.csv", "--html", "a.html")
    code, events = ended(desk.fleet(*command))
    assert events[-1]["next"].startswith("modemflash fleet update")
    end = rows(events)
    assert code == 7 and end["pump-1"]["modem_state"] == "recoverable"
    told = {name: row["next"] for name, row in end.items()}
    assert {each["board_name"]: each["next"] for each in events if each["event"] == "board-result"} == told
    with (desk.folder / "a.csv").open() as file:
        assert {row["name"]: row["next"] for row in csv.DictReader(file)} == told
    _, shown, _ = here("results")
    page, shown = (desk.folder / "a.html").read_text(), " ".join(shown.split())
    for row in end.values():
        assert row["next"] in shown and html.escape(row["next"]) in page and row["code"] in shown
    assert "Run the same command again" in told["pump-1"]
    assert "in the list, for this board" in told["pump-2"] and "which cable" in told["pump-3"]
    assert "--" not in "".join(told.values())
    _, shown, _ = here("results")
    assert not any(line.endswith(" ") for line in shown.splitlines())


@pytest.mark.parametrize("verb", ["update", "plan"])
def test_no_danger_is_accepted_for_all_at_once(desk: FleetDesk, here: Here, verb: str) -> None:
    """No flag, no settings, no environment: whatever a danger is called."""
    desk.simulated("pump-1", "build=48829")
    desk.write_list()
    assert here(verb, desk.image.name, "--boards", "fleet.toml", "--allow-downgrade")[0] == 2
    params = [each for command in fleet.commands.values() for each in command.params]
    options = {word for each in params for word in each.opts}
    assert not options & {f"--{name}" for name in registry.all_dangers()}
    if verb == "plan":
        return
    desk.environment |= {"MODEMFLASH_ALLOW_DOWNGRADE": "1", "MODEMFLASH_FLEET_UPDATE_ALLOW_DOWNGRADE": "1"}
    _, events = ended(desk.fleet("update", "--json"))
    assert rows(events)["pump-1"]["code"] == "consent-missing"


def test_without_a_terminal_nothing_is_asked_and_the_next_command_says_yes(
    desk: FleetDesk, here: Here
) -> None:
    desk.simulated("pump-1")
    desk.write_list()
    code, _, said = here("update", desk.image.name, "--boards", "fleet.toml")
    assert code == 5 and said.rstrip().endswith("-y") and not desk.state("pump-1").exists()


@pytest.mark.parametrize(
    ("boards", "words", "asked"),
    [
        (5, ["--canary", "2"], "Update 5 boards, 4 at a time, 2 first?"),
        (3, ["--canary", "9"], "Update 3 boards, 3 at a time?"),
        (1, [], "Update 1 board?"),
    ],
)
def test_what_is_asked_is_what_will_be_done(
    desk: FleetDesk, here: Here, monkeypatch: pytest.MonkeyPatch, boards: int, words: list[str], asked: str
) -> None:
    for number in range(boards):
        desk.simulated(f"pump-{number}")
    desk.write_list()
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    questions = []
    monkeypatch.setattr("rich_click.confirm", lambda text, **how: questions.append(text))
    code, _, _ = here("update", desk.image.name, "--boards", "fleet.toml", *words)
    assert code == 5 and questions == [asked] and not desk.state("pump-0").exists()


@pytest.mark.parametrize("verb", ["update", "plan"])
def test_a_file_that_is_bad_for_one_board_is_refused_before_any_is_touched(
    desk: FleetDesk, here: Here, verb: str
) -> None:
    """Simulated firmware for a list in which one board is real, and a file that is not there."""
    desk.simulated("pump-1")
    desk.put("pump-2", "/dev/no-such-port")
    desk.write_list()
    yes = ["-y"] if verb == "update" else []
    for file, told in (("sim://CATM1-41065.dup", "simulated-firmware"), ("none.dup", "no-such-file")):
        code, _, said = here(verb, file, "--boards", "fleet.toml", *yes)
        assert code == 5 and told in said and not desk.state("pump-1").exists()


def test_scan_writes_a_list_that_is_read_again(desk: FleetDesk, here: Here) -> None:
    desk.simulated("pump-1")
    port = json.loads(desk.entries["pump-1"].removeprefix("port = "))
    command = [sys.executable, "-c", SCAN, f"{port} /dev/no-such-port"]
    child = desk.start("fleet", "scan", "-o", "fleet.toml", "--wait", "0", "--json", program=command)
    code, events = ended(child)
    assert code == 3  # of the one that is not there
    assert events[-1]["code"] == "fleet-scanned-in-part"
    assert events[-1]["next"] == "modemflash fleet info --boards fleet.toml"  # the same command is refused
    text = (desk.folder / "fleet.toml").read_text()
    assert "# GM01Q 38638" in text or "38638" in text.splitlines()[2], text
    assert "no-such-port" in text and "# port-absent" in text
    code, _, said = here("scan", "-o", "fleet.toml")
    assert code == 2 and "is there already" in said  # nobody's list is written over
    entries = read_fleet(desk.folder / "fleet.toml", registry.all_dangers())
    assert {entry.port for entry in entries} == {port, "/dev/no-such-port"}


def test_results_are_shown_again_as_table_csv_json_and_page(desk: FleetDesk, here: Here) -> None:
    code, _, said = here("results")
    assert code == 5 and "No run of a fleet is remembered yet" in said
    desk.simulated("pump-1")
    desk.simulated("pump-2", "build=48829")
    desk.fleet("update").communicate(timeout=60)
    _, shown, _ = here("results")
    assert "pump-1" in shown and shown.splitlines()[-1] == "1 of 2 run what they should."
    plain = {**desk.environment, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    desk.environment = plain
    shown, _ = desk.start("fleet", "results").communicate(timeout=60)
    assert "38638 -> 41065" in shown and shown.isascii()
    assert here("results", "--csv", "a.csv", "--html", "a.html")[:2] == (0, "")
    with (desk.folder / "a.csv").open() as file:
        assert [row["code"] for row in csv.DictReader(file)] == ["updated", "consent-missing"]
    assert "1 of 2 boards run what they should" in (desk.folder / "a.html").read_text()
    printed = here("results", "--json")[1]
    content, result = map(json.loads, printed.splitlines())
    assert [row["name"] for row in content["boards"]] == ["pump-1", "pump-2"]
    assert (content["event"], result["event"], result["code"]) == ("fleet", "result", "fleet-results")
    (desk.folder / "bench1.json").write_text(printed)
    assert "bench1/pump-1" in here("results", "bench1.json")[1]


def test_several_computers_have_one_table(desk: FleetDesk, here: Here) -> None:
    """Each keeps what it prints; a board is known by its computer and its name, whatever shell kept it."""
    run = {"fleet": 1, "seconds": 9.0, "boards": [results.row_of(BoardState(BoardEntry("pump-1", "/dev/x")))]}
    text = json.dumps(run)
    for name, encoding in (("bench1", "utf-8"), ("bench2", "utf-16"), ("bench-of-the-lab", "utf-8-sig")):
        (desk.folder / f"{name}.json").write_text(text, encoding=encoding)
    files = ("bench1.json", "bench2.json", "bench-of-the-lab.json")
    _, shown, _ = here("results", *files)
    assert [line.split()[0] for line in shown.splitlines()] == [
        "bench1/pump-1", "bench2/pump-1", "bench-of-the-lab/pump-1", "0",
    ]  # fmt: skip
    assert here("results", *files, "--html", "all.html", "--csv", "all.csv")[0] == 0
    assert "0 of 3 boards run what they should" in (desk.folder / "all.html").read_text()
    code, _, said = here("results", "bench1.json", desk.image.name)
    assert code == 5 and desk.image.name in said and "no results of a fleet" in said


@pytest.mark.parametrize("option", ["--csv", "--html"])
def test_no_file_of_anybody_is_overwritten_by_results(desk: FleetDesk, here: Here, option: str) -> None:
    """Least of all the firmware; it is refused before a board is touched."""
    desk.simulated("pump-1")
    desk.write_list()
    image = desk.image.read_bytes()
    for to, why in ((desk.image.name, "is not overwritten"), ("nowhere/a", "no such folder")):
        code, _, said = here("update", desk.image.name, "--boards", "fleet.toml", "-y", option, to)
        assert code == 5 and why in " ".join(said.split())
    assert desk.image.read_bytes() == image and not desk.state("pump-1").exists()


def test_standard_output_is_never_shared(desk: FleetDesk, here: Here) -> None:
    """A list, a table or a page among the rows of the boards, or among events, could be read by nobody."""
    desk.simulated("pump-1")
    desk.write_list()
    update = ("update", desk.image.name, "--boards", "fleet.toml", "-y")
    for words in (
        (*update, "--csv", "-"),
        (*update, "--html", "-", "--json"),
        ("scan", "-o", "-"),
        ("results", "--json", "--csv", "-"),
        ("results", "--html", "-", "--csv", "-"),
    ):
        code, out, said = here(*words)
        assert code == 2 and out.count("\n") <= 1 and "name a file instead of -" in " ".join(said.split()), (
            words
        )
    assert not desk.state("pump-1").exists()
    desk.fleet("update").communicate(timeout=60)
    assert here("results", "--csv", "-")[1].startswith("name,port,")


def test_of_a_usb_module_the_port_that_leads_on_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each module once, and none whose ports cannot be told from another's."""
    module = ports.Device("Quectel RM520N", ports.MODULE)
    listed = [ports.Port("/dev/ttyACM0", ports.Device("a board", ports.BOARD), "04d8:f013", "1-4:1.0")]
    listed += [ports.Port(f"/dev/ttyUSB{n}", module, "2c7c:0801", f"1-1:1.{3 - n}") for n in range(4)]
    listed += [ports.Port("/dev/ttyUSB4", module, "05c6:9008", "1-2.1:1.0")]
    listed += [ports.Port("/dev/ttyUSB5", module, "2c7c:0801", "")]
    listed += [ports.Port("/dev/ttyS0", ports.Device("", "unknown"))]
    monkeypatch.setattr(ports, "list_ports", lambda *_: listed)
    assert [each.port for each in entries_of(None, True)] == ["/dev/ttyACM0", "/dev/ttyUSB3", "/dev/ttyUSB4"]


def test_a_list_that_cannot_be_written_is_no_success(
    desk: FleetDesk, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "list_ports", lambda *_: [ports.Port("/dev/x", ports.Device("", ports.BOARD))])
    code, _, said = here("scan", "-o", "nowhere/fleet.toml")
    assert code == 5 and "no such folder" in " ".join(said.split())


def test_a_file_of_results_that_is_not_ours_is_passed_over(desk: FleetDesk, here: Here) -> None:
    folder = desk.folder / "home" / "fleets"
    folder.mkdir(parents=True)
    row = {"name": 5, "port": None, "seconds": "x"}
    for number, content in enumerate(("{", "[]", json.dumps({"fleet": 1, "seconds": 1, "boards": [row]}))):
        (folder / f"20260101-00000{number}-1.json").write_text(content)
    code, _, said = here("results", "--html", "a.html")
    assert code == 5 and "No run of a fleet is remembered yet" in said


def test_nothing_in_the_current_folder_is_run_by_a_fleet(desk: FleetDesk) -> None:
    """Firmware is unpacked there, and whoever packed it may have put a program beside it."""
    desk.simulated("pump-1")
    for name in ("json", "queue", "modemflash_host", "serial"):
        (desk.folder / f"{name}.py").write_text("open('it-was-run', 'w').close()\n")
    child = desk.fleet("info", "--json", program=[sys.executable, "-c", START])
    assert ended(child)[0] == 0 and not (desk.folder / "it-was-run").exists()


def test_only_results_are_forgotten(desk: FleetDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twenty newest stay, and what is named otherwise is not ours."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(desk.folder / "home"))
    folder = desk.folder / "home" / "fleets"
    folder.mkdir(parents=True)
    for number in range(30):
        (folder / f"20200101-0000{number:02}-1.json").write_text("{}")
    (folder / "mine.json").write_text("{}")
    results.keep(results.content_of([], 0.0))
    assert len(list(folder.glob("2*.json"))) == 20 and (folder / "mine.json").exists()
    assert results.last()["boards"] == []


def test_the_last_run_is_the_last_whatever_the_clock_says(
    desk: FleetDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some computers wake up in 1970: it is shown, and not the first to be forgotten."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(desk.folder / "home"))
    folder = desk.folder / "home" / "fleets"
    folder.mkdir(parents=True)
    for number in range(20):
        path = folder / f"20400101-0000{number:02}-1.json"
        path.write_text(json.dumps({"fleet": 1, "seconds": float(number), "boards": []}))
        os.utime(path, (2_208_988_800 + number, 2_208_988_800 + number))
    results.keep(results.content_of([], 99.0))
    assert results.last()["seconds"] == 99.0 and len(list(folder.iterdir())) == 20
    (folder / "20400101-000099-1.json").symlink_to("forgotten-meanwhile")
    assert results.last()["seconds"] == 99.0


def test_where_nothing_can_be_kept_each_board_is_asked_all_the_same(
    desk: FleetDesk, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full or read-only: what needs no record goes on, the rest says why not."""
    desk.simulated("pump-1")
    desk.put("pump-2", "labgrid:pump-2")
    (desk.folder / "no-folder").write_text("")
    desk.environment |= {"MODEMFLASH_HOME": str(desk.folder / "no-folder")}
    code, events = ended(desk.fleet("info", "--json"))
    end = rows(events)
    assert (end["pump-1"]["code"], end["pump-2"]["code"]) == ("modem-asked", "fleet-worker-not-begun")
    assert "Not a directory" in end["pump-2"]["happened"] and code == 6
    del desk.entries["pump-2"]
    code, events = ended(desk.fleet("update", "--json"))
    assert (code, rows(events)["pump-1"]["code"]) == (5, "no-place-for-the-journal")
    told = {event["text"].partition(":")[0] for event in events if event["event"] == "warning"}
    child = desk.fleet("update", stderr=subprocess.PIPE)
    _, said = child.communicate(timeout=60)
    unseen = {"whether an earlier run left a place is not known", "the results were not kept"}
    assert unseen <= told and all(f"! {each}: Not a directory" in said for each in unseen)
    monkeypatch.setenv("MODEMFLASH_HOME", desk.environment["MODEMFLASH_HOME"])
    assert "No run of a fleet is remembered yet" in here("results")[2]
