"""docs/architecture.svg shows the rooms as they are, in their order, and a file that is named is there."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tools.architecture import Imports, Package, package_names, read_imports, read_packages
from tools.docs_architecture import PATH, drawing

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def imports() -> Imports:
    return read_imports()


@pytest.fixture(scope="module")
def packages(imports: Imports) -> list[Package]:
    return read_packages(imports)


def test_it_is_up_to_date(imports: Imports) -> None:
    """`python tests/tools/docs_architecture.py docs/architecture.svg` makes it."""
    assert (DOCS / "architecture.svg").read_text(encoding="utf-8") == drawing(imports)


def test_every_room_of_every_package_is_in_it(packages: list[Package]) -> None:
    words = {each.text for each in ElementTree.fromstring(drawing()).iter() if each.tag.endswith("}text")}
    assert [package.name for package in packages if package.name not in words] == []
    assert sorted(package.name for package in packages) == package_names()
    for package in packages:
        assert package.rooms(), package.name
        assert [room.name for room in package.rooms() if room.name not in words] == []


def test_every_room_says_its_job(packages: list[Package]) -> None:
    for package in packages:
        assert package.job, package.name
        assert [room.name for room in package.rooms() if not room.job] == []


def test_the_path_leads_through_rooms_that_reach_each_other(
    imports: Imports, packages: list[Package]
) -> None:
    """Every step is a room, and the command line comes to it by imports."""
    rooms = {(package.name, room.name) for package in packages for room in package.rooms()}
    rooms |= {(package.name, "") for package in packages}
    start = PATH[0][:2]
    for package, room, words in PATH:
        assert (package, room) in rooms
        assert imports.reach(start, (package, room)), (package, room)
        assert words


def test_it_is_read_on_light_and_dark_screens_and_loads_nothing() -> None:
    text = drawing()
    assert "prefers-color-scheme: dark" in text
    styled = set(re.findall(r'class="([a-z ]+)"', text))
    for kind in {word for words in styled for word in words.split()} - {"loose"}:
        assert len(re.findall(rf"\.{kind}\b", text)) >= 2, f"{kind} has no colour of its own for dark screens"
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|@import|url\(", text)


def test_every_source_file_that_a_page_names_is_there() -> None:
    """By the end of its path: `board/relay/events.py`. What changed names files of before."""
    rooms = (DOCS.parent / name for name in ("device", "host", "tests"))
    files = {path.as_posix() for room in rooms for path in room.rglob("*.py")}
    pages = [DOCS.parent / "README.md", *(set(DOCS.rglob("*.md")) - {DOCS / "changelog.md"})]
    named = {
        (page.name, name)
        for page in pages
        for name in re.findall(r"(?<![\w/.-])(?:[\w.-]+/)+\w+\.py\b", page.read_text(encoding="utf-8"))
    }
    assert len(named) > 30
    gone = {each for each in named if not any(file.endswith(f"/{each[1].lstrip('./')}") for file in files)}
    assert gone == set()
