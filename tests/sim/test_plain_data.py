"""Rules of `plain_data`: what JSON gave becomes exactly the record that it was, or is refused."""

import dataclasses
import json
from dataclasses import dataclass, field

import pytest

from modemflash_sim.plain_data import made


@dataclass(frozen=True, slots=True)
class Inner:
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Outer:
    inner: Inner
    perhaps: Inner | None = None
    several: tuple[Inner, ...] = ()
    table: dict[str, int] = field(default_factory=dict)


def test_there_and_back() -> None:
    """`asdict`, JSON, `made`: the same record."""
    record = Outer(Inner("a", 1), Inner("b", 2), (Inner("c", 3),), {"d": 4})
    assert made(Outer, json.loads(json.dumps(dataclasses.asdict(record))), "it") == record


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"inner": {"name": "a"}}, "it.inner does not have the fields name, count"),
        ({"inner": {"name": "a", "count": True}}, "it.inner.count is True"),
        ({"more": 1}, "it does not have the fields"),
        ({"several": {}}, "it.several is no list"),
        ({"table": []}, "it.table is no table"),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, object], message: str) -> None:
    """A missing field, one too many, another type: nothing is repaired."""
    plain = dataclasses.asdict(Outer(Inner("a", 1)))
    with pytest.raises(ValueError, match=message):
        made(Outer, {**plain, "several": [], **changes}, "it")
