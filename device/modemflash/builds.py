"""What is known about firmware builds: which exist, how their files are called and how big they are.

Rules that hold here: the five-digit build is the only stable key, names are hints;
everything known is a table, code only looks things up. Which step is safe: edges.py.
Facts: docs/protocol.md ("Builds").
"""

CAT_M1 = "cat-m1"
NB_IOT = "nb-iot"

# build: (radio, LR, UE, date, published by the vendor)
BUILDS = {
    33080: (CAT_M1, "5.1.1.0", "", "2017-10-27", False),  # factory
    33988: (CAT_M1, "5.1.1.0", "5.0.0.0c", "2017-12-11", True),
    35351: (NB_IOT, "6.0.0.0", "6.0.0.0-ER7", "", True),  # Ericsson in-band only
    36417: (CAT_M1, "5.1.1.0", "5.0.0.0d", "", True),
    36571: (NB_IOT, "6.0.0.0", "", "", False),  # ER9, only mentioned in a list of changes
    37365: (NB_IOT, "", "", "", True),
    37781: (NB_IOT, "6.0.0.0", "6.0.0.0", "2018-07-05", True),
    38638: (CAT_M1, "5.1.1.0", "", "2018-08-20", True),
    38729: (NB_IOT, "", "", "", True),
    39529: (CAT_M1, "5.1.1.0", "5.0.0.0d", "2018-09-28", True),
    40343: (NB_IOT, "", "", "", True),
    41019: (NB_IOT, "6.0.0.0", "6.0.0.0", "2018-12-13", True),
    41065: (CAT_M1, "5.1.1.0", "5.0.0.0d", "", True),
    43818: (CAT_M1, "5.1.1.0", "5.0.0.0d", "", False),  # factory
    46262: (NB_IOT, "6.1.2.0", "", "", False),  # engineering
    46470: (CAT_M1, "5.1.1.0", "5.0.0.0d", "", False),  # factory
    48829: (CAT_M1, "5.2.1.0", "5.2.0.3", "", True),
    48939: (NB_IOT, "", "", "", False),  # engineering
    50523: (CAT_M1, "5.4.1.0", "5.4.0.2", "2020-08-31", False),  # factory
}

FULL = "full"
DIFFERENCE = "difference"
SIMULATED = "simulated"  # ends the description of firmware that was made up; an ELF has it in its padding
UPDATER = "updater"
BOOT_ROM = "bootrom"

# (size_bytes or None where nobody noted it, kind, build, the build it starts from, part)
FILES = (
    (5665583, FULL, 33988, None, 0),
    (4560505, FULL, 35351, None, 0),
    (5050226, FULL, 37365, None, 0),
    (5258127, FULL, 37781, None, 0),
    (5996938, FULL, 38638, None, 0),
    (5835531, FULL, 41019, None, 0),
    (6160982, FULL, 41065, None, 0),
    (416448, FULL, 48829, None, 1),
    (None, DIFFERENCE, 39529, 33080, 0),  # about 1.2 MB
    (None, DIFFERENCE, 39529, 38638, 0),  # about 452 kB
    (None, DIFFERENCE, 40343, 33080, 0),
    (2533108, DIFFERENCE, 41019, 33080, 0),
    (None, DIFFERENCE, 41019, 41065, 0),
    (1658508, DIFFERENCE, 41065, 33080, 0),
    (None, DIFFERENCE, 41065, 41019, 0),
    (306076, UPDATER, 37781, None, 0),
    (306076, UPDATER, 38638, None, 0),
    (429340, UPDATER, 39529, None, 0),  # one report
    (371307, UPDATER, 41019, None, 0),
    (54854, BOOT_ROM, None, None, 0),  # in ESP32 firmware 1.18.1.r1
    (55498, BOOT_ROM, None, None, 0),  # in version 1.2.0 of the old tool
    (55570, BOOT_ROM, None, None, 0),
)

# package: (how many parts, the build that the modem reports between them). Part 1 goes on the
# fly through recovery although it is small; part 2 follows at once. `EDGES` says from where.
PACKAGES = {48829: (2, 39529)}

_BANDS_FIRST = (3, 4, 12, 13, 20, 28)
_BANDS_39 = (3, 4, 5, 8, 12, 13, 20, 28)
_BANDS_41 = (1, 2, 3, 4, 5, 8, 12, 13, 14, 17, 18, 19, 20, 25, 26, 28, 66)


def radio(build: "int | None", version: str = "", name: str = "") -> str:
    """`CAT_M1`, `NB_IOT` or "": by the table, else by LR5 or LR6, else by the file's name."""
    if build in BUILDS:
        return BUILDS[build][0]
    number = version.replace("LR", "")
    if number:
        return {"5": CAT_M1, "6": NB_IOT}.get(number[0], "")
    name = name.upper()
    if "CATM1" in name:
        return CAT_M1
    return NB_IOT if "NB1" in name else ""


def bands(build: "int | None", board: str = "1.2") -> "tuple[int, ...]":
    """The LTE bands that a build lists, () where unknown. The list does not prove that a board is calibrated.

    Args:
        build: the running build.
        board: "1.0" or "1.2", the hardware; an update never adds a band to a 1.0.
    """
    if build not in BUILDS:
        return ()
    if board == "1.0" or build < 39000:
        return _BANDS_FIRST
    return _BANDS_39 if build < 41000 else _BANDS_41


def by_size(size_bytes: int, kind: str = "") -> "list[Row]":
    """The rows of `FILES` with this size, and of this kind where one is given."""
    return [row for row in FILES if row[0] == size_bytes and kind in ("", row[1])]


def as_published(
    kind: str, build: "int | None", from_build: "int | None", part: int, size_bytes: int
) -> "bool | None":
    """Whether a file has a size that was published for it; None where none was."""
    sizes = [row[0] for row in FILES if row[1:] == (kind, build, from_build, part) and row[0]]
    return size_bytes in sizes if sizes else None


# How names of modules begin that are not Pycom's: their files are for them alone.
_PRODUCTS = ("GM0", "GP0", "VZM", "RYZ")


class Name:
    """What a file's name claims; the content may say otherwise.

    Attributes:
        kind: `FULL`, `DIFFERENCE`, `UPDATER`, `BOOT_ROM` or "".
        build, from_build: None where the name has none.
        part: 1 or 2 for the parts of a package, else 0.
        product: e.g. "GM02RB6Q"; "" where the name has none.
        uart: e.g. "UART2", the variant of a boot ROM; "" where the name has none.
    """

    def __init__(self, name: str) -> None:
        name = name.replace("\\", "/").split("/")[-1].upper()
        runs = digit_runs(name)
        builds = [int(digits) for digits, _ in runs if len(digits) == 5]
        self.kind = ""
        self.build = builds[-1] if builds else None
        self.from_build = None
        self.part = 0
        if "DIFF" in name or _is_between(name) or len(set(builds)) > 1:
            self.kind = DIFFERENCE
            if len(builds) == 2:
                self.from_build = builds[0]
            else:
                self.build = None
        elif name.endswith(".ELF"):
            self.kind = UPDATER
        elif "BOOTROM" in name:
            self.kind = BOOT_ROM
        elif self.build:
            self.kind = FULL
        if self.build in PACKAGES and self.kind == FULL:
            self.part = _part(name, str(self.build))
        self.product = ""
        for start in _PRODUCTS:
            self.product = self.product or _word(name, start)
        self.uart = _word(name, "UART")


def digit_runs(text: str) -> "list[tuple[str, int]]":
    """Every unbroken run of digits and the place where it begins."""
    runs = []
    start = -1
    for i in range(len(text) + 1):
        if i < len(text) and "0" <= text[i] <= "9":
            if start < 0:
                start = i
        elif start >= 0:
            runs.append((text[start:i], start))
            start = -1
    return runs


def _is_between(name: str) -> bool:
    """Whether a name leads from one thing to another: ..._to_..."""
    words = name
    for mark in "-_.":
        words = words.replace(mark, " ")
    return " TO " in words


def _part(name: str, build: str) -> int:
    after = name[name.find(build) + 5 :]
    said = after[:1] in ("-", "_") and after[1:2] in ("1", "2") and not after[2:3].isdigit()
    return int(after[1]) if said else 0


def _word(text: str, start: str) -> str:
    """The word of capitals and digits that begins with `start`."""
    at = text.find(start)
    if at < 0:
        return ""
    end = at
    while end < len(text) and (text[end].isdigit() or "A" <= text[end] <= "Z"):
        end += 1
    return text[at:end]


def versions_in(text: str) -> "list[tuple[str, int]]":
    """Every version with its build in a text: LR5.1.1.0-41065, 5.1.1.0 [41065], BUILD5.1.1.0-33988."""
    found = []
    for digits, at in digit_runs(text):
        if len(digits) != 5:
            continue
        end = at - 1
        if text[at - 1 : at] == "[":
            while end and text[end - 1] == " ":
                end -= 1
        elif text[at - 1 : at] != "-":
            continue
        start = end
        while start > 0 and (text[start - 1] == "." or text[start - 1].isdigit()):
            start -= 1
        if len(text[start:end].split(".")) == 4:
            found.append((text[start:end], int(digits)))
    return found


def version_in(text: str) -> "int | None":
    """The first build that a text names together with its version, or None."""
    found = versions_in(text)
    return found[0][1] if found else None


TYPE_CHECKING = False
if TYPE_CHECKING:
    Row = tuple[int | None, str, int | None, int | None, int]
