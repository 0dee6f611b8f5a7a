"""What is known about one firmware file; `examine` finds it out.

Rules that hold here: data only; *not understood* is a `reason`, a code: the owner
may insist on such a file. A damaged one has no record at all.
"""


class Image:
    """What is known about one firmware file.

    Attributes:
        name, size: as the source says, in bytes.
        kind: `builds.FULL`, `DIFFERENCE`, `UPDATER`, `BOOT_ROM`, or "unknown".
        product: e.g. "GM02S"; "" where nothing names one, as in Pycom's files.
        build: the build that runs afterwards, of a part the one of its whole package; None if unknown.
        build_source: who says so: "content", "catalogue", "name" or "".
        name_build: what the name says, to be compared.
        from_build: the build that a difference was made for, or None.
        part: 1, 2 in a package of several files, else 0.
        version: e.g. "5.1.1.0", or "".
        radio: `builds.CAT_M1`, `builds.NB_IOT` or "".
        uart: "UART2" and the like: the variant of a boot ROM, as its name says, or "".
        parts: the containers, outer before inner: dicts with magic, version, description,
            size (bytes of data), depth (0: not inside another) and check: "good",
            "modem-only" (a signature that only the modem can check) or "none".
        understood: False where `reason`, a code, says what is strange; needs `accept-unknown-file`.
        reason: see `understood`; "" otherwise.
        verified: every byte lies under a checksum, and each checksum was right.
        as_published: whether the size is one that was published for this build; None if none was.
        inside: (version, build) as the data name them, each once.
        sha256: hex digits, "" where none was computed.
        fletcher32: Fletcher-32 of the whole file, None where it was not asked for. To know a file
            again on a board: a CRC-32 cannot, it is the same for every file that ends with its own.
    """

    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self.size = size
        self.kind = "unknown"
        self.product = ""
        self.build = None  # type: int | None
        self.build_source = ""
        self.name_build = None  # type: int | None
        self.from_build = None  # type: int | None
        self.part = 0
        self.version = ""
        self.radio = ""
        self.uart = ""
        self.parts = []  # type: list[Part]
        self.reason = ""
        self.verified = False
        self.as_published = None  # type: bool | None
        self.sha256 = ""
        self.fletcher32 = None  # type: int | None
        self.inside = []  # type: list[tuple[str, int]]

    @property
    def understood(self) -> bool:
        return not self.reason

    def doubt(self, code: str) -> None:
        """Something in it is strange. The first reason counts."""
        self.reason = self.reason or code


TYPE_CHECKING = False
if TYPE_CHECKING:
    from modemflash.container import Part  # noqa: F401 - it stands in a comment
