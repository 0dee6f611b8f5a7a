"""The vendor's own client transfers the vendor's own file into the simulated modem."""

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from modemflash_sim.endpoints.serve import serve
from modemflash_sim.sequans import profiles
from modemflash_sim.sequans.modem import SimModem
from referees import vendor_client

pytestmark = pytest.mark.referee


def modem_in_recovery(profile: str) -> SimModem:
    """A modem that waits for a full image, writes at once, and installs quickly."""
    ready = profiles.without_waits(profiles.find(profile, start_mode="recovery"))
    return SimModem(dataclasses.replace(ready, timing=dataclasses.replace(ready.timing, install_us=0)))


def check(client: Path, profile: str, compressed: bool, paced: bool, data_type: int) -> None:
    """The client succeeds, the modem took the file byte by byte, and nobody broke a rule."""
    file = vendor_client.firmware_file(client)
    modem = modem_in_recovery(profile)
    with serve(modem, "pty", paced=paced) as port:
        vendor_client.transfer(client, port, file, compressed, deadline_s=170 if paced else 110)
    verdict = modem.verdict
    assert not verdict.violations
    (image,) = verdict.images
    assert image.complete
    assert image.size_bytes == file.stat().st_size
    assert image.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert image.data_type == data_type


CASES = pytest.mark.parametrize(
    ("profile", "compressed", "data_type"),
    [("gm02s", True, 5), ("gm02s", False, 4), ("pycom-catm1", False, 0)],
    ids=["version-2-zlib", "version-2", "version-1"],
)


@CASES
def test_a_transfer(tool: Callable[[str], Path], profile: str, compressed: bool, data_type: int) -> None:
    """With all bytes at once: what is sent is right."""
    check(tool("vendor-client"), profile, compressed, False, data_type)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_paced_transfer(tool: Callable[[str], Path]) -> None:
    """At the true rate of the line, once: the timing is right too. `bench_wire.py` paces the others."""
    check(tool("vendor-client"), "gm02s", True, True, 5)
