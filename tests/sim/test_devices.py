"""Rules of `devices`: which `sim://` addresses there are, and whose they are."""

from collections import Counter

import pytest

from modemflash_sim import devices


def test_no_profile_belongs_to_two_families() -> None:
    """An address names one device."""
    names = Counter(name for family in devices.FAMILIES.values() for name in family.profiles)
    assert max(names.values()) == 1


@pytest.mark.parametrize("name", [name for family in devices.FAMILIES.values() for name in family.profiles])
def test_every_profile_starts_and_opens(name: str) -> None:
    """As a device for an endpoint, and as a line in virtual time."""
    device = devices.start(f"sim://{name}")
    assert not device.verdict.violations
    line = devices.open_line(f"sim://{name}")
    line.sleep_ms(1_000)
    assert line.ticks_ms() == 1_000
    line.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("serial://pycom-catm1", "sim://"),
        ("sim://moon", "no simulated device is named 'moon'; there are: pyc"),
        ("sim://pycom-catm", "did you mean pycom-catm1[?] There are: "),
        ("sim://pycom-catm1?falt=mute", "did you mean fault[?] It knows: "),
        ("sim://pycom-catm1?fault=mut", "did you mean mute[?] There are: "),
        ("sim://lg290p?fault=hang-ta:5", "did you mean hang-at[?] There are: "),
    ],
)
def test_a_wrong_address_is_refused(url: str, message: str) -> None:
    """With a sentence that names what there is."""
    for function in (devices.start, devices.open_line):
        with pytest.raises(ValueError, match=message):
            function(url)
