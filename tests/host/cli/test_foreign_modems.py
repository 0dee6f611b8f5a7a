"""A modem of another maker at the port that was picked by mistake, through the real commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from host.cli.test_commands import Desk
from modemflash_host.api import commands
from modemflash_host.errors import LinkProblem
from modemflash_host.families.plan import ModuleInfo, Request
from modemflash_host.run import exit_codes
from support.sinks import reporter
from support.table_modem import FOREIGN, MONARCH, TableModem, running
from support.wired import Ports

PORT = "/dev/ttyUSB9"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    return Desk(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("name", FOREIGN)
def test_it_is_shown_and_left_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """`info` shows what it calls itself and offers no update; `update -y` refuses before any change."""
    table, called = FOREIGN[name]
    modem = TableModem(table)
    Ports(monkeypatch).plug(PORT, modem)
    told = desk.type("info", "-p", PORT, "--via", "direct")
    assert told.code == exit_codes.DONE
    assert not [line for line in told.out.splitlines() if line and not line.strip()], "rows of blanks"
    words = " ".join(told.out.split())
    assert called in told.out
    if name == "BG96":  # of another family: that one looks at it, too
        assert "a Quectel module, not a Sequans modem" in words and "writes nothing to a BG96" in words
        assert 'AT+QCFGEXT="DISUSB"' in [each.upper() for each in modem.asked]
    else:
        assert "not a modem that this program updates" in words
    assert "recovery" not in told.out and "modemflash update" not in told.out
    update = ["update", desk.new, "--updater", desk.updater, "-p", PORT, "--via", "direct", "-y", "--json"]
    ended = desk.type(*update)
    assert (ended.result["code"], ended.result["modem_state"]) == ("wrong-product", "untouched")
    assert not modem.binary
    assert "AT+CFUN=4" not in modem.asked and "AT+CFUN=1" not in modem.asked


NUMBERS = ("015112345678", "612345678", "(415) 555-2671", "86147700000")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_name_has_no_number_in_it(desk: Desk, monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    """A telephone's number, or half an IMEI, that a modem calls itself by is on no screen."""
    Ports(monkeypatch).plug(PORT, TableModem(running(f"M1 {number}", f"Model: M1\nIMEI: {number}")))
    words = ["update", desk.new, "--updater", desk.updater, "-p", PORT, "--via", "direct", "-y"]
    for more in ([], ["--json"], ["-v"]):
        ended = desk.type(*words, *more)
        said = ended.out + ended.err
        assert "calls itself M" in " ".join(said.split())
        assert number not in said and number[-6:] not in said
    history = desk.type("history", "--json").out
    assert number not in history and number[-6:] not in history


@pytest.mark.parametrize("secret", ["359225050827658", "A1B2C3D4E5F60A", "hmueller", "acme.m2m.priv"])
def test_a_record_and_its_name_hold_nothing_that_a_modem_said_beside_versions(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, secret: str
) -> None:
    """What stands in place of a version of a boot loader, or behind one, comes into no journal."""
    versions = {'AT!="SHOWVER"': f"Bootloader0: {secret}\nUE : {secret}", "AT+CGMM": "FiPy"}
    told = running("FiPy", "FiPy", f"UE5.0.0.0d {secret}\nLR5.1.1.0-38638", **MONARCH, **versions)
    modem = TableModem(told)
    modem.replies |= dict.fromkeys(("AT+SMSWBOOT=3,1", 'AT+SMSTPU="ON_THE_FLY"'), "")
    Ports(monkeypatch).plug(PORT, modem)
    words = ["update", desk.new, "--updater", desk.updater, "-p", PORT, "--via", "direct", "-y", "--json"]
    assert desk.type(*words).result["modem_state"] != "untouched"
    kept = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert [path for path in kept if path.suffix == ".note"]
    assert not [path.name for path in kept if secret in path.name or secret.encode() in path.read_bytes()]


def test_errors_alone_prove_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who says ERROR to everything is asked to open a transfer; who opens none stays as it was."""
    modem = TableModem({})
    Ports(monkeypatch).plug(PORT, modem)
    words = ["update", desk.new, "--updater", desk.updater, "-p", PORT, "--via", "direct", "-y", "--json"]
    for _ in range(2):  # an update that was not begun leaves no record that would speak for the modem
        ended = desk.type(*words)
        assert (ended.result["code"], ended.result["modem_state"]) == ("modem-unproven", "untouched")
        (plan,) = [event for event in ended.events if event["event"] == "plan"]
        assert any("answers only ERROR" in text for text in plan["warnings"])
    asked = {line for line in modem.asked if line.isprintable()}  # the frames that open a transfer are not
    who = {"AT+CGSN", "AT+CGMM"}  # asked before each command that changes a state
    orders = {"AT+CFUN=4", 'AT+SMSTPU="ON_THE_FLY"', "AT+STP", "AT+IPR=115200"}
    assert asked == {"AT", "AT+SMUPGRADE?"} | orders | who
    assert max(map(len, modem.asked)) < 2000, "no block of firmware was sent"


def test_errors_alone_are_a_recovery_that_opens_a_transfer(desk: Desk) -> None:
    """A Monarch that another tool left in recovery, at an adapter, is updated without one question."""
    port = "sim://pycom-catm1?fault=errors-only:recovery"
    ended = desk.type(
        "update", desk.new, "--updater", desk.updater, "-p", port, "--via", "direct", "-y", "--json"
    )
    assert (ended.result["code"], ended.result["to_version"][-5:]) == ("updated", "41065")


@pytest.mark.parametrize("mode", ["0", "1", "3", "4"])
def test_a_monarch_that_names_its_boot_mode_alone_may_be_another(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """A GM01Q in recovery or in its boot loader: the plan says that nobody knows which Monarch it is."""
    modem = TableModem({"AT": "", "AT+SMOD?": mode})
    Ports(monkeypatch).plug(PORT, modem)
    words = ["update", desk.new, "--updater", desk.updater, "-p", PORT, "--via", "direct"]
    ended = desk.type(*words, "--dry-run", "--json")
    [plan] = [event for event in ended.events if event["event"] == "plan"]
    assert any("does not say who it is" in warning for warning in plan["warnings"])
    assert not modem.binary and not [line for line in modem.asked if line.startswith("AT+") and "=" in line]


class Console(TableModem):
    """A board's Python prompt, at the rate of consoles."""

    def __init__(self) -> None:
        super().__init__({}, 115_200)

    def answer(self, command: str) -> bytes:
        self.asked.append(command)
        return f"{command}\r\nNameError: name '{command}' isn't defined\r\n>>> ".encode()


def test_a_boards_console_is_named_with_its_way(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing binary is typed into it, and the next command goes by the board."""
    console = Console()
    Ports(monkeypatch).plug(PORT, console)
    words = ["update", desk.new, "--updater", desk.updater, "-p", PORT, "--via", "direct", "-y", "--json"]
    ended = desk.type(*words)
    assert (ended.result["code"], ended.result["modem_state"]) == ("board-console", "untouched")
    assert ended.result["next"].endswith("--via relay") and "direct" not in ended.result["next"]
    assert console.asked and not console.binary


@pytest.mark.parametrize("said", [b"$GNGGA,,,,,,0*78\r\n", b"\r\ndebian login: "])
@pytest.mark.parametrize("does", ["info", "update"])
def test_who_talks_at_another_rate_is_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, said: bytes, does: str
) -> None:
    """A slow talker is NULs at a modem's rates: no modem without power."""
    Ports(monkeypatch).plug(PORT, TableModem({}, 9_600, ((0.1, 1.0, said),), otherwise=b""))
    words = {"info": [], "update": [desk.new, "--updater", desk.updater, "-y"]}[does]
    ended = desk.type(does, *words, "-p", PORT, "--via", "direct", "--json")
    assert "modem-nuls" not in ended.out and "modem-noise" not in ended.out
    assert ended.result["modem_state"] == "untouched"
    assert ended.result["code"] in ("other-device", "modem-asked", "port-of-another-family")


@pytest.mark.parametrize(("said", "helps"), [(b"4\r", "ATV1"), (b"\r\n> ", "Esc")])
def test_a_modem_that_somebody_left_in_another_dialogue_is_told_from_a_dead_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, said: bytes, helps: str
) -> None:
    """Somebody said ATV0 to it, so 0 and 4 are its OK and ERROR; or it waits for the text of a message."""
    modem = TableModem({}, otherwise=said)
    Ports(monkeypatch).plug(PORT, modem)
    told = desk.type("info", "-p", PORT, "--via", "direct")
    assert "modem-out-of-step" in told.err and helps in told.err
    assert not modem.binary, "a Ctrl-Z would send that message"


def test_a_port_that_goes_away_while_it_is_listened_to(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was sent yet: the modem is untouched, not unknown."""
    line = Ports(monkeypatch).plug(PORT, TableModem({}))

    def pulled(*_: object) -> int:
        raise LinkProblem("port-lost", "pulled")

    monkeypatch.setattr(line, "readinto", pulled)
    ended = desk.type("info", "-p", PORT, "--via", "direct", "--json")
    assert (ended.result["code"], ended.result["modem_state"]) == ("port-lost", "untouched")


@pytest.mark.parametrize(
    ("via", "board", "looks"),
    [("auto", {}, 2), ("direct", {}, 2), ("relay", {}, 1), ("auto", {"mac": "1", "name": "GPy"}, 1)],
)
def test_only_a_module_at_the_port_itself_is_looked_at_by_its_own_family(
    monkeypatch: pytest.MonkeyPatch, via: str, board: dict[str, str], looks: int
) -> None:
    """Behind a board's console nobody but its modem's family asks anything."""
    seen: list[object] = []

    class Stand:
        family = SimpleNamespace(name="sequans")
        seen = SimpleNamespace(board=board)

        def look(self) -> ModuleInfo:
            seen.append(self)
            return ModuleInfo("other-modem", "BG96", is_ours=False)

    @contextmanager
    def connected(*_: object, **__: object) -> Iterator[Stand]:
        yield Stand()

    monkeypatch.setattr(commands, "connected", connected)
    commands.info(Request(PORT, via), reporter())
    assert len(seen) == looks


class Recording(TableModem):
    """Keeps all that was sent to it, at whatever rate."""

    sent = b""

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        self.sent += data
        super().feed(now_us, data, baud)


BY_THEMSELVES = {
    "a sketch": (9_600, b"temp=21.4 hum=40\r\n", "somebody who talks at 9600 baud"),
    "a u-blox receiver": (38_400, b"$GNTXT,01,01,02,u-blox AG*32\r\n", "a GNSS receiver"),
    "a logger": (57_600, b"[0012] level 3, all is well\n", "somebody who talks at 57600 baud"),
    "a printer": (250_000, b" T:21.3 /0.0 B:20.9 /0.0 @:0 B@:0\n", "somebody who talks at 250000 baud"),
    "a login": (9_600, b"\r\nMikroTik Login: ", "a computer's login"),
}


@pytest.mark.parametrize("name", BY_THEMSELVES)
def test_who_talks_at_a_rate_that_no_modem_has_gets_no_binary_byte(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It is noise at a modem's rates: before a transfer's frames are tried, more rates are listened to."""
    baud, says, who = BY_THEMSELVES[name]
    other = Recording({}, baud, ((0.2, 0.4, says),), otherwise=b"")
    Ports(monkeypatch).plug(PORT, other)
    update = ("update", desk.new, "--updater", desk.updater, "-y")
    for command in (("info",), update):
        ended = desk.type(*command, "-p", PORT, "--via", "direct", "--json")
        assert (ended.result["code"], ended.result["modem_state"]) == ("other-device", "untouched")
        [problem] = [event for event in ended.events if event["event"] == "problem"]
        assert who in problem["happened"]
    assert b"tsaf" not in other.sent and b"fast" not in other.sent


REFUSALS = {
    "busybox": b"/bin/ash: %s: not found\r\n",
    "a German shell": b"-bash: %s: Kommando nicht gefunden.\r\n",
    "grub": b"error: can't find command `%s'.\r\n",
    "barebox": b"%s: No such command\r\n",
    "cfe": b'\r\nInvalid command: "%s"\r\n',
    "nodemcu": b"stdin:1: syntax error near <eof>\r\n",
    "espruino": b'Uncaught ReferenceError: "AT" is not defined\r\n',
}


@pytest.mark.parametrize("name", REFUSALS)
def test_more_command_lines_that_take_no_at_are_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """What shells and boot loaders of other makers say to a command that they do not have."""
    says = REFUSALS[name].replace(b"%s", b"AT")
    Ports(monkeypatch).plug(PORT, TableModem({}, 115_200, otherwise=says))
    ended = desk.type("info", "-p", PORT, "--via", "direct", "--json")
    assert ended.result["code"] == "other-device"
