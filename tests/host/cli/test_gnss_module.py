"""The ordinary commands on a GNSS module."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from modemflash.line import Line
from modemflash_host.api import connection
from modemflash_host.cli import app
from modemflash_host.families.quectel_gnss import nmea
from modemflash_host.links.hear import LISTEN_MS, hear
from modemflash_host.links.open import open_link
from modemflash_sim.endpoints.serve import serve
from modemflash_sim.quectel_gnss import assumptions, packages
from modemflash_sim.quectel_gnss.module import SimGnss
from modemflash_sim.quectel_gnss.profiles import PROFILES
from support.sinks import reporter

OLD, NEW = "LG290P03AANR01A03S", "LG290P03AANR02A01S"


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    Path(f"{NEW}.pkg").write_bytes(packages.make_package(size=20_000))
    Path(f"{OLD}.pkg").write_bytes(packages.make_package(OLD, "2024/05/22", size=20_000))


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any], str]:
    code = app.run([*words, "--json"])
    out = capsys.readouterr().out
    return code, json.loads(out.splitlines()[-1]), out


def test_identify_says_model_version_and_build(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["identify", f"{NEW}.pkg"]) == 0
    out = capsys.readouterr().out
    for words in ("LG290P (03), variant AAN", NEW, "2025/12/12 at 11:21:01", "SHA-256"):
        assert words in out


def test_identify_finds_it_in_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["identify", "."]) == 0
    assert capsys.readouterr().out.count("GNSS firmware") == 2


def test_an_older_file_needs_its_flag(capsys: pytest.CaptureFixture[str]) -> None:
    code, result, _ = typed(capsys, "update", f"{OLD}.pkg", "-p", "sim://lg290p", "-y")
    assert (code, result["code"], result["modem_state"]) == (5, "consent-missing", "untouched")
    words = ("update", f"{OLD}.pkg", "-p", "sim://lg290p", "-y", "--allow-downgrade")
    code, result, _ = typed(capsys, *words)
    assert (code, result["to_version"]) == (0, OLD)


def test_cut_and_the_same_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The note on the disk: what was begun is said, and gone when it is done."""
    port = "sim://lg290p?state=module.json"
    code, result, _ = typed(capsys, "update", f"{NEW}.pkg", "-y", "-p", port + "&fault=hang-at:9000")
    assert (code, result["code"], result["modem_state"]) == (7, "gnss-no-window", "recoverable")
    assert result["boot_mode"] == "boot-loader"  # where it was seen last, and no more where it was found
    kept = (
        Path("module.json").read_text(encoding="utf-8").replace('"in_session": true', '"in_session": false')
    )
    Path("module.json").write_text(kept, encoding="utf-8")
    code, result, out = typed(capsys, "info", "-p", port)
    assert (code, result["code"], result["modem_state"]) == (7, "gnss-silent", "recoverable")
    assert '"unfinished"' in out and NEW in out
    assert result["next"].startswith(f"modemflash update {NEW}.pkg -p ")  # no loop of `info`
    code, result, _ = typed(capsys, "update", f"{NEW}.pkg", "-y", "-p", port + "&hand_s=40")
    assert (code, result["to_version"]) == (0, NEW)
    code, result, out = typed(capsys, "info", "-p", port)
    assert (code, result["from_version"]) == (0, NEW)
    assert '"unfinished"' not in out


def test_a_silent_module_s_screen_speaks_of_its_power_once(capsys: pytest.CaptureFixture[str]) -> None:
    """It may be cut by hand; so nothing else on the screen says that it has to stay."""
    app.run(["update", f"{NEW}.pkg", "-y", "-p", "sim://lg290p?state=a.json&fault=hang-at:9000", "--json"])
    capsys.readouterr()
    assert app.run(["info", "-p", "sim://lg290p-interrupted?state=b.json", "--via", "direct"]) == 9
    shown = " ".join("".join(capsys.readouterr()).split())
    assert "cut its power for 2 seconds" in shown
    assert "keep its power" not in shown


def test_a_way_to_reset_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    for way, code in (("kick", "gnss-reset-unknown"), ("rts", "gnss-no-control-line")):
        _, result, _ = typed(capsys, "update", f"{NEW}.pkg", "-y", "-p", "sim://lg290p", "--reset", way)
        assert (result["code"], result["modem_state"]) == (code, "untouched")


def test_codes_of_the_vendors_tool_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    for code, words in (("0x103", "not bricked"), ("0X108", "boot loader is intact")):
        assert app.run(["explain", code]) == 0
        assert words in " ".join(capsys.readouterr().out.split())


def test_a_simulated_file_is_for_simulated_modules(capsys: pytest.CaptureFixture[str]) -> None:
    code, result, _ = typed(capsys, "update", f"sim://{NEW}.pkg", "-y", "-p", "/dev/null")
    assert (code, result["code"]) == (5, "simulated-firmware")
    code, result, _ = typed(capsys, "update", "sim://whatever.pkg", "-y", "-p", "sim://lg290p")
    assert result["code"] == "no-such-file"


@pytest.mark.parametrize("profile", ["lg290p", "lg290p-115200"])
def test_a_module_is_heard_before_anything_is_sent(profile: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A port of which nothing is known: its sentences say whose it is."""
    module = SimGnss(PROFILES[profile], assumptions.parse(""))
    with serve(module, "pty") as port:
        code, result, _ = typed(capsys, "info", "-p", port)
    assert (code, result["family"]) == (0, "quectel-gnss")
    assert result["from_version"] == PROFILES[profile].version


def test_a_silent_port_costs_a_little_over_a_second() -> None:
    """At the first rate only: a wrong rate would be garbage, not silence."""
    port, clock = open_link("sim://lg290p-interrupted")
    line = Line(port, clock, reporter())
    start = line.now()
    assert hear(line, nmea.is_gnss) == b""
    assert line.since(start) <= LISTEN_MS + 10


def test_it_listens_until_somebody_recognises_it() -> None:
    port, clock = open_link("sim://lg290p")
    line = Line(port, clock, reporter())
    assert nmea.is_gnss(hear(line, nmea.is_gnss))
    assert line.baud == 460_800


def test_the_computer_stays_awake_while_a_module_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And no longer: from the plan that was agreed to until the module has said its version."""
    story: list[str] = []

    @contextmanager
    def inhibited(_warn: object) -> Iterator[None]:
        story.append("awake")
        yield
        story.append("may sleep")

    monkeypatch.setattr(connection, "sleep_inhibited", inhibited)
    monkeypatch.setattr(connection, "is_simulated", lambda _port: False)
    words = ("update", f"{NEW}.pkg", "-p", "sim://lg290p?state=module.json", "-y")
    assert typed(capsys, *words, "--dry-run")[0] == 0
    assert story == []
    assert typed(capsys, *words)[0] == 0
    assert story == ["awake", "may sleep"]
    assert typed(capsys, *words)[1]["code"] == "gnss-already-runs-it"
    assert story == ["awake", "may sleep"]
