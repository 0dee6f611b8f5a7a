"""What a program says is checked where it says it; what it does not say is as on the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modemflash_host import api
from modemflash_host.api import connection
from modemflash_host.api.requested import consents_of, options_of
from modemflash_host.capture.runs import runs
from modemflash_host.cli import app
from modemflash_host.consents import Consent
from modemflash_host.families.contract import Family
from modemflash_host.families.plan import Request
from modemflash_host.privacy import without_passwords
from modemflash_host.reporters import Reporter

pytestmark = pytest.mark.usefixtures("folder")


def test_options_have_the_names_of_the_command_line() -> None:
    """With underscores; what is not wanted is not said."""
    said = options_of({"updater": "x.elf", "expect_build": 41065, "repair": False, "model": None})
    assert said == {"updater": Path("x.elf"), "expect-build": 41065}
    assert options_of({"after_part_1": False}) == {"after-part-1": False}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"repiar": True}, "did you mean 'repair'"),
        ({"repair": "yes"}, "repair is bool"),
        ({"expect_build": True}, "expect_build is int"),
    ],
)
def test_an_option_that_is_none_is_named(said: dict[str, object], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        options_of(said)


def test_a_danger_has_its_name_and_its_subject() -> None:
    assert consents_of(["change-radio nb-iot"]) == {Consent("change-radio", "nb-iot")}


@pytest.mark.parametrize(
    ("accept", "words"),
    [
        (["alow-downgrade"], "did you mean 'allow-downgrade'"),
        (["allow-downgrade now"], "a subject is not taken"),
        (["change-radio"], "a subject is missing"),
        (["change-radio 5g"], "'5g' is none of"),
        (["yes"], "there is no danger 'yes'"),
    ],
)
def test_a_danger_that_is_none_is_named(accept: list[str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        consents_of(accept)


def test_one_text_is_no_list_of_dangers() -> None:
    """Each of its letters would be one."""
    with pytest.raises(TypeError, match="list"):
        consents_of("allow-downgrade")


def test_the_settings_are_those_of_the_command_line(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Of the environment, and of the file; what is said wins."""
    monkeypatch.setenv("MODEMFLASH_PORT", "sim://lg290p")
    with api.open() as module:
        assert module.port == "sim://lg290p"
    monkeypatch.delenv("MODEMFLASH_PORT")
    (folder / "home").mkdir(exist_ok=True)
    (folder / "home/config.toml").write_text('port = "sim://pycom-nb1"\n')
    with api.open() as module:
        assert module.port == "sim://pycom-nb1"
    with api.open("sim://pycom-catm1") as module:
        assert module.port == "sim://pycom-catm1"


def test_what_is_not_said_is_as_on_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same request, but for who says yes, and when."""
    asked: list[Request] = []
    family_of = connection._family_of

    def remembered(request: Request, reporter: Reporter) -> Family:
        asked.append(replace(request, files=(), consents=frozenset(), only_look=False))
        return family_of(request, reporter)

    monkeypatch.setattr(connection, "_family_of", remembered)
    words = ["update", "CATM1-41065.dup", "--updater", "updater.elf", "-p", "sim://pycom-catm1", "--repair"]
    assert app.run([*words, "--dry-run"]) == 0
    with api.open("sim://pycom-catm1", "CATM1-41065.dup", updater="updater.elf", repair=True):
        pass
    typed, called = asked
    assert called == typed
    monkeypatch.setenv("MODEMFLASH_ANSWER_TIMEOUT", "77")
    assert app.run([*words, "--dry-run"]) == 0
    with api.open("sim://pycom-catm1", "CATM1-41065.dup", updater="updater.elf", repair=True):
        pass
    assert asked[3] == asked[2] != typed


@pytest.mark.parametrize(
    ("args", "said", "words"),
    [
        ((12,), {}, "port is a text"),
        ((Path("/dev/ttyUSB0"),), {}, "port is a text"),
        (("sim://pycom-catm1", ["a.dup", "b.elf"]), {}, "each an argument of its own"),
        (("sim://pycom-catm1",), {"answer_timeout_s": "60"}, "whole number of seconds"),
        (("sim://pycom-catm1",), {"answer_timeout_s": 0}, "from 1 to 7200"),
        (("sim://pycom-catm1",), {"answer_timeout_s": -1}, "from 1 to 7200"),
        (("sim://pycom-catm1",), {"answer_timeout_s": True}, "whole number of seconds"),
        (("sim://pycom-catm1",), {"expect": {"version": 38638}}, "version='38638', not 38638"),
        (("sim://pycom-catm1",), {"expect": {"mac": 5}}, "a text: mac='5'"),
        (("sim://pycom-catm1",), {"expect": ["version"]}, "names and their values"),
        (("sim://pycom-catm1",), {"expect": "38638"}, "names and their values"),
        (("sim://pycom-catm1",), {"on_event": "print"}, "a function that takes an event"),
    ],
)
def test_a_mistake_in_the_call_is_named(args: tuple[Any, ...], said: dict[str, Any], words: str) -> None:
    """Before anything is opened or kept, in the words of the call."""
    with pytest.raises((TypeError, ValueError), match=words):
        api.open(*args, **said)
    assert runs() == []


def test_a_way_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="via"):
        api.open("sim://pycom-catm1", via="air")


def test_a_damaged_file_is_an_error_before_the_port_is_opened(folder: Path) -> None:
    good = (folder / "CATM1-41065.dup").read_bytes()
    (folder / "CATM1-41065.dup").write_bytes(good[:-5])
    with pytest.raises(api.BadFile) as raised:
        api.open("sim://pycom-catm1", "CATM1-41065.dup")
    assert raised.value.code == "file-truncated"
    with pytest.raises(api.BadFile):
        api.identify("CATM1-41065.dup")


def test_a_password_of_a_port_stands_on_no_command_line_and_is_hidden_all_the_same() -> None:
    with pytest.raises(api.Problem):
        api.open("rfc2217://me:s3cr3tword@127.0.0.1:9", record=False, via="direct")
    assert "s3cr3tword" not in without_passwords("no login for s3cr3tword")


def test_a_copy_of_a_module_is_made(folder: Path) -> None:
    copied = api.backup(folder / "mine.tar", "sim://rm502q")
    assert copied.files > 0
    assert (folder / "mine.tar").is_file()
    with pytest.raises(api.Refusal) as raised:
        api.backup(folder / "mine.tar", "sim://rm502q")
    assert raised.value.code == "copy-file-exists"


def test_a_module_that_cannot_be_copied_is_refused(folder: Path) -> None:
    with pytest.raises(api.Refusal) as raised:
        api.backup(folder / "mine.tar", "sim://pycom-catm1")
    assert raised.value.code == "copy-not-offered"
