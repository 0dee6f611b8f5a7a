"""Who sits before the page: their stop requests and their answers.

Rules: a click counts as one stop request, as Ctrl-C does; while a question is open it is the answer no; a
plain yes is one click; a danger is accepted by its own typed word alone, which Python compares.
"""

from __future__ import annotations

import json

from modemflash.errors import Refusal
from modemflash_host.consents import YES, Consent, names_of, word_of
from modemflash_host.families.plan import Need
from modemflash_host.reporters import Reporter
from modemflash_web.inside.browser import Browser, Wait
from modemflash_web.inside.screen import Post


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


class AskOnPage:
    """See `modemflash_host.run.confirm.Ask`.

    Args:
        browser: see there.
        wait: see there.
        post: a message for the page.
        reporter: its vocabulary has the words.

    Attributes:
        given: what was consented to.
    """

    def __init__(self, browser: Browser, wait: Wait[object], post: Post, reporter: Reporter) -> None:
        self._browser = browser
        self._wait = wait
        self._post = post
        self._reporter = reporter
        self.given: set[Consent] = set()

    def consent(self, need: Need, refusal: Refusal) -> None:
        """See `Ask`."""
        word = "" if need.consent == YES else word_of(need.consent, self._reporter.vocabulary.dangers)
        answer = self._asked(
            {"kind": "ask", "what": "danger" if word else "plan", "word": word, "text": need.danger}
        )
        if not answer.get("yes") or answer.get("word", "") != word:
            raise Refusal("not-confirmed", names_of([need.consent]))
        self.given.add(need.consent)
        self._post({"kind": "consent", **need.consent.fields()})

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
