"""What is only assumed about modems, as named switches.

Rules that hold here: every guess in the simulator has a field of `Assumptions`;
the default is the assumed behaviour; each alternative is a behaviour that a
real modem might show instead. Tests run every route with the defaults and once
more with each alternative, so no promise of the updater rests on a guess.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field

from modemflash_sim.names import meant


def _assumption(default: str, alternatives: tuple[str, ...], source: str, about: str) -> str:
    """One field of `Assumptions`, with what `ASSUMPTIONS` has about it."""
    result: str = field(
        default=default,
        metadata={"alternatives": alternatives, "source": source, "about": about},
    )
    return result


@dataclass(frozen=True, slots=True)
class Assumption:
    """One row of `ASSUMPTIONS`.

    Attributes:
        name: the field of `Assumptions`.
        default: what modems are assumed to do.
        alternatives: what they might do instead.
        source: where the assumption comes from.
        about: one sentence.
    """

    name: str
    default: str
    alternatives: tuple[str, ...]
    source: str
    about: str


@dataclass(frozen=True, slots=True)
class Assumptions:
    """One choice for every assumption. `Assumptions()` is the assumed modem."""

    staged_install_cut: str = _assumption(
        "recovery",
        ("boot-loader",),
        "simulator rules, state table",
        "where a modem wakes up after its power went while a staged image was installed",
    )
    transfer_power_cut: str = _assumption(
        "recovery",
        ("boot-loader",),
        "simulator rules, state table",
        "where it wakes up after its power went in an on-the-fly transfer or install",
    )
    stp_idle: str = _assumption(
        "times-out",
        ("for-ever",),
        "simulator rules, state table",
        "whether a transfer session without traffic ends by itself",
    )
    bad_path: str = _assumption(
        "bricks",
        ("fails",),
        "simulator rules, state table; known bad paths",
        "what a listed bad path does: bricks the modem, or only fails",
    )
    factory_to_nb_iot: str = _assumption(
        "bricks",
        ("works",),
        "two vendor pages contradict each other",
        "what a full NB-IoT image does to factory build 33080",
    )
    factory_without_updater: str = _assumption(
        "fails",
        ("works",),
        "vendor documentation demands the updater ELF",
        "what a full image does to factory build 33080 when no updater ELF was loaded",
    )
    part_one_power_loss: str = _assumption(
        "bricks",
        ("survives",),
        "failure list row 1: at least six boards",
        "what a power loss between the two parts of 48829 does",
    )
    updater_answers: str = _assumption(
        "as-recovery",
        ("errors-only",),
        "simulator rules: mode 3 behaves as mode 4",
        "how boot mode 3 answers AT commands",
    )
    updater_starts_as: str = _assumption(
        "updater",
        ("recovery", "mtools"),
        "protocol, routes: the mode was never published",
        "the boot mode in which a loaded updater ELF comes up",
    )
    updater_baud: str = _assumption(
        "921600", ("115200",), "protocol, route 4", "the rate of a loaded updater ELF"
    )
    recovery_identity: str = _assumption(
        "errors",
        ("answers",),
        "simulator rules: RECOVERY may answer",
        "whether RECOVERY answers the identity commands",
    )
    recovery_baud: str = _assumption(
        "921600",
        ("115200",),
        "protocol, the link",
        "the rate of RECOVERY when a running application was asked to boot it",
    )
    bad_header: str = _assumption(
        "not-understood",
        ("silent",),
        "simulator rules, STP table",
        "version 2: the answer to a header with a wrong CRC (0x7F, or none)",
    )
    bad_payload: str = _assumption(
        "refused",
        ("silent",),
        "simulator rules, STP table",
        "version 2: the answer to a payload with a wrong CRC (0x40, or none)",
    )
    short_payload: str = _assumption(
        "dropped",
        ("waits",),
        "simulator rules, STP table",
        "a payload that stops: dropped after a second of silence, or waited for",
    )
    repeated_request: str = _assumption(
        "acknowledged",
        ("refused", "stored-twice"),
        "protocol, repeating",
        "the answer to a request that was taken already",
    )
    closing_reset: str = _assumption(
        "acknowledged",
        ("silent",),
        "simulator rules, STP table",
        "whether the RESET that ends a session is answered",
    )
    extra_data: str = _assumption(
        "residue",
        ("swallowed",),
        "simulator rules, STP table",
        "bytes after the container's end: left as residue, or taken and ignored",
    )
    answer_crc: str = _assumption(
        "zero",
        ("computed",),
        "transcripts: real modems send 0",
        "what stands in the CRC fields of the modem's answers",
    )
    reboot_flag: str = _assumption(
        "taken",
        ("refused",),
        "protocol: some modems refuse AT+SMSWBOOT=m,1",
        "whether AT+SMSWBOOT=m,1 is taken; when refused, =m,0 and AT^RESET work",
    )
    boot_choice: str = _assumption(
        "kept",
        ("one-shot",),
        "protocol: AT+SMSWBOOT changes the next boot",
        "whether the chosen boot mode holds for later boots too",
    )
    after_success: str = _assumption(
        "waits",
        ("reboots",),
        "simulator rules: after =1,1 or its own reboot",
        "what RECOVERY does after an image was installed on the fly",
    )
    install_output: str = _assumption(
        "answers",
        ("silent",),
        "protocol: poll AT+SMUPGRADE?",
        "whether RECOVERY answers while it installs",
    )
    upgrade_words: str = _assumption(
        "prefixed",
        ("bare", "unseen"),
        "protocol: literals never published",
        "the words of AT+SMUPGRADE?",
    )
    boot_words: str = _assumption(
        "prefixed",
        ("bare",),
        "protocol: literal reply never published",
        "the words of AT+SMSWBOOT?",
    )
    bricked_output: str = _assumption(
        "silence",
        ("nuls",),
        "failure list row 3",
        "what a bricked modem sends when it is talked to",
    )

    settings_after_install: str = _assumption(
        "kept",
        ("reset",),
        "failure list row 31",
        "whether contexts and power saving outlive an install",
    )
    settings_set: str = _assumption(
        "taken",
        ("refused", "ignored"),
        "3GPP TS 27.007",
        "whether a set context or power saving is taken, refused, or answered OK and forgotten",
    )

    def switch(self, name: str, value: str) -> Assumptions:
        """A copy with one assumption switched.

        Raises:
            ValueError: no such assumption, or not one of its behaviours.
        """
        row = ASSUMPTIONS.get(name)
        if row is None:
            raise ValueError(f"no assumption is named {name!r}{meant(name, ASSUMPTIONS)}")
        allowed = (row.default, *row.alternatives)
        if value not in allowed:
            raise ValueError(f"assumption {name} is one of {', '.join(allowed)}, not {value!r}")
        return dataclasses.replace(self, **{name: value})


ASSUMPTIONS: dict[str, Assumption] = {
    item.name: Assumption(
        item.name,
        str(item.default),
        item.metadata["alternatives"],
        item.metadata["source"],
        item.metadata["about"],
    )
    for item in dataclasses.fields(Assumptions)
}


def parse(text: str) -> Assumptions:
    """Assumptions from `name:value,name:value`; "" gives the defaults.

    Raises:
        ValueError: an entry that is not understood, with the choices named.
    """
    assumptions = Assumptions()
    for entry in filter(None, text.split(",")):
        name, _, value = entry.partition(":")
        assumptions = assumptions.switch(name.strip(), value.strip())
    return assumptions


def every_other_way() -> Iterator[tuple[str, str, Assumptions]]:
    """Each alternative of each assumption: (name, behaviour, assumptions with that one switched)."""
    for row in ASSUMPTIONS.values():
        for value in row.alternatives:
            yield row.name, value, Assumptions().switch(row.name, value)
