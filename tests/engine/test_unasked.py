"""What a modem says of its own accord is counted, however the reads cut it."""

from talker import once, talker

from modemflash.at import At
from modemflash.unasked import Unasked

START = b"\r\n+SYSSTART\r\n"
CRASH = b"\r\n^EXIT: Fatal error\r\n\r\n^EXIT: Thu Jan 01 00:00:14  1970 File: evtLog.cc@198\r\n"
TRACE = b"\r\n^EXIT:  1) 1C0E6568\r\n\r\n^EXIT:  2) 1C1BB2E8\r\n"


def test_a_word_counts_once():
    """In pieces of any size; the first start is none of the restarts."""
    said = (START + TRACE + CRASH) * 4
    for size in (1, 2, 7, 64, 65, 1000):
        unasked = Unasked()
        for at in range(0, len(said), size):
            unasked.take(said[at : at + size])
        assert unasked.restarts == 3, size
        assert unasked.crash.startswith(b"^EXIT: Fatal error"), unasked.crash


def test_after_it_was_found_every_start_is_a_restart():
    """A modem that talks has started already; a boot loader that comes back counts, too."""
    unasked = Unasked()
    unasked.found()
    unasked.take(START)
    unasked.take(b"+SYSFFH\r\n")
    assert unasked.restarts == 2
    assert unasked.crash == b""


def test_the_dialogue_loses_none():
    """Between replies, inside of them, and in what a resync drops."""
    modem, line = talker({b"ATI": once(b"\r\nA" + START + b"\r\nOK\r\n")}, [(0, START + CRASH)])
    at = At(line)
    assert at.command("ATI").ok
    line.sleep(50)
    modem.due.append((modem.now_ms, START))
    assert at.resync() == b"OK"
    modem.due.append((modem.now_ms, START))
    at.command("ATI")
    assert at.unasked.restarts == 4
    assert at.unasked.crash
