"""Two examples for each command, and the options that most people need, for its `--help`.

Rule: an example is a line that the program takes, without any danger's flag; a
test runs each of them through the parser.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HelpExamples:
    """What the help of one command shows.

    Attributes:
        examples: (the words behind `modemflash`, what they do).
        common: options by their long names, where not all of them fit.
    """

    examples: tuple[tuple[str, str], ...] = ()
    common: tuple[str, ...] = ()


_TALK = ("json", "quiet")

# The words of a command -> its examples.
EXAMPLES: Mapping[str, HelpExamples] = {
    "": HelpExamples((("info", "what is there"), ("update firmware.zip", "show the plan, ask, update it"))),
    "update": HelpExamples(
        (
            ("update firmware.zip --dry-run", "show the plan, and end"),
            ("update firmware.zip -p COM5 --yes", "update the module at COM5"),
        ),
        ("port", "dry-run", "yes", "json"),
    ),
    "info": HelpExamples(
        (("info", "the one board"), ("info -p /dev/ttyUSB0 -v", "with every probe and reply")),
        ("port", "via", *_TALK),
    ),
    "identify": HelpExamples(
        (("identify firmware.zip", "what is in it"), ("identify . --json", "this folder, for a script"))
    ),
    "rescue": HelpExamples(
        (
            ("rescue firmware.zip -p COM5", "try until it answers, then update"),
            ("rescue -p COM5 --for 12h", "try over night"),
        ),
        ("port", "for", "json"),
    ),
    "backup": HelpExamples(
        (
            ("backup -o module.tar", "of the one module"),
            ("backup -o module.tar -p COM7 --json", "of the one at COM7, for a script"),
        ),
        ("output", "port", "json"),
    ),
    "fleet": HelpExamples(
        (
            ("fleet scan -o fleet.toml", "write the list of what is plugged in"),
            ("fleet update firmware.zip --boards fleet.toml", "update them all"),
        )
    ),
    "fleet update": HelpExamples(
        (
            ("fleet update firmware.zip --boards fleet.toml --canary 1", "one first, then the others"),
            ("fleet update firmware.zip --all -y --json", "all that are plugged in, for a script"),
        ),
        ("boards", "all", "jobs", "canary", "stop-after", "yes", "json"),
    ),
    "fleet plan": HelpExamples(
        (
            ("fleet plan firmware.zip --boards fleet.toml", "the plan of each"),
            ("fleet plan firmware.zip --all --json", "for a script"),
        ),
        ("boards", "all", "json"),
    ),
    "fleet info": HelpExamples(
        (
            ("fleet info --boards fleet.toml", "who they are"),
            ("fleet info --all", "all that are plugged in"),
        )
    ),
    "fleet scan": HelpExamples(
        (
            ("fleet scan -o fleet.toml", "write the list"),
            ("fleet scan -o fleet.toml --jobs 12", "ask twelve at a time"),
        )
    ),
    "fleet results": HelpExamples(
        (
            ("fleet results --csv results.csv --html results.html", "for others"),
            ("fleet results bench1.json bench2.json", "of several computers"),
        )
    ),
    "report": HelpExamples((("report", "the last run"), ("report 3 --html", "the page of the third last"))),
    "history": HelpExamples((("history", "the list"), ("history --html -o runs.html", "as a page"))),
    "explain": HelpExamples(
        (("explain modem-silent", "an error"), ("explain 0x103", "what a vendor's tool printed"))
    ),
    "ports": HelpExamples((("ports", "all of them"), ("ports --json", "for a script"))),
    "settings": HelpExamples(
        (
            ("settings --dry-run", "what differs from before the last update, and what would be sent"),
            ("settings 3 -p COM5 --yes", "as the third last run recorded them"),
        ),
        ("port", "dry-run", "yes", "json"),
    ),
    "setup": HelpExamples((("setup", "what to type here"), ("setup --json", "for a script"))),
    "config": HelpExamples((("config", "what is set, and where"), ("config --json", "for a script"))),
    "completion": HelpExamples(
        (
            ("completion install", "into your shell's file, after a question"),
            ("completion bash", "the script"),
        )
    ),
    "completion install": HelpExamples(
        (("completion install", "for your shell"), ("completion install zsh -y", "for this one, unasked"))
    ),
    "completion uninstall": HelpExamples(
        (("completion uninstall", "of your shell"), ("completion uninstall fish", "of this one"))
    ),
    **{
        f"completion {shell}": HelpExamples(
            (
                (f"completion {shell}", "the script"),
                (f"completion install {shell}", "the script, where it is read"),
            )
        )
        for shell in ("bash", "zsh", "fish", "powershell")
    },
    "demo": HelpExamples(
        (("demo", "watch an update"), ("simulate modem --endpoint tcp", "a modem to play with"))
    ),
    "capture": HelpExamples(
        (
            ("capture export --pcapng run.pcapng", "the last run"),
            ("capture dissector", "where Wireshark's script is"),
        )
    ),
    "capture export": HelpExamples(
        (
            ("capture export 3 --pcapng run.pcapng", "the third last run"),
            ("capture export --pcapng - | wireshark -k -i -", "while it runs"),
        )
    ),
    "capture dissector": HelpExamples(
        (("capture dissector", "where it is"), ("capture export --pcapng run.pcapng", "what it is for"))
    ),
    "card": HelpExamples(
        (("card prepare firmware.zip --to E:", "lay one out"), ("card check E:", "compare what is on it"))
    ),
    "card prepare": HelpExamples(
        (
            ("card prepare firmware.zip --to E:", "the card in drive E"),
            ("card prepare fw/ --to /media/CARD --with-engine", "for boards with an old updater, too"),
        ),
        ("to", "with-engine", "hold-light", "json"),
    ),
    "card check": HelpExamples(
        (("card check E:", "the card in drive E"), ("card check /media/CARD --json", "for a script"))
    ),
    "card results": HelpExamples(
        (("card results E:", "as a table"), ("card results cards/* --csv", "for a spreadsheet"))
    ),
    "board": HelpExamples((("board info", "who it is"), ("board deploy", "put the updater on it"))),
    "board info": HelpExamples((("board info", "the one board"), ("board info -p COM5", "the one at COM5"))),
    "board deploy": HelpExamples(
        (("board deploy", "the updater"), ("board deploy --hook", "and a start from a card"))
    ),
    "board remove": HelpExamples(
        (("board remove", "off the one board"), ("board remove -p COM5", "off the one at COM5"))
    ),
    "board reset": HelpExamples(
        (("board reset", "the one board"), ("board reset -p COM5", "the one at COM5"))
    ),
    "board power-cycle": HelpExamples(
        (("board power-cycle", "the one board"), ("board power-cycle -p COM5", "the one at COM5"))
    ),
    "board firmware": HelpExamples(
        (
            ("board firmware GPy-1.20.2.r6.tar.gz", "what is in it"),
            ("board firmware GPy-1.20.2.r6.tar.gz -p COM5", "and whether it fits the board"),
        )
    ),
    "board chip": HelpExamples((("board chip", "the one board"), ("board chip -p COM5", "the one at COM5"))),
    "web": HelpExamples((("web", "in the browser"), ("web --build folder", "for a web server"))),
    "simulate": HelpExamples(
        (("simulate modem", "behind a port of its own"), ("simulate board --card folder", "a whole board"))
    ),
    "simulate modem": HelpExamples(
        (
            ("simulate modem --endpoint tcp", "at a TCP port"),
            ("simulate modem --list", "what can be wrong with it"),
        ),
        ("profile", "endpoint", "fault", "state", "list"),
    ),
    "simulate module": HelpExamples(
        (
            ("simulate module --endpoint tcp", "at a TCP port"),
            ("simulate module --list", "what can be wrong with it"),
        ),
        ("profile", "endpoint", "fault", "state", "list"),
    ),
    "simulate firmware": HelpExamples(
        (
            ("simulate firmware folder", "one file of each kind"),
            ("simulate firmware folder CATM1-41065.dup", "this one"),
        ),
        (),
    ),
    "simulate board": HelpExamples(
        (
            ("simulate board", "a GPy behind a port of its own"),
            ("simulate board --endpoint tcp --card folder", "at a TCP port, with a card"),
        ),
        ("profile", "endpoint", "card", "blank"),
    ),
}
