"""After any bytes in any pieces, a resync and a command give that command's own reply."""

from hypothesis import given, settings
from hypothesis import strategies as st
from talker import once, talker

from modemflash.at import At

# Bytes that a modem may still send for somebody else's command, and bytes that no modem sends.
WORDS = st.sampled_from(
    [b"OK", b"\r\n", b"ERROR", b"\r", b"+CME ERROR: 3", b"AT", b"\x00", b"\xfe\xfd", b"2", b"+SYSSTART"]
)
NOISE = st.lists(st.one_of(WORDS, st.binary(max_size=40)), max_size=12).map(b"".join)
# Gaps inside one reply are shorter than the quiet that a resync waits for.
PIECES = st.lists(st.tuples(st.integers(0, 290), NOISE), max_size=12)


def at_times(pieces, start_ms=0):
    """Pieces with gaps as (time, bytes), the empty ones left out."""
    due = []
    for gap, data in pieces:
        if data:
            start_ms += gap
            due.append((start_ms, data))
    return due


@settings(max_examples=300)
@given(PIECES, st.lists(st.integers(1, 20), max_size=5))
def test_resync_then_own_reply(pieces, cuts):
    own = b"\r\n+MINE: 7\r\n\r\nOK\r\n"
    reply, at, when = [], 0, 5
    for cut in cuts:
        reply.append((when, own[at : at + cut]))
        at, when = at + cut, when + 37
    reply.append((when, own[at:]))
    _, line = talker({b"AT+MINE?": [[piece for piece in reply if piece[1]]]}, at_times(pieces))
    dialogue = At(line)
    assert dialogue.resync() == b"OK"
    answer = dialogue.command("AT+MINE?")
    assert answer.ok
    assert answer.lines == [b"+MINE: 7"]


@settings(max_examples=200)
@given(PIECES)
def test_a_binary_reply_never_breaks_step(pieces):
    """Whatever a binary reply holds, the next command gets its own reply."""
    _, line = talker({b"AT+DUMP": [at_times(pieces, 5)], b"AT+SMOD?": once(b"\r\n2\r\nOK\r\n")})
    dialogue = At(line)
    dialogue.binary("AT+DUMP")
    assert dialogue.command("AT+SMOD?").lines == [b"2"]
