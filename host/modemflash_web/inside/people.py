"""Who sits before the page: their stop requests and their answers.

Rules: a click counts as one stop request, as Ctrl-C does; while a question is open it is the answer no; a
plain yes is one click; a danger is accepted by its own typed word alone, which Python compares. What was
agreed to counts again for the board that says the same address; for a module without one only where this
browser has its update open and the page goes on by itself, soon after it was left: nobody had the time to
put another one there, and one that can say who it is says so (`ModuleJournal`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from modemflash.errors import Refusal
from modemflash_host.consents import YES, Consent, names_of, word_of
from modemflash_host.families.plan import ModuleInfo, Need
from modemflash_host.reporters import Event, Reporter, Sink
from modemflash_host.run.expected import BoardSeen, Expected
from modemflash_web.inside.browser import Browser, Wait
from modemflash_web.inside.screen import Post
from modemflash_web.inside.words import said


class Stops:
    """See `modemflash_host.reporters.StopCount`.

    Args:
        browser: counts the clicks.
    """

    asking = False
    telling_end = False

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    @property
    def count(self) -> int:
        """So many, in this job."""
        return self._browser.stops()


class ExpectedOrAtWork(Expected):
    """The board that is expected, or one that does not say its address, because it is at work."""

    def check_module(self, module: ModuleInfo, board: Mapping[str, str]) -> None:
        """See `Expected`."""
        if board.get("mac", ""):
            super().check_module(module, board)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What somebody agreed to in a run that did not finish.

    Attributes:
        consents: all of them.
        mac: of the board that they were given for; "" for a module without one.
        only_it: that board is looked for, and nobody is asked about another one.
        is_strict: nor is one taken that does not say its address, because it is at work.
        goes_on: the page goes on by itself, soon after that run was left.
    """

    consents: frozenset[Consent] = frozenset()
    mac: str = ""
    only_it: bool = False
    is_strict: bool = False
    goes_on: bool = False

    @classmethod
    def of_json(cls, text: str) -> Agreed:
        """As the page says it with its order (`agreedTo` in `page/page.js`)."""
        words = json.loads(text)
        consents = frozenset(Consent(each["consent"], each["subject"]) for each in words.get("consents", ()))
        mac = str(words.get("mac", ""))
        switches = (bool(words.get(name)) for name in ("onlyIt", "isStrict", "goesOn"))
        only_it, is_strict, goes_on = switches
        return cls(consents, mac, only_it and bool(mac), is_strict, goes_on)

    def counting_for(self, mac: str, *, is_begun: bool) -> frozenset[Consent]:
        """What counts for the module that is there.

        Args:
            mac: of its board; "" for a module without one.
            is_begun: an update of it is open here.
        """
        if mac or self.mac:
            return self.consents if mac == self.mac else frozenset()
        return self.consents if self.goes_on and is_begun else frozenset()

    @property
    def expected(self) -> Expected:
        """Which board has to be there."""
        kind = Expected if self.is_strict else ExpectedOrAtWork
        return kind(self.mac if self.only_it else "")


NOTHING = Agreed()


class _Begun(Sink):
    """Whether an update of the module is open here."""

    is_so = False

    def report(self, event: Event, at_s: float) -> None:
        """See `Sink`."""
        self.is_so = self.is_so or event["event"] == "unfinished"


class AskOnPage:
    """See `modemflash_host.run.confirm.Ask`. What was agreed to is not asked again, for that board.

    Args:
        browser: see there.
        wait: see there.
        post: a message for the page.
        reporter: its vocabulary has the words.
        agreed: before.
    """

    def __init__(
        self,
        browser: Browser,
        wait: Wait[object],
        post: Post,
        reporter: Reporter,
        agreed: Agreed = NOTHING,
    ) -> None:
        self._seen, self._begun = BoardSeen.at(reporter), _Begun()
        reporter.listen(self._begun)
        self._browser = browser
        self._wait = wait
        self._post = post
        self._reporter = reporter
        self._agreed = agreed

    def consent(self, need: Need, refusal: Refusal) -> None:
        """See `Ask`."""
        mac = self._seen.board.get("mac", "")
        if self._agreed.only_it and mac != self._agreed.mac:
            raise Refusal("other-module", said("otherMac", mac=mac or said("notKnown")))
        before = self._agreed.counting_for(mac, is_begun=self._begun.is_so)
        if need.consent in before:
            return
        word = "" if need.consent == YES else word_of(need.consent, self._reporter.vocabulary.dangers)
        text = f"{need.danger[:1].upper()}{need.danger[1:]}." if word else ""
        what = "danger" if word else "goOn" if self._begun.is_so else "plan"
        answer = self._asked({"kind": "ask", "what": what, "word": word, "text": text})
        if not answer.get("yes") or answer.get("word", "") != word:
            raise Refusal("not-confirmed", names_of([need.consent]))
        self._agreed = Agreed(before | {need.consent}, mac, goes_on=True)
        self._post({"kind": "consent", **need.consent.fields(), "mac": mac})

    def question(self, name: str, refusal: Refusal) -> bool:
        """See `Ask`."""
        words = self._reporter.vocabulary.questions[name]
        text = f"{refusal.happened} {words}"
        return bool(self._asked({"kind": "ask", "what": "question", "word": "", "text": text}).get("yes"))

    def _asked(self, question: dict[str, object]) -> dict[str, object]:
        with self._reporter.asking():
            self._post(question)
            answer = json.loads(str(self._wait(self._browser.answer())))
        return answer if isinstance(answer, dict) else {}
