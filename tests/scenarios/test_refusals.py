"""What is refused before the first write leaves the modem as it was."""

import pytest

from modemflash.errors import BadFile, Problem
from modemflash.examine import examine
from support.memory_source import MemorySource
from support.world import World, difference, ended, full, parts, updater


def refused(world, files, code, **options):
    result = world.update(files, **options)
    assert ended(result) == code
    assert isinstance(result, Problem) and result.modem_state == "untouched"
    assert world.verdict.images == () and world.verdict.violations == ()
    assert world.verdict.mode == world.modem.profile.start_mode
    return result


def test_the_wrong_difference():
    refused(World(), [difference(33080, 41065)], "difference-wrong-base")


def test_factory_to_48829():
    refused(World("pycom-factory"), parts(), "path-41065-first")


def test_nb_iot_to_48829():
    refused(World("pycom-nb1"), parts(), "path-known-death")


def test_a_missing_way_back():
    result = refused(World(), [full(41065)], "consent-missing")
    assert result.consents == (("without-way-back", ""),)


def test_another_product_under_any_name():
    for name in ("GM02RB6Q_LR8.0.5.13-59577.dup", "CATM1-41065.dup"):
        refused(World(), [full(59577, name, product="GM02S"), updater()], "wrong-product")


def test_a_truncated_file_never_reaches_a_modem():
    whole = full(41065)
    for size in (len(whole.data) - 1, len(whole.data) // 2, 100):
        with pytest.raises(BadFile) as caught:
            examine(MemorySource(whole.data[:size], whole.name))
        assert caught.value.code == "file-truncated"


def test_a_danger_without_its_consent():
    refused(World(build=41065), [full(39529), updater()], "consent-missing")
    refused(World(), [full(41019, "NB1-41019.dup"), updater()], "consent-missing")
