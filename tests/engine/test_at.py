"""The AT dialogue: a reply belongs to its command, whatever else is on the line."""

from talker import once, talker

from modemflash.at import At, kind_of, printable

DUMP = b"\r\n\x00\x00\\.\x00OK\r\nOK\r\n\x00ERROR\r\n5.1.1.0 [39529] by robot-soft\r\nOK\r\n"


def test_reply_ends_at_its_final_result():
    """Lines before the result are the reply; OK, ERROR and +CME ERROR end it."""
    _, line = talker(
        {
            b"ATI": once(b"\r\nSEQUANS Communications\r\nVZM20Q\r\nUE6.0.0.0\r\n\r\nOK\r\n"),
            b"AT+X": once(b"\r\nERROR\r\n"),
            b"AT+Y": once(b"\r\n+CME ERROR: 3\r\n"),
        }
    )
    at = At(line)
    reply = at.command("ATI")
    assert reply.ok and reply.lines == [b"SEQUANS Communications", b"VZM20Q", b"UE6.0.0.0"]
    assert at.command("AT+X").result == b"ERROR"
    assert at.command("AT+Y").result == b"+CME ERROR: 3"
    assert not at.command("AT+Y").ok


def test_boot_loader_form_without_leading_line_end():
    """A boot loader sends `0\\r\\nOK\\r\\n`: no CR LF in front."""
    _, line = talker({b"AT+SMOD?": once(b"0\r\nOK\r\n")})
    assert At(line).command("AT+SMOD?").lines == [b"0"]


def test_echo_is_not_a_reply():
    """With echo on, with and without line ends behind it, the command itself is left out."""
    for echoed in (
        b"AT+SMOD?\r\r\n2\r\nOK\r\n",
        b"AT+SMOD?\r2\r\nOK\r\n",
        b"AT+SMOD?\r\n\r\n2\r\n\r\nOK\r\n",
    ):
        _, line = talker({b"AT+SMOD?": once(echoed)})
        assert At(line).command("AT+SMOD?").lines == [b"2"], echoed


def test_unsolicited_lines_stand_apart():
    """Unsolicited lines are kept, but not as part of the reply, unless they were asked for."""
    _, line = talker(
        {
            b"AT+SMOD?": once(b"\r\n+SYSSTART\r\n\r\n+CEREG: 2\r\n2\r\n^EXIT: File: rfcChar.c@107\r\nOK\r\n"),
            b"AT+CEREG?": once(b"\r\n+CEREG: 2,0\r\n\r\nOK\r\n"),
        }
    )
    reply = At(line).command("AT+SMOD?")
    assert reply.lines == [b"2"]
    assert reply.unsolicited == [b"+SYSSTART", b"+CEREG: 2", b"^EXIT: File: rfcChar.c@107"]
    assert At(line).command("AT+CEREG?").value(b"+CEREG") == b"2,0"


def test_time_out_gives_what_came():
    """Without a final result the reply ends at its deadline and says so."""
    modem, line = talker({b"AT+Z": once(b"half a li")})
    reply = At(line).command("AT+Z", 700)
    assert reply.result is None and bytes(reply.raw) == b"half a li"
    assert modem.now_ms == 700


def test_pieces_of_any_size_make_one_reply():
    """A reply cut at each byte is the same reply."""
    whole = b"\r\n+SMLOG: LOG_INHERIT\r\nOK\r\n"
    for cut in range(1, len(whole)):
        _, line = talker({b"AT+SMLOG?": [[(5, whole[:cut]), (90, whole[cut:])]]})
        reply = At(line).command("AT+SMLOG?")
        assert reply.ok and reply.lines == [b"+SMLOG: LOG_INHERIT"], cut


def test_crash_dump_full_of_ok_does_not_break_step():
    """A long binary reply that holds OK ends at a result followed by quiet; the next reply is its own."""
    pieces = [(i * 120, DUMP) for i in range(40)]
    _, line = talker({b'AT+FSRDFILE="/fs/crashdump"': [pieces], b"AT+SMOD?": once(b"\r\n2\r\nOK\r\n")})
    at = At(line)
    reply = at.binary('AT+FSRDFILE="/fs/crashdump"')
    assert reply.result == b"OK" and reply.size == 40 * len(DUMP)
    assert len(reply.raw) <= 4096, "only the beginning is kept"
    assert at.command("AT+SMOD?").lines == [b"2"]


def test_no_crash_dump():
    """ERROR to the crash dump is an answer."""
    _, line = talker({b'AT+FSRDFILE="/fs/crashdump"': once(b"\r\n\r\nERROR\r\n")})
    assert At(line).binary('AT+FSRDFILE="/fs/crashdump"').result == b"ERROR"


def test_endless_binary_reply_is_capped():
    """A modem that never stops is left after the cap in time."""
    _, line = talker({b"AT+B": [[(i * 50, b"x" * 64) for i in range(2000)]]})
    reply = At(line).binary("AT+B", 10000)
    assert reply.result is None and reply.size < 64 * 250


def test_resync_after_leftovers():
    """Old results that still arrive are not taken for the answer to AT."""
    late = [(t, b"\r\nOK\r\n\r\nERROR\r\n") for t in range(0, 2000, 200)]
    modem, line = talker({b"AT+SMOD?": once(b"\r\n2\r\nOK\r\n")}, late)
    at = At(line)
    assert at.resync() == b"OK"
    assert at.command("AT+SMOD?").lines == [b"2"]
    assert modem.now_ms >= 2000, "it waited for the last of them"


def test_resync_takes_exactly_one_result():
    """An AT that is answered twice is not in step."""
    modem, line = talker({b"AT": [[(5, b"\r\nOK\r\n\r\nOK\r\n")], [(5, b"\r\nOK\r\n")]]})
    assert At(line).resync() == b"OK"
    assert modem.heard == [b"AT"] * 3


def test_resync_of_a_boot_loader():
    """The first answer of a boot loader is ERROR, then OK."""
    _, line = talker({b"AT": [[(5, b"ERROR\r\n")], [(5, b"OK\r\n")]]})
    assert At(line).resync() == b"OK"


def test_resync_tells_errors_from_silence():
    """A modem that answers only ERROR is in step too; a silent one is not."""
    _, line = talker({b"AT": once(b"\r\nERROR\r\n")})
    assert At(line).resync() == b"ERROR"
    modem, line = talker({b"AT": [[]]})
    assert At(line).resync(5000) is None
    assert modem.now_ms < 7000


def test_leave_data_mode_keeps_both_guards():
    """+++ stands between two silences of more than a second."""
    modem, line = talker({b"+++": once(b"\r\nOK\r\n", 1000), b"ATH": once(b"\r\nOK\r\n")})
    written = []
    plain = modem.write

    def write(buf, off, n):
        written.append((modem.now_ms, bytes(buf[off : off + n])))
        plain(buf, off, n)

    modem.write = write
    assert At(line).leave_data_mode()
    assert written[0] == (1100, b"+++") and written[1][0] >= 2200


def test_kinds_of_what_is_heard():
    """Answer, text, NULs, noise and silence are five things."""
    for data, kind in (
        (b"\r\nOK\r\n", "answer"),
        (b"\r\n+SYSSTART\r\n", "text"),
        (b"\x00\x00\x00", "nuls"),
        (b"\xfe\xfd\xfe", "noise"),
        (b"", "silence"),
    ):
        _, line = talker({b"AT": once(data) if data else [[]]})
        assert kind_of(At(line).command("AT", 500)) == kind, data


def test_printable_never_gives_control_codes():
    """Whatever a modem sends is safe on a screen."""
    assert printable(b"LR5\x1b[2J\x00\xff") == "LR5\\x1b[2J\\x00\\xff"
