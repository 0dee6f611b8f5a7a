"""`modemflash settings`: an update resets settings, and the command sets them again, in whole runs."""

from __future__ import annotations

import dataclasses
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from host.cli.test_commands import Desk
from modemflash_host.cli import asking
from modemflash_host.run import exit_codes
from modemflash_sim.sequans import assumptions, faults, images, profiles
from modemflash_sim.sequans import settings as of_simulator
from modemflash_sim.sequans.modem import SimModem
from support.wired import Ports

QUICK = profiles.Timing(boot_us=profiles.SECOND_US, stalls=(), install_us=2 * profiles.SECOND_US)
PORT = "/dev/ttyUSB7"
CONTEXT = '1,"IP","internet.iot","",,0,0,0,0'
SAVING = '1,,,"00100001","00000011"'
SENT = ['AT+CGDCONT=1,"IP","internet.iot",,,0,0,0,0', 'AT+CPSMS=1,,,"00100001","00000011"']


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    return Desk(tmp_path, monkeypatch, capsys)


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> Ports:
    return Ports(monkeypatch)


def modem(seed: int = 1, fault: str = "", product: str = "FiPy", **assumed: str) -> SimModem:
    """One that its owner has set up, and whose settings an install resets."""
    chosen = assumptions.Assumptions(settings_after_install="reset")
    for name, value in assumed.items():
        chosen = chosen.switch(name, value)
    profile = dataclasses.replace(profiles.find("pycom-catm1", timing=QUICK), product=product)
    made = SimModem(profile, chosen, faults.parse(fault), seed=seed)
    made.memory.contexts["1"], made.memory.power_saving = CONTEXT, SAVING
    return made


def update(desk: Desk, *words: str) -> Any:
    return desk.update(desk.new, "-y", "--via", "direct", *words, port=PORT)


def settings(desk: Desk, *words: str) -> Any:
    return desk.type("settings", "-p", PORT, "--via", "direct", "--json", *words)


def told(ended: Any, *statuses: str) -> list[str]:
    """The commands of settings that came to one of these ends, in order."""
    found = [each for each in ended.events if each["event"] == "modem-setting"]
    return [each["command"] for each in found if each["status"] in statuses]


def is_as_before(modem: SimModem) -> bool:
    """As the owner had it; the address of a context is the network's."""
    memory = modem.memory
    return (
        memory.contexts["1"].replace('""', "") == CONTEXT.replace('""', "") and memory.power_saving == SAVING
    )


def updated(desk: Desk, ports: Ports, **words: Any) -> SimModem:
    """A modem after an update that cost its settings."""
    device = modem(**words)
    ports.plug(PORT, device)
    assert update(desk).result["status"] == "updated"
    assert not is_as_before(device)
    return device


def test_an_update_that_resets_settings_names_the_command_that_sets_them_again(
    desk: Desk, ports: Ports
) -> None:
    """And that line, as it was printed, does it; once more there is nothing to do."""
    device = modem()
    ports.plug(PORT, device)
    ended = update(desk)
    assert ended.result["next"] == f"modemflash settings -p {PORT} --via direct"
    again = settings(desk, "-y")
    assert (again.code, again.result["code"], again.result["next"]) == (0, "settings-restored", "")
    assert told(again, "differs") == told(again, "restored") == SENT and is_as_before(device)
    assert settings(desk, "-y").result["code"] == "settings-as-before"
    assert not device.verdict.violations


def test_an_update_that_keeps_them_names_no_command(desk: Desk, ports: Ports) -> None:
    device = modem(settings_after_install="kept")
    ports.plug(PORT, device)
    assert update(desk).result["next"] == "" and is_as_before(device)
    assert settings(desk, "-y").result["code"] == "settings-as-before"


def test_a_dry_run_sends_nothing(desk: Desk, ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    device = updated(desk, ports)
    monkeypatch.setattr(of_simulator, "set_by", lambda *_: pytest.fail("something was set"))
    ended = settings(desk, "--dry-run", "-y")
    assert (ended.code, ended.result["code"]) == (0, "dry-run")
    assert told(ended, "differs") == SENT and not told(ended, "restored")
    assert not is_as_before(device)


def test_off_a_terminal_a_missing_yes_is_5_with_the_line_that_says_it(desk: Desk, ports: Ports) -> None:
    device = updated(desk, ports)
    ended = settings(desk)
    assert (ended.code, ended.result["code"]) == (exit_codes.REFUSED, "settings-need-yes")
    assert ended.result["next"].endswith(" --json -y") and not is_as_before(device)


def test_a_person_sees_both_and_is_asked_once(
    desk: Desk, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recorded, now and the command stand there before the question; no is the default."""
    device = updated(desk, ports)
    monkeypatch.setattr(asking, "on_a_terminal", lambda: True)
    asked: list[str] = []

    def confirm(text: str, default: bool) -> bool:
        asked.append(text)
        assert default is False
        return len(asked) > 1

    monkeypatch.setattr(asking.click, "confirm", confirm)
    ended = desk.type("settings", "-p", PORT, "--via", "direct")
    assert ended.code == exit_codes.REFUSED and "not-confirmed" in ended.err and not is_as_before(device)
    ended = desk.type("settings", "-p", PORT, "--via", "direct")
    assert ended.code == 0 and is_as_before(device) and len(asked) == 2
    shown = " ".join(ended.out.split())
    assert f"recorded +CGDCONT: {CONTEXT}" in shown and 'now +CGDCONT: 1,"IPV4V6","",,,0,0,0,0' in shown
    assert all(f"send {command}" in shown for command in SENT) and "power saving" in shown


def test_a_refusal_is_told_in_the_modems_words(desk: Desk, ports: Ports) -> None:
    """Each is tried; nothing was changed, so the modem is untouched."""
    device = updated(desk, ports, settings_set="refused")
    ended = settings(desk, "-y")
    assert (ended.code, ended.result["code"]) == (exit_codes.FAILED_UNTOUCHED, "setting-refused")
    assert told(ended, "refused") == SENT and not is_as_before(device)
    assert [each["answer"] for each in ended.events if each.get("status") == "refused"] == [
        "+CME ERROR: 3"
    ] * 2
    for_people = desk.type("settings", "-p", PORT, "--via", "direct", "-y")
    assert (
        "refused by the modem (+CME ERROR: 3)" in for_people.out and "0 of 2 were set again" in for_people.err
    )


def test_a_modem_that_says_ok_and_forgets_is_not_believed(desk: Desk, ports: Ports) -> None:
    updated(desk, ports, settings_set="ignored")
    ended = settings(desk, "-y")
    assert (ended.code, ended.result["code"]) == (exit_codes.FAILED_RECOVERABLE, "setting-refused")
    assert told(ended, "not-taken") == SENT


def test_the_settings_of_another_module_are_never_sent(desk: Desk, ports: Ports) -> None:
    """Known by its number, whatever the port is called; by its name and boot loader where there is none."""
    updated(desk, ports)
    ports.plug(PORT, other := modem(seed=2))
    ended = settings(desk, "-y")
    assert (ended.code, ended.result["code"]) == (exit_codes.REFUSED, "settings-of-another")
    assert is_as_before(other) and not told(ended, "differs")
    ports.plug(PORT, modem(seed=0))
    assert settings(desk, "-y").result["code"] == "settings-nobodys"


def test_a_module_without_a_number_is_known_by_its_port_and_name(desk: Desk, ports: Ports) -> None:
    device = updated(desk, ports, seed=0)
    ports.plug("/dev/ttyUSB8", device)
    ended = desk.type("settings", "-p", "/dev/ttyUSB8", "--via", "direct", "--json", "-y")
    assert ended.result["code"] == "settings-nobodys"
    ports.plug(PORT, modem(seed=0, product="GPy"))
    assert settings(desk, "-y").result["code"] == "settings-of-another"
    ports.plug(PORT, device)
    assert settings(desk, "-y").result["code"] == "settings-restored" and is_as_before(device)


def test_the_module_is_found_at_another_port_by_its_number(desk: Desk, ports: Ports) -> None:
    device = updated(desk, ports)
    ports.plug("/dev/ttyUSB8", device)
    assert desk.type("settings", "-p", "/dev/ttyUSB8", "--via", "direct", "-y").code == 0
    assert is_as_before(device)


def test_of_the_updates_that_of_this_module_counts(desk: Desk, ports: Ports) -> None:
    """Not the last run, not one that changed nothing, and not that of another module."""
    device = updated(desk, ports)
    ports.plug(PORT, modem(seed=2))
    update(desk)
    ports.plug(PORT, device)
    update(desk)  # nothing to do: its record is from after the reset
    update(desk, "--repair", "--dry-run")
    desk.type("info", "-p", PORT, "--via", "direct", "--json")
    assert settings(desk, "-y").result["code"] == "settings-restored" and is_as_before(device)


def test_the_record_of_any_run_can_be_named(desk: Desk, ports: Ports) -> None:
    """Also that of an `info`, which makes it a record to go back to; a run without one is refused."""
    device = modem()
    ports.plug(PORT, device)
    desk.type("info", "-p", PORT, "--via", "direct", "--json")
    of_simulator.reset(device.memory)
    assert settings(desk, "-y").result["code"] == "settings-not-recorded"
    assert settings(desk, "77").result["code"] == "no-such-run"
    ended = settings(desk, "1", "-y")
    assert ended.result["code"] == "settings-restored" and is_as_before(device)
    assert settings(desk, "1", "-y").result["code"] == "settings-not-recorded"  # a run of this command


def test_an_update_that_was_taken_up_again_goes_back_to_its_beginning(desk: Desk, ports: Ports) -> None:
    """Between the parts of 48829 a modem runs an application: what it says there is no record from before."""
    device = modem(seed=3)
    device.memory.build = 41065
    first = images.make_full_image(39529, size_bytes=416_448)
    second = images.make_full_image(48829, size_bytes=40_000, seed=2)
    files = [desk.file("CATM1-5.2-48829-1.dup", first), desk.file("CATM1-5.2-48829-2.dup", second)]
    words = [
        "--updater",
        desk.updater,
        "-p",
        PORT,
        "--via",
        "direct",
        "-y",
        "--accept-unproven-path",
        "41065-48829",
    ]
    ports.plug(PORT, device, lambda: len(device.verdict.images) > 0 and device.verdict.mode == "application")
    assert desk.type("update", *files, *words, "--json").result["code"] == "port-lost"
    ports.plug(PORT, device)
    assert settings(desk, "-y").result["code"] == "settings-update-first"
    assert not is_as_before(device)
    assert desk.type("update", *files, *words, "--json").result["status"] == "updated"
    assert settings(desk, "-y").result["code"] == "settings-restored" and is_as_before(device)


@pytest.mark.parametrize("mode", ["recovery", "boot-loader"])
def test_a_modem_that_is_not_in_its_application_is_left_alone(desk: Desk, ports: Ports, mode: str) -> None:
    device = updated(desk, ports)
    mute = SimModem(
        dataclasses.replace(device.profile, start_mode=mode), device.assumptions, memory=device.memory, seed=1
    )
    ports.plug(PORT, mute)
    ended = settings(desk, "-y")
    assert ended.code == exit_codes.REFUSED
    assert ended.result["code"] in ("settings-not-asked", "settings-of-another", "settings-nobodys")
    assert not told(ended, "differs")


@pytest.mark.parametrize("fault", ["urc:1", "leftover:2", "echo-on", "urc-flood:200", "reply-cut:3:2"])
def test_a_talkative_modem_gets_its_settings_all_the_same(desk: Desk, ports: Ports, fault: str) -> None:
    device = updated(desk, ports)
    loud = SimModem(device.profile, device.assumptions, faults.parse(fault), memory=device.memory, seed=1)
    ports.plug(PORT, loud)
    ended = settings(desk, "-y")
    assert ended.result["code"] == "settings-restored", ended.events
    assert is_as_before(loud)


def at_first_setting(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Something happens while the first setting is being answered."""
    real, done = of_simulator.set_by, []

    def set_by(command: str, *words: Any) -> str | None:
        result = real(command, *words)
        if result is not None and not done:
            done.append(command)
            happens()
        return result

    monkeypatch.setattr(of_simulator, "set_by", set_by)


def test_ctrl_c_ends_between_two_settings(desk: Desk, ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was sent is read back, the next is not sent, and the same command does the rest."""
    device = updated(desk, ports)
    at_first_setting(monkeypatch, lambda: signal.raise_signal(signal.SIGINT))
    ended = settings(desk, "-y")
    assert (ended.code, ended.result["code"]) == (exit_codes.FAILED_RECOVERABLE, "settings-stopped")
    assert told(ended, "restored") == SENT[:1]
    assert ended.result["next"].startswith("modemflash settings ")
    problem = next(each for each in ended.events if each["event"] == "problem")
    assert "1 of 2 were set again" in problem["happened"]
    rest = settings(desk, "-y")
    assert told(rest, "restored") == SENT[1:] and is_as_before(device)


def test_a_modem_that_falls_silent_ends_it_in_words(
    desk: Desk, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its deadline passes, the state is no worse than it is, and nothing more is sent."""
    device = updated(desk, ports)
    line = ports.plug(PORT, device)
    at_first_setting(monkeypatch, lambda: monkeypatch.setattr(device, "feed", lambda *_: None))
    began_us = line.now_us
    ended = settings(desk, "-y")
    assert (ended.code, ended.result["code"]) == (exit_codes.FAILED_RECOVERABLE, "modem-silent")
    assert line.now_us - began_us < 90_000_000


def test_a_cable_that_is_pulled_between_two_settings(desk: Desk, ports: Ports, monkeypatch: Any) -> None:
    device = updated(desk, ports)
    pulled: list[int] = []
    ports.plug(PORT, device, lambda: bool(pulled))
    at_first_setting(monkeypatch, lambda: pulled.append(1))
    ended = settings(desk, "-y")
    assert (ended.code, ended.result["code"]) == (exit_codes.FAILED_RECOVERABLE, "port-lost")


def test_a_name_that_is_masked_in_the_record_is_left_to_its_owner(desk: Desk, ports: Ports) -> None:
    """No shape of it is sent; what else differs is; and that something is left is the end."""
    device = modem()
    device.memory.contexts["2"] = '2,"IP","4915112345678.apn","",,0,0,0,0'
    ports.plug(PORT, device)
    assert update(desk).result["next"]
    ended = settings(desk, "-y")
    assert (ended.code, ended.result["code"]) == (0, "settings-left")
    assert told(ended, "masked") == [""] and told(ended, "restored") == SENT
    assert sorted(device.memory.contexts) == ["1"] and is_as_before(device)
    kept = "".join(path.read_text() for path in (desk.folder / "home").rglob("*.jsonl"))
    assert "4915112345678" not in kept


@pytest.mark.parametrize("event", ["before", "place", "plan", "identity"])
@pytest.mark.parametrize("value", [None, 5, [], "x", {"record": 7}, {"board": {"mac": 3}}])
def test_a_run_that_somebody_changed_ends_in_words(desk: Desk, ports: Ports, event: str, value: Any) -> None:
    updated(desk, ports)
    [path] = (desk.folder / "home").rglob("*.jsonl")
    lines = []
    for line in path.read_text().splitlines():
        record = json.loads(line)
        if record.get("event", {}).get("event") == event:
            record["event"] = {"event": event, **(value if isinstance(value, dict) else {"record": value})}
        lines.append(json.dumps(record))
    path.write_text("\n".join(lines) + "\n")
    ended = settings(desk, "000001", "-y")
    assert ended.result["code"].startswith("settings-"), ended.events


def test_other_families_say_that_theirs_cannot_be_set(desk: Desk) -> None:
    desk.type("info", "-p", desk.modem(), "--json")
    ended = desk.type("settings", "1", "-p", "sim://lg290p", "--json", "-y")
    assert (ended.code, ended.result["code"]) == (exit_codes.REFUSED, "settings-not-offered")
