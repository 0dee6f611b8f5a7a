"""Writes the reference at the end of docs/api.md, from signatures and docstrings.

    python tests/tools/docs_api.py docs/api.md

Rule: every name of `__all__` stands there, or in the table of errors above.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from modemflash_host import api

_MARK = "may change with any release.\n"
_FIRST = ("open", "Module", "identify", "backup", "ports", "ModuleInfo", "Plan", "Result", "Copied", "Event")
_SECTION = re.compile(r"^(Args|Attributes|Returns|Raises):$")


def is_error(value: object) -> bool:
    """Whether it is a class of errors; those have a table of their own."""
    return isinstance(value, type) and issubclass(value, api.Problem)


def reference() -> str:
    """The whole reference: functions first, then what they take and give."""
    values = {name: getattr(api, name) for name in api.__all__}
    parts = []
    for name in sorted(values, key=lambda name: (*_FIRST, name).index(name)):
        value = values[name]
        if inspect.isfunction(value):
            parts += _function(f"api.{name}", value)
        elif isinstance(value, type) and not is_error(value):
            parts += [f"### {name}\n", *_text(value)]
            parts += [each for method in _methods(value) for each in _function(*method)]
    return "\n".join(parts).rstrip() + "\n"


def _methods(kind: type) -> Iterator[tuple[str, object]]:
    for name, value in vars(kind).items():
        if inspect.isfunction(value) and not name.startswith("_") and kind is api.Module:
            yield f"module.{name}", value


def _function(name: str, value: object) -> list[str]:
    assert callable(value)
    signature = inspect.signature(value)
    said = [str(each).replace("'", "") for each in signature.parameters.values() if each.name != "self"]
    kinds = [each.kind for each in signature.parameters.values() if each.name != "self"]
    if inspect.Parameter.KEYWORD_ONLY in kinds and inspect.Parameter.VAR_POSITIONAL not in kinds:
        said.insert(kinds.index(inspect.Parameter.KEYWORD_ONLY), "*")
    gives = str(signature.return_annotation)
    line = f"{name}({', '.join(said)}) -> {gives}"
    lines = [line] if len(line) < 90 else [f"{name}(", *(f"    {each}," for each in said), f") -> {gives}"]
    shown = [each.replace("Listener", "Callable[[Event], object]") for each in lines]
    return [f"### {name}\n", "```text", *shown, "```\n", *_text(value)]


def _text(value: object) -> Iterator[str]:
    """A docstring as paragraphs and lists."""
    lines = (inspect.getdoc(value) or "").splitlines()
    item: list[str] = []
    in_section, is_list = False, True
    for line in lines:
        title = _SECTION.match(line)
        if title or (in_section and not line.startswith("        ")) or not in_section:
            if item:
                yield _item(item, is_list)
                item = []
        if title:
            in_section, is_list = True, title[1] != "Returns"
            yield f"*{title[1]}*\n"
        elif in_section:
            if line.strip():
                item.append(line.strip())
            else:
                in_section = False
                yield ""
        else:
            yield line
    if item:
        yield _item(item, is_list)
    yield ""


def _item(lines: list[str], is_list: bool) -> str:
    text = " ".join(lines)
    if not is_list:
        return text
    names, colon, rest = text.partition(": ")
    is_named = bool(colon) and re.fullmatch(r"[\w, ]+", names) is not None
    return f"- `{names}`: {rest}" if is_named else f"- {text}"


def page(before: str) -> str:
    """The page with the reference as it is now."""
    front, mark, _ = before.partition(_MARK)
    if not mark:
        raise ValueError("the page has no place for the reference")
    return f"{front}{mark}\n{reference()}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")
