"""docs/json.md lists each event that the program reports, with the fields that it is given, and no other."""

from __future__ import annotations

from tools.docs_events import events, listed


def test_every_event_is_listed_and_no_other() -> None:
    assert set(listed()) == set(events())


def test_every_field_is_named_beside_its_event() -> None:
    page = listed()
    missing = {
        (name, field)
        for name, fields in events().items()
        for field in fields
        if f"`{field}`" not in page.get(name, "") and f'"{field}"' not in page.get(name, "")
    }
    assert not missing
