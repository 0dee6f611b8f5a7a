"""What people read: the modem, the plan, before and after, errors.

Shared by terminal and plain output, which differ only in how they show time
going by. Rules: every value from outside passes `printable`; no markup is ever
parsed from it; blocks fit into 40 columns; an error is one sentence, what to do
(the power first), the modem's state, the next command, in this order.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from modemflash.errors import CATALOGUE
from modemflash_host.families.vocabulary import GIVING_BACK, Vocabulary
from modemflash_host.reporters import Event, Sink
from modemflash_host.reporters import words as w
from modemflash_host.reporters.advice_rows import advice_rows
from modemflash_host.reporters.board_rows import place_rows, slot_words
from modemflash_host.reporters.plan_block import plan_blocks, warning_line
from modemflash_host.reporters.progress import Watch
from modemflash_host.reporters.rescue_view import ASKS, plan_rows, step_line
from modemflash_host.reporters.rows import STYLES, Paragraph, Rows, marked, texts
from modemflash_host.reporters.setting_rows import setting_rows

QUIET, NORMAL, VERBOSE = -1, 0, 1
UNTOLD = ("watch-power",)  # phases that are only seen while they last
_WIDE = 60  # columns from which before and after stand side by side
ENDS_PHASE = (
    "phase",
    "verified",
    "board-left",
    "found",
    "identity",
    "file",
    "copy",
    "plan",
    "problem",
    "rescue",
    "result",
)


class People(Sink):
    """The sink for people; subclasses add how a running phase looks.

    Args:
        out: where the story goes.
        err: where errors go.
        verbosity: `QUIET` (the end only), `NORMAL`, `VERBOSE` (probes, repeats, all replies).
    """

    def __init__(self, out: Console, err: Console, verbosity: int = NORMAL) -> None:
        self.out = out
        self.err = err
        self.verbosity = verbosity
        self.watch = Watch()
        self.vocabulary = Vocabulary()
        self.retries = 0
        unicode = out.encoding.lower().startswith("utf")
        self.ok, self.bad, self.arrow, self.dot = ("✓", "✗", "→", "·") if unicode else ("ok", "!!", "->", "-")
        self._changes: list[tuple[str, str, str]] = []
        self._told: Event | None = None
        self._zip = ""
        self._left = ""
        self._begun: Event | None = None
        self._planned = self._broken = False

    def use_vocabulary(self, vocabulary: Vocabulary) -> None:
        """From here on it is about a module of one family."""
        self.vocabulary = vocabulary

    def phase_title(self) -> str:
        """The running phase as a person would say it."""
        return w.printable(self.vocabulary.phase(self.watch.phase))

    def report(self, event: Event, at_s: float) -> None:
        """Show one event."""
        kind = event["event"]
        if kind in ENDS_PHASE and self.watch.phase:
            self.phase_ended(at_s, good=self._ends_well(event))
            self.watch.end()
            self.retries = 0
        self.watch.take(event, at_s)
        if kind == "retry" and event["what"] == self.vocabulary.whole_update:
            self._attempt_ended(event, at_s)
        elif kind == "retry":
            self.retries += 1
        show = getattr(self, "_" + kind.replace("-", "_"), None)
        if show is not None:
            show(event)
        if kind in ("phase", "progress", "stall"):
            self.moved(event, at_s)

    def _ends_well(self, event: Event) -> bool:
        """Whether the phase that an event ends came to a good end."""
        if event.get("failed") and self.watch.phase not in GIVING_BACK:
            return False
        return event["event"] != "problem" and event.get("what") not in ASKS

    def _attempt_ended(self, event: Event, at_s: float) -> None:
        """An attempt failed, and the next one begins."""
        self.phase_ended(at_s, good=False)
        self.watch.end()
        self.retries = 0
        of = f" of {self.vocabulary.attempts}" if self.vocabulary.attempts else ""
        known = CATALOGUE[event["reason"]][0] if event["reason"] in CATALOGUE else event["reason"]
        reason = (event.get("text") or known).rstrip(".")
        self.print(warning_line(f"{reason}: all again, attempt {event['attempt']}{of}"))

    def phase_ended(self, at_s: float, good: bool) -> None:
        """A phase came to its end."""

    def moved(self, event: Event, at_s: float) -> None:
        """A phase began, moved or stalled."""

    def print(self, what: RenderableType = "") -> None:
        """Print a block of the story, unless it should be quiet."""
        if self.verbosity > QUIET:
            self.out.print(what, highlight=False, markup=False)

    # -- how the modem is reached --------------------------------------------

    def _place(self, event: Event) -> None:
        self.print(Rows(place_rows(event)))

    def _slot(self, event: Event) -> None:
        self.print(Rows([("Card", Text(slot_words(event)))]))

    def _left_on_board(self, event: Event) -> None:
        self._left = event["remove"]

    # -- the modem ---------------------------------------------------------

    def _found(self, event: Event) -> None:
        words, tone = self.vocabulary.state(event["state"])
        text = Text(w.printable(words), STYLES[tone])
        if event["baud"]:
            text.append(f" ({event['baud']} baud)", "dim")
        self.print(Rows([("State", text)]))

    def _identity(self, event: Event) -> None:
        self.print(Rows(texts(self.vocabulary.identity_rows(event))))

    def _unfinished(self, event: Event) -> None:
        if self._begun is None and not self._planned:
            target = f"an update to {event['target']}" if event["target"] else "an update"
            files = ", ".join(event["files"])
            begun = f" (begun at {event['begun_at']})" if event.get("begun_at") else ""
            text = f"{target} with {files} did not finish{begun}"
            self.print(Rows([("Begun", Text(w.printable(text), "yellow"))]))
        self._begun = event

    def _details(self, event: Event) -> None:
        words = self.vocabulary
        settings = [
            (self._setting(command), Text("\n".join(w.lines_of(reply)), "dim"))
            for command, reply in event.get("record", {}).items()
            if self.verbosity >= VERBOSE or command not in words.hidden_settings
        ]
        for title, rows in (("Boot loaders", texts(words.details_rows(event))), ("Settings", settings)):
            if rows:
                self.print(Text(f"\n{title}", "bold"))
                self.print(Rows(rows, width=14))

    def _modem_setting(self, event: Event) -> None:
        self.print(Rows(setting_rows(event, self._setting(event["name"])), width=14))

    def _setting(self, command: str) -> str:
        return self.vocabulary.settings.get(command) or w.printable(command)

    def _probe(self, event: Event) -> None:
        if self.verbosity >= VERBOSE:
            self.print(
                Text(f"  {event['baud']} baud, pass {event['round']}: {w.printable(event['heard'])}", "dim")
            )

    def _file(self, event: Event) -> None:
        self.print(Text(w.printable(event["name"]), "bold"))
        if "problem" in event:
            is_told_below, self._broken = not self._broken, True  # the first one is the error of the run
            words = f"see below ({event['problem']})" if is_told_below else event["text"]
            self.print(Rows([("", Text.assemble((f"{self.bad} ", "bold red"), w.printable(words)))]))
        else:
            self.print(Rows(texts(self.vocabulary.file_rows(event)), hanging=2))
        self.print()

    def _copy(self, event: Event) -> None:
        words = f"{event['files']} files, {w.size(event['bytes'])}"
        if event["left_out"]:
            words += f", {event['left_out']} not read"
        self.print(Rows([("Copy", Text(w.printable(event["path"]))), ("", Text(words))]))

    # -- the plan ----------------------------------------------------------

    def _plan(self, event: Event) -> None:
        self._planned = True
        self.print()
        if event["nothing_to_do"]:
            self.print(Rows([("Plan", Text("nothing to do: this version runs already", "green"))]))
            return
        for block in plan_blocks(event, self.vocabulary, self.arrow):
            self.print(block)

    # -- on the way --------------------------------------------------------

    def _warning(self, event: Event) -> None:
        self.print(warning_line(event["text"]))

    def _retry(self, event: Event) -> None:
        if self.verbosity >= VERBOSE and event["what"] != self.vocabulary.whole_update:
            what = f"  again: {event['what']}, attempt {event['attempt']} ({event['reason']})"
            self.print(Text(w.printable(what), "dim"))

    def _interrupt(self, event: Event) -> None:
        # Beside a live line only the console that draws it may write.
        console = self.out if self.out.is_terminal else self.err
        console.print(Paragraph(Text(w.printable(event["text"]), "bold yellow")))

    def _note(self, event: Event) -> None:
        self.print(Paragraph(Text(w.printable(event["text"]))))

    def _rescue_plan(self, event: Event) -> None:
        self.print(Rows(plan_rows(event)))

    def _rescue(self, event: Event) -> None:
        if event["what"] in ASKS:
            self.print()
        self.print(step_line(event))

    # -- the end -----------------------------------------------------------

    def _record(self, event: Event) -> None:
        self._changes = changes(event["before"], event["after"], self._setting)

    def _problem(self, event: Event) -> None:
        self._told = event

    def _report(self, event: Event) -> None:
        self._zip = event["path"]

    def _result(self, event: Event) -> None:
        if self._told is not None:
            self._failure(self._told, event)
        else:
            self._success(event)

    def _failure(self, problem: Event, result: Event) -> None:
        show = self.err.print
        show()
        show(marked(self.bad, "bold red", Text(w.printable(problem["happened"]), "bold")))
        show()
        about = advice_rows(
            problem["code"],
            problem["hint"],
            result["modem_state"],
            self.vocabulary,
            problem.get("evidence") or "",
            self._begun,
        )
        if self._left:
            words = "the updater stays on it for the next command, which takes it off; or "
            about.append(("Board", Text.assemble(words, (self._left, "bold"))))
        show(Rows(about))
        if result["next"]:
            show(next_line(result["next"]), soft_wrap=True)
        if self._zip:
            show(Text.assemble(("To send    ", "dim"), w.printable(self._zip)), soft_wrap=True)

    def _success(self, event: Event) -> None:
        status, took = event["status"], w.clock_time(event["seconds"])
        before, after = (w.printable(event[name] or "unknown") for name in ("from_version", "to_version"))
        versions = f"{before} {self.arrow} {after}"
        if status == "nothing-to-do" or not (event["from_version"] or event["to_version"]):
            is_sure = status != "installed-unconfirmed"  # where no version is known, too, it is no success
            mark, style = (self.ok, "bold green") if is_sure else ("!", "bold yellow")
            line = marked(mark, style, Text(w.printable(CATALOGUE[event["code"]][0])))
        elif status == "updated":
            self._change_table()
            words = Text.assemble(
                (f"Updated: {versions}", "bold green"), f" in {took}, {w.size(event['bytes'])} sent"
            )
            line = marked(self.ok, "bold green", words)
        else:
            self._change_table()
            words = Text.assemble((f"Installed, not confirmed: {versions}", "bold yellow"), f" in {took}")
            line = marked("!", "bold yellow", words)
        self.out.print(line)
        if event["next"] and (self.verbosity > QUIET or status != "nothing-to-do"):
            self.out.print(next_line(event["next"]), soft_wrap=True)

    def _change_table(self) -> None:
        if not self._changes:
            return
        wide = self.out.width >= _WIDE
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for column in ("", "before", f"{self.arrow} after") if wide else (f"before {self.arrow} after",):
            table.add_column(column, overflow="fold")
        for label, before, after in self._changes:
            if wide:
                table.add_row(Text(label, "dim"), before, Text(after, "bold"))
            else:
                table.add_row(
                    Text.assemble((label + "\n", "dim"), before, f"\n{self.arrow} ", (after, "bold"))
                )
        self.print()
        self.print(table)
        self.print()


def next_line(command: str) -> Text:
    """The next command, to be printed with `soft_wrap`: it must stay one line for whoever copies it."""
    return Text.assemble(("Next       ", "dim"), (command, "bold cyan"))


def changes(
    before: dict[str, str], after: dict[str, str], label: Callable[[str], str]
) -> list[tuple[str, str, str]]:
    """(what, before, after) for every reply that changed, only the lines that did."""
    found = []
    for command in [*before, *(c for c in after if c not in before)]:
        old, new = w.lines_of(before.get(command, "")), w.lines_of(after.get(command, ""))
        if old != new:
            gone = [line for line in old if line not in new]
            come = [line for line in new if line not in old]
            found.append((label(command), "\n".join(gone) or "-", "\n".join(come) or "-"))
    return found
