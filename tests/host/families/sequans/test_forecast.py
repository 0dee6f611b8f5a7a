"""One forecast for every modem there is, and each of them the planner's own."""

from __future__ import annotations

import pytest

from modemflash.builds import BUILDS
from modemflash.errors import CATALOGUE
from modemflash.image import Image
from modemflash_host.consents import Consent
from modemflash_host.families.sequans.forecast import forecasts


def image(build: int | None, product: str = "") -> Image:
    made = Image("x.dup", 100)
    made.kind, made.build, made.product, made.verified = "full", build, product, True
    return made


def test_one_for_each_build_and_each_mode_without_one() -> None:
    """No modem is asked for twice, and none is left out."""
    found = forecasts([image(41065)], {})
    assert [each.origin for each in found if each.state == "application"] == sorted(BUILDS)
    assert [each.state for each in found if each.origin is None] == ["boot-loader", "mtools", "recovery"]


def test_a_monarch_2_is_one_of_its_own_product() -> None:
    """A file for the successor is not tried on the builds of Pycom's boards."""
    found = forecasts([image(None, "GM02S")], {})
    assert [each.origin for each in found if each.state == "application"] == [None]


def test_nothing_to_do_is_a_code_and_no_target() -> None:
    [same] = [each for each in forecasts([image(41065)], {}) if each.origin == 41065]
    assert (same.code, same.target, same.works) == ("already-runs-it", None, False)


@pytest.mark.parametrize("consents", [(), (Consent("without-way-back"),)])
def test_a_consent_that_is_missing_keeps_a_modem_from_it(consents: tuple[str, ...]) -> None:
    """What was given beforehand is not missing."""
    [one] = [each for each in forecasts([image(41065)], {}, consents) if each.origin == 38638]
    assert one.works == bool(consents) and one.target == 41065 and one.plan is not None


def test_a_refusal_has_a_code_of_the_catalogue_and_no_plan() -> None:
    refused = [each for each in forecasts([image(41065)], {}) if each.plan is None]
    assert refused and all(each.code in CATALOGUE and not each.works for each in refused)
