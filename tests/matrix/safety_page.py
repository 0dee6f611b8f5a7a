"""Makes docs/safety.md: the promise, the evidence with its figures, and what cannot be promised.

python tests/matrix/safety_page.py docs/safety.md

Rules: figures come from the last runs of `all.py` (figures.json), the table of
steps from cells that are run now; every statement about modems says known or believed.
"""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from matrix.cuts import LINKS
from matrix.phase_table import TROUBLES, table
from modemflash import phases
from modemflash.errors import CATALOGUE
from modemflash_sim.sequans.assumptions import ASSUMPTIONS

FIGURES = Path(__file__).with_name("figures.json")
# Newer than the figures, and of a command that sends no firmware.
_NOT_MEASURED = ("settings_after_install", "settings_set")

_PROMISE = """# What is promised, and what is not

Made by `python tests/matrix/safety_page.py docs/safety.md`; do not edit. Every statement about modems is
marked **known** (seen on real modems, or in public reports of their owners) or **believed** (inferred; the
simulated modem has a switch for it, and the tests run it both ways).

## The promise

modemflash checks everything it can before it writes, refuses known fatal paths, and never reports a
success that the modem did not confirm. After an interruption it carries on wherever the modem still
answers. We expect most modems to answer; some reported ones never did, and no software can bring those
back. Do not cut power during install.

Of a Quectel modem: before the first erase it is proved, from the module's own partition table and from the
package, that nothing touches or moves EFS2 (calibration and IMEI) and the other protected partitions; where
that cannot be proved, nothing is written. No option turns the proof off, erases everything, or writes EFS,
NV, QCN or IMEI. What is proved there, and what is only believed: [quectel-edl.md](quectel-edl.md).
"""

_EVIDENCE = """## The evidence

What the *updater* does is proved in simulation: the whole engine against a simulated modem in virtual
time. Where a board takes part, its code runs on a real MicroPython, with the board's files, memory and
console simulated around it. What *modems* do is not proved by that; see the last part of this page.

### Cut everywhere

One clean run per route and link, with images of 64 kB (30 kB on a card), counts every operation: a write
to the modem, a read from it, a wait, a change of rate, a write of the journal, a change of the modem's mode;
on a board also a sector written, a note in its memory, a reset; between PC and board bytes either way. Then
the update is cut in the middle of an operation, and the same command is given again until it has an end. On
top come two to four cuts by chance, in the first command and in those after it, with the believed modem and
with each of {others} other behaviours that are not excluded. The modem's own verdict decides, and no word on
the way may be false: no "updated" that the modem does not confirm, no "untouched" of a changed modem, no
advice to cut the power where that would kill it; and in the end the board's own program runs again.

| link | what it is | ways to cut |
|---|---|---|
{links}
"""

_HOSTILE = """## What a hostile hand cannot do

Cards, archives, folders, settings and links may be made to do harm. What is promised (which check stands
before each deed: [decision 0012](decisions/0012-what-comes-from-outside.md); by which tests: below):

| what is hostile | what is promised | held by |
|---|---|---|
{hostile}

Not promised: anything against somebody who may already act as this user or as root, against a Python or a
package that was changed, against a board whose own firmware lies about its modem, or, by sudo, against an
owner of a folder who puts a link in its place in the very moment in which root makes a file there.
"""

# What may be hostile, what is promised then, and the test that holds it.
HOSTILE = (
    (
        "a card, or a folder given as one",
        "only regular files below it that its list may name are opened, written or removed",
        "test_a_list_names_nothing_but_what_is_ours",
    ),
    (
        "the folder that firmware was unpacked in",
        "no program, module or setting of it is run, imported or read",
        "test_nothing_in_the_current_folder_is_run",
    ),
    (
        "an archive",
        "nothing is unpacked under a name from it; its sizes are looked at before anything is unpacked",
        "test_path_tricks",
    ),
    (
        "a firmware file that changes after it was checked",
        "what is sent is byte for byte what was checked, or nothing more is sent",
        "test_what_is_read_again_must_be_the_same",
    ),
    (
        "links and pipes where we keep things, sudo too",
        "what is made is made through no link, waits for nobody, and is given away by root through none",
        "test_root_makes_and_gives_away_nothing_through_a_link",
    ),
    (
        "a file of yours where a report or a capture shall go",
        "it stays as it is: only a report, or a capture, is replaced by one",
        "test_report_overwrites_nothing_but_a_report",
    ),
    (
        "a capture, a state file, a journal that was changed",
        "it is refused, or read up to what was never written so; it never ends the program without words",
        "test_what_was_never_captured_ends_the_capture",
    ),
    (
        "a board that says what no board says",
        "what does not fit the messages that boards send is dropped, field by field",
        "test_anything_else_is_nothing",
    ),
    (
        "a module that lies about its files while they are copied",
        "nothing but reading is sent, it ends in a copy or in words, and no name in the copy leads out of it",
        "test_whatever_a_module_answers_it_ends_in_a_copy_or_in_words",
    ),
    (
        "a modem that sends control codes, floods or lies about itself",
        "a screen gets no control code; what was not confirmed is said",
        "test_what_a_hostile_modem_says_of_itself_stays_text",
    ),
    (
        "a partner that floods the line while a module is looked for",
        "at most 60 MB of memory, 16 MB for a capture, 100 MB for all; what is left out is counted and said",
        "test_a_partner_that_floods",
    ),
    (
        "files of a card that boards wrote, many or large",
        "of each its last attempt is kept; what no board writes is refused before it is read",
        "test_of_a_boards_attempts_the_last_is_kept",
    ),
    (
        "a folder that sudo is called in",
        "root gives away what it has just made, nothing that was there; what a hard link leads to stays",
        "test_by_sudo_nothing_that_was_there_is_given_away",
    ),
    (
        "the file of a simulated device",
        "only a regular file is read, within bounds; it is replaced through no link; it has one user",
        "test_what_is_no_state_file_is_refused",
    ),
    (
        "a module that tells whose it is, in any form",
        "no screen, capture, report, history or crash file has its numbers, names or passwords",
        "test_no_artefact_tells_whose_modem_it_was",
    ),
    (
        "a screen, a pipe or a disk that takes no words",
        "an update that has begun goes on, and its exit code says how it went",
        "test_a_reader_that_goes_away_in_mid_transfer",
    ),
    (
        "a board or module that never comes to an end",
        "every wait ends without progress; the third stop request ends at once, with what is known",
        "test_the_third_stop_request_ends_at_once",
    ),
)

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
   modemflash says what it waits for, allows twenty minutes, stops watching only when asked twice, and looks
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
{assumptions}

Known from real modems: the rates of application and boot loader; the forms of their replies; answers of
the transfer protocol without checksums; the containers of firmware files and their checksums; stalls near
8 and 99 per cent; that only a real power cut (USB and battery, ten seconds) resets a modem. All of it
stands with its source in `docs/protocol.md`.

So these stay open until boards with modems say otherwise: whether a modem whose install was cut always
wakes up where a whole image can be sent; whether the files of Pycom look inside as their vendor's other
files do; how long the longest honest silence is; and what a supply that sags under load does at any point
of this page.
"""


_HEAD = (
    "route",
    "operations",
    "cut once",
    "several cuts",
    "updated",
    "by other means",
    "dead, beyond help",
    "otherwise",
)
_AFTER_FIGURES = """
*Cut once* on the direct link is every operation in every way. Through a board a case runs for seconds, so a
share of all cuts was taken, evenly over each run ({shares}), and some
of the several cuts, by a seed. *By other means*: a difference can only be
sent to a running application; where the power was cut in its install, a full image and the updater ELF are
needed. A modem that came up at 115200 baud is out of the mirror's reach, and the relay goes on. Each time
the refusal says so. *Otherwise* is what must not be. All cuts:
`python tests/matrix/all.py --links direct,relay,mirror,card`; a fixed sample of each link runs with the
tests.
"""


def _figures() -> str:
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    rows = ["| " + " | ".join(_HEAD) + " |", "|---" * len(_HEAD) + "|"]
    for link in LINKS:
        totals = [0] * (len(_HEAD) - 1)
        for figure in (figure for figure in figures if figure["link"] == link):
            once, several = figure["one cut"], figure["several"]
            cells = [figure["operations"], sum(once.values()), sum(several.values())]
            cells += [once[end] + several[end] for end in ("updated", "rescued", "dead", "wrong")]
            totals = [total + cell for total, cell in zip(totals, cells, strict=True)]
            rows.append(f"| {figure['route']}, {link} | " + " | ".join(map(str, cells)) + " |")
        rows.append(f"| **{link}** | " + " | ".join(f"**{total}**" for total in totals) + " |")
    shares = {figure["link"]: figure["every"] for figure in figures if figure["every"] > 1}
    told = ", ".join(f"one cut in {every} on the {link}" for link, every in shares.items())
    return "\n".join(rows) + "\n\n" + textwrap.fill(_AFTER_FIGURES.format(shares=told).strip(), 108) + "\n"


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
    assumptions = "\n".join(f"| {row.about} | {row.default} | {row.source} |" for row in ASSUMPTIONS.values())
    links = "\n".join(f"| {name} | {link.about} | {', '.join(link.cuts)} |" for name, link in LINKS.items())
    ways = sum(len(row.alternatives) for row in ASSUMPTIONS.values() if row.name not in _NOT_MEASURED)
    return "\n".join(
        (
            _PROMISE,
            _EVIDENCE.format(others=ways, links=links),
            _figures(),
            _steps(),
            _DEATHS,
            _HOSTILE.format(
                hostile="\n".join(f"| {what} | {promise} | `{test}` |" for what, promise, test in HOSTILE)
            ),
            _NOT_PROMISED.format(assumptions=assumptions),
        )
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
