"""What must be at a port: checked after the look and before anything is asked or written.

Rules: a board is recognised by itself, not by its port's name, so swapped cables
are noticed; what contradicts is refused; where nothing that was expected can be
checked, it is refused too, unless an update of this very port did not finish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from modemflash.errors import Refusal
from modemflash_host.families.plan import ModuleInfo, Plan
from modemflash_host.reporters import Event, Reporter, Sink

MAC, IMEI, BOARD, VERSION = NAMES = ("mac", "imei", "board", "version")


@dataclass(frozen=True, slots=True)
class Expected:
    """What somebody expects.

    Attributes:
        mac: of the board, twelve hex digits; "" for any.
        imei: its last digits; at most eight count.
        board: how the board names itself, such as "FiPy".
        version: what the module runs before the update.
    """

    mac: str = ""
    imei: str = ""
    board: str = ""
    version: str = ""

    @classmethod
    def of_words(cls, words: Mapping[str, str]) -> Expected:
        """From names and values as they are typed.

        Raises:
            ValueError: a name or a value that cannot be; its text is for people.
            TypeError: a value that is no text, such as a build as a number.
        """
        if unknown := sorted(set(words) - set(NAMES)):
            raise ValueError(f"{unknown[0]} is nothing that can be expected; {', '.join(NAMES)} are")
        for name, value in words.items():
            if not isinstance(value, str):
                raise TypeError(f"what is expected is a text: {name}={str(value)!r}, not {value!r}")
        mac = words.get(MAC, "").lower().replace(":", "").replace("-", "")
        imei = words.get(IMEI, "")
        if mac and (len(mac) != 12 or set(mac) - set("0123456789abcdef")):
            raise ValueError(f"{words[MAC]} is no address of a board: it has twelve hex digits")
        if imei and not (imei.isascii() and imei.isdecimal() and 4 <= len(imei) <= 8):
            raise ValueError("of an IMEI its last 4 to 8 digits are given, and no more")
        return cls(mac, imei, words.get(BOARD, ""), words.get(VERSION, ""))

    def __bool__(self) -> bool:
        return any((self.mac, self.imei, self.board, self.version))

    def check_module(self, module: ModuleInfo, board: Mapping[str, str]) -> None:
        """Compare with what `look` found.

        Args:
            module: what it says.
            board: "mac" and "name" of the board it hangs on; {} where there is none that can be asked.

        Raises:
            Refusal: `other-module`, or `module-not-recognised`.
        """
        said = {MAC: board.get("mac", ""), BOARD: board.get("name", ""), IMEI: module.marks.get(IMEI, "")}
        wanted = {MAC: self.mac, BOARD: self.board, IMEI: self.imei}
        checked = False
        for name, value in wanted.items():
            if not value or not said[name]:
                continue
            alike = said[name].endswith(value) if name == IMEI else said[name].lower() == value.lower()
            if not alike:
                told = f"its {name.upper()} ends otherwise" if name == IMEI else f"its {name} is {said[name]}"
                raise Refusal("other-module", told)
            checked = checked or name != BOARD
        is_begun = module.unfinished is not None and module.unfinished.is_of_port
        if (self.mac or self.imei) and not checked and not is_begun:
            raise Refusal("module-not-recognised", " and ".join(name for name in (MAC, IMEI) if wanted[name]))

    def check_plan(self, module: ModuleInfo | None, plan: Plan) -> None:
        """Compare the version; what needs no update may run anything.

        Raises:
            Refusal: `other-version`.
        """
        version = module.version if module is not None else ""
        if self.version and version and version != self.version and not plan.nothing_to_do:
            raise Refusal("other-version", f"it runs {version}, {self.version} was expected")


NOTHING = Expected()


@dataclass(slots=True)
class BoardSeen(Sink):
    """Remembers which board the module hangs on, by the event `place`."""

    board: dict[str, str] = field(default_factory=dict)

    def report(self, event: Event, at_s: float) -> None:
        """See `Sink`."""
        if event["event"] == "place" and event["board"]:
            self.board = {name: event["board"][name] for name in ("mac", "name")}

    @classmethod
    def at(cls, reporter: Reporter) -> BoardSeen:
        """One that listens."""
        seen = cls()
        reporter.listen(seen)
        return seen
