"""image.py, container.py, sniff.py: what is said of a file, and what is never said."""

import struct

import vectors
from modemflash import builds, container, errors
from modemflash.examine import examine


class MemoryFile:
    """A file in memory that gives at most `most` bytes a read, and notes (offset, bytes given)."""

    def __init__(self, data, name="x.dup", most=1 << 30):
        self.data = data
        self.name = name
        self.size = len(data)
        self.reads = []
        self._most = most

    def readinto(self, offset, buf):
        piece = self.data[offset : offset + min(len(buf), self._most)]
        buf[: len(piece)] = piece
        self.reads.append((offset, len(piece)))
        return len(piece)


class Large(MemoryFile):
    """A source that begins with a few bytes and goes on with NULs."""

    def __init__(self, data, size):
        MemoryFile.__init__(self, data)
        self.size = size

    def readinto(self, offset, buf):
        n = MemoryFile.readinto(self, offset, buf)
        for i in range(n, len(buf)):
            buf[i] = 0
        return len(buf)


def look(data, name="x.dup"):
    return examine(MemoryFile(data, name))


def code_of(data, name="x.dup"):
    try:
        look(data, name)
    except errors.BadFile as problem:
        assert problem.happened and problem.hint and problem.modem_state == errors.UNTOUCHED
        assert problem.consents == ()
        return problem.code
    return ""


def rows(key):
    return [row for row in vectors.load("containers.json") if key in row]


def vector(name):
    (found,) = [row for row in vectors.load("containers.json") if row["name"] == name]
    return vectors.unhex(found["hex"])


def elf_head(size=70000, machine=40, sections_at=None, end=None):
    header = b"\x7fELF\1\1\1" + bytes(9)
    header += struct.pack(
        "<HHIIIIIHHHHHH", 2, machine, 1, 0, 52, sections_at or size - 40, 0, 52, 32, 1, 40, 1, 0
    )
    header += struct.pack("<IIIIIIII", 1, 84, 0, 0, (end or size - 40) - 84, 0, 5, 4)
    return header


def elf(size=70000, **odd):
    return elf_head(size, **odd) + bytes(size - 84)


def test_whole_containers_of_every_form():
    """A whole file is understood; it is verified only where each byte lies under a checksum."""
    for row in rows("verified"):
        image = look(vectors.unhex(row["hex"]))
        assert image.understood and image.reason == "", row["name"]
        assert image.verified is row["verified"], row["name"]
        assert [part["check"] for part in image.parts] == row["checks"], row["name"]
        assert (image.kind, image.build, image.from_build) == (
            row["kind"],
            row["build"],
            row["from_build"],
        ), row["name"]


def test_strange_files_are_not_understood_and_never_verified():
    """A file that is strange has a code of its own, is never verified, and is read to its end."""
    for row in rows("reason"):
        source = MemoryFile(vectors.unhex(row["hex"]))
        image = examine(source)
        assert not image.understood and image.reason == row["reason"], row["name"] + ": " + image.reason
        assert image.reason in errors.CATALOGUE
        assert [part["check"] for part in image.parts] == row["checks"], row["name"]
        assert sum([n for _, n in source.reads]) == source.size, row["name"]


def test_damaged_files_are_refused_with_a_code_each():
    """A damaged file, and one that is plainly no firmware, is refused and no consent is named."""
    for row in rows("code"):
        assert code_of(vectors.unhex(row["hex"])) == row["code"], row["name"]


def test_the_detail_names_the_file():
    """Of several files a user must know which one is bad."""
    try:
        look(vector("one byte short"), "CATM1-41065.dup")
        raise AssertionError("not refused")
    except errors.BadFile as problem:
        assert problem.detail.startswith("CATM1-41065.dup: 1 byte"), problem.detail


def test_the_largest_file_is_refused_before_it_is_read():
    """More than 64 MB is no firmware, and no time is lost on it."""
    source = MemoryFile(b"")
    source.size = container.LARGEST_FILE + 1
    try:
        examine(source)
        raise AssertionError("not refused")
    except errors.BadFile as problem:
        assert problem.code == "file-too-large" and source.reads == []


def test_a_file_that_shrinks_while_it_is_read():
    """The size was promised; when no more bytes come, the file changed."""
    source = MemoryFile(vector("pack"))
    source.size += 5
    try:
        examine(source)
        raise AssertionError("not refused")
    except errors.BadFile as problem:
        assert problem.code == "file-changed"


def test_one_read_from_front_to_back():
    """Each byte is read once, in order, in small pieces, also from a source that gives few at a time."""
    data = vector("pack")
    for most in (1, 7, 1 << 30):
        source = MemoryFile(data, most=most)
        assert examine(source).verified
        at = 0
        for offset, n in source.reads:
            assert offset == at and n <= container.CHUNK
            at += n
        assert at == len(data)


def test_progress_ends_at_the_size():
    """The bar moves forward and ends full."""
    seen = []
    data = b"WXYZ" + bytes(3 * container.CHUNK)
    examine(MemoryFile(data), lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen) and seen[-1] == (len(data), len(data)) and len(seen) == 4


def test_a_digest_that_is_handed_in_is_asked_even_after_a_failure():
    """A board has one live hash: it must be given back whatever happens."""

    class Digest:
        fed = asked = 0

        def update(self, data):
            self.fed += len(data)

        def digest(self):
            self.asked += 1
            return b"\x01\xab"

    whole, broken = Digest(), Digest()
    assert examine(MemoryFile(vector("pack")), digest=whole).sha256 == "01ab"
    assert (whole.fed, whole.asked) == (len(vector("pack")), 1)
    try:
        examine(MemoryFile(vector("CRC")), digest=broken)
    except errors.BadFile:
        pass
    assert broken.asked == 1


def test_a_sum_over_the_whole_file_tells_images_apart():
    """Two whole files have one CRC-32, because each ends with its own; so the sum is a Fletcher-32."""
    first = examine(MemoryFile(vector("pack")), whole_sum=True)
    second = examine(MemoryFile(vector("version 3, CRC")), whole_sum=True)
    assert first.fletcher32 != second.fletcher32 and look(vector("pack")).fletcher32 is None


def test_text_across_the_border_of_two_reads():
    """Product and build are found wherever in the data they stand."""
    text = b"\0\x008.0.5.13 [59577] by robot-soft at 2023\0GM02S\0"
    for at in range(container.CHUNK - len(text) - 2, container.CHUNK + 2):
        image = look(b"WXYZ\1\0\0\0" + bytes(at - 8) + text + bytes(container.CHUNK))
        assert (image.product, image.version, image.build) == ("GM02S", "8.0.5.13", 59577), at
        assert image.build_source == "content" and image.radio == ""


def test_two_builds_in_the_data_are_no_answer():
    """An image may carry text of an older build: then the name has the word, and says so."""
    data = b"WXYZ\1\0\0\0\0BUILD5.1.1.0-33988 by robot-soft\0" + b"5.1.1.0 [41065] by robot-soft\0"
    image = look(data, "CATM1-41065.dup")
    assert len(image.inside) == 2
    assert (image.build, image.build_source) == (41065, "name")
    assert look(data).build is None and look(data).build_source == ""


def test_content_before_name():
    """A file is what it holds, whatever it is called; the name is kept to be compared."""
    image = look(vector("version 3, CRC"), "NB1-41019.dup")
    assert (image.build, image.build_source, image.name_build) == (41065, "content", 41019)
    assert image.radio == builds.CAT_M1 and image.version == "5.1.1.0" and image.as_published is False
    image = look(vector("difference"), "CATM1-41065.dup")
    assert image.kind == builds.DIFFERENCE and image.from_build == 33080


def test_a_difference_by_its_name():
    """The magic of Pycom's differences was never published: the name makes one of any container."""
    image = look(vector("version 1"), "upgdiff_33080-to-41019.dup")
    assert (image.kind, image.from_build, image.build) == (builds.DIFFERENCE, 33080, 41019)
    assert image.radio == builds.NB_IOT


def test_a_file_not_understood_is_called_what_catalogue_or_name_say():
    """Pycom's files may look different inside: size and name still tell, and it stays in doubt."""
    image = look(b"WXYZ" + bytes(200), "FIPY_NB1_35351.dup")
    assert (image.kind, image.build, image.radio) == (builds.FULL, 35351, builds.NB_IOT)
    assert image.version == "6.0.0.0" and not image.understood and image.as_published is False
    image = examine(Large(b"WXYZ", 416448))
    assert (image.kind, image.build, image.part) == (builds.FULL, 48829, 1)
    assert image.build_source == "catalogue" and image.as_published is True


def test_parts_of_a_package_go_under_its_number():
    """Part 1 of 48829 leaves the modem at 39529, and must never pass for an image of 39529."""
    name = "CATM1-5.2-48829-1.dup"
    image = look(b"WXYZ\0\0\0\0\0" + b"5.1.1.0 [39529] by robot-soft\0", name)
    assert (image.build, image.part, image.version) == (48829, 1, "5.2.1.0")
    assert look(vector("version 3, CRC"), name).build == 41065  # the content says that it is no part


def test_updater_elf():
    """An ELF is an updater; it has no checksum, so it is never verified."""
    image = look(elf(), "whatever.bin")
    assert image.kind == builds.UPDATER and image.understood and not image.verified
    assert examine(Large(elf_head(306076), 306076)).build is None  # this size has been seen with two builds
    assert examine(Large(elf_head(371307), 371307)).build == 41019


def test_truncated_elf():
    """Segments and section table must lie within the file."""
    assert code_of(elf()[:-1]) == "file-truncated"
    assert code_of(elf()[:60000]) == "file-truncated"
    assert code_of(elf()[:20]) == "file-truncated"
    assert code_of(elf(sections_at=60000, end=70001)) == "file-truncated"


def test_an_elf_of_another_processor_or_size_is_in_doubt():
    """An ESP32 program, a PC's program, and one of a few bytes are no updaters."""
    for data in (elf(machine=94), elf(machine=62), elf(2000), b"\x7fELF\2" + elf()[5:]):
        assert look(data).reason == "image-odd-elf"
