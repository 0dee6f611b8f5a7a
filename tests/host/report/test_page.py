"""A run as a page: three answers, text that stays text, for every family and for every end."""

from __future__ import annotations

import json
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from modemflash_host.capture.reading import Capture, open_capture
from modemflash_host.capture.runs import Run, begin_run, find_run
from modemflash_host.cli import app
from modemflash_host.errors import CATALOGUE, Refusal
from modemflash_host.families.registry import FAMILIES, words_of
from modemflash_host.families.vocabulary import Vocabulary
from modemflash_host.report.bundle import make_page, make_report, report_text
from modemflash_host.report.history import Row, history
from modemflash_host.report.page.history_page import history_page
from modemflash_host.report.page.run_page import run_page
from support.recorded_runs import FAILED_UPDATE, Told, ended_well, record

HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\x1b[31m\u202e"
_LOADS = ("src", "href", "srcset", "data", "action", "poster", "background", "ping", "formaction")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


class Read(HTMLParser):
    """Tags, attributes and text of a page, as a browser takes them apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self._inside: list[str] = []
        self.feed(page)
        self.close()
        assert not self._inside, self._inside

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._inside.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self._inside.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._inside[-1:] != ["style"]:
            self.text += data + " "


def page_of(run: Run) -> str:
    return run_page(run, open_capture(run.path), words_of)


def test_a_failure_answers_three_questions_first() -> None:
    """What happened, is the module safe, what next: in plain words, before all else."""
    read = Read(page_of(record(FAILED_UPDATE)))
    words = " ".join(read.text.split())
    places = [
        words.index(each)
        for each in (
            "The modem says that the install failed.",
            "Is the module safe?",
            "it is not done",
            "What to do next",
            "Run the same command again.",
            "modemflash update CATM1-41065.dup -p /dev/ttyUSB0",
            "The plan",
            "Time line",
            "Rate",
            "Versions and system",
            "The last of the wire",
        )
    ]
    assert places == sorted(places)


def test_an_update_that_went_well() -> None:
    text = Read(page_of(record(ended_well()))).text
    for words in ("The module was updated.", "Yes.", "Nothing is left to do.", "LR5.1.1.0-41065", "6.16 MB"):
        assert words in text


@pytest.mark.parametrize(
    ("told", "answer"), [(1, "Yes."), (len(FAILED_UPDATE) - 2, "That is not known yet.")]
)
def test_a_run_that_was_killed(told: int, answer: str) -> None:
    """It has no end: whether a phase that writes had begun decides what is said of the module."""
    text = Read(page_of(record(FAILED_UPDATE[:told]))).text
    assert "was killed" in text and answer in text and "same command again" in text


def test_everything_that_stood_in_the_way_is_in_the_drawing() -> None:
    """Stall, retry, stop request and sleep: each has its sign, and its line below."""
    page = page_of(record(FAILED_UPDATE))
    for kind in ("retry", "stop", "sleep"):
        assert "<line x1=" in page and f'class="{kind}"' in page and f'class="letter {kind}"' in page
    assert page.count('<g class="stall">') == 1, "one stall that grew is one"
    text = Read(page).text
    for words in ("nothing moved for 13 s", "block, attempt 2: damaged", "This goes on.", "sleep for 30 s"):
        assert words in text
    assert "90 kB/s at most" in text


def test_phases_have_their_usual_and_allowed_times() -> None:
    text = Read(page_of(record(FAILED_UPDATE))).text
    for words in (
        "send the firmware",
        "0:59",
        "60 s",
        "while it answers",
        "modem installs",
        "20 min",
        "failed",
    ):
        assert words in text


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_family_has_its_own_words(family: Any) -> None:
    """Phases, directions and roles are said as the family's screen says them, also of a killed run."""
    words = family.vocabulary
    told: Told = [(n, {"event": "phase", "phase": name}) for n, name in enumerate(words.phases)]
    told += [
        (99, {"event": "plan", "direction": name, "files": [{"role": role} for role in words.roles]})
        for name in words.directions
    ]
    text = Read(page_of(record(told, words))).text
    last = list(words.directions.values())[-1:]
    assert all(
        said in text for said in [*words.phases.values(), *words.roles.values(), *(each[0] for each in last)]
    )


def test_data_are_text_never_markup() -> None:
    """Whatever a module, a file name or a changed capture says, it becomes no element and no attribute."""
    plain = Read(page_of(record(FAILED_UPDATE)))
    hostile = Read(page_of(_with_every_text(HOSTILE)))
    assert hostile.tags <= plain.tags | {"strong"} and hostile.attributes <= plain.attributes
    assert not hostile.tags & {"script", "img", "iframe", "object", "link", "form", "a"}
    assert "<script>alert(1)</script>" in hostile.text
    assert "\x1b" not in hostile.text and "\u202e" not in hostile.text


def _with_every_text(text: str) -> Run:
    """A run whose capture was changed by hand: every text in it, and every name of a field of a module."""
    run = record(FAILED_UPDATE)
    lines = [json.loads(line) for line in run.path.read_text().splitlines()]

    def changed(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: changed(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [changed(each) for each in value]
        keeps = key in ("event", "status", "crc32") or not isinstance(value, str)
        return (
            value
            if keeps
            else text.encode("unicode_escape").decode("latin-1")
            if key in ("tx", "rx")
            else text
        )

    lines.append({"at_ms": 90001, "event": {"event": "record", "before": {text: "a"}, "after": {text: text}}})
    header = {**changed(lines[0]), "packages": {text: text}}
    run.path.write_text("".join(json.dumps(line) + "\n" for line in [header, *map(changed, lines[1:])]))
    return Run(run.path, header, {}, {"family": "sequans"})


@pytest.mark.parametrize("odd", [None, -1, 1e300, "x", [[]], {}], ids=repr)
def test_a_capture_that_somebody_changed(odd: object) -> None:
    """A field of another kind counts as not said: there is always a page."""
    run = Run(Path("000001-x.jsonl"), {}, {}, {})
    names = sorted({name for _, event in FAILED_UPDATE for name in event if name != "event"})
    for changed in (*([name] for name in names), names):
        records = [
            {"at_ms": at_ms, "event": {**event, **{name: odd for name in changed if name in event}}}
            for at_ms, event in [*FAILED_UPDATE[:8], *FAILED_UPDATE[-9:]]
        ]
        Read(run_page(run, Capture({}, tuple(records), torn=False), words_of))


def test_a_page_needs_nothing_from_anywhere() -> None:
    """No script, nothing that is loaded, and the browser is told so; its styles name no other place."""
    for page in (page_of(record(FAILED_UPDATE)), history_page([])):
        read = Read(page)
        assert not read.attributes & set(_LOADS) and "script" not in read.tags
        assert "default-src &#x27;none&#x27;" in page
        assert (
            "url(" not in page and "@import" not in page and "http://" not in page and "https://" not in page
        )


def test_it_is_in_the_zip_and_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str], home: Path) -> None:
    """The same page both ways; by default in the state folder, whose old ones go."""
    run = record(FAILED_UPDATE)
    with zipfile.ZipFile(make_report(run, words_of, tmp_path / "r.zip")) as bundle:
        in_zip = bundle.read("report.html").decode()
    assert app.run(["report", "--html"]) == 0
    path = Path(capsys.readouterr().out.strip())
    assert path == home / "reports" / f"modemflash-report-{run.name}.html"
    assert path.read_text() == in_zip
    for number in range(1, 31):
        (home / "reports" / f"modemflash-report-{number:06}-20260101-000000-1.html").touch()
    make_page(run, words_of)
    assert len(list((home / "reports").iterdir())) == 20


def test_only_a_page_is_overwritten(tmp_path: Path) -> None:
    run = record(FAILED_UPDATE)
    page = make_page(run, words_of, tmp_path / "r.html")
    assert make_page(run, words_of, page) == page
    other = tmp_path / "thesis.html"
    other.write_text("<!doctype html><p>mine")
    with pytest.raises(Refusal, match="something else is there"):
        make_page(run, words_of, other)
    assert other.read_text().endswith("mine")


def test_a_wire_that_is_elsewhere_or_raw(tmp_path: Path) -> None:
    """The wire of `--capture FILE` is shown from there; one with firmware and numbers in it is not."""
    for raw in (False, True):
        recorder, _ = begin_run(["info"], "COM5", print, to=tmp_path / f"{raw}.jsonl", raw=raw)
        recorder.baud(115200)
        recorder.close()
        text = make_page(find_run(), words_of, tmp_path / f"{raw}.html").read_text()
        assert ("115200 baud from here on" in text) is not raw
        assert ("captured raw" in text) is raw


def test_history(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row a run, the newest first, hostile names as text."""
    record(FAILED_UPDATE)
    record(ended_well())
    assert app.run(["history", "--html", "-o", str(tmp_path / "h.html")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "h.html")
    text = Read((tmp_path / "h.html").read_text()).text
    assert text.index("38638 → 41065") < text.index("The modem says that the install failed")
    assert "1 failed" in text and "1 updated" in text
    rows = [Row(*[HOSTILE] * 9, None)]  # type: ignore[arg-type]
    assert not Read(history_page(rows)).tags & {"script", "img"}


def test_history_page_goes_over_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "h.html").write_text("mine")
    assert app.run(["history", "--html", "-o", str(tmp_path / "h.html")]) == 5
    assert (tmp_path / "h.html").read_text() == "mine"


def test_a_command_on_a_page_can_be_pasted() -> None:
    """Names with blanks are quoted, and no page shows the marks of another language for its text."""
    run = record(FAILED_UPDATE)
    header = {**run.header, "command": ["update", "my file.dup", "-p", "COM5"]}
    page = run_page(run, Capture(header, tuple(open_capture(run.path).records), torn=False), words_of)
    assert "modemflash update 'my file.dup' -p COM5" in Read(page).text
    for shown in (page, history_page([]), history_page(history())):
        assert "`" not in Read(shown).text


@pytest.mark.parametrize("state", ["untouched", "recoverable", "unknown"])
def test_commands_in_sentences_are_shown_as_commands(state: str) -> None:
    """Whatever the error is, and what its hint and first aid say."""
    run, commands = record(FAILED_UPDATE), 0
    for code, (happened, hint, _) in CATALOGUE.items():
        said = {"code": code, "happened": happened, "hint": hint, "modem_state": state}
        records = [
            {**each, "event": {**each["event"], **said}}
            if each.get("event", {}).get("event") in ("problem", "result")
            else each
            for each in open_capture(run.path).records
        ]
        page = run_page(run, Capture(run.header, tuple(records), torn=False), words_of)
        assert "`" not in Read(page).text, code
        commands += page.count("<code>modemflash info</code>")
    assert commands


def test_a_call_of_the_api_is_no_command() -> None:
    """Nobody can type it."""
    run = record(FAILED_UPDATE)
    header = {**run.header, "command": ["api.update", "a.dup", "COM5"]}
    capture = Capture(header, tuple(open_capture(run.path).records), torn=False)
    assert "<code>api.update a.dup COM5</code>" in run_page(run, capture, words_of)
    assert re.search(r"^ +Command +api\.update a\.dup COM5$", report_text(run, capture), re.MULTILINE)


def test_history_names_a_version_in_one_way() -> None:
    """A run that failed knows it only from the module: it is written as a plan writes it."""
    unsaid = [
        (at_ms, {**event, **({"from_version": ""} if event["event"] == "result" else {})})
        for at_ms, event in FAILED_UPDATE
    ]
    record(unsaid)
    assert history()[0].from_version == "38638"


def test_a_family_that_nobody_knows() -> None:
    """A capture of another release may name one: the common words do."""
    assert words_of("no-such") == Vocabulary()
    assert "send the firmware" in Read(page_of(record(FAILED_UPDATE, Vocabulary(family="no-such")))).text
