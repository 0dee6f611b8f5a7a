"""edges.py: what may follow what, held row by row against what is known."""

from modemflash import builds, errors
from modemflash.consent import encoded
from modemflash.edges import ALLOW, CONFIRM, EDGES, REFUSE, deaths, direction, judge

M1, NB = builds.CAT_M1, builds.NB_IOT


class Modem:
    def __init__(self, build, family="pycom", product="FiPy", ue="", version=""):
        self.build = build
        self.family = family
        self.product = product
        self.ue = ue
        self.version = version


class File:
    def __init__(self, build, kind="full", from_build=None, product="", version="", uart=""):
        self.build = build
        self.kind = kind
        self.from_build = from_build
        self.product = product
        self.version = version
        self.radio = builds.radio(build, version)
        self.uart = uart


def say(origin, target, kind="full", from_build=None, at_home=True, parts=(1, 2)):
    return judge(File(target, kind, from_build), Modem(origin), at_home, parts)


def path(origin, target):
    return "accept-unproven-path %s-%s" % (origin, target)


def test_the_table():
    """Origin, target, verdict, consents: every row of the page of edges for full images."""
    for origin, target, verdict, consents in (
        (33080, 38638, ALLOW, ()),
        (33080, 41065, ALLOW, ()),
        (33080, 41019, CONFIRM, (path(33080, 41019), "change-radio nb-iot")),
        (33080, 48829, REFUSE, ()),
        (33988, 41065, ALLOW, ()),
        (43818, 41065, ALLOW, ("allow-downgrade",)),
        (41065, 38638, ALLOW, ("allow-downgrade",)),
        (41019, 41065, ALLOW, ("change-radio cat-m1",)),
        (35351, 38638, ALLOW, ("change-radio cat-m1",)),
        (43818, 41019, ALLOW, ("change-radio nb-iot",)),
        (46470, 41019, ALLOW, ("change-radio nb-iot",)),
        (33988, 37781, ALLOW, ("change-radio nb-iot",)),
        (48829, 41019, ALLOW, ("change-radio nb-iot",)),
        (41065, 48829, CONFIRM, (path(41065, 48829),)),
        (41019, 48829, REFUSE, ()),
        (38638, 48829, CONFIRM, (path(38638, 48829),)),
        (41065, 50523, CONFIRM, (path(41065, 50523),)),
        (41065, 43818, CONFIRM, (path(41065, 43818),)),
        (41019, 48939, CONFIRM, (path(41019, 48939),)),
        (41065, 46262, CONFIRM, (path(41065, 46262), "change-radio nb-iot")),
        (50523, 41065, CONFIRM, (path(50523, 41065), "allow-downgrade")),
        (50523, 41019, CONFIRM, (path(50523, 41019), "change-radio nb-iot")),
        (41065, 41065, ALLOW, ()),
        (48829, 41065, ALLOW, ("allow-downgrade",)),
        (41019, 37781, ALLOW, ("allow-downgrade",)),
        (None, 41065, ALLOW, ()),
        (None, 41019, ALLOW, ()),
        (None, 48829, CONFIRM, (path("unknown", 48829),)),
        (None, 50523, CONFIRM, (path("unknown", 50523),)),
        (None, None, CONFIRM, (path("unknown", "unknown"),)),
        (41065, 42000, CONFIRM, (path(41065, 42000),)),
        (37781, 41019, CONFIRM, (path(37781, 41019),)),
    ):
        found = say(origin, target)
        assert (found.verdict, tuple(encoded(found.consents))) == (verdict, consents), (
            origin,
            target,
            found.verdict,
            found.consents,
        )
        assert found.source and (found.code in errors.CATALOGUE or verdict == ALLOW)


def test_differences():
    """A difference goes onto exactly the build that it was made for, in the application, and nowhere else."""
    assert say(33080, 41065, "difference", 33080).verdict == ALLOW
    assert encoded(say(33080, 41019, "difference", 33080).consents) == ["change-radio nb-iot"]
    assert say(38638, 41065, "difference", 33080).code == "difference-wrong-base"
    assert say(None, 41065, "difference", 33080).code == "difference-wrong-base"
    assert say(33080, 41065, "difference", None).code == "difference-wrong-base"
    assert say(33080, 41065, "difference", 33080, at_home=False).code == "difference-needs-application"
    assert say(41019, 48829, "difference", 41019).code == "path-known-death"


def test_all_parts_or_none():
    """Of a package in two files both must be at hand before the first is sent."""
    for parts in ((), (1,), (2,)):
        assert say(41065, 48829, parts=parts).code == "parts-missing", parts


def test_no_consent_helps_a_refusal():
    """What is refused asks for nothing."""
    for found in (say(33080, 48829), say(41019, 48829), say(None, 41065, "difference", 33080)):
        assert found.verdict == REFUSE and found.consents == ()


def test_products():
    """A file goes only onto the product that it names, never onto a modem that cannot say its own."""
    gm02 = File(59577, product="GM02S", version="8.0.5.13")
    new = Modem(58000, "monarch2", "GM02S", "UE8.0.5.1", "LR8.0.5.1-58000")
    assert judge(gm02, new, True).verdict == ALLOW and judge(gm02, new, True).consents == ()
    assert encoded(judge(gm02, Modem(60000, "monarch2", "GM02S", "UE8.0.5.1"), True).consents) == [
        "allow-downgrade"
    ]
    assert judge(gm02, Modem(50000, "monarch2", "GM02S", "UE8.0.4.0"), True).verdict == ALLOW
    assert judge(gm02, Modem(50000, "monarch2", "GM02S", "UE8.0.3.9"), True).code == "modem-too-old"
    assert judge(gm02, Modem(50000, "monarch2", "GM02S", ""), True).code == "modem-too-old"
    assert judge(gm02, Modem(41065), True).code == "wrong-product"
    assert judge(gm02, Modem(None, "", ""), False).code == "wrong-product"
    assert judge(File(59577, version="8.0.5.13"), Modem(41065), True).code == "wrong-product"
    assert judge(File(41065, version="5.1.1.0"), new, True).code == "wrong-product"


def test_boot_roms():
    """A boot ROM is written to the factory build only, and never one that is made for a certain UART."""
    assert encoded(judge(File(None, "bootrom"), Modem(33080), True).consents) == ["write-boot-rom"]
    assert judge(File(None, "bootrom"), Modem(41065), True).code == "boot-rom-not-needed"
    assert judge(File(41802, "bootrom", uart="UART2"), Modem(33080), True).code == "boot-rom-variant"


def test_deaths_that_cannot_be_excluded():
    """With an unknown origin each death on the way to this target is named; with a known one only its own."""
    assert len(say(None, 48829).deaths) == 3 and len(say(41065, 48829).deaths) == 1
    assert len(say(None, 41019).deaths) == 1 and "33080" in say(None, 41019).deaths[0]
    assert say(33080, 41019).deaths and not say(41065, 41019).deaths and not say(None, 41065).deaths
    assert deaths("bootrom", 33080, None)


def test_directions():
    """Numbers tell old from new within one radio only."""
    assert direction(38638, 41065) == "upgrade" and direction(41065, 38638) == "downgrade"
    assert direction(41065, 41065) == "repair" and direction(41065, 41019) == "radio-change"
    assert direction(None, 41065) == direction(41065, None) == direction(41065, 42000) == "unknown"
    assert direction(41065, 42000, "", M1) == "upgrade" and direction(42000, 41019, M1, NB) == "radio-change"


def test_the_last_row_fits_everything():
    """There is always an answer, and the last one is that a step is unproven."""
    assert EDGES[-1][:5] == (None, "", None, None, CONFIRM)
