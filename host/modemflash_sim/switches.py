"""The words by which a simulated device is told what is wrong with it, and how it is where nobody knows.

Rules: `NAME:VALUE`, several by commas; a name or value that the family's table does not have is refused with
those that it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from modemflash_sim.names import meant


def behaviours(text: str, table: Mapping[str, tuple[tuple[str, ...], str]]) -> dict[str, str]:
    """`NAME:BEHAVIOUR`; every assumption with its behaviour, the first one where nothing is said.

    Args:
        text: what was said.
        table: name -> its behaviours, and what it is about.

    Raises:
        ValueError: there is no such assumption or behaviour.
    """
    chosen = {name: allowed[0] for name, (allowed, _) in table.items()}
    for item in filter(None, text.split(",")):
        name, _, behaviour = item.partition(":")
        if name not in table:
            raise ValueError(f"no such assumption: {name!r}{meant(name, table)}")
        if behaviour not in table[name][0]:
            raise ValueError(f"{name} is one of {', '.join(table[name][0])}, not {behaviour!r}")
        chosen[name] = behaviour
    return chosen


def faults(text: str, table: Mapping[str, tuple[int, str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """`NAME:ARGUMENT:…`; each fault with its arguments, in order.

    Args:
        text: what was said.
        table: name -> how many arguments it takes, and what they are.

    Raises:
        ValueError: there is no such fault, or it takes another number of arguments.
    """
    for item in filter(None, text.split(",")):
        name, *arguments = item.split(":")
        if name not in table:
            raise ValueError(f"no such fault: {name!r}{meant(name, table)}")
        if len(arguments) != table[name][0]:
            raise ValueError(f"{name} takes {table[name][0]} arguments: {table[name][1]}")
        yield name, tuple(arguments)
