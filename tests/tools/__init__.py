"""Programs that the tests need and this project did not write: fetched once, kept in `.cache/`."""

import os

SLOW_MARK = "mark.slow"  # stands in every file that has slow tests: tests/run.py looks for them in no other


def in_ci() -> bool:
    """Under continuous integration (CI=true) nothing may be left out: what did not run has failed."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false", "no")
