"""The checksums agree with independent values, in any pieces, on any interpreter."""

import vectors
from modemflash import crc

ROWS = [(row, vectors.unhex(row["unit"]) * row["times"]) for row in vectors.load("crc.json")["rows"]]


def number(text):
    return int(text, 16)


def test_crc16_vectors():
    """CRC-16 gives the values of the vectors."""
    for row, data in ROWS:
        assert crc.crc16(data) == number(row["crc16"]), row["name"]


def test_crc16_by_bytes_vectors():
    """The way of a small heap gives the same values as the fast way."""
    for row, data in ROWS:
        assert crc._bytewise(data, 0, 0, len(data)) == number(row["crc16"]), row["name"]


def test_crc16_in_pieces():
    """CRC-16 goes on from a value so far, wherever the data are cut, odd cuts included."""
    for row, data in ROWS:
        for cut in (0, 1, 2, 63, 64, 65, 199, 2015):
            if cut <= len(data):
                assert crc.crc16(data, crc.crc16(data, 0, 0, cut), cut) == number(row["crc16"]), (
                    row["name"],
                    cut,
                )


def test_crc16_of_a_part():
    """`start` and `end` stand for the slice, in a bytearray and in a memoryview, at odd places too."""
    data = bytearray(bytes(range(256)) * 40)
    for start, end in (
        (0, 16),
        (1, 16),
        (16, 2032),
        (17, 2032),
        (3, 3),
        (5, 8197),
        (0, 8192),
        (0, 10240),
        (0, 8193),
    ):
        expected = crc._bytewise(bytes(data[start:end]), 0, 0, end - start)
        assert crc.crc16(data, 0, start, end) == expected
        assert crc.crc16(memoryview(data), 0, start, end) == expected


def test_crc16_joined():
    """Two pieces' values give that of both."""
    zeros = crc.crc16_of_zeros(199)
    for row, data in ROWS:
        cut = len(data) - 199
        if cut >= 0:
            first, second = crc.crc16(data, 0, 0, cut), crc.crc16(data, 0, cut)
            assert crc.crc16_joined(first, second, zeros) == number(row["crc16"]), row["name"]


def test_crc32_vectors():
    """CRC-32 gives the values of the vectors, and goes on from a value so far."""
    for row, data in ROWS:
        for function in (crc.crc32, crc._crc32):
            assert function(data) == number(row["crc32"]), row["name"]
            cut = len(data) // 3
            assert function(data[cut:], function(data[:cut])) == number(row["crc32"]), row["name"]


def test_fletcher32_vectors():
    """Fletcher-32 gives the values of the vectors, odd lengths and full runs included."""
    for row, data in ROWS:
        whole = crc.Fletcher32()
        whole.update(data)
        assert whole.value() == number(row["fletcher32"]), row["name"]


def test_fletcher32_in_pieces():
    """Fletcher-32 does not depend on how the data are cut, and its value may be asked in between."""
    for row, data in ROWS:
        for size in (1, 7, 255, 256, 720, 721):
            pieces = crc.Fletcher32()
            for start in range(0, len(data), size):
                pieces.update(memoryview(data)[start : start + size])
                pieces.value()
            assert pieces.value() == number(row["fletcher32"]), (row["name"], size)
