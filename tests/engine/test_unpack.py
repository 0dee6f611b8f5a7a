"""Rules of packed modules: the format, byte by byte."""

from modemflash.unpack import unpacked


def test_bytes_stand_for_themselves():
    """A byte below 128 is itself, \\x02 a line's end."""
    assert unpacked(b"a\x02b", 3) == b"a\nb"


def test_a_near_piece():
    """10lllddd dddddddd: l + 3 bytes from d + 1 back."""
    assert unpacked(b"abcd\x80\x02", 7) == b"abcdbcd"
    assert unpacked(b"abcd\x88\x03", 8) == b"abcdabcd"
    assert unpacked(b"wxyz" + b"-" * 256 + b"\x81\x02", 263)[-3:] == b"xyz"


def test_a_far_piece():
    """11dddddd llllllll dddddddd: l + 4 bytes from d + 1 back."""
    assert unpacked(b"abcdef\xc0\x02\x05", 12) == b"abcdefabcdef"
    assert unpacked(b"wxyz" + b"-" * 508 + b"\xc1\x00\xff", 516)[-4:] == b"wxyz"


def test_bytes_that_a_comment_cannot_hold():
    """\\x01 and a letter stand for 0, line feed, carriage return and \\x01 in a piece."""
    assert unpacked(b"abcdefghijklmnop\x80\x01b", 19)[-3:] == b"fgh"
    assert unpacked(b"abcdefghijklmnop\x80\x01c", 19)[-3:] == b"cde"
    assert unpacked(b"abcd\xc0\x01a\x03", 8) == b"abcdabcd"
    assert unpacked(b"abcde\xc0\x01d\x04", 10) == b"abcdeabcde"
