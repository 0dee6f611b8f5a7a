"""A capture as packets for Wireshark: one for each write, and for each unit that came back.

A packet begins with four bytes: 1 (the number of this format), the channel, the
direction and the kind (`KINDS`); `dissector.lua` in this folder takes them apart.
Rules: what the capture left out stays out, a block of firmware is its size and
its checksum; phases, retries and other events stand in the comment of the packet
behind them; a capture that still grows is followed to its end.
"""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from modemflash_host.capture.file import Record
from modemflash_host.capture.follow import GrowingCapture
from modemflash_host.capture.pcapng import FROM_DEVICE, TO_DEVICE, PcapngWriter

DISSECTOR = Path(__file__).with_name("dissector.lua")
BYTES, FIRMWARE, FILLING, NOTE, RELAY = KINDS = range(5)
_FORMAT = 1
_MODEM, _RELAY_LINE = 0, 1  # channels, and numbers of the interfaces
_FLAGS = {"tx": TO_DEVICE, "rx": FROM_DEVICE}
_TOLD = ("phase", "retry", "stall", "interrupt", "found", "warning", "problem", "result")
_OF_AN_EVENT = ("phase", "what", "attempt", "reason", "state", "code", "status", "seconds", "text")
_WRITTEN = {"attempt": "attempt {}", "seconds": "{} s"}
_NAMES = {"interrupt": "stop request"}
_LOOK_S = 0.2


def export(path: Path, out: BinaryIO, still_runs: Callable[[], bool] = lambda: False) -> bool:
    """Write a capture as pcapng.

    Args:
        path: the capture.
        out: where it goes.
        still_runs: whether more may come; asked at the end of what there is.

    Returns:
        Whether the capture's last line was torn.

    Raises:
        Refusal: `no-such-file`, or `not-a-capture`.
    """
    with GrowingCapture(path) as reader:
        header = reader.header
        started_us = _started_us(header)
        application = f"modemflash {header.get('modemflash', '')}".strip()
        writer = PcapngWriter(out, application, " ".join(map(str, header.get("command", []))))
        writer.interface("modem", f"the line at {header.get('port', 'the port')}")
        writer.interface("relay", "the line to a board that relays")
        told: list[str] = []
        at_us = started_us
        while True:
            for record in reader.more():
                if "event" in record:
                    told += [_told(record["event"])] if record["event"]["event"] in _TOLD else []
                    continue
                at_us = started_us + int(record.get("at_ms", 0)) * 1_000
                for channel, flags, data in packets(record):
                    writer.packet(channel, at_us, data, flags, "; ".join(told))
                    told = []
            if not still_runs():
                break
            time.sleep(_LOOK_S)
        if told:
            writer.packet(_MODEM, at_us, _head(_MODEM, 0, NOTE), 0, "; ".join(told))
        return reader.torn


def packets(record: Record) -> Iterator[tuple[int, int, bytes]]:
    """(channel, flags, packet) of one record of a capture that is no event."""
    for name, flags in _FLAGS.items():
        if name in record:
            data = str(record[name]).encode("latin-1", "replace")
            yield _MODEM, flags, _head(_MODEM, flags, BYTES) + data
        if f"relay_{name}" in record:
            words = {key: value for key, value in record.items() if key not in ("at_ms", "phase")}
            yield _RELAY_LINE, flags, _head(_RELAY_LINE, flags, RELAY) + json.dumps(words).encode()
    if "tx_block" in record:
        crc32 = int(str(record.get("crc32", "0")), 16)
        body = struct.pack(">II", int(record["tx_block"]), crc32)
        yield _MODEM, TO_DEVICE, _head(_MODEM, TO_DEVICE, FIRMWARE) + body
    if "tx_same" in record:
        byte, count = record["tx_same"]
        yield _MODEM, TO_DEVICE, _head(_MODEM, TO_DEVICE, FILLING) + struct.pack(">BI", byte, count)
    for name, channel in (("baud", _MODEM), ("relay_baud", _RELAY_LINE)):
        if name in record:
            yield channel, 0, _head(channel, 0, NOTE) + f"{record[name]} baud from here on".encode()


def _head(channel: int, flags: int, kind: int) -> bytes:
    return bytes([_FORMAT, channel, flags, kind])


def _told(event: Record) -> str:
    """An event in one line, e.g. `retry: block, attempt 2, damaged`."""
    said = {name: event[name] for name in _OF_AN_EVENT if event.get(name) not in (None, "")}
    if said.get("code") == said.get("status"):
        said.pop("code", None)
    words = ", ".join(_WRITTEN.get(name, "{}").format(value) for name, value in said.items())
    name = _NAMES.get(event["event"], str(event["event"]))
    return f"{name}: {words}" if words else name


def _started_us(header: Record) -> int:
    try:
        started_s = int(datetime.strptime(str(header["started"]), "%Y-%m-%dT%H:%M:%S%z").timestamp())
        return max(0, started_s) * 1_000_000
    except (KeyError, ValueError, OverflowError):
        return 0
