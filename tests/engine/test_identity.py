"""Rules of an identity as a record: what one side encodes the other decodes, and nothing else passes."""

import json

from modemflash.identity import Identity, decoded, encoded


def one(build=41065):
    identity = Identity()
    identity.product, identity.family, identity.build = "FiPy", "pycom", build
    identity.version, identity.ue = "LR5.1.1.0-41065", "UE5.0.0.0d"
    identity.bootloaders = [("Bootloader0", "5.1.1.0 [33080]", False), ("Bootloader1", "", True)]
    return identity


def same(first, second):
    names = ("product", "family", "build", "version", "ue", "bootloaders")
    return [name for name in names if getattr(first, name) != getattr(second, name)] == []


def test_both_ways():
    """Through JSON and back every field is what it was, of a modem that said nothing, too."""
    for identity in (one(), one(None), Identity()):
        assert same(decoded(json.loads(json.dumps(encoded(identity)))), identity)


def test_another_programs_record():
    """A record with a field missing, or of another kind, is none."""
    for name in ("product", "family", "build", "version", "ue", "bootloaders"):
        record = encoded(one())
        del record[name]
        assert not taken(record), name
    for name, value in (
        ("product", None),
        ("build", "41065"),
        ("build", True),
        ("version", 5),
        ("ue", []),
        ("bootloaders", 1),
        ("bootloaders", [["Bootloader0", "5.1"]]),
        ("bootloaders", [["Bootloader0", "5.1", 1]]),
        ("bootloaders", [[1, "5.1", True]]),
    ):
        record = encoded(one())
        record[name] = value
        assert not taken(record), (name, value)
    for record in (None, [], "x", 1):
        assert not taken(record)


def taken(record):
    try:
        decoded(record)
        return True
    except ValueError:
        return False
