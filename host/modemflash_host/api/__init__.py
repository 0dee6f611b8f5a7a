"""The public Python API; the command line is a client of the same functions.

    with open("/dev/ttyUSB0", "CATM1-41065.dup") as module:
        module.info()
        plan = module.plan()
        for event in module.iter_update(plan):
            print(event)

    open       a module at a port, with the files for it
    identify   what firmware files are
    backup     a copy of a module's own files
    ports      the serial ports of this computer
    events     a class for each event

Rules: what is in `__all__` stays as it is documented (docs/api.md); everything else may
change with any release. Every error is a `Problem`, with `code`, `happened`, `hint`
and `modem_state`. Nothing is printed, and nobody is asked. To import it takes the
standard library alone.
"""

from __future__ import annotations

from modemflash.errors import (
    BadFile,
    LinkProblem,
    ModemProblem,
    NoModem,
    Problem,
    Refusal,
    Stopped,
    TransferProblem,
    UpdateFailed,
)
from modemflash_host.api import events
from modemflash_host.api.events import Event
from modemflash_host.api.module import Module
from modemflash_host.api.opening import backup, identify, open, ports  # noqa: A004
from modemflash_host.errors import BoardProblem, ConsentMissing, QuestionOpen
from modemflash_host.families.plan import Copied, ModuleInfo, Plan
from modemflash_host.run.result import Result

__all__ = [
    "BadFile",
    "BoardProblem",
    "ConsentMissing",
    "Copied",
    "Event",
    "LinkProblem",
    "ModemProblem",
    "Module",
    "ModuleInfo",
    "NoModem",
    "Plan",
    "Problem",
    "QuestionOpen",
    "Refusal",
    "Result",
    "Stopped",
    "TransferProblem",
    "UpdateFailed",
    "backup",
    "events",
    "identify",
    "open",
    "ports",
]
