"""Makes docs/safety.md: the promise, the evidence with its figures, and what cannot be promised.

python tests/matrix/safety_page.py docs/safety.md

Rules: figures come from the last full run of `all.py` (figures.json), the table of
steps from cells that are run now; every statement about modems says known or believed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from matrix.operations import CUTS
from matrix.phase_table import TROUBLES, table
from modemflash import phases
from modemflash.errors import CATALOGUE
from modemflash_host.sim.beliefs import BELIEFS

FIGURES = Path(__file__).with_name("figures.json")

_PROMISE = """# What is promised, and what is not

Made by `python tests/matrix/safety_page.py docs/safety.md`; do not edit. Every statement about modems is
marked **known** (seen on real modems, or in public reports of their owners) or **believed** (inferred; the
simulated modem has a switch for it, and the tests run it both ways).

## The promise

modemflash checks everything it can before it writes, refuses known fatal paths, and never reports a
success that the modem did not confirm. After an interruption it carries on wherever the modem still
answers. We expect most modems to answer; some reported ones never did, and no software can bring those
back. Do not cut power during install.
"""

_EVIDENCE = """## The evidence

What the *updater* does is proved in simulation: the whole engine against a simulated modem in virtual
time. What *modems* do is not proved by that; see the last part of this page.

### Cut everywhere

One clean run per route, with images of 64 kB, counts every operation: a write, a read, a wait, a change of
rate, a write of the journal, a change of the modem's mode. Then the update is cut in the middle of each of
them, in four ways ({cuts}), and the same command
is given again until it has an end. On top come two to four cuts by chance, in the first command and in
those after it, with the believed modem and with each of {beliefs} other behaviours that are not excluded. The
modem's own verdict decides, and no word on the way may be false: no "updated" that the modem does not
confirm, no "untouched" of a changed modem, no advice to cut the power where that would kill it.
"""

_DEATHS = """## Known deaths

Three ways in which owners lost their modems (**known**, from public reports; one of those boards answered
twice again, for moments, after it had long been without power).

1. **Between the two parts of 48829** (known: at least six boards, two of them coming from NB-IoT 41019).
   After part 1 the modem is in a state between; that a power cut before part 2 killed it is believed.
   modemflash takes both parts or none, checks the version between them, sends part 2 at once, never asks
   for a power cut in between, and refuses the step from NB-IoT. A power cut between the parts can still
   kill the modem.
2. **The power cut, or the tool stopped, in the install** (known: of four boards whose owners gave up
   waiting, three were lost). The modem is silent for one to ten minutes, and the old tool said nothing.
   modemflash says what it waits for, allows twenty minutes, needs two wishes to stop watching, and looks
   for a running install first when it is started again. That a modem whose install was cut waits for a
   new image is believed.
3. **Stuck at six per cent, and the power cut on the old tool's own advice** (known: two boards). Long
   stalls are normal while a modem erases (known). modemflash names them and never calls a power cut safe.

Believed, because nobody tried it on purpose: a power cut in the seconds in which a **boot ROM** is written
kills the modem, and a boot ROM of another UART variant sends it into a crash loop (one report). It is only
written to the factory build 33080, once, and with its own consent.

The dead of the table above are those of the first and the last of these: no updater can help there, and
each of them was called `unknown`, with the advice to keep the power on.
"""

_NOT_PROMISED = """## What cannot be promised without hardware

No real modem took part in these proofs. What the updater does not rest on, but the simulated modem does
unless a switch says otherwise:

| about modems | believed | where it comes from |
|---|---|---|
{beliefs}

Known from real modems: the rates of application and boot loader; the forms of their replies; answers of
the transfer protocol without checksums; the containers of firmware files and their checksums; stalls near
8 and 99 per cent; that only a real power cut (USB and battery, ten seconds) resets a modem. All of it
stands with its source in `docs/protocol.md`.

So these stay open until boards with modems say otherwise: whether a modem whose install was cut always
wakes up where a whole image can be sent; whether the files of Pycom look inside as their vendor's other
files do; how long the longest honest silence is; and what a supply that sags under load does at any point
of this page.
"""


def _figures() -> str:
    rows = [
        "| route | operations | cut once | several cuts | updated | by a rescue file | dead, beyond help |"
    ]
    rows.append("|---|---|---|---|---|---|---|")
    totals = [0] * 6
    for figure in json.loads(FIGURES.read_text(encoding="utf-8")):
        once, several = figure["one cut"], figure["several"]
        cells = [figure["operations"], sum(once.values()), sum(several.values())]
        cells += [once[end] + several[end] for end in ("updated", "rescued", "dead")]
        totals = [total + cell for total, cell in zip(totals, cells, strict=True)]
        rows.append(f"| {figure['route']}, {figure['link']} | " + " | ".join(map(str, cells)) + " |")
    rows.append("| all | " + " | ".join(f"**{total}**" for total in totals) + " |")
    rows.append(
        "\nOf these cases none ended otherwise. A *rescue file*: a difference can only be sent to a running "
        "application; where the power was cut in its install, a full image and the updater ELF are needed, "
        "and the refusal says so. All of them: `python tests/matrix/all.py`; a fixed sample runs with the "
        "tests."
    )
    return "\n".join(rows) + "\n"


def _steps() -> str:
    cells = table()
    rows = [
        "### Every step in trouble\n",
        "Made from the table that the program itself goes by (`modemflash.phases.STEPS`). Each cell was run:",
        "what the command ends with, what it says of the modem, "
        "and what the same command ends with afterwards. "
        + "; ".join(f"*{name}*: {about}" for name, about in TROUBLES.items())
        + ".\n",
        "| step | " + " | ".join(TROUBLES) + " |",
        "|---|" + "---|" * len(TROUBLES),
    ]
    for step in phases.STEPS:
        rows.append(f"| {step} | " + " | ".join(str(cells[step, trouble]) for trouble in TROUBLES) + " |")
    rows.append("\nThe next step, as the program says it:\n")
    codes = sorted({cell.code for cell in cells.values()} - {""})
    rows += [f"- `{code}`: {CATALOGUE[code][1]}" for code in codes]
    return "\n".join(rows) + "\n"


def page() -> str:
    """The whole page."""
    beliefs = "\n".join(f"| {row.about} | {row.default} | {row.source} |" for row in BELIEFS.values())
    ways = sum(len(row.alternatives) for row in BELIEFS.values())
    return "\n".join(
        (
            _PROMISE,
            _EVIDENCE.format(cuts=", ".join(CUTS), beliefs=ways),
            _figures(),
            _steps(),
            _DEATHS,
            _NOT_PROMISED.format(beliefs=beliefs),
        )
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
