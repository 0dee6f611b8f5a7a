"""How often the product leaves a type open: `Any`, and dictionaries whose values may be anything.

Both are the price of what comes from outside (JSON, a registry of plug-ins); a name that says what a
dictionary is (`Facts`, `Event`) costs nothing. Rule: a new use takes an old one's place, so the limits
only ever fall.
"""

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = (ROOT / "device", ROOT / "host" / "modemflash_host")
ANY_AT_MOST = 60
ANYTHING_DICTIONARIES_AT_MOST = 25


def open_types() -> tuple[Counter[str], Counter[str]]:
    """Uses of `Any`, and of dictionaries of `Any`, by file."""
    names, dictionaries = Counter[str](), Counter[str]()
    for folder in PRODUCT:
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Name) and node.id == "Any":
                    names[str(path.relative_to(ROOT))] += 1
                elif isinstance(node, ast.Subscript) and ast.unparse(node) in (
                    "dict[str, Any]",
                    "Mapping[str, Any]",
                ):
                    dictionaries[str(path.relative_to(ROOT))] += 1
    return names, dictionaries


def test_few_types_are_left_open() -> None:
    names, dictionaries = open_types()
    assert names.total() <= ANY_AT_MOST, names.most_common()
    assert dictionaries.total() <= ANYTHING_DICTIONARIES_AT_MOST, dictionaries.most_common()
