"""How a modem is reached: which row of the table is taken when, and that the documents say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemflash_host.board import access
from modemflash_host.board.detect import ANSWERS_FAST, BOARD, MODEM, NOBODY
from modemflash_host.links.usb_ids import DEVICES, NO_DEVICE, PIC_VENDOR, Device

PAGE = Path(__file__).resolve().parents[3] / "docs" / "update-from-pc.md"
SHIELD = DEVICES[(PIC_VENDOR, 0xF012)]
FT23X = DEVICES[(0x0403, 0x6015)]
CP210X = DEVICES[(0x10C4, 0xEA60)]


@pytest.mark.parametrize(
    ("port", "device", "via"),
    [
        ("sim://pycom-catm1", NO_DEVICE, "direct"),
        ("rfc2217://host:4000", NO_DEVICE, "direct"),
        ("rfc2217://host:4000#04d8:f012", SHIELD, "relay"),
        ("/dev/pts/3", NO_DEVICE, "direct"),
        ("/dev/ttyACM0", SHIELD, "relay"),
        ("COM5", FT23X, "relay"),
        ("/dev/ttyUSB0", CP210X, "direct"),
        ("/dev/ttyS0", NO_DEVICE, "direct"),
    ],
)
def test_the_first_row_that_fits(port: str, device: Device, via: str) -> None:
    """What the port is decides; nothing is opened for that."""
    assert access.access_for(port, device).via == via


@pytest.mark.parametrize(
    ("device", "answer", "via"),
    [
        (CP210X, BOARD, "relay"),
        (NO_DEVICE, BOARD, "relay"),
        (FT23X, BOARD, "relay"),
        (CP210X, ANSWERS_FAST, "direct"),
        (FT23X, ANSWERS_FAST, "relay"),
        (FT23X, MODEM, "direct"),
        (NO_DEVICE, MODEM, "direct"),
        (CP210X, NOBODY, "direct"),
    ],
)
def test_what_may_be_a_board_is_asked_once(device: Device, answer: str, via: str) -> None:
    """Every serial chip may have a board behind it: the answer decides, before the chip's name does."""
    asked: list[str] = []

    def ask() -> str:
        asked.append(answer)
        return answer

    assert access.access_for("/dev/ttyUSB0", device, ask=ask).via == via
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("port", "device"),
    [("/dev/ttyACM0", SHIELD), ("sim://pycom-catm1", NO_DEVICE), ("/dev/pts/3", NO_DEVICE)],
)
def test_what_is_known_is_not_asked(port: str, device: Device) -> None:
    """A shield is a board's; at an address nothing is tried on the way."""
    access.access_for(port, device, ask=lambda: pytest.fail("asked"))


@pytest.mark.parametrize("via", ["relay", "mirror", "direct"])
def test_the_users_word_counts(via: str) -> None:
    """`--via` takes that access and no other."""
    row = access.access_for("/dev/ttyACM0", SHIELD, via)
    assert (row.via, row.fallback) == (via, "")


def test_the_page_says_why() -> None:
    """docs/update-from-pc.md gives the reason of every row."""
    page = PAGE.read_text(encoding="utf-8")
    for row in access.ACCESS_TABLE:
        assert row.why in page
