"""Simulated firmware reads like a file, and never goes where a real modem may be."""

from pathlib import Path

import pytest

from modemflash.examine import examine
from modemflash_host.errors import Refusal
from modemflash_host.families.sequans.card import prepare
from modemflash_host.files.candidates import candidates, of_path
from modemflash_host.files.simulated import make
from support.sinks import reporter

NAMES = {
    "CATM1-41065.dup": ("full", 41065, True),
    "NB1-41019.dup": ("full", 41019, True),
    "upgdiff_33080-to-41065.dup": ("difference", 41065, True),
    "updater.elf": ("updater", None, None),
    "bootrom.dup": ("bootrom", None, None),
}


@pytest.mark.parametrize("name", NAMES)
def test_it_is_what_its_name_says(name: str) -> None:
    """Kind, build and the published size, each checksum right."""
    [found] = candidates([Path(f"sim://{name}")], simulated=True)
    source = found.open()
    try:
        image = examine(source)
    finally:
        source.close()
    kind, build, published = NAMES[name]
    assert (image.kind, image.build, image.size) == (kind, build, found.size)
    assert image.understood
    assert found.place == f"sim://{name}"
    if published:
        assert image.as_published


def test_it_is_refused_where_a_real_modem_may_be(tmp_path: Path) -> None:
    """Neither a port, nor a card, nor whoever does not say that all is simulated, gets it."""
    path = Path("sim://CATM1-41065.dup")
    with pytest.raises(Refusal, match="simulated-firmware"):
        candidates([path])
    with pytest.raises(Refusal, match="simulated-firmware"):
        of_path(path)
    with pytest.raises(Refusal, match="simulated-firmware"):
        prepare([path], tmp_path, reporter())


@pytest.mark.parametrize("name", ["odd.bin", "readme", "diff.dup"])
def test_a_name_that_says_nothing_is_no_file(name: str) -> None:
    """What cannot be told from the name is not guessed."""
    with pytest.raises(Refusal, match="no-such-file"):
        candidates([Path(f"sim://{name}")], simulated=True)


def test_it_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no place on any disk, so nobody can copy it to a modem."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    source = make(Path("sim://updater.elf"))
    assert not list(tmp_path.iterdir())
    source.close()
