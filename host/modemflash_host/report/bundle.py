"""One zip to send to support: everything about a run, and nothing about its owner.

    report.html     for people: what happened, is the module safe, what to do next, and how it came to that
    report.txt      the same as text: what ran, on what, how it ended, the modem before and after
    capture.jsonl   the bytes both ways (docs/json.md), masked, without firmware
    events.jsonl    the story alone, with its times

Rules: it is made from the run's capture alone, so it can be made again later
and of a run that was killed; a raw capture is never put in.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path

from modemflash_host.capture.file import Record
from modemflash_host.capture.reading import Capture, StreamedCapture, ends_of, open_capture
from modemflash_host.capture.runs import Run
from modemflash_host.errors import Refusal
from modemflash_host.report.history import typed_words
from modemflash_host.report.page.run_page import run_page
from modemflash_host.report.page.story import WordsOf, wire_of
from modemflash_host.report.report_files import report_file, write_page
from modemflash_host.reporters.words import clock_time, printable, size
from modemflash_host.store.regular_file import open_regular

_FIRST_PARTS = ["report.txt", "events.jsonl"]
_LABEL_WIDTH = 12
_LONGEST_COURSE = 200
# event: its title in the report
_TITLES = {
    "unfinished": "Begun earlier",
    "found": "Found",
    "identity": "Modem",
    "before": "Modem before",
    "plan": "Plan",
    "warning": "Warning",
    "note": "Note",
    "record": "Settings",
    "details": "Details",
    "problem": "Problem",
    "result": "Result",
}
# event: what the course shows of it
_COURSE = {
    "phase": ("phase",),
    "stall": ("seconds", "note"),
    "retry": ("what", "attempt", "reason"),
    "found": ("state", "baud"),
    "interrupt": ("text",),
    "warning": ("text",),
    "problem": ("code",),
    "result": ("status", "code"),
}
_RAW = "not included: it was captured raw, with identities and the vendor's firmware"


def make_report(run: Run, words_of: WordsOf, to: Path | None = None) -> Path:
    """Make the zip.

    Args:
        run: the run.
        words_of: the words of a family, by its name.
        to: where; by default in the state folder, under the run's name.

    Returns:
        Where it is.

    Raises:
        Refusal: `report-not-written`, or the run's capture is gone.
    """
    capture = open_capture(run.path)
    wire, why_not = _wire(run, capture)
    with (
        report_file(f"modemflash-report-{run.name}.zip", to, _is_report) as (path, file),
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle,
    ):
        bundle.writestr("report.txt", report_text(run, capture, why_not))
        with bundle.open("events.jsonl", "w") as story:
            for each in capture.records:
                if "event" in each:
                    story.write(_line(each).encode())
        bundle.writestr("report.html", _page(run, capture, words_of, wire, why_not))
        if wire is not None:
            with open_regular(wire) as source, bundle.open("capture.jsonl", "w") as target:
                shutil.copyfileobj(source, target)
    return path


def make_page(run: Run, words_of: WordsOf, to: Path | None = None) -> Path:
    """Make the page alone; all else is as with `make_report`."""
    capture = open_capture(run.path)
    page = _page(run, capture, words_of, *_wire(run, capture))
    return write_page(page, f"modemflash-report-{run.name}.html", to)


def _page(run: Run, capture: StreamedCapture, words_of: WordsOf, wire: Path | None, why_not: str) -> str:
    elsewhere = None if wire is None or wire == run.path else wire_of(open_capture(wire).records)
    return run_page(run, capture, words_of, elsewhere, why_not)


def _is_report(path: Path) -> bool:
    """Whether a file is a report of an earlier time, or empty, and may be overwritten."""
    try:
        with open_regular(path, follow=False) as file:
            if not file.seek(0, os.SEEK_END):
                return True
            with zipfile.ZipFile(file) as bundle:
                return bundle.namelist()[:2] == _FIRST_PARTS
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return False


def report_text(run: Run, capture: Capture | StreamedCapture, why_not: str = "") -> str:
    """The report for people."""
    header = dict(capture.header)
    lines = [f"modemflash report of the run {run.name}", ""]
    command = " ".join(typed_words(list(map(str, header.get("command", [])))))
    packages = ", ".join(f"{name} {version}" for name, version in header.get("packages", {}).items())
    lines += _rows(
        ("Command", command),
        ("Started", header.get("started")),
        ("Version", header.get("modemflash")),
        ("Python", header.get("python")),
        ("Packages", packages),
        ("System", header.get("system") or header.get("platform")),
        ("Port", header.get("port")),
        ("Driver", header.get("driver")),
        ("Capture", why_not or ("its last line is torn: the program was killed" if capture.torn else "")),
    )
    for event in capture.events():
        if event["event"] in _TITLES:
            body = _rows(*((key, value) for key, value in event.items() if key not in ("event", "schema")))
            lines += ["", _TITLES[event["event"]], *(body or ["  nothing"])]
    if not run.result:
        lines += ["", "Result", "  none: the program was killed, or still runs"]
    lines += ["", "Course (time, firmware sent so far, what happened)", *_timeline(capture)]
    return "\n".join(printable(line) for line in lines) + "\n"


def _timeline(capture: Capture | StreamedCapture) -> list[str]:
    """When each phase began and what happened in it, with the firmware that was sent by then."""
    lines: list[str] = []
    sent = 0
    before = ""
    for record in capture.records:
        sent += record.get("tx_block", 0)
        event = record.get("event", {})
        kind = event.get("event", "")
        if kind not in _COURSE:
            continue
        words = " ".join(str(event[name]) for name in _COURSE[kind] if event.get(name))
        at = clock_time(record.get("at_ms", 0) / 1000)
        if kind == before == "stall":
            lines.pop()  # it grew: the last one says how long it was
        lines.append(f"  {at:>7}  {size(sent) if sent else '-':>8}  {kind:9} {words}")
        before = kind
    if len(lines) > _LONGEST_COURSE:
        half = _LONGEST_COURSE // 2
        lines[half:-half] = [f"  … {len(lines) - 2 * half} more, in events.jsonl"]
    return lines


def _rows(*pairs: tuple[str, object]) -> list[str]:
    """Label and value, indented; what says nothing is left out."""
    lines: list[str] = []
    pairs = tuple(pair for pair in pairs if pair[1] not in (None, "", [], {}))
    width = max([_LABEL_WIDTH, *(len(label) for label, value in pairs if not isinstance(value, dict))])
    for label, value in pairs:
        if isinstance(value, dict):
            lines.append(f"  {label}")
            lines += ["  " + line for line in _rows(*value.items())]
            continue
        texts = value if isinstance(value, list) else str(value).splitlines() or [""]
        for number, text in enumerate(texts):
            shown = text if isinstance(text, str) else json.dumps(text)
            lines.append(f"  {'' if number else label:{width}} {shown}".rstrip())
    return lines


def _wire(run: Run, capture: StreamedCapture) -> tuple[Path | None, str]:
    """The file with the bytes, or why it is not put in."""
    path = Path(capture.header.get("capture_at") or run.path)
    try:
        header = capture.header if path == run.path else ends_of(path)[0]
    except Refusal as refusal:
        return None, refusal.happened
    return (None, _RAW) if header.get("raw") else (path, "")


def _line(record: Record) -> str:
    return json.dumps({"at_ms": record.get("at_ms"), **record["event"]}) + "\n"
