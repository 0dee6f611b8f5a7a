"""What fuzzing begins with: good input of every kind, and what once was a defect (tests/fuzz/corpus/)."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from pathlib import Path

from modemflash.board import manifest
from modemflash.crc import crc16
from modemflash.journal import Journal
from modemflash_sim.quectel_edl.packages import PackageMaker
from modemflash_sim.quectel_gnss import application, boot_frames, packages
from modemflash_sim.sequans import images, state_file
from modemflash_sim.sequans.modem import SimModem
from support.slots import Slots

CORPUS = Path(__file__).parent / "corpus"
SMALL = 2000
_IDENTITY = (
    b"\r\nFiPy\xffSEQUANS\nVZM20Q\nUE5.0.0.0d\xffUE5.0.0.0d\nLR5.1.1.0-38638\xff"
    b"    Bootloader0  : 5.1.1.0 [41065]\n    Software     : 5.1.1.0 [38638] by robot\n"
)


_GNSS_VERSION = application.sentence("PQTMVERNO,LG290P03AANR02A01S,2025/12/12,11:21:01")
_RUN = (
    b'{"at_ms":5,"phase":"find","event":{"event":"identity","product":"FiPy","build":38638}}\n'
    b'{"at_ms":6,"phase":"transfer","tx_block":2016,"crc32":"00000000"}\n'
    b'{"at_ms":9,"phase":"","event":{"event":"result","status":"failed","code":"modem-lost","seconds":3}}\n'
)
_BOARD = (
    b"('GPy', '1.20.2.r6', 'v1.11', 'GPy with ESP32', (1, 9, 4), "
    b"b'$\\n\\xc4\\x01\\x02\\x03', (False, False), 900, True)"
)
_EVENTS = b"\n".join(
    json.dumps(event).encode()
    for event in (
        {"event": "phase", "phase": "transfer", "usual_s": 5, "allowed_s": 0, "silence_s": 300, "note": ""},
        {"event": "progress", "phase": "transfer", "done": 1, "total": 2},
        {"event": "found", "state": "application", "baud": 921600, "resumed": False},
        {"event": "identity", "product": "FiPy", "build": 1, "version": "x", "ue": "y"},
        {"event": "stall", "phase": "transfer", "seconds": 10, "note": "x"},
        {"event": "warning", "code": "x", "text": "x"},
        {"event": "journal", "record": {"step": "send"}},
        {
            "event": "looked",
            "board": "240ac4010203",
            "state": "application",
            "baud": 921600,
            "resumed": False,
            "identity": {
                "product": "FiPy",
                "family": "",
                "build": 1,
                "version": "x",
                "ue": "y",
                "bootloaders": [["Bootloader0", "5.1", True]],
            },
            "before": {"ATI1": "x"},
            "past": None,
        },
        {"event": "record", "before": {"ATI1": "x"}, "after": {"ATI1": "y"}},
        {"event": "retry", "what": "session", "attempt": 2, "reason": "x"},
        {"event": "probe", "baud": 115200, "round": 1, "heard": "silence"},
        {"event": "session", "version": 1, "max_transfer": 8192, "packed": False},
        {"event": "crash-dump", "size": 3, "raw": "x"},
        {
            "event": "ended",
            "kind": "UpdateFailed",
            "code": "modem-lost",
            "detail": "x",
            "raw": "",
            "modem_state": "unknown",
            "consent": "",
            "bytes": 5,
        },
    )
)
_SCRIPT = b'{"script": [["e", "all"], ["w", "fs:x", "y.bin"]], "partitions": {"fs": [4096, 4096]}}'
_RESULTS = b'{"schema":1,"board":"aabb","type":"GPy","attempt":1,"result":"updated","code":"=1+1"}\n'


def _frames() -> list[bytes]:
    bodies = (b"H\x002aabbccdd", b"E\x00\x01{}", b"P{}", b"G" + bytes(10))
    found = []
    for body in bodies:
        frame = body[:1] + len(body[1:]).to_bytes(2, "big") + body[1:]
        found.append(b"\xa5" + frame + crc16(frame).to_bytes(2, "big"))
    return found


def _firmware() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("script2")
        member.size = len(_SCRIPT)
        archive.addfile(member, io.BytesIO(_SCRIPT))
    return packed.getvalue()


def _card_list() -> bytes:
    row = dict.fromkeys(manifest.IMAGE_FACTS)
    row |= {"name": "a.dup", "path": "firmware/1.dup", "size": 3, "sha256": "00", "sums": "", "kind": "full"}
    words = {"schema": 1, "files": [row], "consents": [], "options": {}, "with_imei": False, "engine": {}}
    return json.dumps(words).encode()


def _journal() -> bytes:
    slots = Slots()
    journal = Journal(slots, "here")
    journal.write({"step": "send", "route": 2, "target": 41065, "part": 1})
    journal.write(None)
    return slots.load(0) + slots.load(1)


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


def _quectel_parts() -> list[bytes]:
    """Each part of a package that the target can put in, with its number in front."""
    maker = PackageMaker()
    parts = [maker.list_xml(), *(maker.files[name] for name in sorted(maker.files))]
    return [bytes([number]) + part for number, part in enumerate(parts)]


def _gnss_session() -> bytes:
    """Answers to the sync words and to each frame, one a write."""
    said = [boot_frames.RESPONSE_1, boot_frames.RESPONSE_2, boot_frames.answer(0x71, 0, b"\1\0\1")]
    said += [boot_frames.answer(message, 0) for message in (0x02, 0x03, 0x04)]
    return b"".join(bytes([len(each)]) + each for each in said)


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
        "captures": [b'{"capture":1,"command":["info"]}\n' + _RUN],
        "board-identity": [_BOARD],
        "relay-events": [_EVENTS],
        "relay-line": [bytes([len(each)]) + each for each in _frames()] + [b"".join(_frames())],
        "chip-words": [b"Chip type: ESP32-D0WDQ6 (revision v1.0)\nMAC: 24:0a:c4:01:02:03\nFeatures: x\n"],
        "firmware-archives": [_firmware()],
        "firmware-scripts": [_SCRIPT],
        "card-lists": [_card_list()],
        "card-results": [_RESULTS],
        "remembered-runs": [_RUN],
        "gnss-packages": [packages.make_package(size=SMALL)],
        "gnss-answers": [application.second(5) + boot_frames.answer(0x71, 0, b"\1\0\1") + _GNSS_VERSION],
        "gnss-talk": [_gnss_session()],
        "quectel-packages": _quectel_parts(),
        "quectel-sums": [PackageMaker().contents()["md5.txt"]],
    }
    return good[name] + [path.read_bytes() for path in sorted(CORPUS.glob(name + ".*"))]
