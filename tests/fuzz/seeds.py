"""What fuzzing begins with: good input of every kind, and what once was a defect (tests/fuzz/corpus/)."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from modemflash.journal import Journal
from modemflash_host.sim import images, state_file
from modemflash_host.sim.modem import SimModem

CORPUS = Path(__file__).parent / "corpus"
SMALL = 2000
_IDENTITY = (
    b"\r\nFiPy\xffSEQUANS\nVZM20Q\nUE5.0.0.0d\xffUE5.0.0.0d\nLR5.1.1.0-38638\xff"
    b"    Bootloader0  : 5.1.1.0 [41065]\n    Software     : 5.1.1.0 [38638] by robot\n"
)


def _journal() -> bytes:
    slots = {0: b"", 1: b""}

    class Store:
        def load(self, slot: int) -> bytes:
            return slots[slot]

        def save(self, slot: int, data: bytes) -> None:
            slots[slot] = data

    journal = Journal(Store(), "here")
    journal.write({"step": "send", "route": 2, "target": 41065, "part": 1})
    journal.write(None)
    return slots[0] + slots[1]


def _state(folder: Path) -> bytes:
    path = folder / "state"
    state_file.save(SimModem("pycom-catm1"), path)
    return path.read_bytes()


def _archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("a/CATM1-41065.dup", images.make_full_image(41065, size_bytes=SMALL))
    return file.getvalue()


def _stp() -> bytes:
    answers = (
        b"tsaf\x80\0\0\0\0\0\0\0\0\0\0\0",
        b"tsaf\x81\1\0\4\0\0\0\1\0\0\0\0\1\1\x20\0",
        b"tsaf\x82\1\0\0\0\0\0\2\0\0\0\0",
        b"tsaf\x83\1\0\2\0\0\0\3\0\0\0\0\0\0",
    )
    return b"".join(bytes([len(answer)]) + answer for answer in answers)


def seeds(name: str, folder: Path) -> list[bytes]:
    """Good input for a target, and the corpus that was kept for it."""
    record = {"step": "send", "route": 2, "target": 41065}
    good = {
        "image": [
            images.make_full_image(41065, size_bytes=SMALL),
            images.make_full_image(59999, "GM02S", SMALL, check=images.FLETCHER),
            images.make_difference(38638, 41065, SMALL),
            images.make_bootrom(SMALL),
            images.make_updater_elf(SMALL),
        ],
        "journal": [_journal()],
        "journal-content": [json.dumps(["here", 3, record]).encode(), b'["here", 1, null]'],
        "at-replies": [b"\x0b\r\n2\r\n\r\nOK\r\n\x08\r\nERROR\r\n", b"\x10\r\n+CEREG: 2\r\nOK\r\n"],
        "identity": [_IDENTITY],
        "stp-answers": [_stp()],
        "sim-state": [_state(folder)],
        "sim-state-content": [_state(folder)],
        "archives": [_archive()],
        "settings": [b'[update]\nport = "/dev/ttyUSB0"\n', b"language = 1\n"],
        "captures": [b'{"format": "modemflash capture", "number": 1}\n{"at": 1, "to": "41540d0a"}\n'],
    }
    return good[name] + [path.read_bytes() for path in sorted(CORPUS.glob(name + ".*"))]
