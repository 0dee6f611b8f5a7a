"""`modemflash identify`: what firmware files are. No modem is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

from modemflash.errors import Problem
from modemflash_host import api
from modemflash_host.cli.session import carry_out, talk_options
from modemflash_host.reporters import Teller
from modemflash_host.result import Result


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@talk_options
def identify(files: tuple[Path, ...], as_json: bool, verbose: bool, quiet: bool) -> int:
    """Say what firmware FILEs are: kind, build, radio, and whether they are whole."""

    def work(teller: Teller) -> Result:
        worst: Problem | None = None
        for path in files:
            teller.say("phase", phase="verify", usual_s=0, allowed_s=0, note="")
            try:
                with api.identify(path, teller) as checked:
                    teller.say("file", **file_fields(checked))
            except Problem as problem:
                worst = worst or problem
                teller.say("file", name=path.name, problem=problem.code, text=problem.happened)
        if worst is not None:
            return Result.of_problem(worst, seconds=teller.at_s)
        return Result("nothing-to-do", "files-read", seconds=teller.at_s)

    return carry_out(work, as_json=as_json, verbose=verbose, quiet=quiet)


def file_fields(checked: api.CheckedFile) -> dict[str, Any]:
    """A checked file as the fields of an event."""
    image = checked.image
    names = (
        "name", "size", "kind", "product", "build", "build_source", "from_build", "part", "version", "radio",
        "understood", "reason", "verified", "as_published", "sha256", "parts",
    )  # fmt: skip
    return {name: getattr(image, name) for name in names}
