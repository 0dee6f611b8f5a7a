"""What the site has beyond the pages in docs/: the table of contents, and the parts made from the program.

A Sphinx extension, named in docs/conf.py. Rules: the pages themselves stay as they
are read in the repository; a page that is in no part of the contents is an error.
"""

from __future__ import annotations

from typing import Any

from tools import docs_commands, docs_events

CONTENTS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Start", (("Which cable do I have?", "cables"), ("Install", "install"), ("Tutorial", "tutorial"))),
    (
        "How to",
        (
            ("Update from a PC", "update-from-pc"),
            ("Update from the browser", "web"),
            ("Update from an SD card", "sd-card"),
            ("The LG290P and its kin", "lg290p"),
            ("Quectel modems", "quectel-edl"),
            ("Many boards", "fleet"),
            ("Captures and reports", "capture"),
            ("Wireshark", "wireshark"),
        ),
    ),
    (
        "Reference",
        (
            ("Commands", "commands"),
            ("Settings", "settings"),
            ("JSON", "json"),
            ("JSON: every event", "events"),
            ("Errors and exit codes", "errors"),
            ("Python API", "api"),
        ),
    ),
    (
        "Explanation",
        (
            ("What is promised", "safety"),
            ("What went wrong for owners", "failures"),
            ("The protocol", "protocol"),
            ("The boards", "boards"),
            ("Architecture", "architecture"),
            ("Decisions", "decisions/README"),
        ),
    ),
    (
        "Project",
        (
            ("Contribute", "CONTRIBUTING"),
            ("Security", "SECURITY"),
            ("Dependencies", "dependencies"),
            ("Changes", "changelog"),
        ),
    ),
)
MADE = {"commands": docs_commands.page, "events": docs_events.page}


def with_made_parts(page: str, text: str) -> str:
    """A page's text, with the parts that only the site has.

    Args:
        page: its name as Sphinx has it, such as "decisions/README".
        text: what the file says.
    """
    if page == "index":
        return text + "".join(_contents(part, pages) for part, pages in CONTENTS)
    if page == "decisions/README":
        return text + "\n```{toctree}\n:hidden:\n:glob:\n\n0*\n```\n"
    mark = f"<!-- made: {page} -->"
    if page in MADE:
        assert mark in text, page
        return text.replace(mark, MADE[page]())
    return text


def _contents(part: str, pages: tuple[tuple[str, str], ...]) -> str:
    lines = "".join(f"{title} <{name}>\n" for title, name in pages)
    return f"\n```{{toctree}}\n:hidden:\n:caption: {part}\n\n{lines}```\n"


def setup(app: Any) -> dict[str, Any]:
    """Called by Sphinx."""

    def read(_app: Any, page: str, source: list[str]) -> None:
        source[0] = with_made_parts(page, source[0])

    app.connect("source-read", read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
