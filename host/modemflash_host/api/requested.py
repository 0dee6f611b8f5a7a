"""What is said in Python, as the parts of a request: options and consents by their names, checked."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

from modemflash_host.consents import Consent
from modemflash_host.families import registry

_TYPES: dict[str, tuple[type, ...]] = {
    "flag": (bool,),
    "yes-no": (bool,),
    "number": (int,),
    "text": (str,),
    "file": (str, Path),
}


def options_of(said: Mapping[str, object]) -> dict[str, object]:
    """The options of the families by their names, from keywords; what is None or not wanted is not said.

    Raises:
        TypeError: no family has such an option, or it takes another type.
    """
    known = {option.name.replace("-", "_"): option for option in registry.all_options()}
    options: dict[str, object] = {}
    for keyword, value in said.items():
        option = known.get(keyword)
        if option is None:
            raise TypeError(f"there is no option {keyword!r}{_meant(keyword, known)}")
        if value is None or (option.kind == "flag" and value is False):
            continue
        types = _TYPES[option.kind]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise TypeError(f"{keyword} is {' or '.join(each.__name__ for each in types)}, not {value!r}")
        options[option.name] = Path(str(value)) if option.kind == "file" else value
    return options


def consents_of(accept: Iterable[str]) -> frozenset[Consent]:
    """Consents from their names, each with its subject behind a blank where it has one.

    Raises:
        TypeError: it is one text, where several are meant.
        ValueError: there is no such danger, or no such subject of it.
    """
    if isinstance(accept, str):
        raise TypeError(f"accept is a list of names: accept=[{accept!r}]")
    dangers = registry.all_dangers()
    consents = set()
    for text in accept:
        if not isinstance(text, str):
            raise TypeError(f"a danger is accepted by its name, not by {text!r}")
        name, _, subject = text.partition(" ")
        danger = dangers.get(name)
        if danger is None:
            raise ValueError(f"there is no danger {name!r}{_meant(name, dangers)}")
        if bool(subject) != bool(danger.argument or danger.choices):
            raise ValueError(f"{name}: a subject is {'missing' if not subject else 'not taken'}")
        if danger.choices and subject not in danger.choices:
            raise ValueError(f"{name}: {subject!r} is none of {', '.join(danger.choices)}")
        consents.add(Consent(name, subject))
    return frozenset(consents)


def _meant(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(names)}"
