"""Who is asked on the command line: a person on the terminal, or nobody.

Rules: a plain yes is one question; a danger is accepted by its own typed word
alone; off a terminal nothing is asked, what is missing is refused.
"""

from __future__ import annotations

import shutil
import sys
import textwrap

import rich_click as click

from modemflash.errors import Refusal
from modemflash_host.consents import YES, names_of, word_of
from modemflash_host.families.plan import Need
from modemflash_host.reporters import Reporter
from modemflash_host.run.confirm import Ask, Refuse

_WIDEST = 100  # columns
_ANSWER = 9  # columns that " [y/N]: " and the answer take behind a question


class AskOnTerminal:
    """Asks on the terminal.

    Args:
        reporter: its stop request ends the question, and its vocabulary has the words.
    """

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def consent(self, need: Need, refusal: Refusal) -> None:
        """See `Ask`."""
        with self._reporter.asking():
            try:
                accepted = self._accepted(need)
            except click.Abort:
                raise KeyboardInterrupt from None
        if not accepted:
            raise Refusal("not-confirmed", names_of([need.consent]))

    def question(self, name: str, refusal: Refusal) -> bool:
        """See `Ask`."""
        with self._reporter.asking():
            try:
                click.echo(wrapped(refusal.happened))
                return bool(click.confirm(wrapped(self._reporter.vocabulary.questions[name])))
            except click.Abort:
                raise KeyboardInterrupt from None

    def _accepted(self, need: Need) -> bool:
        if need.consent == YES:
            return bool(click.confirm("Go on?", default=False))
        word = word_of(need.consent, self._reporter.vocabulary.dangers)
        click.secho(wrapped(f"! {need.danger[:1].upper()}{need.danger[1:]}."), fg="yellow", bold=True)
        return bool(word == click.prompt(f"  Type {word} to accept this", default="", show_default=False))


def wrapped(text: str) -> str:
    """A sentence in lines that break between words; a terminal would break it anywhere."""
    cells = min(_WIDEST, shutil.get_terminal_size().columns - _ANSWER)
    return textwrap.fill(text, max(1, cells), subsequent_indent="  ", break_on_hyphens=False)


def asker(reporter: Reporter, as_json: bool) -> Ask:
    """Who can be asked here."""
    return AskOnTerminal(reporter) if not as_json and on_a_terminal() else Refuse()


def on_a_terminal() -> bool:
    """Whether somebody sits there."""
    return sys.stdin.isatty() and sys.stdout.isatty()
