"""`open`, and what needs no open module: `identify`, `backup`, `ports`.

Rule: the defaults are those of the command line, with its settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from modemflash_host.api import events
from modemflash_host.api.firmware import read_files, typed_path
from modemflash_host.api.listeners import Listener
from modemflash_host.api.module import Module, copied, opened
from modemflash_host.api.recorded_run import Recording
from modemflash_host.api.requested import options_of
from modemflash_host.families import registry
from modemflash_host.families.plan import AUTO, LONGEST_ANSWER_S, VIAS, Copied, Request
from modemflash_host.links.names import AUTO as AUTO_PORT
from modemflash_host.links.names import device_name
from modemflash_host.links.ports import Port, list_ports
from modemflash_host.privacy import keep_secret, mask_event
from modemflash_host.reporters import Event, Reporter
from modemflash_host.run.expected import NOTHING, Expected
from modemflash_host.run.stop_requests import StopRequests


def open(  # noqa: A001 (it is what pyserial and zipfile call it)
    port: str | None = None,
    *files: str | Path,
    via: str | None = None,
    answer_timeout_s: int | None = None,
    expect: Mapping[str, str] | None = None,
    on_event: Listener | None = None,
    record: bool = True,
    capture: str | Path | None = None,
    capture_raw: bool = False,
    **options: object,
) -> Module:
    """Check the files, and reach the module at a port; nothing is written.

    Args:
        port: a device, a COM name, an address or `sim://PROFILE`; None for the one of the settings, else
            "auto": the one board.
        files: firmware files, folders or archives; none to look only.
        via: "auto", "relay", "mirror" or "direct"; None for that of the settings.
        answer_timeout_s: how long the module may be silent; None for that of the settings.
        expect: what must be there, else nothing is written: "mac", "imei" (its last digits), "board",
            "version".
        on_event: told of each event until `close`.
        record: keep the run for `modemflash history` and `modemflash report`.
        capture: where what goes over the wire is kept; None for the run's own file.
        capture_raw: keep firmware and the numbers of modem and SIM in it, too: never send such a file.
        options: those of `modemflash update`, with underscores: `updater`, `bootrom`, `repair`, …

    Raises:
        Problem: a file is not good, or the module cannot be reached.
        TypeError, ValueError: an argument is not understood.
    """
    request = replace(_request(port, via, answer_timeout_s), options=options_of(options))
    if expect is not None and not isinstance(expect, Mapping):
        raise TypeError(f"expect has names and their values, such as {{'version': '38638'}}, not {expect!r}")
    expected = Expected.of_words(expect) if expect else NOTHING
    for given in files:
        if not isinstance(given, (str, Path)):
            raise TypeError(f"a file is a text or a Path, each an argument of its own, not {given!r}")
    paths = tuple(Path(file) for file in files)
    recording = None
    if record:
        said = [f"{name}={value}" for name, value in request.options.items()]
        words = ["api.update" if files else "api.info", *map(typed_path, paths), request.port, *said]
        recording = Recording(words, request.port, Path(capture) if capture else None, capture_raw)
    elif capture or capture_raw:
        raise ValueError("a capture needs record=True")
    return opened(request, paths, expected, recording, on_event)


def identify(*paths: str | Path) -> list[events.File]:
    """What firmware files are, and where they can go on; needs no module.

    Args:
        paths: files, folders with some, archives.

    Raises:
        BadFile: one of them is damaged.
        Refusal: a path leads nowhere, or to no firmware.
    """
    read, wrong = read_files([Path(path) for path in paths], Reporter([], StopRequests()))
    if wrong is not None:
        raise wrong
    found = (events.typed(mask_event(event, registry.words_of(family).readable)) for family, event in read)
    return [each for each in found if isinstance(each, events.File)]


def backup(
    path: str | Path,
    port: str | None = None,
    *,
    answer_timeout_s: int | None = None,
    on_event: Listener | None = None,
    record: bool = True,
) -> Copied:
    """Read a copy of a module's own files, such as its calibration; nothing is written to the module.

    Args:
        path: of the copy; it is there when the copy is whole, and not before.
        port: see `open`.
        answer_timeout_s: see `open`.
        on_event: told of each event.
        record: see `open`.

    Raises:
        Refusal: the file is there, or no module at the port lets its files be read.
        Problem: they cannot be read.
    """
    request = _request(port, None, answer_timeout_s)
    recording = Recording(["api.backup", str(path), request.port], request.port) if record else None
    return copied(request, Path(path), recording, on_event)


def ports() -> list[events.Port]:
    """The serial ports of this computer; opens none."""
    found = (events.typed(port_event(port)) for port in list_ports())
    return [each for each in found if isinstance(each, events.Port)]


def port_event(port: Port) -> Event:
    """A port as an event."""
    return {
        "event": "port",
        "name": port.name,
        "device": port.device.name,
        "kind": port.device.kind,
        "usb": port.usb,
        "location": port.location,
        "serial": port.serial,
        "holder": port.holder,
        "permitted": port.permitted,
    }


def _request(port: str | None, via: str | None, answer_timeout_s: int | None) -> Request:
    """A request with the defaults of the command line: those of the settings, else the program's own."""
    if not isinstance(port, (str, type(None))):
        raise TypeError(f"port is a text, such as '/dev/ttyUSB0' or 'COM5', not {port!r}")
    if answer_timeout_s is not None and type(answer_timeout_s) is not int:
        raise TypeError(f"answer_timeout_s is a whole number of seconds, not {answer_timeout_s!r}")
    if answer_timeout_s is not None and not 1 <= answer_timeout_s <= LONGEST_ANSWER_S:
        raise ValueError(f"answer_timeout_s is from 1 to {LONGEST_ANSWER_S}, not {answer_timeout_s}")
    if port is None or via is None or answer_timeout_s is None:
        from modemflash_host.store.settings import load

        settings = load().defaults()
        port = port if port is not None else str(settings.get("port") or AUTO_PORT)
        via = via if via is not None else str(settings.get("via") or AUTO)
        answer_timeout_s = answer_timeout_s or int(settings.get("answer_timeout") or 0) or None
    if via not in VIAS:
        raise ValueError(f"via is one of {', '.join(VIAS)}, not {via!r}")
    keep_secret(port)
    name = device_name(port)
    return Request(name, via, find_timeout_s=answer_timeout_s, answer_timeout_s=answer_timeout_s)
