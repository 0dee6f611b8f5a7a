"""The site: built without a warning, loads nothing from anywhere, and every link inside leads somewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from run import STAGES
from support.once_a_run import once_a_run
from tools import docs_site, site_pages
from tools.command_tree import commands
from tools.docs_events import events, in_json

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^ *```console\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
# What people are told to type beside `modemflash …` (test_command_lines.py) and tools of this repository.
_OTHERS = (
    r"python3 --version",
    r"python3 -m venv \.venv",
    r"\. \.venv/bin/activate",
    r"(pip|pipx|uv tool) install ('\.'|\.|\"\.\[[a-z0-9]+\]\")",
    r"mkdir [a-z-]+",
    r"cd [a-z-]+",
    r"export MODEMFLASH_PORT='sim://[^']*'",
    r"python first\.py",  # test_tutorial.py puts the first program of api.md there
    r"python3 dist/modemflash\.pyz --version",
    r"\.venv-tests/bin/python -m pytest -q -x tests/\S+\.py",
)


pytestmark = pytest.mark.referee


@pytest.fixture(scope="module")
def site(tool: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    tool("sphinx")
    return once_a_run(tmp_path_factory, "site", lambda folder: docs_site.build(folder / "html")) / "html"


class Page(HTMLParser):
    """What one page loads, links to, and can be linked at."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.names: set[str] = set()
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.names.add(values["id"])
        if tag == "a":
            self.links.append(values.get("href", ""))
        elif tag == "link" and values.get("rel") not in ("index", "search", "next", "prev"):
            self.loads.append(values.get("href", ""))
        else:
            loaded = (values.get(name, "") for name in ("src", "srcset", "data", "poster", "xlink:href"))
            self.loads += [each for each in loaded if each]

    def handle_data(self, data: str) -> None:
        self.text += data


@cache
def page_of(path: Path) -> Page:
    return Page(path)


def pages(site: Path) -> dict[str, Page]:
    return {path.relative_to(site).as_posix(): page_of(path) for path in sorted(site.rglob("*.html"))}


def test_nothing_is_loaded_from_anywhere(site: Path) -> None:
    """No script, style, picture or font has an address of a computer; neither has a style sheet."""
    found = pages(site)
    assert len(found) > 40
    for name, page in found.items():
        for loaded in page.loads:
            assert not re.match(r"([a-z]+:)?//", loaded), (name, loaded)
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"(url\(\s*['\"]?|@import\s+['\"])([a-z]+:)?//", text), sheet.name


def test_every_link_inside_leads_somewhere(site: Path) -> None:
    """To a file, and where it names a place on a page, to that place."""
    broken = []
    for name, page in pages(site).items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or link in ("", "#"):
                continue
            target = (site / name).parent / unquote(parts.path) if parts.path else site / name
            if not target.is_file():
                broken.append((name, link))
            elif parts.fragment and target.suffix == ".html":
                if unquote(parts.fragment) not in page_of(target.resolve()).names:
                    broken.append((name, link))
    assert not broken


def test_every_page_is_reached_from_the_contents(site: Path) -> None:
    """Each page of docs/ has a page on the site, and the contents name it in one of their parts."""
    start = pages(site)["index.html"]
    for _, part in site_pages.CONTENTS:
        for _, name in part:
            assert f"{name}.html" in start.links, name
    assert {path.stem for path in (ROOT / "docs/decisions").glob("0*.md")} <= {
        Path(link).stem for link in pages(site)["decisions/README.html"].links
    }


def test_the_page_of_commands_has_every_option(site: Path) -> None:
    text = pages(site)["commands.html"].text
    rows = list(commands())
    assert len(rows) > 35
    for row in rows:
        section = text.partition(f"{row.words} {row.pieces}".rstrip())[2]
        assert section, row.words
        for option in row.options:
            assert all(name in section for name in option.names), (row.words, option.names)


def test_the_page_of_events_has_every_field(site: Path) -> None:
    page = pages(site)["events.html"]
    for name, fields in events().items():
        assert name in page.names, name
        assert name == "result" or all(field in page.text for field in fields), name


def test_types_are_said_as_json_has_them() -> None:
    for python_type, said in {
        "str": "text",
        "float | None": "number or null",
        "int | float": "number",
        "tuple[str, ...]": "list",
        "tuple[Sequence[object], ...]": "list",
        "str | int | bool": "text or number or true or false",
        "Facts | None": "object or null",
    }.items():
        assert in_json(python_type) == said


def typed() -> list[tuple[str, str]]:
    """(page, command) of every command that a page tells somebody to type."""
    found = []
    for path in sorted((ROOT / "docs").glob("*.md")):
        for block in _BLOCK.findall(path.read_text(encoding="utf-8")):
            for line in block.splitlines():
                assert line.strip().startswith("$ "), (path.name, line)
                found.append((path.name, line.strip()[2:]))
    return found


def is_known(line: str) -> bool:
    """`modemflash …` is held elsewhere; of our own tools the file is there, and the stages are known."""
    if line.startswith("modemflash ") or any(re.fullmatch(each, line) for each in _OTHERS):
        return True
    words = shlex.split(line)
    stages = {word for before, word in pairwise(words) if before == "--only"}
    files = [word for word in words[1:] if word.startswith("tests/")]
    return (
        words[0] == "python3"
        and words[1:2] == files[:1]
        and all((ROOT / word).is_file() for word in files)
        and stages <= {stage.name for stage in STAGES}
    )


def test_every_typed_command_is_one_that_exists() -> None:
    found = typed()
    assert len(found) > 40
    assert not [each for each in found if not is_known(each[1])]


@pytest.mark.parametrize("line", ["python3 tests/tools/gone.py", "rm -r x", "python3 tests/run.py --only no"])
def test_one_that_does_not_exist_is_seen(line: str) -> None:
    assert not is_known(line)
