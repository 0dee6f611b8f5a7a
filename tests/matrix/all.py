"""Every cut there is: `python tests/matrix/all.py --figures`, of which docs/safety.md is made.

On the direct link that takes six minutes on two cores. Through a board every
case runs a real MicroPython and takes seconds, so all of them take two days:
`--links relay,mirror,card --every 97 --several 60` takes each 97th cut and 60
cases of several, and the same every time. Where 97 has no divisor in common
with the number of kinds of cuts, each of them meets every phase. With `--kept
FILE` outcomes are kept there as they come, and the same command goes on where
it was ended.

Rules: one cut in every operation, then several cuts by chance (seeded), with
every assumption about modems both ways; each case that must not have ended so is
printed, and the exit code is 0 when there is none.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from matrix.cases import ROUTES, Case, Outcome
from matrix.cuts import LINKS, clean, every_assumption, play, random_cuts, single_cuts

FIGURES = Path(__file__).with_name("figures.json")  # of the last runs, for docs/safety.md
SINGLE, SEVERAL = "one cut", "several"
PROGRESS_S = 60
ENDS = ("updated", "rescued", "dead", "")  # the last is for what must not be


def cases(link: str, routes: tuple[str, ...], every: int, several: int) -> Iterator[Case]:
    """Every Nth of all single cuts, and some of ten cases of several cuts per route and assumption."""
    for route in routes:
        yield from list(single_cuts(route, link))[::every]
    chances = [
        (route, seed, assumption)
        for route in routes
        for assumption in every_assumption()
        for seed in range(10)
    ]
    for route, seed, assumption in random.Random(link).sample(chances, min(several, len(chances))):
        yield random_cuts(route, seed, assumption, link)


def played(case: Case) -> tuple[Case, Outcome]:
    """For another process: a case with its outcome; a traceback is an outcome, too."""
    try:
        return case, play(case)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is what this looks for)
        return case, Outcome("", 0, {}, 0, (f"traceback: {error!r}",), ())


def write_figures(ended: list[tuple[Case, str]], every: int) -> None:
    """Put the counts of a run in the place of older ones."""
    ends = Counter(
        (case.link, case.route, SINGLE if len(case.cuts) == 1 else SEVERAL, end) for case, end in ended
    )
    figures = {(row["link"], row["route"]): row for row in json.loads(FIGURES.read_text(encoding="utf-8"))}
    for link, route in {(case.link, case.route) for case, _ in ended}:
        figures[link, route] = {
            "route": route,
            "link": link,
            "operations": clean(route, link=link).count,
            "every": every,
            **{
                how_many: {end or "wrong": ends[link, route, how_many, end] for end in ENDS}
                for how_many in (SINGLE, SEVERAL)
            },
        }
    rows = [figures[link, route] for link in LINKS for route in ROUTES if (link, route) in figures]
    FIGURES.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def _play_all(chosen: list[Case], kept: Path | None) -> list[tuple[Case, str]]:
    """Each case with its end, "" for one that must not have ended so; these are printed."""
    ends: dict[str, str] = {}
    if kept and kept.exists():
        rows = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
        ends = {row["case"]: row["end"] for row in rows if row["end"]}
    rest = [case for case in chosen if str(case) not in ends]
    print(f"{len(chosen)} cases, {len(ends)} of them kept", flush=True)
    told_s = time.monotonic()
    with (
        multiprocessing.Pool(os.cpu_count()) as pool,
        (kept or Path(os.devnull)).open("a", encoding="utf-8") as file,
    ):
        for count, (case, outcome) in enumerate(pool.imap_unordered(played, rest, 4), 1):
            ends[str(case)] = "" if outcome.wrong else outcome.end
            if outcome.wrong:
                print("WRONG", case, outcome.codes, *outcome.wrong, sep="\n      ", flush=True)
            row = {"case": str(case), "end": ends[str(case)], "codes": outcome.codes, "wrong": outcome.wrong}
            file.write(json.dumps(row) + "\n")
            file.flush()
            if time.monotonic() - told_s > PROGRESS_S:
                told_s = time.monotonic()
                print(f"{count} of {len(rest)}", flush=True)
    return [(case, ends[str(case)]) for case in chosen]


def main() -> int:
    """The exit code: 0 when every case ended as it may."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--links", default="direct", help="with commas: " + ", ".join(LINKS))
    parser.add_argument("--every", type=int, default=1, help="every Nth of the single cuts only")
    parser.add_argument("--several", type=int, default=10**6, help="so many cases of several cuts a link")
    parser.add_argument("--only", choices=ROUTES, help="one route only")
    parser.add_argument("--kept", type=Path, help="keep outcomes in this file, and go on from it")
    parser.add_argument("--figures", action="store_true", help="put the counts into figures.json")
    options = parser.parse_args()
    start = time.monotonic()
    chosen: list[Case] = []
    for link in options.links.split(","):
        routes = tuple(route for route in LINKS[link].routes if options.only in (None, route))
        for route in routes:
            run = clean(route, link=link)
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(run.operations.items()))
            print(f"{link:8}{route:16}{run.count:6} operations: {kinds}", flush=True)
        chosen += cases(link, routes, options.every, options.several)
    ended = _play_all(chosen, options.kept)
    for (link, route, cuts, end), count in sorted(
        Counter((case.link, case.route, min(len(case.cuts), 2), end) for case, end in ended).items()
    ):
        print(f"{link:8}{route:16}{SINGLE if cuts == 1 else SEVERAL:10}{end or 'WRONG':10}{count:7}")
    wrong = sum(not end for _, end in ended)
    print(f"{len(ended)} cases, {wrong} wrong, {time.monotonic() - start:.0f} s")
    if options.figures:
        write_figures(ended, options.every)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
