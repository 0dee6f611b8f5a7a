"""What a run was about, as parts of its page: the module, the plan, versions and system.

Rule: what a family says of its events comes from its vocabulary; where that
cannot read one (another release wrote it, or somebody changed it), its fields
stand there as they are.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence

from modemflash_host.capture.file import Record
from modemflash_host.consents import Consent, names_of
from modemflash_host.families.vocabulary import STRONG, Event, Facts, Row, Vocabulary
from modemflash_host.report.history import module_version, typed_words
from modemflash_host.report.page.markup import Markup, element, joined, labelled, prose, section, spans, table
from modemflash_host.report.page.story import Story, number, rows, text
from modemflash_host.reporters import words as w
from modemflash_host.reporters.people import changes

_UNKNOWN = "not known"


def module(story: Story) -> Markup:
    """The module, before and after."""
    words, result = story.words, story.event("result")
    identity = story.event("identity")
    before = text(result.get("from_version")) or module_version(identity)
    after = text(result.get("to_version"))
    parts = [_family_rows(words.identity_rows, identity)] if identity else []
    changed = _changes(story.event("record"), words)
    if before and after and before != after and (before, after) not in [each[1:] for each in changed]:
        changed.insert(0, ("firmware", before, after))
    if changed:
        body = [
            element(
                "tr",
                element("th", what, scope="row"),
                *(element("td", *_lines(each)) for each in versions),
            )
            for what, *versions in changed
        ]
        parts.append(table("What the module said before and after", ("", "before", "after"), body))
    return section("The module" + (", before and after" if changed else ""), *parts)


def _changes(record: Event, words: Vocabulary) -> list[tuple[str, str, str]]:
    before, after = (
        {k: text(v) for k, v in _mapping(record.get(name)).items()} for name in ("before", "after")
    )
    return changes(before, after, lambda command: words.settings.get(command) or command)


def _mapping(value: object) -> Facts:
    return value if isinstance(value, dict) else {}


def plan(story: Story) -> Markup:
    """What was going to be done."""
    event, words = story.event("plan"), story.words
    if not event or event.get("nothing_to_do"):
        return Markup("")
    name, tone = words.directions.get(text(event.get("direction")), (text(event.get("direction")), STRONG))
    versions = " → ".join(text(event.get(each)) or _UNKNOWN for each in ("from_version", "to_version"))
    usual_s = sum(number(phase.get("usual_s")) for phase in rows(event.get("phases")))
    facts = [("Direction", joined([spans([(name, tone)]), f", {versions}"])), ("Usual time", w.span(usual_s))]
    if board := _mapping(event.get("board")):
        put = f"{text(board.get('files'))} files, {w.size(int(number(board.get('bytes'))))}"
        facts.append(("Board", f"first the updater onto it: {put}"))
    for label, key in (("Warning", "warnings"), ("No undo", "cannot_undo"), ("After a cut", "way_back")):
        facts.append((label, _list(event.get(key))))
    facts.append(("Not used", _list(event.get("unused"))))
    facts.append(("Consents", _list([_need(each) for each in rows(event.get("consents"))])))
    files = [_file_row(file, words) for file in rows(event.get("files"))]
    heads = ("file", "for", "size", "version")
    listed = table("The files of the plan", heads, files, "files") if files else ""
    return section("The plan", labelled(facts), listed)


def _need(need: Facts) -> str:
    consent = Consent(text(need.get("consent")), text(need.get("subject")))
    return f"{names_of([consent])}: {text(need.get('danger'))}"


def _file_row(file: Facts, words: Vocabulary) -> Markup:
    role = text(file.get("role"))
    digest = text(file.get("sha256"))
    name = [element("span", text(file.get("name")))]
    if digest:
        name.append(element("span", f"SHA-256 {digest}", class_="digest"))
    cells = (words.roles.get(role, role), w.size(int(number(file.get("size")))), text(file.get("version")))
    return element("tr", element("th", *name, scope="row"), *(element("td", cell) for cell in cells))


def _list(value: object) -> Markup:
    texts = [text(each) for each in value] if isinstance(value, list) else []
    return joined(element("p", prose(each)) for each in texts if each)


def system(header: Record, place: Event) -> Markup:
    """Versions, and what it ran on."""
    packages = ", ".join(f"{name} {text(of)}" for name, of in _mapping(header.get("packages")).items())
    board = _mapping(place.get("board"))
    command = typed_words([text(word) for word in header.get("command", [])])
    facts = [
        ("Command", element("code", shlex.join(command))),
        ("Started", text(header.get("started")).replace("T", " ")),
        ("modemflash", text(header.get("modemflash"))),
        ("Python", text(header.get("python"))),
        ("System", text(header.get("system")) or text(header.get("platform"))),
        ("Packages", packages),
        ("Port", text(header.get("port"))),
        ("Driver", text(header.get("driver"))),
        ("Board", " ".join(filter(None, (text(board.get(key)) for key in ("machine", "release"))))),
    ]
    return section("Versions and system", labelled(facts))


def _family_rows(rows_of: Callable[[Event], Sequence[Row]], event: Event) -> Markup:
    """What a family says of an event; the event's fields where it cannot."""
    try:
        shown = [(row.label, spans(row.spans)) for row in rows_of(event)]
    except (AttributeError, KeyError, LookupError, TypeError, ValueError):
        shown = [
            (key, Markup(element("span", text(value)))) for key, value in event.items() if key != "event"
        ]
    together: list[tuple[str, str]] = []
    for label, said in shown:
        if label or not together:
            together.append((label, element("p", said)))
        else:
            together[-1] = (together[-1][0], joined([together[-1][1], element("p", said)]))
    return labelled(together)


def _lines(words: str) -> Iterator[Markup]:
    yield from (element("p", line) for line in words.split("\n") if line)
