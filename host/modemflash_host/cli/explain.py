"""`modemflash explain`: an error, an exit code, or what a vendor's tool printed; else what is spelled alike.

Rule: what is told is looked up in tables, each under its own kind, and said the
same on a screen and in `--json`.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import rich_click as click
from rich.text import Text

from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.options import Talk, talk_options
from modemflash_host.errors import CATALOGUE, Refusal
from modemflash_host.families import registry
from modemflash_host.families.vocabulary import Vocabulary
from modemflash_host.reporters import Reporter
from modemflash_host.reporters.advice_rows import advice_rows
from modemflash_host.reporters.rows import Rows
from modemflash_host.reporters.steady_console import SteadyConsole
from modemflash_host.run import exit_codes
from modemflash_host.run.result import Result

CODE, EXIT_CODE, VENDOR_WORD = "code", "exit-code", "vendor-word"
_MOST_SIMILAR = 5


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of a word.

    Attributes:
        kind: CODE, EXIT_CODE or VENDOR_WORD.
        name: the word, as its table has it.
        meaning: a sentence.
        advice: what to do; "" for nothing.
        modem_state: of a code, what it means for the module; "" for the others.
    """

    kind: str
    name: str
    meaning: str
    advice: str = ""
    modem_state: str = ""


def _codes(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """The codes that begin so, for completion."""
    return [code for code in sorted(CATALOGUE) if code.startswith(begun)]


@click.command(cls=HelpCommand)
@click.argument("words", metavar="[WORD]...", nargs=-1, shell_complete=_codes)
@talk_options
def explain(words: tuple[str, ...], talk: Talk) -> int:
    """Explain an error code, an exit code or a word of a vendor's tool: what it means, and what to do.

    Without a WORD all errors are listed. What a tool printed may be given as it stands: count=10, 0x103,
    "Confirm dynamic com port 24 timeout".
    """
    word = " ".join(words)
    found = list(explanations(word))
    similar = [] if found else _similar(word)

    def work(reporter: Reporter) -> Result:
        for each in found:
            reporter.say("explanation", **dataclasses.asdict(each))
        if found:
            return Result("nothing-to-do", "explained")
        if similar:
            reporter.say("similar", names=similar)
        near = f"; did you mean {', '.join(similar)}?" if similar else ""
        raise Refusal("unknown-code", word + near)

    if found and not talk.as_json:
        _show(found)
        return exit_codes.DONE
    return carry_out(work, talk)


def explanations(word: str) -> Iterator[Explanation]:
    """What is known of a word; of "" each error code."""
    if not word:
        yield from map(_of_code, sorted(CATALOGUE))
        return
    spelled = re.sub(r"[\s_-]+", "-", word.strip().lower())
    if spelled in CATALOGUE:
        yield _of_code(spelled)
    number = word.lower().removeprefix("exit").removeprefix(" code").strip()
    for code, meaning in exit_codes.EXIT_CODES:
        if number == str(code):
            yield Explanation(EXIT_CODE, number, f"{meaning[:1].upper()}{meaning[1:]}.")
    for name, known in registry.vendor_words().items():
        if name in word.lower():
            yield Explanation(VENDOR_WORD, name, f"{known.known}.", known.advice)


def _of_code(code: str) -> Explanation:
    happened, hint, state = CATALOGUE[code]
    return Explanation(CODE, code, f"{happened}.", hint, state)


def _similar(word: str) -> list[str]:
    """Names that are spelled alike, or that have the word in them or in their sentence."""
    word = word.lower()
    names = [*sorted(CATALOGUE), *registry.vendor_words()]
    near = difflib.get_close_matches(word, names, n=3, cutoff=0.5)
    near += [name for name in names if len(word) > 2 and word in name]
    near += [code for code in sorted(CATALOGUE) if len(word) > 3 and word in CATALOGUE[code][0].lower()]
    return list(dict.fromkeys(near))[:_MOST_SIMILAR]


def _show(found: list[Explanation]) -> None:
    console = SteadyConsole()
    if len(found) > 1 and all(each.kind == CODE for each in found):
        console.print(Rows([(each.name, Text(each.meaning.removesuffix("."))) for each in found], width=14))
        return
    for each in found:
        title = f"Exit code {each.name}" if each.kind == EXIT_CODE else each.name
        console.print(Text(title, "bold"))
        rows = [("What", Text(each.meaning))]
        if each.kind == CODE:
            family = next((one for one in registry.FAMILIES if each.name in one.vocabulary.evidence), None)
            words = family.vocabulary if family else Vocabulary()
            about = advice_rows(each.name, each.advice, each.modem_state, words)
            rows += [row for row in about if row[0] != "Code"]
        elif each.advice:
            rows.append(("Do this", Text(each.advice)))
        console.print(Rows(rows))
