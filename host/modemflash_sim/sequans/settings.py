"""What a user sets in the simulated modem: contexts and power saving (3GPP TS 27.007, 10.1.1 and 7.38).

Rules that hold here: a command is answered as the standard has it, or as the
assumption `settings_set` says; whether an install keeps what was set is the
assumption `settings_after_install`.
"""

from __future__ import annotations

import re

from modemflash_sim.sequans.assumptions import Assumptions
from modemflash_sim.sequans.memory import CONTEXTS, POWER_SAVING, Memory

_SET = re.compile(r"AT\+(CGDCONT|CPSMS)=([\x20-\x7e]{1,400})", re.IGNORECASE)
_CONTEXT = re.compile(r'(\d{1,2})(,"[A-Za-z0-9-]{2,8}"(?:,"[^"]{0,100}"(?:,[0-9".:]*){0,13})?)?')
_POWER_SAVING = re.compile(r'[01](?:,(?:"[01]{8}")?){0,4}')
# What a field has that was left out.
_CONTEXT_FIELDS = ("", "", "", "", "", "0", "0", "0", "0")
_POWER_SAVING_FIELDS = ("",) * 5


def asked(command: str, memory: Memory) -> list[str] | None:
    """The lines that answer a question in capitals; None: not one."""
    if command == "AT+CGDCONT?":
        return [f"+CGDCONT: {memory.contexts[number]}" for number in sorted(memory.contexts, key=int)]
    return [f"+CPSMS: {memory.power_saving}"] if command == "AT+CPSMS?" else None


def set_by(command: str, memory: Memory, assumptions: Assumptions) -> str | None:
    """The result of a command that sets something; None: it is no such command."""
    found = _SET.fullmatch(command)
    if found is None:
        return None
    is_context, value = found[1].upper() == "CGDCONT", found[2]
    context = _CONTEXT.fullmatch(value)
    if assumptions.settings_set == "refused" or not (
        context if is_context else _POWER_SAVING.fullmatch(value)
    ):
        return "+CME ERROR: 3"
    if assumptions.settings_set == "ignored":
        return "OK"
    if not is_context:
        memory.power_saving = _padded(value, _POWER_SAVING_FIELDS)
    elif context is not None and context[2] is None:
        memory.contexts.pop(context[1], None)
    elif context is not None:
        memory.contexts[context[1]] = _padded(value, _CONTEXT_FIELDS)
    return "OK"


def reset(memory: Memory) -> None:
    """As they were when the modem was new."""
    memory.contexts, memory.power_saving = dict(CONTEXTS), POWER_SAVING


def _padded(value: str, defaults: tuple[str, ...]) -> str:
    """With all the fields that an answer has."""
    fields = value.split(",")
    fields += defaults[len(fields) :]
    return ",".join(field or default for field, default in zip(fields, defaults, strict=False))
