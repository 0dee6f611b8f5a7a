"""The boards that can be simulated: what each is, as data.

Rules that hold here: a difference between firmware releases that matters to
the updater is a field, never an `if` on a release; times of the processor are
assumed, not measured. Source of every field: docs/boards.md.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

GPY_PINS = ("P5", "P98", "P7", "P99")
FIPY_PINS = ("P20", "P18", "P19", "P17")


@dataclass(frozen=True, slots=True)
class BoardProfile:
    """One board with one firmware.

    Attributes:
        name: the key in `PROFILES`.
        sysname: what os.uname() calls the board.
        release: of the board's firmware.
        core: version of its MicroPython.
        modem_pins: TX, RX, RTS, CTS of the modem.
        ring_bytes: the UART's receive ring when nobody says its size.
        ring_can_be_set: the UART takes `rx_buffer_size`.
        unmount: the name of that function in `os`.
        has_ilistdir: `os.ilistdir` and `os.statvfs` exist.
        rename_replaces: `os.rename` onto an existing file works.
        text_errors: OSErrors of the file system carry text, not a number.
        readable_card: `SD` has `readblocks`.
        print_flush: `print(flush=True)` is taken (and ignored).
        has_free_heap: `pycom.get_free_heap` exists.
        absent_key_raises: `pycom.nvs_get` of an absent key raises ValueError.
        lazy_lte: the LTE task is created by the boot flag or the first `LTE()` only.
        lte_error: what `LTE()` says of a silent modem.
        has_factory_reset: `LTE.factory_reset` exists: 1.18.2, and 1.20.0.rc7, and newer.
        mirror_ring_bytes: the receive rings of mirror mode (2048 in the first releases that had it).
        call_us: what one call of a UART method costs.
        hash_us_per_kib: what the hash hardware needs.
        card_us_per_sector: reading a sector of the card.
    """

    name: str
    sysname: str
    release: str
    core: str
    modem_pins: tuple[str, str, str, str]
    ring_bytes: int
    ring_can_be_set: bool
    unmount: str = "umount"
    has_ilistdir: bool = True
    rename_replaces: bool = True
    text_errors: bool = False
    readable_card: bool = True
    print_flush: bool = False
    has_free_heap: bool = True
    absent_key_raises: bool = False
    lazy_lte: bool = False
    lte_error: str = "Couldn't connect to Modem!"
    has_factory_reset: bool = True
    mirror_ring_bytes: int = 8192
    call_us: int = 20
    hash_us_per_kib: int = 200
    card_us_per_sector: int = 250

    @property
    def version(self) -> str:
        """What os.uname() says of the MicroPython."""
        return f"v{self.core} on 2019-04-01"


_GPY_1_18_2 = BoardProfile(
    name="gpy-1.18.2",
    sysname="GPy",
    release="1.18.2.r4",
    core="1.8.6-849-ba178ae",
    modem_pins=GPY_PINS,
    ring_bytes=4096,
    ring_can_be_set=False,
    unmount="unmount",
    has_ilistdir=False,
    rename_replaces=False,
    text_errors=True,
    readable_card=False,
    print_flush=True,
    has_free_heap=False,
)

_GPY_1_20_0 = BoardProfile(
    name="gpy-1.20.0",
    sysname="GPy",
    release="1.20.0.rc13",
    core="1.9.4-94bb382",
    modem_pins=GPY_PINS,
    ring_bytes=512,
    ring_can_be_set=True,
)

_FIPY_1_20_2 = dataclasses.replace(
    _GPY_1_20_0,
    name="fipy-1.20.2",
    sysname="FiPy",
    release="1.20.2.r6",
    core="1.11-a159dee",
    modem_pins=FIPY_PINS,
    ring_bytes=4096,
    absent_key_raises=True,
    lazy_lte=True,
    lte_error="Couldn't connect to Modem! (modem_state=disconnected)",
)

PROFILES = {profile.name: profile for profile in (_GPY_1_18_2, _GPY_1_20_0, _FIPY_1_20_2)}


def find(name: str) -> BoardProfile:
    """The profile of that name.

    Raises:
        ValueError: there is none; with the names that there are.
    """
    if name not in PROFILES:
        raise ValueError(f"no board is named {name!r}; there are: {', '.join(PROFILES)}")
    return PROFILES[name]
