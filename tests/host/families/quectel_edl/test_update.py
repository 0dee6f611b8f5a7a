"""Whole updates of simulated Quectel modules: success is what the module says, and EFS2 is never touched."""

from __future__ import annotations

import json
import stat
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from modemflash.errors import RECOVERABLE, UNTOUCHED, UPDATED, Problem
from modemflash_host.cli import app
from modemflash_host.families.plan import Outcome, Plan, Request
from modemflash_host.families.quectel_edl import writing
from modemflash_host.families.quectel_edl.commands import Command
from modemflash_host.families.quectel_edl.job import QuectelJob
from modemflash_host.families.quectel_edl.module_flash import ModuleFlash
from modemflash_host.families.quectel_edl.partition_tables import Partition
from modemflash_host.families.quectel_edl.planning import Found, make_plan
from modemflash_sim.quectel_edl.partition_tables import LAYOUT
from support.edl import Bench, bench, code_of, examined, maker_for, revision_for

EFS2 = next((at, blocks) for name, at, blocks, _ in LAYOUT if name == "EFS2")


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def phases(made: Bench) -> list[str]:
    return [event["phase"] for event in made.sink.events if event["event"] == "phase"]


@pytest.mark.parametrize("profile", ["rm520n", "rm502q", "eg25", "rm551e"])
def test_an_update_is_a_success_by_the_module_s_own_word(profile: str, home: Path) -> None:
    """Pages of 2 and 4 KB, reads of 32 and 64 bits, "pending" after the programmer."""
    made = bench(profile)
    end = made.run()
    assert isinstance(end, Outcome)
    assert (end.status, end.modem_state, end.to_version) == ("updated", UPDATED, revision_for(profile))
    verdict = made.module.verdict
    assert (verdict.mode, verdict.revision, verdict.cfun) == ("application", revision_for(profile), 1)
    assert made.is_untouched and not verdict.torn and not verdict.violations
    assert made.journal.begun is None
    assert any("same IMEI as before, and CFUN 1" in event.get("text", "") for event in made.sink.events)
    assert phases(made) == [
        "identify", "switch", "load-programmer", "read-flash", "copy", "erase", "transfer", "reboot",
    ]  # fmt: skip


def test_progress_counts_bytes(home: Path) -> None:
    """Of what is erased, too: a screen shows them as that."""
    made = bench("rm520n")
    made.run()
    erased = [event for event in made.sink.events if event.get("phase") == "erase" and "done" in event]
    assert erased[-1]["done"] == erased[-1]["total"] > 1_000_000
    assert all(before["done"] < after["done"] for before, after in pairwise(erased))


def test_efs2_is_copied_before_the_first_erase(home: Path) -> None:
    """Byte for byte, for its owner alone, and with no IMEI in its name."""
    made = bench()
    made.run()
    [path] = (home / "efs2-copies").iterdir()
    at, blocks = EFS2
    flash = made.module.memory.flash
    assert path.read_bytes() == flash.content(at, blocks)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "imei-ending-" in path.name and made.module.memory.imei not in path.name
    names = made.sink.names()
    event = made.sink.events[names.index("efs2-copy")]
    assert event["path"] == str(path) and event["pages"] == blocks * 64
    assert phases(made).index("copy") < phases(made).index("erase")
    words = next(each["text"] for each in made.sink.events if "no restore point" in each.get("text", ""))
    assert str(path) in words


def test_without_a_copy_nothing_is_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    for assume in ("read:no",):
        made = bench(assume=assume)
        assert code_of(made.run()) == "edl-no-table"
        assert made.module.verdict.counts["erases"] == 0
    monkeypatch.setenv("MODEMFLASH_HOME", "/proc/none")
    made = bench()
    assert code_of(made.run()) == "edl-no-copy" and made.module.verdict.counts["erases"] == 0


# -- report 002: what must never be written


@pytest.mark.parametrize(
    ("profile", "fault", "code"),
    [
        ("rm520n", "moved:2", "edl-layout-differs"),
        ("rm520n", "geometry:2048", "edl-geometry"),
        ("rm520n", "model:RM502Q-AE", "edl-other-model"),
        ("rm520n-cfun5", "", "module-factory-mode"),
        ("rm520n-dump", "", "edl-crash-dump"),
        ("rm520n-edl", "", "edl-model-not-said"),
    ],
)
def test_another_module_than_the_package_is_for_is_refused(profile: str, fault: str, code: str) -> None:
    """Each with its own words, nothing erased, and the module back where it was."""
    made = bench(profile, fault)
    before = made.module.mode
    end = made.run()
    assert isinstance(end, Problem)
    assert (end.code, end.modem_state) == (code, UNTOUCHED) and end.hint
    made.module.advance(made.module.now_us + 60_000_000)
    assert made.module.mode == before and made.module.verdict.counts["erases"] == 0
    assert made.is_untouched and made.journal.begun is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("RM520NGLAPR01A08M4G", "edl-other-model"),
        ("RM520NGLAAR01A08M4G_OCPU", "edl-quecopen"),
        ("update", "edl-package-unnamed"),
    ],
)
def test_the_name_of_a_package_must_be_that_of_the_module(name: str, code: str) -> None:
    """Another region, a QuecOpen build, no name at all."""
    made = bench()
    assert code_of(made.run(examined("rm520n", name=name))) == code
    assert made.module.verdict.counts["erases"] == 0 and made.module.mode == "application"


def test_an_older_package_needs_a_consent_and_the_same_one_an_option() -> None:
    made = bench()
    plan = made.run(examined("rm520n", name="RM520NGLAAR01A04M4G"), only_look=True)
    assert isinstance(plan, Plan)
    assert plan.direction == "downgrade" and [each.consent.name for each in plan.needs] == ["allow-downgrade"]
    same = examined("rm520n", name="RM520NGLAAR01A05M4G_01.001.01.001")
    assert code_of(made.run(same)) == "edl-already-runs-it" and made.module.mode == "application"
    plan = made.run(same, only_look=True, repair=True)
    assert isinstance(plan, Plan) and plan.direction == "repair" and not plan.nothing_to_do


@pytest.mark.parametrize("port", ["sim://rm520n", "/dev/ttyUSB0", "usb2tcp://127.0.0.1:9008"])
def test_a_simulated_package_needs_a_consent_for_a_real_module(port: str) -> None:
    """In EDL a programmer that runs already would take it."""
    file = examined("rm520n", maker_for("rm520n").mark().contents())
    found = Found("edl")
    plan = make_plan(Request(port, files=(file,), options={"model": "RM520N-GLAA"}), found, None)
    names = [each.consent.name for each in plan.needs]
    assert names == ([] if port.startswith("sim://") else ["accept-unknown-file"])


def test_an_update_begins_at_the_dm_port() -> None:
    made = bench()
    end = made.run(port=2)
    assert isinstance(end, Problem) and end.code == "module-port-not-dm" and "port 0" in end.detail


def test_the_plan_says_what_stays_and_how_long() -> None:
    plan = bench().run(only_look=True)
    assert isinstance(plan, Plan)
    assert plan.facts["efs2"] == {"first_block": EFS2[0], "blocks": EFS2[1]}
    assert [each.phase for each in plan.phases][:2] == ["switch", "load-programmer"]
    assert any("never" in text or "No module was ever" in text for text in plan.warnings)


# -- just before each command


@pytest.mark.parametrize("what", ["order", "efs2 of the module", "another command", "behind the end"])
def test_each_command_is_proved_again_before_it_is_sent(what: str) -> None:
    """One function, whatever was proved before."""
    package = examined("rm520n").image
    flash = ModuleFlash(60, package.layout)
    for number, command in enumerate(package.commands):
        writing.refuse_unproved(package, flash, number, command)
    number, command = 1, package.commands[1]
    if what == "order":
        command = package.commands[2]
    elif what == "another command":
        command = Command(command.kind, command.start, command.sectors, "", 0, command.attributes)
    elif what == "behind the end":
        flash = ModuleFlash(command.effect(package.geometry).end - 1, package.layout)
    else:
        at = command.effect(package.geometry)
        flash = ModuleFlash(60, (Partition("EFS2", at.first, at.end - at.first),))
    with pytest.raises(Problem) as caught:
        writing.refuse_unproved(package, flash, number, command)
    assert caught.value.code == "edl-not-proved"


def test_no_command_is_sent_past_the_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer asks it each time, and what it refuses is not sent."""
    asked: list[int] = []
    real = writing.refuse_unproved

    def counted(package: object, flash: object, number: int, command: object) -> None:
        asked.append(number)
        if number == 3:
            flash = ModuleFlash(1, ())
        real(package, flash, number, command)  # type: ignore[arg-type]

    monkeypatch.setattr(writing, "refuse_unproved", counted)
    made = bench()
    end = made.run()
    assert isinstance(end, Problem) and (end.code, end.modem_state) == ("edl-not-proved", RECOVERABLE)
    assert asked == [0, 1, 2, 3] and made.module.verdict.counts["erases"] == 3


# -- report 003


def test_a_programmer_that_runs_already_is_used(home: Path) -> None:
    """As the owner of report 003 had it: in EDL, silent, `<?xm` as the answer to a byte."""
    made = bench("rm520n-programmer")
    end = made.run(model="RM520N-GLAA")
    assert isinstance(end, Outcome) and end.status == "installed-unconfirmed"
    verdict = made.module.verdict
    assert (verdict.mode, verdict.revision, verdict.cfun) == ("application", revision_for("rm520n"), 1)
    assert made.is_untouched
    assert any("IMEI was not known" in event.get("text", "") for event in made.sink.events)


def test_a_module_that_holds_another_efs2_is_another_module() -> None:
    """Its table is gone, so its EFS2 alone can prove who it is."""
    first, other = bench(fault="lost:program=2"), bench(fault="lost:program=2", seed=7)
    assert code_of(first.run()) == "port-lost" and code_of(other.run()) == "port-lost"
    other.journal = first.journal
    end = other.run()
    assert isinstance(end, Problem) and (end.code, end.modem_state) == ("edl-other-module", RECOVERABLE)
    assert first.run_until_updated() == ["updated"]


def test_another_module_whose_model_is_said_gets_a_copy_of_its_own() -> None:
    """No copy, no update; and the one whose update did not finish is known again afterwards."""
    first, other = bench("rm520n-edl", "lost:program=2"), bench("rm520n-edl", seed=7)
    assert code_of(first.run(model="RM520N-GLAA")) == "port-lost"
    noted = first.journal.begun
    other.journal = first.journal
    end = other.run(model="RM520N-GLAA")
    assert isinstance(end, Outcome) and end.status == "installed-unconfirmed"
    [copied] = [event for event in other.sink.events if event["event"] == "efs2-copy"]
    assert noted is not None and copied["sha256"] != noted.efs2_sha256 and Path(copied["path"]).exists()
    assert other.journal.aside == noted
    first.journal.begun = noted
    assert code_of(first.run()) == "edl-unconfirmed" and first.is_untouched and other.is_untouched


def test_an_update_that_did_not_finish_wants_its_own_package() -> None:
    made = bench(fault="lost:program=2")
    made.run()
    assert code_of(made.run(examined("rm520n", maker_for("rm520n", image_bytes=5000).contents()))) == (
        "edl-other-package"
    )


# -- by the command


def test_the_command_updates_and_tells(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = maker_for("rm520n").write(tmp_path / revision_for("rm520n"))
    port = f"sim://rm520n?state={tmp_path / 'module.json'}"
    assert app.run(["update", str(folder), "-p", port + "&fault=lost:program=2", "-y", "--json"]) == 7
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (lines[-1]["code"], lines[-1]["boot_mode"]) == ("port-lost", "edl")
    assert [line["target"] for line in lines if line["event"] == "unfinished"] == [revision_for("rm520n")]
    assert app.run(["update", str(folder), "-p", port, "-y"]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "did not finish" in words and "No module was ever updated by this program" in words
    assert f"Updated: RM520NGLAAR01A05M4G_01.001.01.001 → {revision_for('rm520n')}" in words


@pytest.mark.parametrize(
    ("fault", "code", "following", "seen_in"),
    [
        ("end-status:25", 6, "explain sahara-refused", "application"),
        ("image:36", 6, "explain sahara-other-image", "edl"),
        ("huge-read", 6, "explain sahara-out-of-bounds", "edl"),
        ("nak-configure", 6, "update", "application"),
        ("silent", 4, "update", "edl"),
        ("nak:erase=2", 7, "update", "edl"),
        ("nak:power=1", 7, "update", "edl"),
        ("no-boot", 7, "update", "edl"),
        ("other-imei", 8, "info", "application"),
        ("not-updated", 9, "info", "application"),
    ],
)
def test_the_result_says_where_the_module_is_and_what_the_advice_says(
    fault: str,
    code: int,
    following: str,
    seen_in: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The same command again is offered only where it can help; who waits for data takes a RESET for data."""
    folder = maker_for("rm520n").write(tmp_path / revision_for("rm520n"))
    words = ["update", str(folder), "-p", f"sim://rm520n?fault={fault}", "-y", "--json"]
    monkeypatch.setattr(sys, "argv", ["modemflash", *words])
    assert app.run(words) == code
    [*_, result] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert result["next"].startswith(f"modemflash {following}")
    assert result["boot_mode"] == seen_in


def test_all_progress_counts_bytes() -> None:
    """An erase that counts commands would be shown as `8 B`."""
    made = bench()
    assert code_of(made.run()) == "updated"
    ends = {
        event["phase"]: (event["done"], event["total"])
        for event in made.sink.events
        if event["event"] == "progress"
    }
    block = made.module.profile.page * made.module.profile.per_block
    erased = sum(blocks for _, _, blocks, image in made.module.profile.layout if image)
    assert ends["erase"] == (erased * block, erased * block)
    assert all(done == total > 1000 for done, total in ends.values())


def test_another_module_at_the_port_is_not_sent_into_edl(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cable was moved while the question stood: it says another IMEI, and stays in its application."""
    made = bench()
    plan = QuectelJob.plan

    def planned(job: QuectelJob, request: Request) -> Plan:
        made_plan = plan(job, request)
        made.module.memory.imei = "35" + made.module.memory.imei[2:][::-1]
        return made_plan

    monkeypatch.setattr(QuectelJob, "plan", planned)
    end = made.run()
    assert isinstance(end, Problem)
    assert (end.code, end.modem_state) == ("module-changed", UNTOUCHED)
    assert made.module.verdict.mode == "application" and made.is_untouched
    assert "switch" not in phases(made) and made.journal.begun is None
