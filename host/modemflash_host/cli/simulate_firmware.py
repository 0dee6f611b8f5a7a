"""`modemflash simulate firmware`: firmware files of every family, for simulated modems.

Rules: each file says of itself that it is simulated, so that no modem gets it
without a consent; nothing is overwritten; the name says what is made.
"""

from __future__ import annotations

from pathlib import Path

import rich_click as click
from rich.text import Text

from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.shell_words import command_line
from modemflash_host.reporters.steady_console import SteadyConsole
from modemflash_sim.quectel_edl.packages import PackageMaker
from modemflash_sim.quectel_edl.profiles import PROFILES
from modemflash_sim.quectel_gnss import packages
from modemflash_sim.sequans import images

_BYTES = 500_000
_IMAGE, _UPDATER = "CATM1-41065.dup", "updater.elf"
_GNSS, _QUECTEL = "LG290P03AANR02A01S.pkg", "RM502QAEAAR11A04M4G.zip"
_PART = "_01.001.01.001"  # of a revision whose name says none
_MODEL_LETTERS = 5  # of a revision: RM520…, EG25G…
_ALL = (_IMAGE, _UPDATER, _GNSS, _QUECTEL)


@click.command("firmware", cls=HelpCommand)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.argument("names", nargs=-1, metavar="[NAME]...")
def simulate_firmware(folder: Path, names: tuple[str, ...]) -> int:
    """Make firmware files for simulated modems in FOLDER, with all checksums right.

    A NAME says what is made: CATM1-41065.dup, NB1-41019.dup, upgdiff_33080-to-41065.dup, updater.elf,
    LG290P03AANR02A01S.pkg, RM502QAEAAR11A04M4G.zip. Without names: one of each kind.
    """
    console = SteadyConsole()
    made = []
    try:
        contents = {name: _content(name) for name in names or _ALL}
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            path = folder / name
            with path.open("xb") as file:
                file.write(content)
            made.append(path)
    except FileExistsError as error:
        raise click.UsageError(f"{error.filename} is there already; nothing is overwritten") from error
    except (ValueError, OSError) as error:
        raise click.UsageError(str(error)) from error
    for path in made:
        console.print(Text.assemble(("Made  ", "dim"), (str(path), "bold")), soft_wrap=True)
    words = command_line(["modemflash", "identify", *map(str, made)])
    console.print(Text.assemble(("Try   ", "dim"), (words, "cyan")), soft_wrap=True)
    console.print(Text("For simulated modems only: a consent is asked before a real one gets any.", "dim"))
    return 0


def _content(name: str) -> bytes:
    """The file of that name.

    Raises:
        ValueError: no file can be made of it.
    """
    if Path(name).name != name:
        raise ValueError(f"{name}: a name without folders says what is made")
    if name.endswith(".pkg"):
        return packages.make_named(name, _BYTES, marked=True)
    if name.endswith(".zip"):
        return _package(name.removesuffix(".zip"))
    try:
        return images.make_marked(name, _BYTES)
    except ValueError as error:
        raise ValueError(f"{name}: {error}; names that can be made are {', '.join(_ALL)}") from error


def _package(revision: str) -> bytes:
    """A package for the simulated modem that a revision is one of.

    Raises:
        ValueError: there is none.
    """
    known = {each.revision[:_MODEL_LETTERS]: each for each in PROFILES.values()}
    profile = known.get(revision[:_MODEL_LETTERS])
    if profile is None:
        raise ValueError(f"{revision}: simulated modems are {', '.join(f'{name}…' for name in known)}")
    whole = revision if "_" in revision else revision + _PART
    return PackageMaker(whole, profile.chip, profile.page, profile.layout, profile.wide).mark().packed()
