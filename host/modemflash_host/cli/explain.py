"""`modemflash explain`: an error code in full, from the catalogue, or a word of a vendor's tool."""

from __future__ import annotations

import difflib

import rich_click as click
from rich.text import Text

from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.options import Talk
from modemflash_host.errors import CATALOGUE, Refusal
from modemflash_host.families import registry
from modemflash_host.families.vocabulary import Vocabulary
from modemflash_host.reporters.advice_rows import advice_rows
from modemflash_host.reporters.rows import Rows
from modemflash_host.reporters.steady_console import SteadyConsole
from modemflash_host.run.result import Result


def _codes(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """The codes that begin so, for completion."""
    return [code for code in sorted(CATALOGUE) if code.startswith(begun)]


@click.command()
@click.argument("code", required=False, shell_complete=_codes)
def explain(code: str | None) -> int:
    """Say what an error CODE means and what to do; without a CODE list them all.

    Codes that vendors' tools print are known, too, such as 0x103.
    """
    console = SteadyConsole()
    if code is None:
        console.print(Rows([(name, Text(CATALOGUE[name][0])) for name in sorted(CATALOGUE)], width=14))
        return 0
    if known := registry.vendor_words().get(code.lower()):
        console.print(Text(code, "bold"))
        console.print(Rows([("What", Text(known.known + ".")), ("Do this", Text(known.advice))]))
        return 0
    if code not in CATALOGUE:
        near = difflib.get_close_matches(code, CATALOGUE, n=3, cutoff=0.5)
        near += [name for name in sorted(CATALOGUE) if code in name and name not in near][:3]
        problem = Refusal("unknown-code", f"{code}; near: {', '.join(near)}" if near else code)
        return carry_out(lambda _: Result.of_problem(problem), Talk())
    happened, hint, state = CATALOGUE[code]
    family = next((each for each in registry.FAMILIES if code in each.vocabulary.evidence), None)
    about = advice_rows(code, hint, state, family.vocabulary if family else Vocabulary())
    about = [("What", Text(happened + ".")), *(row for row in about if row[0] != "Code")]
    console.print(Text(code, "bold"))
    console.print(Rows(about))
    return 0
