"""What can go wrong with many boards at once: rows for the catalogue."""

from __future__ import annotations

from modemflash.errors import CATALOGUE, UNKNOWN, UNTOUCHED, UPDATED

__all__ = ["FLEET_CATALOGUE"]

FLEET_CATALOGUE: dict[str, tuple[str, str, str]] = {
    "fleet-file-missing": (
        "There is no such list of boards",
        "`modemflash fleet scan -o fleet.toml` writes one from what is plugged in.",
        UNTOUCHED,
    ),
    "fleet-file-broken": (
        "The list of boards cannot be used",
        "Correct what is named and run the same command again. No board was touched.",
        UNTOUCHED,
    ),
    "fleet-no-boards": (
        "No board was found to work on",
        "Plug them in and look with `modemflash ports`, or name them in a fleet.toml.",
        UNTOUCHED,
    ),
    "fleet-no-results": (
        "No run of a fleet is remembered yet",
        "`modemflash fleet update` keeps the results of each run.",
        UNTOUCHED,
    ),
    "fleet-results": ("These are the results of the fleet", "Nothing to do.", UNTOUCHED),
    "fleet-not-written": (
        "What is known of the fleet could not be written to that file",
        "Give it another name, in a folder that is there and on a disk with some room.",
        UNTOUCHED,
    ),
    "fleet-updated": (
        "Every board of the fleet runs what it should",
        "Nothing is left to do.",
        UPDATED,
    ),
    "fleet-results-broken": (
        "This file holds no results of a fleet",
        "`modemflash fleet results --json` prints them on each computer; give the files that this was kept in.",
        UNTOUCHED,
    ),
    "fleet-nothing-to-do": (
        "Every board of the fleet runs what it should, or was only asked",
        "Nothing is left to do.",
        UNTOUCHED,
    ),
    "fleet-not-all": (
        "Not every board of the fleet came to a good end",
        "Each board's row says what to do; the same command goes on with those that are not done.",
        UNKNOWN,
    ),
    "fleet-scanned-in-part": (
        "The list is written, and not everything in it answered",
        "Correct what has an error behind its [[board]], or take it out; then ask them all again.",
        UNKNOWN,
    ),
    "fleet-worker-ended": (
        "The process of this board ended without a result",
        "Keep its power on and run the same command again: it takes up what is unfinished.",
        UNKNOWN,
    ),
    "labgrid-missing": (
        "The board is at a place of labgrid, and labgrid's client is not installed",
        "`pipx install labgrid` puts it into an environment of its own; then set LG_COORDINATOR.",
        UNTOUCHED,
    ),
    "labgrid-place-broken": (
        "This is no place of labgrid",
        "Write labgrid:PLACE, or labgrid:tags(name=value) with one or more pairs.",
        UNTOUCHED,
    ),
    "labgrid-failed": (
        "The place was not to be had from labgrid",
        "Look with `labgrid-client places` and `labgrid-client who`: is the coordinator there, is the place free?",
        UNTOUCHED,
    ),
    "fleet-worker-not-begun": (
        "The process of this board could not be started",
        "Make room on the disk, close programs or lower --jobs, then run the same command again.",
        UNTOUCHED,
    ),
}

CATALOGUE.update(FLEET_CATALOGUE)
