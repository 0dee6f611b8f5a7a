"""Who the modem is: its identity, and a record of what an update might change.

Rules that hold here: read-only; a modem that answers with ERROR gives an empty
identity, never an exception; all that was said is kept as printable text.
Facts: docs/protocol.md ("Identity").
"""

from modemflash.builds import version_in


class Identity:
    """Who the modem says it is. Empty strings and None where it did not say.

    Attributes:
        product: "FiPy", "GPy", "VZM20Q", "GM02S", ...; of a foreign modem what it calls itself.
        family: "pycom" (Monarch 1), "monarch2" or "" for one that is not known.
        build: the five-digit number of the running firmware.
        version: e.g. "LR5.1.1.0-41065".
        ue: e.g. "UE5.0.0.0d".
        bootloaders: list of (name, text, active) in the modem's own order.
        raw: dict of command -> printable reply.
    """

    def __init__(self) -> None:
        self.product = ""
        self.family = ""
        self.build = None  # type: int | None
        self.version = ""
        self.ue = ""
        self.bootloaders = []  # type: list[tuple[str, str, bool]]
        self.raw = {}  # type: dict[str, str]


NAME_MAX = 64  # of a product, in characters: a foreign one may tell a story

_FIELDS = (("product", str), ("family", str), ("build", int), ("version", str), ("ue", str))


def encoded(identity: Identity) -> "dict[str, Any]":
    """An identity without its raw replies, as JSON takes it; `decoded` is its inverse."""
    record = {name: getattr(identity, name) for name, _ in _FIELDS}  # type: dict[str, Any]
    record["bootloaders"] = [list(each) for each in identity.bootloaders]
    return record


def decoded(record: "Any") -> Identity:
    """The identity that `encoded` made a record of.

    Raises:
        ValueError: it is none; a record comes from another program, perhaps of another release.
    """
    identity = Identity()
    try:
        for name, kind in _FIELDS:
            value = record[name]
            if type(value) is not kind and (value is not None or kind is str):
                raise ValueError(name)
            setattr(identity, name, value)
        for name, text, active in record["bootloaders"]:
            if (type(name), type(text), type(active)) != (str, str, bool):
                raise ValueError("bootloaders")
            identity.bootloaders.append((name, text, active))
    except (KeyError, TypeError):
        raise ValueError("no identity")
    return identity


# Asked before and after; every one is read-only.
RECORD = (
    "ATI1",
    'AT!="showver"',
    "AT+CGDCONT?",
    "AT+SQNBANDSEL?",
    "AT+CFUN?",
    "AT+CEREG?",
    "AT+CPSMS?",
)


def ask_identity(modem: "Modem") -> Identity:
    """Read-only questions; a modem that answers them with ERROR gives an empty identity."""
    identity = Identity()
    for command in ("AT+CGMM", "ATI", "ATI1", 'AT!="showver"'):
        reply = modem.at.command(command, 10000)
        if not reply.ok:  # showver was seen to answer a bare ERROR once
            reply = modem.at.command(command, 10000)
        identity.raw[command] = reply.text
    modem.at.resync(3000)  # one firmware prints the showver block again behind its OK
    read_identity(identity)
    return identity


def record(modem: "Modem") -> "dict[str, str]":
    """What can be read and compared: versions, contexts, bands, radio, registration, power saving."""
    found = {}
    for command in RECORD:
        reply = modem.at.command(command, 10000)
        if reply.ok:
            found[command] = reply.text
    modem.at.resync(3000)
    return found


def read_identity(identity: Identity) -> None:
    """Fill an identity from its raw replies: the five known forms of showver, ATI and ATI1."""
    for command in ("AT+CGMM", "ATI"):
        lines = [line.strip() for line in identity.raw.get(command, "").split("\n") if line.strip()]
        for name in lines:
            if not identity.family and family_of(name):
                identity.product, identity.family = name, family_of(name)
        identity.product = identity.product or ", ".join(lines)[:NAME_MAX]
    for text in identity.raw.get("ATI1", "").replace(";", "\n").split("\n"):
        text = text.strip()
        if text.startswith("UE") and not identity.ue:
            identity.ue = text
        elif text.startswith("LR"):
            identity.version = text
    identity.build = version_in(identity.version)
    for text in identity.raw.get('AT!="showver"', "").split("\n"):
        name, value = split_once(text.strip())
        if name.startswith("Bootloader"):
            entry = (name.rstrip("*"), value, name.endswith("*"))
            if entry not in identity.bootloaders:
                identity.bootloaders.append(entry)
        elif name == "Software" and identity.build is None:
            identity.build = version_in(value)
            identity.version = identity.version or value.split(" by ")[0]
        elif name == "UE" and not identity.ue:
            identity.ue = value


def family_of(product: str) -> str:
    """The family of a product by its whole name; "" for one that is not known."""
    if product in ("FiPy", "GPy", "G01", "VZM20Q"):
        return "pycom"
    return "monarch2" if product.startswith("GM02") and product.find(" ") < 0 else ""


def is_foreign(state: str, identity: Identity) -> bool:
    """Whether a modem is none of ours, or its application does not say that it is one.

    In its boot loader and in recovery a Monarch need not say who it is; in its application each does.
    """
    is_named = bool(identity.product) or state == "application"
    return state == "other-modem" or (is_named and not identity.family)


def split_once(text: str) -> "tuple[str, str]":
    """("name", "value") of "name : value"; (text, "") without a colon."""
    at = text.find(":")
    if at < 0:
        return text, ""
    return text[:at].strip(), text[at + 1 :].strip()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modemflash.modem import Modem
