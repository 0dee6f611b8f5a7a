"""Every cut there is: `python tests/matrix/all.py`. Six minutes on two cores.

Prints the operations of every clean run, how the cases ended, and each case
that must not have ended so; the exit code is 0 when there is none. Rules: one
cut in every operation, then several cuts by chance (seeded), with every belief
about modems both ways; `--stride N` takes every Nth case, and the same every time.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from matrix.cuts import LINKS, ROUTES, Case, Outcome, clean, every_belief, play, random_cuts, single_cuts

KINDS = ("write", "read", "wait", "rate", "journal", "mode")
FIGURES = Path(__file__).with_name("figures.json")  # of the last full run, for docs/safety.md


def cases(chances: int) -> list[Case]:
    """All single cuts, and `chances` cases of several cuts per link, route and belief."""
    found = [case for link in LINKS for route in ROUTES for case in single_cuts(route, link)]
    for link in LINKS:
        for route in ROUTES:
            for belief in every_belief():
                found += [random_cuts(route, seed, belief, link) for seed in range(chances)]
    return found


def played(case: Case) -> tuple[Case, Outcome]:
    """For another process: a case with its outcome; a traceback is an outcome, too."""
    try:
        return case, play(case)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is what this looks for)
        return case, Outcome("", 0, {}, 0, (f"traceback: {error!r}",), ())


def write_figures(ends: Counter[tuple[str, str, str]]) -> None:
    """Keep the counts of a run in which everything was right."""
    figures = [
        {
            "route": route,
            "link": link,
            "operations": clean(route, link=link).count,
            **{
                how_many: {end: ends[route, how_many, end] for end in ("updated", "rescued", "dead")}
                for how_many in ("one cut", "several")
            },
        }
        for link in LINKS
        for route in ROUTES
    ]
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """The exit code: 0 when every case ended as it may."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--stride", type=int, default=1, help="every Nth case only")
    parser.add_argument("--chances", type=int, default=10, help="cases of several cuts per route and belief")
    parser.add_argument("--only", choices=ROUTES, help="one route only")
    options = parser.parse_args()
    print(f"{'clean run':16}{'all':>6}" + "".join(f"{kind:>9}" for kind in KINDS))
    for link in LINKS:
        for route in ROUTES:
            run = clean(route, link=link)
            counts = "".join(f"{run.operations[kind]:9}" for kind in KINDS)
            print(f"{route:16}{run.count:6}{counts}  {link}")
    chosen = [case for case in cases(options.chances) if options.only in (None, case.route)][
        :: options.stride
    ]
    print(f"{len(chosen)} cases", flush=True)
    start, wrong = time.monotonic(), 0
    ends: Counter[tuple[str, str, str]] = Counter()  # one link so far: with a second, it joins the key
    with multiprocessing.Pool(os.cpu_count()) as pool:
        for case, outcome in pool.imap_unordered(played, chosen, 32):
            ends[case.route, "one cut" if len(case.cuts) == 1 else "several", outcome.end or "WRONG"] += 1
            if outcome.wrong:
                wrong += 1
                print("WRONG", case, outcome.codes, *outcome.wrong, sep="\n      ", flush=True)
    for (route, how_many, end), count in sorted(ends.items()):
        print(f"{route:16}{how_many:10}{end:10}{count:7}")
    print(f"{len(chosen)} cases, {wrong} wrong, {time.monotonic() - start:.0f} s")
    if options.stride == 1 and options.only is None and not wrong:
        write_figures(ends)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
