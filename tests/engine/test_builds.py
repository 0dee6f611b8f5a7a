"""builds.py: the tables agree with each other, and names are read as people write them."""

from modemflash import builds


def test_names_of_files():
    """Every form of name that was ever handed out says what it is."""
    for name, kind, build, from_build, part in (
        ("CATM1-41065.dup", "full", 41065, None, 0),
        ("catm1-41065.DUP", "full", 41065, None, 0),
        ("CATM1-41065 (1).dup", "full", 41065, None, 0),
        ("/sd/fw/NB1-41019.dup", "full", 41019, None, 0),
        ("C:\\fw\\NB1-41019.dup", "full", 41019, None, 0),
        ("FIPY_NB1_35351.dup", "full", 35351, None, 0),
        ("FIPY_GPY_CATM1_33988.dup", "full", 33988, None, 0),
        ("FIPY_GPY_NB1-37365.dup", "full", 37365, None, 0),
        ("upgdiff_33080-to-41065.dup", "difference", 41065, 33080, 0),
        ("UPGDIFF_33080-to-41065 (2).dup", "difference", 41065, 33080, 0),
        ("upgdiff_33080.dup", "difference", None, None, 0),
        ("GP02RB6Q_LR8.0.5.13-59577_to_LR8.2.1.0-61488.dup", "difference", 61488, 59577, 0),
        ("33080 to 41065.dup", "difference", 41065, 33080, 0),
        ("LR5.1.1.0_TO_LR5.2.0.0.dup", "difference", None, None, 0),
        ("GM01Q_39529_41065.dup", "difference", 41065, 39529, 0),
        ("GM01Q_39529_41065_48829.dup", "difference", None, None, 0),
        ("CATM1-41065_41065.dup", "full", 41065, None, 0),
        ("tomorrow-41065.dup", "full", 41065, None, 0),
        ("CATM1-5.2-48829-1.dup", "full", 48829, None, 1),
        ("CATM1-5.2-48829-2 (1).dup", "full", 48829, None, 2),
        ("LR5.2.1.0-48829-1.dup", "full", 48829, None, 1),
        ("LR5.2.1.0-48829-12.dup", "full", 48829, None, 0),
        ("CATM1-41065-1.dup", "full", 41065, None, 0),
        ("FIPY_LR6.1.2.0-46262_SMDD.dup", "full", 46262, None, 0),
        ("GM02RB6Q_LR8.0.5.13-59577.dup", "full", 59577, None, 0),
        ("FIPY_BOOTROM_UART2-41802.dup", "bootrom", 41802, None, 0),
        ("updater.elf", "updater", None, None, 0),
        ("mtools.ELF", "updater", None, None, 0),
        ("firmware.dup", "", None, None, 0),
        ("410655.dup", "", None, None, 0),
        ("", "", None, None, 0),
    ):
        found = builds.Name(name)
        assert (found.kind, found.build, found.from_build, found.part) == (kind, build, from_build, part), (
            name
        )
    assert builds.Name("FIPY_BOOTROM_UART2-41802.dup").uart == "UART2"
    assert builds.Name("gm02rb6q_LR8.0.5.13-59577.dup").product == "GM02RB6Q"
    for product in ("GP02X", "GM01Q", "VZM20Q", "RYZ014A"):
        assert builds.Name(product + "_41065.dup").product == product
    assert builds.Name("FIPY_GPY_CATM1_33988.dup").product == ""
    assert builds.Name("CATM1-41065.dup").product == builds.Name("CATM1-41065.dup").uart == ""


def test_versions_in_texts():
    """Builds are found in each form that modems and files use, and in nothing else."""
    for text, found in (
        ("LR5.1.1.0-41065", [("5.1.1.0", 41065)]),
        ("5.1.1.0 [33080] by robot-soft at 2017-10-27 07:49:11", [("5.1.1.0", 33080)]),
        ("BUILD5.1.1.0-33988 by robot-soft", [("5.1.1.0", 33988)]),
        ("LR5.1.1.0-33080 to LR6.0.0.0-41019", [("5.1.1.0", 33080), ("6.0.0.0", 41019)]),
        ("LR8.0.5.13-59577 GM02S", [("8.0.5.13", 59577)]),
        ("41065", []),
        ("CATM1-41065", []),
        ("UE5.0.0.0d", []),
        ("5.1.1.0-410655", []),
        ("[41065]", []),
        ("-41065", []),
        ("1.0.99-13028", []),
        ("", []),
    ):
        assert builds.versions_in(text) == found, text
    assert builds.version_in("LR5.1.1.0-39529") == 39529 and builds.version_in("NA") is None


def test_radio():
    """The table knows, else LR5 and LR6, else the name; LR8 is neither."""
    assert builds.radio(41019) == builds.NB_IOT and builds.radio(41065) == builds.CAT_M1
    assert builds.radio(41019, "LR5.1.1.0") == builds.NB_IOT
    assert builds.radio(42000, "LR5.1.1.0-42000") == builds.CAT_M1
    assert builds.radio(42000, "6.0.0.0") == builds.NB_IOT
    assert builds.radio(None, "8.0.5.13", "CATM1-41065.dup") == ""
    assert builds.radio(None, "", "catm1.dup") == builds.CAT_M1
    assert builds.radio(None, "", "FIPY_NB1.dup") == builds.NB_IOT and builds.radio(None) == ""


def test_bands():
    """A board of hardware 1.0 keeps its six bands, whatever the firmware."""
    assert builds.bands(38638) == builds.bands(41065, "1.0") == (3, 4, 12, 13, 20, 28)
    assert builds.bands(39529) == (3, 4, 5, 8, 12, 13, 20, 28)
    assert len(builds.bands(41019)) == 17 and 66 in builds.bands(41019)
    assert builds.bands(59577) == builds.bands(None) == ()


def test_sizes():
    """A size names a build only where it was seen with one alone; nothing is called published that is not."""
    assert [row[2] for row in builds.by_size(6160982)] == [41065]
    assert [row[2] for row in builds.by_size(306076, builds.UPDATER)] == [37781, 38638]
    assert builds.by_size(306076, builds.FULL) == [] == builds.by_size(1)
    assert builds.as_published(builds.FULL, 41065, None, 0, 6160982) is True
    assert builds.as_published(builds.FULL, 41065, None, 0, 780000) is False
    assert builds.as_published(builds.FULL, 38729, None, 0, 780000) is None
    assert builds.as_published(builds.DIFFERENCE, 41065, 33080, 0, 1658508) is True


def test_tables_agree():
    """Each file is of a known build, each package too, and LR5 and LR6 fit the radio."""
    for _, kind, build, from_build, part in builds.FILES:
        assert kind == builds.BOOT_ROM or build in builds.BUILDS
        assert from_build in builds.BUILDS or kind != builds.DIFFERENCE
        assert part == 0 or part <= builds.PACKAGES[build][0]
    for build in builds.BUILDS:
        lr = builds.BUILDS[build][1]
        assert lr == "" or lr[0] == ("5" if builds.BUILDS[build][0] == builds.CAT_M1 else "6")
    for package in builds.PACKAGES:
        assert builds.PACKAGES[package][1] in builds.BUILDS
