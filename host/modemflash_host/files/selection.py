"""From what the user points at to files that were opened and checked, each content once.

Rules: a file that was named must be good; one that merely lies in a folder or
an archive is passed over when it is damaged, and that is said. What a good file
is, the caller knows: the examination is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from modemflash.errors import BadFile
from modemflash_host.files.candidates import Candidate, archives_in, neighbours, of_path
from modemflash_host.reporters import Reporter


class _HasContent(Protocol):
    @property
    def sha256(self) -> str:
        """Of the whole content, as hex."""


_Checked = TypeVar("_Checked", bound=_HasContent)
Examine = Callable[[Candidate, str], AbstractContextManager[_Checked]]
"""(file, kind that it must be or "") -> the checked file, which is closed at the end; raises `BadFile`."""


@dataclass(frozen=True, slots=True)
class Companion:
    """A file of another kind that firmware may need beside itself.

    Attributes:
        kind: what it must be, as the examination names kinds.
        title: in people's words.
        path: where the user says that it is; None where nothing was said.
        names: where nothing was said: lower-case names by which one beside the firmware is known.
    """

    kind: str
    title: str
    path: Path | None
    names: tuple[str, ...] = ()


def select(
    paths: Sequence[Path],
    found: Sequence[Candidate],
    examine: Examine[_Checked],
    reporter: Reporter,
    opened: ExitStack,
    companions: Sequence[Companion] = (),
    simulated: bool = False,
) -> list[_Checked]:
    """Every firmware file behind `paths`, read and checked, each content once.

    Args:
        paths: as the user named them.
        found: the candidates behind them.
        examine: see `Examine`.
        reporter: told what was passed over, and what was taken beside.
        opened: keeps the files open.
        companions: what may be needed beside them.
        simulated: as in `candidates`.

    Raises:
        BadFile: a named file is damaged.
        Refusal: a companion is not there, or no file.
    """
    say_unopened(paths, found, reporter)
    wanted = [(file, "") for file in found]
    for companion in companions:
        path = companion.path or _beside(paths, found, companion, reporter)
        if path is not None:
            wanted.append((of_path(path, simulated=simulated), companion.kind))
    checked: dict[str, _Checked] = {}
    for file, kind in wanted:
        try:
            one = opened.enter_context(examine(file, kind))
        except BadFile as problem:
            if file.named:
                raise
            reporter.say(
                "warning", code=problem.code, text=f"{file.place} is passed over: {problem.happened}"
            )
            continue
        checked.setdefault(one.sha256, one)
    return list(checked.values())


def say_unopened(paths: Sequence[Path], found: Sequence[Candidate], reporter: Reporter) -> None:
    """Tell of archives in the archives behind `paths`: what is missing may be in there."""
    packages = {file.place for file in found if file.package}  # those are whole
    for path in paths:
        if str(path) not in packages and (words := archives_in(path)):
            reporter.say("note", text=f"There is more in {path}: {words}.")


def _beside(
    paths: Sequence[Path], found: Sequence[Candidate], companion: Companion, reporter: Reporter
) -> Path | None:
    """The one companion that lies beside the files; None where the files may hold one already."""
    suffixes = {Path(name).suffix for name in companion.names}
    if any(Path(file.name).suffix.lower() in suffixes for file in found):
        return None
    beside = {each: None for path in paths if path.is_file() for each in neighbours(path, companion.names)}
    if len(beside) == 1:
        [path] = beside
        reporter.note(f"{path} lies beside the firmware and is taken for its {companion.title}.")
        return path
    if beside:
        names = ", ".join(each.name for each in beside)
        reporter.note(f"Several {companion.title}s lie beside the firmware ({names}): none is taken.")
    return None
