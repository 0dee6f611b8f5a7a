"""What a terminal calls a command is a button on the page."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest
from rich.text import Text

import modemflash.catalogue  # noqa: F401 (its rows)
import modemflash_host.errors as host_errors
from modemflash.errors import CATALOGUE
from modemflash_host.errors import card, copies, edl, fleet, packages, settings
from modemflash_web.build import PAGE
from modemflash_web.inside.blocks import spans_of
from modemflash_web.inside.page_words import _STEPS, AGAIN, pieces_of

# Hints that stay the program's own: of what no page does, or what cannot happen on one.
OF_THE_PROGRAM = set(
    """
    already-runs-it board-error board-other-firmware board-updating capture-over-file
    card-file-changed card-manifest card-manifest-newer config-broken consent-missing dry-run
    esptool-missing firmware-write-not-here gnss-already-runs-it gnss-model-not-said
    gnss-no-control-line gnss-reset-unknown no-such-run not-a-capture only-on-a-pc
    port-ambiguous port-not-permitted relay-occupied report-not-written rescue-not-armed
    shell-file-not-edited shell-unknown tool-missing unknown-code usage which-39529
    """.split()
)


def said(text: str, again: str = "connect") -> str:
    """As the page says it, with the keys of its words in brackets."""
    return "".join(f"[{piece}]" if is_key else piece for piece, is_key in pieces_of(text, again))


@pytest.mark.parametrize(
    ("terminal", "page"),
    [
        ("Wait, then run the same command again.", "Wait, then press [connect] again."),
        ("Run the same command again: it goes on.", "Press [connect] again: it goes on."),
        ("Leave it on and run `modemflash info` soon.", "Leave it on and press [startAsk] soon."),
        ("`modemflash rescue` says when to cut it.", "[startRescue] says when to cut it."),
        ("The plan says so. The plan can be looked at in peace with --dry-run.", "The plan says so."),
        ("Press Ctrl-C once more", "Press [stop] once more"),
        ("`modemflash fleet update` keeps them", "`modemflash fleet update` keeps them"),
        ("nothing of that", "nothing of that"),
    ],
)
def test_a_command_is_a_button(terminal: str, page: str) -> None:
    assert said(terminal) == page


def test_again_is_the_button_that_began_it() -> None:
    assert said("run the same command again", "startRescue") == "press [startRescue] again"


def test_a_button_keeps_the_style_around_it() -> None:
    assert spans_of(Text("Press Ctrl-C", "yellow"), "connect") == [
        ("Press ", "yellow"),
        ("stop", "yellow word"),
    ]


def test_each_button_has_its_word() -> None:
    words = set(re.findall(r"^  (\w+):", (PAGE / "words.js").read_text(encoding="utf-8"), re.MULTILINE))
    keys = {key for _, text in _STEPS for key in re.findall(r"\{(\w+)\}", text)}
    assert keys - {AGAIN} <= words


def hints() -> dict[str, str]:
    """Those that a page can show: not those of a card, a fleet, settings, or modules it does not write."""
    for module in pkgutil.iter_modules(host_errors.__path__):
        importlib.import_module(f"modemflash_host.errors.{module.name}")
    others = {
        code
        for module in (card, copies, edl, fleet, packages, settings)
        for name, rows in vars(module).items()
        if name.endswith("_CATALOGUE")
        for code in rows
    }
    return {code: hint for code, (_, hint, _) in CATALOGUE.items() if code not in others}


def test_no_hint_on_the_page_names_a_command() -> None:
    """A page has no command line: a new hint needs a row, or its reason in the list above."""
    left = {
        code for code, hint in hints().items() if re.search(r"`modemflash|command|--[a-z]|pip ", said(hint))
    }
    assert left == OF_THE_PROGRAM


def test_every_row_is_used() -> None:
    from modemflash_host.families.registry import FAMILIES

    everything = " ".join(hints().values()) + " ".join(map(repr, (each.vocabulary for each in FAMILIES)))
    everything += "`modemflash rescue FILE` `modemflash update FILE`"  # of a rescue's end
    unused = [pattern for pattern, _ in _STEPS if not re.search(pattern, everything, re.IGNORECASE)]
    assert unused == []
