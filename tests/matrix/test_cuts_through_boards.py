"""Through a board, too, an update may be cut anywhere; and what the cuts found stays mended.

A fixed sample of `tests/matrix/all.py --links relay,mirror,card`: on every link
each kind of cut and each route in turn, at an operation by chance.
"""

from __future__ import annotations

import json
import random

import pytest

from matrix.all import FIGURES
from matrix.cases import Case
from matrix.cuts import LINKS, play
from matrix.operations import POWER_CUTS

# A modem that a power cut killed is watched for twenty virtual minutes: too long for a sample.
DEADLY = ("factory", "two-part")
# How often each kind of cut on each link: a relayed case takes seconds, one on a card half a second.
ROUNDS = {"relay": 1, "mirror": 1, "card": 3}
COUNTS = {(row["link"], row["route"]): row["operations"] for row in json.loads(FIGURES.read_text())}


def sample(link: str) -> list[Case]:
    """The same every time."""
    dice = random.Random(link)
    cuts, routes = list(LINKS[link].cuts), LINKS[link].routes
    found = []
    for number in range(ROUNDS[link] * len(cuts)):
        cut, route = cuts[number % len(cuts)], routes[number % len(routes)]
        if cut in POWER_CUTS and route in DEADLY:
            route = routes[0]
        where = dice.randrange(COUNTS[link, route])
        found.append(Case(route, ((0, where, cut),), link=link))
    return found


@pytest.mark.parametrize("case", [case for link in ROUNDS for case in sample(link)], ids=str)
def test_one_cut(case: Case) -> None:
    """Killed, unplugged, reset, without power: the same command again until it is done."""
    outcome = play(case)
    assert outcome.wrong == (), outcome.codes
    assert outcome.end
