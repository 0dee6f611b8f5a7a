"""What a capture keeps of a DM port: heads and numbers of known packets; all else is talk."""

from hypothesis import given
from hypothesis import strategies as st

from modemflash_host.families.contract import FRAME, TALK, Piece
from modemflash_host.families.quectel_edl.diag import LONGEST_FRAME, packed
from modemflash_host.families.quectel_edl.diag_framer import DiagFramer

ANSWER = bytes.fromhex("4b130400") + bytes(16)


def test_of_an_answer_the_numbers_are_frames_and_the_rest_is_talk() -> None:
    pieces = list(DiagFramer().heard(packed(ANSWER + b"secret")))
    assert pieces == [Piece(ANSWER, FRAME), Piece(b"secret", TALK)]
    assert list(DiagFramer().heard(packed(b"\x10secret"))) == [Piece(b"\x10", FRAME), Piece(b"secret", TALK)]
    unknown = packed(bytes.fromhex("4b300400") + b"secret")
    assert list(DiagFramer().heard(unknown))[1] == Piece(b"secret", TALK)


def test_of_a_question_the_name_is_talk() -> None:
    sent = list(DiagFramer().sent(b"\x7e" + packed(bytes.fromhex("4b130200") + bytes(8) + b"/a\0")))
    assert sent == [Piece(bytes.fromhex("4b130200") + bytes(8), FRAME), Piece(b"/a\0", TALK)]


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_whatever_comes_is_either_whole_or_talk(pieces: list[bytes]) -> None:
    framer = DiagFramer()
    found = [piece for data in pieces for piece in framer.heard(data)]
    found += [piece for _, piece in framer.rest()]
    assert all(piece.data for piece in found)
    assert sum(len(piece.data) for piece in found) <= sum(map(len, pieces))


def test_what_has_no_end_is_not_held() -> None:
    framer = DiagFramer()
    given_out = sum(len(piece.data) for _ in range(20) for piece in framer.heard(bytes(4096)))
    assert given_out >= 20 * 4096 - LONGEST_FRAME
