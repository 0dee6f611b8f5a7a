"""`modemflash explain`: an error, an exit code, or what a vendor's tool printed; else what it is a part of.

Rule: what is told is looked up in tables, each under its own kind, and said the
same on a screen and in `--json`.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
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

CODE, EXIT_CODE, VENDOR_WORD, CONSENT = "code", "exit-code", "vendor-word", "consent"
_MOST_SIMILAR = 5
_MOST_WHOLE = 3  # of more, each is one line
_SHORTEST_PART = 3  # letters of a word that is looked for inside of others
# What people type and logs print around the number: `exit code: 7`, `rc=7`, `$? 7`, `%ERRORLEVEL% 7`.
_EXIT = re.compile(
    r"[\s:=_%$?-]*(?:(?:exit(?:ed)?|return|error|status|code|level|with|rc)[\s:=_%$?-]*)*0*(\d{1,3})"
)
_AROUND = " .,:;!?'\"`()[]<>*"
_EXIT_ADVICE = "The code of the run says more: it stands on the screen, and `modemflash history` shows it."
# A name with a dash or more, wherever it stands in a line.
_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)+")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of a word.

    Attributes:
        kind: CODE, EXIT_CODE, VENDOR_WORD or CONSENT.
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

    @property
    def title(self) -> str:
        """The name, for people."""
        return f"exit code {self.name}" if self.kind == EXIT_CODE else self.name


def _codes(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """The codes that begin so, for completion."""
    return [code for code in sorted(CATALOGUE) if code.startswith(begun)]


@click.command(cls=HelpCommand)
@click.argument("words", metavar="[WORD]...", nargs=-1, shell_complete=_codes)
@talk_options
def explain(words: tuple[str, ...], talk: Talk) -> int:
    """Explain an error code, an exit code or a word of a vendor's tool: what it means, and what to do.

    Without a WORD all are listed; a part of one lists what fits. What a tool printed may be given as it
    stands: count=10, 0x103, "Confirm dynamic com port 24 timeout".
    """
    word = "".join(letter for letter in " ".join(words) if letter.isprintable())
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


def explanations(word: str) -> list[Explanation]:
    """What is known of a word or of a line that somebody printed; else what it is a part of; of "" all."""
    known = _known()
    line = " ".join(word.lower().split())
    if not line:
        return known
    names = {line.strip(_AROUND).replace(" ", "-").replace("_", "-")}
    names |= {name.replace("_", "-") for name in _NAME.findall(line)}
    exit_code = _EXIT.fullmatch(line)
    found = [
        each
        for each in known
        if (each.kind in (CODE, CONSENT) and each.name in names)
        or (each.kind == EXIT_CODE and exit_code is not None and each.name == exit_code[1])
        or (each.kind == VENDOR_WORD and re.search(rf"(?<![a-z0-9]){re.escape(each.name)}(?![a-z0-9])", line))
    ]
    return found or _with_parts(line, known)


def _known() -> list[Explanation]:
    """All that can be explained."""
    return [
        *map(_of_code, sorted(CATALOGUE)),
        *(
            Explanation(
                EXIT_CODE, str(code), f"{meaning[:1].upper()}{meaning[1:]}.", _EXIT_ADVICE if code else ""
            )
            for code, meaning in exit_codes.EXIT_CODES
        ),
        *(
            Explanation(VENDOR_WORD, name, f"{known.known}.", known.advice)
            for name, known in registry.vendor_words().items()
        ),
        *(
            Explanation(CONSENT, name, danger.risk, CATALOGUE["consent-missing"][1])
            for name, danger in sorted(registry.all_dangers().items())
        ),
    ]


def _of_code(code: str) -> Explanation:
    happened, hint, state = CATALOGUE[code]
    return Explanation(CODE, code, f"{happened}.", hint, state)


def _with_parts(line: str, known: list[Explanation]) -> list[Explanation]:
    """Those that have every word of the line in their name, else in name or sentence."""
    parts = re.findall(r"[a-z0-9]+", line)
    if not parts or max(map(len, parts)) < _SHORTEST_PART:
        return []
    named = [each for each in known if all(part in each.name for part in parts)]
    if named:
        return named
    return [each for each in known if all(re.search(rf"\b{part}", _sentence(each)) for part in parts)]


def _sentence(each: Explanation) -> str:
    return f"{each.name} {each.meaning}".lower()


def _similar(word: str) -> list[str]:
    """Names that are spelled alike."""
    names = [each.name for each in _known() if each.kind != EXIT_CODE]
    return difflib.get_close_matches(word.lower(), names, n=_MOST_SIMILAR)


def _show(found: list[Explanation]) -> None:
    console = SteadyConsole()
    if len(found) > _MOST_WHOLE:
        rows = [(each.title, Text(each.meaning.removesuffix("."))) for each in found]
        console.print(Rows(rows, width=14))
        return
    for each in found:
        console.print(Text(f"Exit code {each.name}" if each.kind == EXIT_CODE else each.name, "bold"))
        rows = [("What", Text(each.meaning))]
        if each.kind == CODE:
            family = next((one for one in registry.FAMILIES if each.name in one.vocabulary.evidence), None)
            words = family.vocabulary if family else Vocabulary()
            about = advice_rows(each.name, each.advice, each.modem_state, words)
            rows += [row for row in about if row[0] != "Code"]
        elif each.advice:
            rows.append(("Do this", Text(each.advice)))
        console.print(Rows(rows))
