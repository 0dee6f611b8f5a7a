"""What is said about a firmware file: where it goes on, and what leads back."""

import json

import pytest

from modemflash.builds import BUILDS
from modemflash.examine import examine
from modemflash.image import Image
from modemflash_host.families.sequans.file_facts import FileFacts, Installation, facts
from modemflash_host.families.sequans.file_rows import file_rows
from modemflash_host.reporters.rows import texts
from modemflash_sim.sequans import images
from support.memory_source import MemorySource


def image(name: str, data: bytes) -> Image:
    return examine(MemorySource(data, name))


M1 = image("CATM1-41065.dup", images.make_full_image(41065))
NB = image("NB1-41019.dup", images.make_full_image(41019))
DIFFERENCE = image("upgdiff_33080-to-41065.dup", images.make_difference(33080, 41065))
PART_1 = image("CATM1-5.2-48829-1.dup", images.make_full_image(39529))
PART_2 = image("CATM1-5.2-48829-2.dup", images.make_full_image(48829))
UPDATER = image("updater.elf", images.make_updater_elf())
GM02 = image("x.dup", images.make_full_image(59577, "GM02S"))


def way_from(found: FileFacts, build: int | None, state: str = "application") -> Installation:
    [way] = [
        w
        for w in found.installations
        if (build in w.origins if build else not w.origins) and w.state == state
    ]
    return way


def text_of(found: FileFacts) -> str:
    return "\n".join(f"{label:10} {value.plain}" for label, value in texts(file_rows(found.event())))


@pytest.mark.parametrize(
    ("file", "build", "route", "consents", "code"),
    [
        (M1, 38638, 2, (), ""),
        (M1, 41065, 2, (), ""),
        (M1, 33080, 6, ("write-boot-rom",), ""),
        (M1, 41019, 2, ("change-radio",), ""),
        (M1, 48829, 2, ("allow-downgrade",), ""),
        (M1, 50523, 2, ("accept-unproven-path", "allow-downgrade"), ""),
        (NB, 43818, 2, ("change-radio",), ""),
        (DIFFERENCE, 33080, 1, (), ""),
        (DIFFERENCE, 38638, 0, (), "difference-wrong-base"),
        (PART_1, 41065, 7, ("accept-unproven-path",), ""),
        (PART_1, 33080, 0, (), "path-41065-first"),
        (PART_1, 41019, 0, (), "path-known-death"),
    ],
)
def test_ways_are_those_of_the_edges(
    file: Image, build: int, route: int, consents: tuple[str, ...], code: str
) -> None:
    """Each known build: the planner's own route, consents or refusal."""
    way = way_from(facts(file), build)
    assert (way.route, way.consents, way.code) == (route, consents, code)


def test_every_build_is_answered_once() -> None:
    """No build that is known is left out or answered twice."""
    for file in (M1, NB, DIFFERENCE, PART_1):
        assert sorted(build for way in facts(file).installations for build in way.origins) == sorted(BUILDS)


def test_states_without_a_build() -> None:
    """From the boot loader a full image needs the updater, a difference goes nowhere."""
    boot_loader = way_from(facts(M1), None, "boot-loader")
    assert (boot_loader.route, boot_loader.needs) == (4, ("updater",))
    assert way_from(facts(DIFFERENCE), None, "recovery").code == "difference-needs-application"


def test_way_back_names_what_is_not_at_hand() -> None:
    """Missing files are those that no other file at hand stands for."""
    assert facts(M1).missing == ("updater",)
    assert facts(M1, beside=[UPDATER]).missing == ()
    assert facts(DIFFERENCE, beside=[UPDATER]).missing == ("full",)
    assert facts(DIFFERENCE, beside=[UPDATER, M1]).missing == ()
    assert facts(PART_1, beside=[UPDATER, M1]).missing == ("other-part",)
    assert facts(PART_1, beside=[UPDATER, PART_2]).missing == ()
    assert facts(GM02).missing == ()


def test_helpers_go_nowhere_by_themselves() -> None:
    """An updater ELF has no ways."""
    assert facts(UPDATER).installations == ()


def test_event_is_plain_data() -> None:
    """The facts survive JSON, for scripts."""
    event = json.loads(json.dumps(facts(M1, "folder/CATM1-41065.dup").event()))
    assert event["event"] == "file"
    assert event["place"] == "folder/CATM1-41065.dup"
    assert event["bands"][:3] == [1, 2, 3]


def test_name_that_lies() -> None:
    """Where name and content disagree, both are said and the content counts."""
    found = facts(image("CATM1-38638.dup", images.make_full_image(41065)))
    assert found.contradiction == 38638
    assert "says build 38638" in text_of(found)
    assert facts(M1).contradiction is None


def test_part_says_its_package() -> None:
    """A part is no contradiction: it goes under the number of its package."""
    assert facts(PART_1).contradiction is None


def test_view_says_ways_refusals_and_what_is_missing() -> None:
    """People read builds, route, consents, reason and missing files, each refusal once."""
    text = text_of(facts(M1))
    assert "Goes onto  builds 33988, 36417, 38638, 39529, 41065: through recovery" in text
    assert "build 33080: after boot ROM and updater ELF, with the consent write-boot-rom" in text
    assert "Missing    for the way back after a cut: the updater ELF of the same package" in text
    text = text_of(facts(DIFFERENCE))
    assert "any other build: The difference is made for another build" in text
    assert text.count("[difference-needs-application]") == 1
    assert "a modem of this product: through recovery" in text_of(facts(GM02))


def test_no_file_is_called_good() -> None:
    """A size is published or not, a checksum holds or not; a file is never "known good"."""
    for file in (M1, NB, DIFFERENCE, PART_1, UPDATER, GM02):
        text = text_of(facts(file)).lower()
        assert "known good" not in text
        assert "good file" not in text
