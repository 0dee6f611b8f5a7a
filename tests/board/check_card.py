"""The card: each fault has its own code, and a card that somebody else mounted stays mounted."""

import os

import fakes

from modemflash.board.card import Card, diagnose, size_of
from modemflash.board.words import CardProblem


def code(card=None):
    try:
        (card or Card()).mount()
    except CardProblem as problem:
        return problem.code
    return ""


def sector():
    drive = fakes.Drive(16)
    drive.data[510:512] = b"\x55\xaa"
    return drive


def test_no_card():
    """An empty slot is `card-absent`."""
    fakes.unmount("/sd")
    fakes.machine.card = None
    assert code() == "card-absent"


def test_zeros_are_no_partition():
    """A card of zeros has no partition."""
    fakes.unmount("/sd")
    fakes.machine.card = fakes.Drive(64)
    assert code() == "card-no-partition"


def test_exfat_without_partition():
    """exFAT in the first sector is named."""
    drive = sector()
    drive.data[3:11] = b"EXFAT   "
    drive.data[450] = 7
    drive.data[454] = 0
    assert diagnose(drive) == "card-exfat"


def test_exfat_in_a_partition():
    """exFAT behind a partition table is named."""
    drive = sector()
    drive.data[450] = 7
    drive.data[454] = 8
    drive.data[8 * 512 + 3 : 8 * 512 + 11] = b"EXFAT   "
    assert diagnose(drive) == "card-exfat"


def test_gpt_is_no_partition():
    """A GPT card has a partition table that boards cannot read."""
    drive = sector()
    drive.data[450] = 0xEE
    assert diagnose(drive) == "card-no-partition"


def test_damaged_fat():
    """A FAT that does not mount is said to be so."""
    drive = sector()
    drive.data[54:57] = b"FAT"
    assert diagnose(drive) == "card-not-mountable"


def test_dead_sectors():
    """A card that answers and cannot be read is `card-not-ready`."""
    drive = sector()
    drive.present = False
    assert diagnose(drive) == "card-not-ready"


def test_without_readblocks():
    """Where the firmware has no readblocks, nothing is guessed."""
    assert diagnose(object()) == "card-not-mountable"


def test_empty_card():
    """Litter of PCs does not count."""
    fakes.fresh_card()
    card = Card()
    assert code(card) == "card-empty"
    os.mkdir("/sd/System Volume Information")
    fakes.put("/sd/._x.dup", b"1")
    assert code(card) == "card-empty"
    card.unmount()
    assert size_of("/sd") is None


def test_names_are_listed():
    """A good card gives its names."""
    fakes.fresh_card()
    card = Card()
    assert code(card) == "card-empty"
    fakes.put("/sd/a.dup", b"1")
    assert card.mount() == ["a.dup"]


def test_rubbish_names():
    """Names that no FAT can hold mean a damaged file system, not a wrong name."""
    fakes.fresh_card()
    card = Card()
    code(card)
    fakes.put("/sd/AAAA.DUP", b"1")
    fakes.unmount("/sd")
    at = bytes(fakes.machine.card.data).find(b"AAAA    DUP")
    fakes.machine.card.data[at : at + 2] = b"\x12\x13"
    assert code(Card()) == "card-unreadable"


def test_mounted_by_somebody_else():
    """What the user's boot.py mounted is used, and stays mounted."""
    fakes.fresh_card()
    os.mount(fakes.machine.card, "/sd")
    fakes.put("/sd/a.dup", b"1")
    card = Card("/sd/folder/")
    assert card.mount() == ["a.dup"]
    card.unmount()
    assert size_of("/sd/a.dup") == 1
    assert (card.path, card.root) == ("/sd/folder", "/sd")


def test_comes_back():
    """A card that went away is mounted anew when it is there again."""
    drive = fakes.fresh_card()
    card = Card()
    code(card)
    fakes.put("/sd/a.dup", b"1")
    drive.present = False
    assert not card.renew()
    drive.present = True
    assert card.renew()
    assert size_of("/sd/a.dup") == 1
