"""The page of one run: the three answers first, then how it came to that."""

from __future__ import annotations

from collections.abc import Iterable

from modemflash_host.capture.file import Record
from modemflash_host.capture.reading import Capture, StreamedCapture
from modemflash_host.capture.runs import Run
from modemflash_host.report.page import sections
from modemflash_host.report.page.markup import (
    Markup,
    element,
    joined,
    labelled,
    page,
    paragraphs,
    prose,
    section,
)
from modemflash_host.report.page.rate import rate_figure
from modemflash_host.report.page.story import Story, WordsOf, story_of, text
from modemflash_host.report.page.time_line import on_the_way, phases
from modemflash_host.report.page.verdict import Verdict, verdict_of
from modemflash_host.report.page.wire_end import wire as end_of_wire

_MADE = "Made by modemflash from the record of this run. It holds no firmware, and needs no network."
_NOTHING = "Nothing is left to do."


def run_page(
    run: Run,
    capture: Capture | StreamedCapture,
    words_of: WordsOf,
    wire: Iterable[Record] | None = None,
    why_no_wire: str = "",
) -> str:
    """The page.

    Args:
        run: the run.
        capture: its own file.
        words_of: the words of a family, by its name.
        wire: the last records of the wire, where that is another file.
        why_no_wire: why the wire is not shown; "" where it is.
    """
    story = story_of(capture.records, words_of, text(run.result.get("family")))
    verdict = verdict_of(story)
    header = capture.header
    started = text(header.get("started"))[:16].replace("T", " ")
    command = next((text(word) for word in header.get("command", []) if text(word)[:1] != "-"), "run")
    shown = () if why_no_wire else (story.wire if wire is None else wire)
    torn = "The record of this run is torn: the program was killed while it wrote." if capture.torn else ""
    return page(
        f"modemflash {command}, {started}: {verdict.happened}",
        element(
            "header",
            element(
                "p", element("b", "modemflash"), f" {command} · {started} · run {run.name}", class_="run"
            ),
        ),
        element(
            "main",
            _answers(verdict, story),
            element("p", torn, class_="note") if torn else "",
            sections.module(story),
            sections.plan(story),
            phases(story),
            section("Rate", rate_figure(story), on_the_way(story)),
            sections.system(header, story.event("place")),
            end_of_wire(shown, why_no_wire),
        ),
        element("footer", element("p", _MADE)),
    )


def _answers(verdict: Verdict, story: Story) -> Markup:
    result = story.event("result")
    before, after = text(result.get("from_version")), text(result.get("to_version"))
    versions = (
        element("p", before, " → ", after, class_="versions") if before and after and before != after else ""
    )
    code = element("p", "Code ", element("code", verdict.code), class_="more") if verdict.code else ""
    return joined(
        [
            element(
                "div",
                element("p", "What happened", class_="question"),
                element("h1", prose(verdict.happened)),
                versions,
                element("p", verdict.more, class_="more") if verdict.more else "",
                code,
                class_=f"answer main {verdict.tone}",
            ),
            element(
                "div",
                element(
                    "section",
                    element("h2", "Is the module safe?"),
                    element("p", verdict.answer, class_=f"word {verdict.safe_tone}"),
                    element("p", prose(verdict.safe)),
                    class_="answer",
                ),
                element("section", element("h2", "What to do next"), _advice(verdict), class_="answer"),
                class_="answers",
            ),
        ]
    )


def _advice(verdict: Verdict) -> Markup:
    rows = [(label, paragraphs(words)) for label, words in verdict.advice]
    parts = [labelled(rows)] if any(label for label, _ in rows) else [words for _, words in rows]
    if verdict.command:
        parts.append(element("p", "Type"))
        parts.append(element("pre", element("code", verdict.command)))
    return joined(parts or [element("p", _NOTHING)])
