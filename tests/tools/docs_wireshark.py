"""Writes what Wireshark shows into docs/wireshark.md, by `tshark`, from runs on simulated modules.

    python tests/tools/docs_wireshark.py docs/wireshark.md

Rules: the commands, the export, the dissector and `tshark` are the real ones; a
row stands there as `tshark` writes it. Time is the modules' own, so the same
program gives the same rows. Of a run that has thousands, those are shown that a
name below finds, each behind the one before it.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

from modemflash_host.capture.export import DISSECTOR, export
from modemflash_host.cli import app
from modemflash_sim.quectel_edl.packages import PackageMaker
from modemflash_sim.quectel_gnss import packages

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools import fetch

_CAPTURES = Path(__file__).resolve().parents[1] / "captures"
_COLUMNS = (
    ("No.", "%m"),
    ("Time", "%t"),
    ("Source", "%s"),
    ("Destination", "%d"),
    ("Protocol", "%p"),
    ("Info", "%i"),
)
_SEQUANS = (
    " AT AT$",
    "AT OK",
    "SMSWBOOT=3,1",
    "OPEN_SESSION,",
    "OPEN_SESSION done",
    "BLOCK,",
    "firmware",
    "BLOCK done",
)
_GNSS = (
    "PQTM",
    "SYNC 1",
    "RESPONSE 1",
    "QUERY good",
    "DATA packet 1",
    "firmware",
    "end of the packet",
    "DATA good",
)
_QUECTEL = (
    "HELLO$",
    "HELLO_RESP",
    "READ_DATA",
    "firmware",
    "DONE_RESP",
    "configure",
    "program",
    "response ACK",
)


def blocks() -> dict[str, str]:
    """The rows of each block of the page, by its name."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, {"MODEMFLASH_HOME": folder}):
        place = Path(folder)
        gnss = place / "LG290P03AANR02A01S.pkg"
        gnss.write_bytes(packages.make_package(size=20_000))
        quectel = place / "RM502QAEAAR11A04M4G.zip"
        quectel.write_bytes(PackageMaker().packed())
        return {
            "sequans": _rows(_CAPTURES / "update-install-fails-once.jsonl", _SEQUANS),
            "gnss": _rows(_updated(gnss, "sim://lg290p?hand_s=25", place), _GNSS),
            "quectel": _rows(_updated(quectel, "sim://rm502q", place), _QUECTEL),
        }


def _updated(file: Path, port: str, folder: Path) -> Path:
    """The capture of an update of a simulated module."""
    capture = folder / f"{file.stem}.jsonl"
    with redirect_stdout(io.StringIO()):
        code = app.run(["update", str(file), "-p", port, "-y", "-q", "--capture", str(capture)])
    if code:
        raise RuntimeError(f"the update of {port} ended with {code}")
    return capture


def _rows(capture: Path, names: tuple[str, ...]) -> str:
    """The rows that the names find, in the order of the names.

    Raises:
        RuntimeError: one of them finds none.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.pcapng"
        with file.open("wb") as out:
            export(capture, out)
        columns = ",".join(f'"{title}","{code}"' for title, code in _COLUMNS)
        words = [
            fetch.get("tshark"),
            "-X",
            f"lua_script:{DISSECTOR}",
            "-r",
            file,
            "-o",
            f"gui.column.format:{columns}",
        ]
        done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=True, timeout=120)
    waiting = list(names)
    found = []
    for row in done.stdout.splitlines():
        if waiting and re.search(waiting[0], row.rstrip()):
            found.append(row.rstrip())
            waiting.pop(0)
    if waiting:
        raise RuntimeError(f"{capture.name}: no row has {waiting[0]}")
    return "\n".join(found)


def page(before: str) -> str:
    """The page with its rows as they are now."""
    after = before
    for name, rows in blocks().items():
        head = f"<!-- tshark: {name} -->\n```text\n"
        front, found, rest = after.partition(head)
        _, end, tail = rest.partition("\n```")
        if not (found and end):
            raise ValueError(f"the page has no rows of {name}")
        after = front + head + rows + end + tail
    return after


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")
