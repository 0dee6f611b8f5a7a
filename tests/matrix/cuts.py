"""Every case there is, on every link: an update that is cut, and the same command again until it has an end.

Rules: one clean run per route and link counts the operations; a case cuts some
of them; what lies between updater and modem decides which routes it can go,
what can be cut there, and how a case is carried out.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from matrix import direct, on_card, through_board
from matrix.cases import ROUTES, Case, Outcome
from matrix.operations import BOARD_CUTS, CARD_CUTS, CUTS
from modemflash_sim.sequans import assumptions


@dataclass(frozen=True, slots=True)
class Link:
    """What lies between the updater and the modem.

    Attributes:
        routes: that lead through it; keys of `cases.ROUTES`.
        cuts: that can fall into an operation there.
        play: carries a case out.
        most_cuts: in a case of several.
        about: in words, for the documents.
    """

    routes: tuple[str, ...]
    cuts: Iterable[str]
    play: Callable[[Case], Outcome]
    most_cuts: int
    about: str


LINKS = {
    "direct": Link(tuple(ROUTES), CUTS, direct.play, 4, "the engine on the PC, at the modem's own wire"),
    "relay": Link(
        through_board.RELAY_ROUTES,
        BOARD_CUTS,
        through_board.play,
        3,
        "the engine on the board, its files on the PC",
    ),
    "mirror": Link(
        through_board.MIRROR_ROUTES,
        BOARD_CUTS,
        through_board.play,
        3,
        "the engine on the PC, behind the board's bridge",
    ),
    "card": Link(
        tuple(on_card.ROUTES), CARD_CUTS, on_card.play, 2, "the engine on the board, its files on a card"
    ),
}


def play(case: Case) -> Outcome:
    """Carry a case out."""
    return LINKS[case.link].play(case)


@functools.cache
def clean(route: str, assumption: str = "", link: str = "direct") -> Outcome:
    """The run without a cut: it counts the operations."""
    return play(Case(route, (), assumption, link))


def single_cuts(route: str, link: str = "direct") -> Iterator[Case]:
    """One case per operation of the clean run and cut."""
    for number in range(clean(route, link=link).count):
        for cut in LINKS[link].cuts:
            yield Case(route, ((0, number, cut),), link=link)


def random_cuts(route: str, seed: int, assumption: str = "", link: str = "direct") -> Case:
    """Two to four cuts, in the first command and in those after it."""
    dice = random.Random(f"{route} {seed} {assumption} {link}")
    # A clean run through a board takes seconds: there the believed modem's does for all.
    count = clean(route, assumption if link == "direct" else "", link).count
    cuts = []
    for run in range(dice.randint(2, LINKS[link].most_cuts)):
        # Later commands are shorter or longer than the first: numbers beyond their end cut nothing.
        cuts.append((run, dice.randrange(count), dice.choice(list(LINKS[link].cuts))))
    return Case(route, tuple(cuts), assumption, link)


def every_assumption() -> list[str]:
    """The assumed modem, and each assumption the other way."""
    return ["", *(f"{name}:{behaviour}" for name, behaviour, _ in assumptions.every_other_way())]
