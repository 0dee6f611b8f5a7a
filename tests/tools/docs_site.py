"""Builds the site from docs/: `python3 tests/tools/docs_site.py dist/site`.

Needs nothing but Python: Sphinx, its theme and what the program needs are fetched once, by the
list in pyproject.toml. A warning is an error.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tools import fetch
from tools.cache import ROOT, Unavailable

_ENOUGH_S = 300


def build(target: Path) -> Path:
    """The folder of the built site, whose first page is `index.html`.

    Raises:
        Unavailable: Sphinx could not be fetched.
        RuntimeError: Sphinx warned or failed; its words are the message.
    """
    words = ["-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", target.with_name("doctrees")]
    command = [fetch.get("sphinx"), *words, ROOT / "docs", target]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "100"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        list(map(str, command)), cwd=ROOT, env=environment, capture_output=True, text=True, timeout=_ENOUGH_S
    )
    if done.returncode or done.stderr.strip():
        raise RuntimeError(done.stderr + done.stdout)
    return target


if __name__ == "__main__":
    try:
        print(build(Path(sys.argv[1])) / "index.html")
    except (RuntimeError, Unavailable) as why:
        sys.exit(str(why))
