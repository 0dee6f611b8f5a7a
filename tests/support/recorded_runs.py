"""Runs that were never carried out, as their captures would be: for what reads captures."""

from __future__ import annotations

from typing import Any

from modemflash_host.capture.runs import Run, begin_run, find_run
from modemflash_host.families.sequans.framer import StpFramer
from modemflash_host.families.sequans.words import WORDS
from modemflash_host.families.vocabulary import Vocabulary

Told = list[tuple[int, dict[str, Any]]]
"""Events, each with its milliseconds."""

FILE = {"role": "main", "name": "CATM1-41065.dup", "size": 6160982, "kind": "full", "version": "41065"}
FAILED_UPDATE: Told = [
    (0, {"event": "phase", "phase": "find", "usual_s": 5, "allowed_s": 60}),
    (900, {"event": "found", "state": "application", "baud": 921600}),
    (950, {"event": "identity", "product": "FiPy", "build": 38638, "version": "LR5.1.1.0-38638", "ue": ""}),
    (
        1000,
        {
            "event": "plan",
            "nothing_to_do": False,
            "direction": "upgrade",
            "from_version": "38638",
            "to_version": "41065",
            "board": {"files": 9, "bytes": 41000, "stays": False},
            "files": [{**FILE, "sha256": "6768c4ac" * 8}],
            "phases": [{"phase": "transfer", "usual_s": 227, "allowed_s": 0}],
            "warnings": ["Known: something that killed modems."],
            "cannot_undo": ["Firmware cannot be read out of the modem."],
            "way_back": ["CATM1-41065.dup"],
            "unused": ["readme.dup"],
            "consents": [{"consent": "allow-downgrade", "subject": "", "danger": "the firmware is older"}],
        },
    ),
    (
        2000,
        {"event": "phase", "phase": "transfer", "usual_s": 60, "allowed_s": 0, "silence_s": 300},
    ),
    *(
        (3000 + 1000 * n, {"event": "progress", "phase": "transfer", "done": 90000 * n, "total": 6160982})
        for n in range(30)
    ),
    (40000, {"event": "stall", "phase": "transfer", "seconds": 8, "note": "erasing"}),
    (45000, {"event": "stall", "phase": "transfer", "seconds": 13, "note": "erasing"}),
    (45500, {"event": "retry", "what": "block", "attempt": 2, "reason": "damaged"}),
    (46000, {"event": "interrupt", "phase": "transfer", "stop_requests": 1, "text": "This goes on."}),
    (50000, {"event": "warning", "code": "computer-slept", "text": "this computer slept", "seconds": 30}),
    (60000, {"event": "progress", "phase": "transfer", "done": 3000000, "total": 6160982}),
    (61000, {"event": "phase", "phase": "install", "usual_s": 300, "allowed_s": 1200}),
    (
        90000,
        {
            "event": "problem",
            "code": "install-failed",
            "happened": "The modem says that the install failed",
            "hint": "Run the same command again.",
            "modem_state": "recoverable",
            "heard": "",
            "evidence": "",
        },
    ),
    (
        90000,
        {
            "event": "result",
            "schema": 2,
            "status": "failed",
            "code": "install-failed",
            "modem_state": "recoverable",
            "next": "modemflash update CATM1-41065.dup -p /dev/ttyUSB0",
            "family": "sequans",
            "from_version": "38638",
            "to_version": "",
            "boot_mode": "recovery",
            "bytes": 3000000,
            "seconds": 90.0,
        },
    ),
]


def ended_well() -> Told:
    """The same run with a good end."""
    good = {
        "status": "updated",
        "code": "updated",
        "modem_state": "updated",
        "to_version": "41065",
        "next": "",
    }
    versions = [{"ATI1": f"LR5.1.1.0-{build}"} for build in (38638, 41065)]
    *story, _problem, (at_ms, result) = FAILED_UPDATE
    settings = {"event": "record", "before": versions[0], "after": versions[1]}
    return [*story, (at_ms, settings), (at_ms, {**result, **good, "next": "", "bytes": 6160982})]


def record(story: Told, words: Vocabulary = WORDS, port: str = "/dev/ttyUSB0") -> Run:
    """Write it as the last run, with some talk at its end."""
    recorder, _ = begin_run(["update", "CATM1-41065.dup", "-p", port], port, print)
    at_ms = 0
    recorder.now_ms = lambda: at_ms
    if words.family:
        recorder.use_vocabulary(words)
        recorder.use(StpFramer())
    for at_ms, event in story:
        recorder.report(event, at_ms / 1000)
    recorder.baud(921600)
    recorder.sent(b"AT\r\n")
    recorder.heard(b"\r\nOK\r\n")
    recorder.close()
    return find_run()
