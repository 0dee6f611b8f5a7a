"""The product's page as a person uses it: files, Connect, Agree, and what it says then.

Rule: it is known by the ids and states that stand at the top of its `index.html`,
never by its words.
"""

from __future__ import annotations

from pathlib import Path

from support.browser.tab import Tab, wait_for

LOAD_S = 30
TALK_S = 150


class Page:
    """See above.

    Args:
        tab: it shows the page from `open` on.
        origin: of the site.
    """

    def __init__(self, tab: Tab, origin: str) -> None:
        self.tab = tab
        self.origin = origin

    def open(self, query: str = "", state: str = "ready") -> None:
        """Load it, until it can be used."""
        self.tab.go(self.origin + "/index.html" + query)
        self.wait_state(state, LOAD_S)

    def choose(self, *paths: Path) -> None:
        """Firmware files, until they are checked and good."""
        self.tab.choose_files("#choose-files", *paths)
        self.wait_state("files")

    def choose_firmware(self, folder: Path) -> None:
        """As `choose`: the image and the updater of the folder that the tests of the page share."""
        self.choose(folder / "CATM1-41065.dup", folder / "updater.elf")

    def connect(self, port: str, button: str = "#connect") -> None:
        """Press a button that asks for a port, and choose it."""
        self.tab.click(button)
        self.tab.allow_port("Pysense " + port)

    def wait_question(self) -> None:
        """Until a plan is shown, and asked about."""
        self.wait_state("plan", TALK_S)
        wait_for(self.tab, "!document.getElementById('question').hidden")

    def agree(self) -> None:
        """To the plan, when it is shown."""
        self.wait_question()
        self.tab.click("#agree")

    def wait_share(self, share: float, timeout_s: float = TALK_S) -> None:
        """Until the firmware is on its way, and so much of it sent."""
        bar = "document.getElementById('progress')"
        wait_for(self.tab, "%s.hasAttribute('value') && %s.value >= %s" % (bar, bar, share), timeout_s)

    def wait_state(self, state: str, timeout_s: float = LOAD_S) -> None:
        """Until it is in a state; at once over when it is in a state of the end and another was wanted."""
        ends = ["error", "result"]
        words = "['%s', '%s', '%s'].includes(document.body?.dataset.state)" % (state, *ends)
        wait_for(self.tab, words, timeout_s)
        assert self.state() == state, self.error()

    def state(self) -> object:
        return self.tab.run("return document.body.dataset.state")

    def outcome(self, timeout_s: float = TALK_S) -> object:
        """How it ended."""
        wait_for(self.tab, "document.body.dataset.state == 'result'", timeout_s)
        return self.tab.run("return document.getElementById('result').dataset.outcome")

    def error(self) -> tuple[object, object]:
        """Code and words of the error that is shown; ("", "") for none."""
        script = """const error = document.getElementById('error');
        return error.hidden ? ['', ''] : [error.dataset.code, error.innerText];"""
        found = self.tab.run(script)
        assert isinstance(found, list)
        return found[0], found[1]

    def text(self, css: str) -> str:
        return str(self.tab.run("return document.querySelector(words[0]).innerText", css))
