"""The words on the card: for whoever stands at the board with it, in plain ASCII.

Rules: no line is longer than 76 characters, ends are CR LF, because the reader
may be any program of any age.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from modemflash.consent import encoded
from modemflash.errors import CATALOGUE
from modemflash_host.consents import names_of
from modemflash_host.families.sequans.card.card_manifest import CardManifest
from modemflash_host.families.sequans.card.lights import LIGHTS, RHYTHMS
from modemflash_host.families.sequans.forecast import WITHOUT_BUILD, Forecast

WIDTH = 76
HOOK = (
    "A board does not start from a card by itself: it needs the updater's hook once.",
    "From a PC, with the board on USB: modemflash board deploy --hook",
    (
        "From a phone: join the board's own Wi-Fi (gpy-wlan-... or fipy-wlan-..., password www.pycom.io), "
        "open ftp://192.168.4.1 in an FTP app (user micro, password python) and copy the folder "
        "engine/modemflash of a card that was prepared with --with-engine to /flash/lib. Then put the line"
    ),
    "   import modemflash; modemflash.install_hook()",
    "into /flash/boot.py and restart the board once; you can remove the line afterwards.",
    "Or let the update channel of your own program do the same.",
)


def can_lines(found: Sequence[Forecast]) -> list[str]:
    """From where to where boards are updated, and why others are not; one sentence a line."""
    lines = []
    by_target: dict[int | None, list[str]] = {}
    for each in found:
        if each.works:
            by_target.setdefault(each.target, []).append(_modem(each))
    for target, origins in by_target.items():
        lines.append(f"Updates to {target or 'a build that nothing names'}: from {', '.join(origins)}.")
    by_code: dict[str, list[str]] = {}
    for each in found:
        if each.works or each.code == "several-images":
            continue
        why = f"Needs the consent {names_of(each.missing)}" if each.missing else CATALOGUE[each.code][0]
        by_code.setdefault(why, []).append(_modem(each))
    lines += [f"Left alone: {', '.join(origins)}. {why}." for why, origins in by_code.items()]
    return lines


def _modem(each: Forecast) -> str:
    """By its build; else by its boot mode: a Monarch 2 has a build that is not known here."""
    state = WITHOUT_BUILD.get(each.state, "its application")
    return str(each.origin) if each.origin else f"a modem in {state}"


def readme(listed: CardManifest, found: Sequence[Forecast]) -> str:
    """The whole text, for a card with that list, of which boards will do what was found."""
    images = [file.image for file in listed.files]
    parts = [
        "This card updates the LTE modem of Pycom GPy, FiPy and G01 boards.",
        "",
        "WHAT TO DO",
        "1. Put the card into the board.",
        (
            "2. Cut ALL power for 10 seconds (USB and battery), then give it again: "
            "the reset button does not reset the modem."
        ),
        "3. Look at the light. It takes 5 to 30 minutes. While it pulses white, leave power and card alone.",
        "4. When it is green, take the card to the next board."
        + (" The board's own program starts when the card is out." if listed.hold_light else ""),
        "A board that is interrupted carries on by itself when it has power and this card again.",
        "",
        "WHAT THE LIGHT SAYS",
        *[f"{RHYTHMS[name]}: {meaning} {do}" for name, meaning, do in LIGHTS],
        "",
        "WHAT THIS CARD DOES",
        *[f"{image.name}: build {image.build or 'not known'}, {image.kind}" for image in images],
        *can_lines(found),
    ]
    if listed.consents:
        parts.append("Agreed to beforehand, for every board: " + ", ".join(encoded(listed.consents)) + ".")
    parts += ["", "BEFORE THE FIRST TIME", *HOOK]
    if listed.engine:
        parts.append("This card brings the updater itself; boards with the hook use it.")
    parts += [
        "",
        "WHAT IS WRITTEN HERE",
        "modemflash.log for people, results.csv and results/ for tables"
        + (", with the modem's IMEI" if listed.with_imei else "; no IMEI")
        + ". modemflash-state/ lets an interrupted board carry on: leave it.",
    ]
    lines: list[str] = []
    for part in parts:
        lines += textwrap.wrap(part, WIDTH, break_on_hyphens=False, break_long_words=False) or [""]
    return "\r\n".join(lines) + "\r\n"
