"""The sender brings the image over whole, or says why not; and it keeps its times."""

import stp_slave
from stp_slave import Bench, Faults, Image, Slave

import vectors
from modemflash import crc, stp
from modemflash.errors import BadFile, Stopped, TransferProblem
from modemflash.line import Line


def transfer(bench, image, data_type=stp.CONTAINER, **options):
    """A whole transfer; the sender."""
    sender = stp.Sender(Line(bench, bench, bench), **options)
    sender.open()
    sender.send(image, data_type)
    sender.close()
    return sender


def check(slave, image, bench=None):
    """The modem has the image, and nothing was asked of it that is not allowed."""
    assert slave.image == image.data
    assert not slave.violations, slave.violations


def failure(bench, image, **options):
    """The error that a transfer ends with."""
    try:
        transfer(bench, image, **options)
    except TransferProblem as problem:
        return problem
    raise AssertionError("it came to a good end")


def only(direction, numbers, kind="drop", place=0):
    """Damage for the messages with these numbers."""

    def damage(way, count, data):
        return stp_slave.damaged(kind, place, data) if way == direction and count in numbers else [data]

    return damage


def test_frames_are_those_of_the_vectors():
    """Every request goes out in the very bytes of the vectors."""
    vector = vectors.load("stp_frames.json")
    for session in vector["sessions"]:
        slave = Slave(session["version"], session["max_transfer"])
        bench = Bench(slave)
        image = Image(0)
        image.data = vectors.unhex(session["image"])
        image.size = len(image.data)
        transfer(bench, image, session["data_type"], max_block=session["max_block"])
        assert [stp_slave.hexed(data) for _, data in bench.written] == session["requests"]
        check(slave, image)


def test_answers_are_judged_as_the_vectors_say():
    """Both checksum fields 0 means unchecked; with any of them set both must be right."""
    for row in vectors.load("stp_frames.json")["answers"]:
        bench = Bench(None)
        sender = stp.Sender(Line(bench, bench, bench))
        sender.session, sender.transaction = 1, row["transaction"]
        sender._size = 2016
        sender._early_probe = True
        bench.say(vectors.unhex(row["bytes"]))
        got = ("done", "refused", "damaged", "in doubt", "strays", "silent")[sender.wait(row["op"], 1000)]
        assert got == row["verdict"], (row["what"], got)


def test_version_1_arrives_whole():
    """Version 1: no DATA_TYPE, blocks as large as the modem takes, RESET at the end."""
    slave, image = Slave(1), Image(20000)
    sender = transfer(Bench(slave), image)
    check(slave, image)
    assert slave.block_sizes == [8176, 8176, 3648]
    assert slave.data_type is None
    assert slave.closed
    assert (sender.version, sender.max_transfer) == (1, 8192)
    assert (sender.blocks, sender.repeats, sender.restarts, sender.residues, sender.step_downs) == (
        3,
        0,
        0,
        0,
        0,
    )


def test_version_2_names_the_data_type():
    """Version 2 is told what comes, compressed or not."""
    for data_type in (stp.ELF, stp.ELF_ZLIB, stp.CONTAINER, stp.CONTAINER_ZLIB):
        slave, image = Slave(2), Image(9000)
        transfer(Bench(slave), image, data_type)
        check(slave, image)
        assert slave.data_type == data_type


def test_version_1_gets_no_compressed_file():
    """A compressed file is refused before its first byte where the session knows no compression."""
    bench = Bench(Slave(1))
    sender = stp.Sender(Line(bench, bench, bench))
    sender.open()
    try:
        sender.send(Image(100), stp.CONTAINER_ZLIB)
    except TransferProblem as problem:
        assert problem.code == "not-compressed-here"
    else:
        raise AssertionError
    assert not bench.slave.block_sizes


def test_block_size_is_the_smallest_limit():
    """A block fits the modem, the link and what was asked for."""
    for max_transfer, max_burst, max_block, expected in (
        (8192, 0, 8176, 8176),
        (2048, 0, 8176, 2032),
        (8192, 2016, 8176, 2016),
        (8192, 0, 1000, 1000),
        (1024, 2016, 8176, 1008),
        (32768, 0, 8176, 8176),
        (8192, 8064, 8176, 8064),
    ):
        slave, image = Slave(1, max_transfer), Image(10000)
        transfer(Bench(slave, max_burst=max_burst), image, max_block=max_block)
        check(slave, image)
        assert slave.block_sizes[0] == expected


def test_one_block_and_exact_blocks():
    """Files of one byte, of one whole block and of nothing are no special cases."""
    for size in (0, 1, 8176, 16352):
        slave, image = Slave(1), Image(size)
        transfer(Bench(slave), image)
        check(slave, image)


def test_every_single_loss_is_healed():
    """Any one message lost, doubled, cut or damaged on either way: the image is whole, in one session."""
    for version in (1, 2):
        for direction in "><":
            for number in range(8):
                for kind, place in (
                    ("drop", 0),
                    ("double", 0),
                    ("flip", 9),
                    ("flip", 36),
                    ("flip", 77),
                    ("lose", 70),
                ):
                    slave, image = Slave(version), Image(5000)
                    bench = Bench(slave, max_burst=2016, damage=only(direction, (number,), kind, place))
                    sender = transfer(bench, image)
                    assert slave.image == image.data, (version, direction, number, kind)
                    assert not slave.violations, slave.violations
                    assert sender.restarts == 0
                    assert bench.now_us < 12000000, (version, direction, number, kind, place, bench.now_us)


def test_half_a_block_for_ever():
    """A modem that waits for lost bytes without end is given them, so that it hears the repeated block."""
    slave, image = Slave(1, idle_drop=False), Image(5000)
    bench = Bench(slave, max_burst=2016, damage=only(">", (3,), "lose", 804))
    transfer(bench, image)
    check(slave, image)
    assert bench.now_us < 6000000


def test_damaged_answer_is_asked_again_after_quiet():
    """A garbled answer costs 50 ms, not a time-out."""
    slave, image = Slave(1), Image(5000)
    bench = Bench(slave, damage=only("<", (3,), "flip", 13 * 8))
    sender = transfer(bench, image)
    check(slave, image)
    assert sender.repeats == 1
    assert 50000 < bench.now_us < 200000


def test_silence_is_asked_again_after_2_4_8_seconds():
    """Silence: the same bytes again after 2, 4, 8, 16 s."""
    slave, image = Slave(1), Image(3000)
    bench = Bench(slave, damage=only(">", (2, 3, 4, 5)))
    transfer(bench, image)
    check(slave, image)
    times = [ms for ms, data in bench.written if data[4] == 2]
    assert [(times[i + 1] - times[i] + 500) // 1000 for i in range(4)] == [2, 4, 8, 16]
    assert len(set([data for ms, data in bench.written if data[4] == 2])) == 1


def test_a_stall_is_waited_for_and_told():
    """Minutes of silence while the modem erases: events from 10 s on, no new session, no smaller blocks."""
    slave, image = Slave(1, stalls={1: 90000}), Image(30000)
    bench = Bench(slave)
    sender = transfer(bench, image)
    check(slave, image)
    assert [event["seconds"] for event in bench.kinds("stall")][:8] == [10, 20, 30, 40, 50, 60, 70, 80]
    assert sender.restarts == 0
    assert sender.step_downs == 0


def test_two_copies_at_most_without_flow_control():
    """On a link that bears no burst, two copies of a block wait for a stalled modem, not more."""
    slave, image = Slave(1, stalls={1: 95000}), Image(30000)
    bench = Bench(slave, max_burst=2016)
    transfer(bench, image)
    check(slave, image)
    assert bench.most_unanswered == 2


def test_a_block_of_several_bursts_is_not_repeated_into_a_stall():
    """On a link without flow control a stalled modem gets no second copy of a block that fills the ring."""
    slave, image = Slave(1, stalls={1: 95000}), Image(30000)
    bench = Bench(slave, max_burst=8064)
    sender = transfer(bench, image)
    check(slave, image)
    assert bench.most_unanswered == 1
    assert sender.step_downs == 0


def test_a_block_of_several_bursts_is_lost_once():
    """After the first loss on a link without flow control, blocks are of one burst."""
    slave, image = Slave(1), Image(30000)
    bench = Bench(slave, max_burst=8064, damage=only(">", (5,), "lose", 3000))
    sender = transfer(bench, image)
    check(slave, image)
    assert slave.block_sizes[:3] == [8064, 8064, 2016]
    assert sender.restarts == 0
    assert bench.now_us < 110000000


def test_a_waiting_session_is_kept_alive():
    """While a third copy may not follow yet, and while a careful sender waits, no session idles out."""
    for options in ({}, {"careful": True}):
        slave, image = Slave(1), Image(9000)
        bench = Bench(slave, max_burst=2016, damage=only(">", (4, 5)))
        transfer(bench, image, **options)
        check(slave, image)
        assert not slave.gone
        assert bench.now_us > 100000000


def test_late_answers_are_dropped():
    """After a stall the answers to all copies come at once: each block still gets its own."""
    slave, image = Slave(1, stalls={0: 40000, 2: 7000}), Image(30000)
    bench = Bench(slave, delay_us=60000)
    sender = transfer(bench, image)
    check(slave, image)
    assert sender.repeats <= 6  # a late answer makes no new copy


def test_answer_timeout():
    """No answer in the time that was allowed: an error that says so."""
    bench = Bench(Slave(1, stalls={1: 400000}))
    problem = failure(bench, Image(20000))
    assert problem.code == "transfer-silent"
    assert 299 < bench.now_us // 1000000 < 302
    bench = Bench(Slave(1, stalls={1: 400000}))
    failure(bench, Image(20000), answer_timeout_ms=60000)
    assert 59 < bench.now_us // 1000000 < 62


def test_stray_bytes_are_skipped():
    """Unsolicited lines and noise before an answer do no harm, and cost one more copy at most."""
    for stray in (b"\r\n+CEREG: 1\r\n", b"ts", b"tsa", b"\x00", b"ttsaftsa", bytes(range(256))):
        slave, image = Slave(1), Image(9000)
        bench = Bench(
            slave, damage=lambda way, count, data, stray=stray: [data] if way == ">" else [stray + data]
        )
        sender = transfer(bench, image)
        check(slave, image)
        assert sender.restarts == 0


def test_strays_in_a_stall_make_one_copy():
    """A talkative modem in a stall is not flooded with copies."""
    slave, image = Slave(1, stalls={0: 1800}), Image(3000)
    bench = Bench(slave)
    line = Line(bench, bench, bench)
    sender = stp.Sender(line)
    sender.open()
    for at_ms in range(200, 1800, 200):
        bench._due.append((at_ms * 1000, b"\r\n+CEREG: 5\r\n"))
    sender.send(image, stp.CONTAINER)
    check(slave, image)
    assert sender.repeats == 1


def test_residues_begin_the_next_block():
    """What the modem left of a block comes again, at the start of the next."""
    for computed in (False, True):
        slave, image = Slave(1, residues={0: 16, 1: 5, 3: 8176}, computed=computed), Image(30000)
        sender = transfer(Bench(slave), image)
        check(slave, image)
        assert sender.residues == 3


def test_a_whole_block_left_after_a_long_silence():
    """One block of which nothing is taken is no refusal, however long it took to get its answer."""
    slave, image = Slave(1, residues={1: 2016}), Image(9000)
    bench = Bench(slave, max_burst=2016, damage=only(">", (4, 5)))
    transfer(bench, image)
    check(slave, image)
    assert bench.now_us > 100000000


def test_a_residue_needs_a_second_answer():
    """A residue that only a flipped bit made is not believed; nor one that only a doubled answer repeats."""

    def doubled_lie(way, count, data):
        return [stp_slave.flipped(data, 17 * 8 + 2)] * 2 if way == "<" and count == 3 else [data]

    for damage in (only("<", (3,), "flip", 17 * 8 + 2), only("<", (3, 7), "flip", 16 * 8 + 1), doubled_lie):
        slave, image = Slave(1), Image(30000)
        sender = transfer(Bench(slave, damage=damage), image)
        check(slave, image)
        assert sender.residues == 0
        assert sender.repeats > 0


def test_an_unusual_offer_needs_a_second_answer():
    """A max_transfer with a flipped bit makes no blocks that the modem cannot take."""
    for bit in range(17 * 8, 20 * 8):
        slave, image = Slave(1, 2048), Image(9000)
        sender = transfer(Bench(slave, damage=only("<", (1,), "flip", bit)), image)
        check(slave, image)
        assert (sender.version, sender.max_transfer) == (1, 2048)
    slave, image = Slave(2, 5000), Image(9000)
    sender = transfer(Bench(slave), image)
    check(slave, image)
    assert sender.max_transfer == 5000


def test_session_refused():
    """accepted = 0: once more from RESET on, then given up."""
    slave, image = Slave(1, unwilling=1), Image(3000)
    transfer(Bench(slave), image)
    check(slave, image)
    assert failure(Bench(Slave(1, unwilling=2)), image).code == "session-refused"


def test_closing_reset_may_stay_unanswered():
    """The modem is silent after the last RESET: 2 s later all is well, and nothing was sent twice."""
    slave, image = Slave(1, closing_answer=False), Image(3000)
    bench = Bench(slave)
    transfer(bench, image)
    check(slave, image)
    assert slave.closed
    assert 1900000 < bench.now_us < 2200000
    assert len([data for _, data in bench.written if data[4] == 0]) == 2


def test_modem_that_refuses_repeats():
    """A modem that refuses what it already took: a new session from byte 0 brings the image over."""
    for careful in (False, True):
        slave, image = Slave(1, repeats="refuse", residues={1: 24}), Image(30000)
        sender = transfer(Bench(slave, damage=only("<", (5,))), image, careful=careful)
        check(slave, image)
        assert sender.restarts >= 1


def test_careful_sender_stores_nothing_twice():
    """A modem that stores repeated blocks twice gets none from a careful sender, whatever is lost."""
    for version in (1, 2):
        for direction in "><":
            for number in range(2, 8):
                for kind, place in (("drop", 0), ("flip", 77), ("flip", 36), ("lose", 70)):
                    slave = Slave(version, repeats="store", residues={1: 24})
                    image = Image(5000)
                    bench = Bench(slave, max_burst=2016, damage=only(direction, (number,), kind, place))
                    sender = transfer(bench, image, careful=True)
                    check(slave, image)
                    assert 1 <= sender.restarts <= 4


def test_careful_sender_survives_stalls():
    """A stall is no loss for a careful sender; a very long one costs a session, not the transfer."""
    for stall_ms, restarts in ((90000, 0), (150000, 1)):
        slave, image = Slave(1, stalls={1: stall_ms}), Image(30000)
        sender = transfer(Bench(slave), image, careful=True)
        check(slave, image)
        assert sender.restarts == restarts


def test_residues_of_a_careful_sender_are_bounded():
    """A modem that leaves something of every block cannot keep a careful sender busy for ever."""
    residues = dict([(number, 24) for number in range(100)])
    problem = failure(Bench(Slave(1, residues=residues)), Image(300000), careful=True)
    assert problem.code == "transfer-damaged"


def test_blocks_become_smaller_when_they_get_lost():
    """A link that loses every large block gets smaller ones, and is told so."""

    def narrow(way, count, data):
        return [data[:100] + b"!" + data[101:]] if way == ">" and len(data) > 1000 else [data]

    slave, image = Slave(2), Image(20000)
    bench = Bench(slave, damage=narrow)
    sender = transfer(bench, image)
    check(slave, image)
    assert sender.step_downs >= 3
    assert 256 <= slave.block_sizes[0] < 1000
    assert "smaller-blocks" in [event["code"] for event in bench.kinds("warning")]


def test_hopeless_line():
    """A line that damages every answer leads to an error in bounded time, with the bytes."""
    bench = Bench(Slave(1), damage=lambda way, count, data: [data] if way == ">" or count < 4 else [data[:7]])
    problem = failure(bench, Image(20000))
    assert problem.code == "transfer-damaged"
    assert problem.raw
    assert bench.now_us < 600000000


def test_storage_refuses():
    """No byte taken in a minute has its own words, by refusing or by silence, and a warning comes first."""
    bench = Bench(Slave(1, takes=False))
    assert failure(bench, Image(20000)).code == "storage-refuses"
    assert bench.now_us < 70000000
    bench = Bench(Slave(1, stalls={0: 400000}))
    assert failure(bench, Image(20000)).code == "storage-refuses"
    assert [event["code"] for event in bench.kinds("warning")] == ["storage-refuses"]


def test_what_came_back_instead_is_told_apart():
    """No bytes, text and a wrong signature are three errors; the last 64 bytes are kept."""
    bench = Bench(None)
    problem = failure(bench, Image(100))
    assert (problem.code, problem.raw) == ("no-transfer-answer", b"")
    assert bench.now_us >= 300000000

    class Talker:
        def __init__(self, words):
            self.words = words

        def feed(self, now_us, data):
            return [(0, self.words)]

    for words, code in (
        (b"\r\nERROR\r\n", "text-in-transfer"),
        (b"\xfe\x80\x00\x01" * 20, "wrong-signature"),
    ):
        bench = Bench(Talker(words))
        problem = failure(bench, Image(100))
        assert problem.code == code
        assert problem.raw.endswith(words[-8:])
        assert len(problem.raw) <= 64
        assert bench.now_us < 70000000


def test_stop_between_blocks():
    """A wish to stop ends the session with RESET, between two blocks."""
    slave = Slave(1)
    bench = Bench(slave)
    line = Line(bench, bench, bench)
    sender = stp.Sender(line)
    sender.open()
    report = bench.report

    def press(event):
        report(event)
        if event["event"] == "progress" and event["done"] > 9000:
            bench.stops = 1

    bench.report = press
    try:
        sender.send(Image(50000), stp.CONTAINER)
    except Stopped:
        pass
    else:
        raise AssertionError
    assert slave.closed
    assert not slave.violations
    assert slave.block_sizes == [8176, 8176]


def test_progress_is_told_seldom():
    """Progress: about once for each hundredth, the last byte included."""
    slave, image = Slave(1), Image(60000)
    bench = Bench(slave)
    transfer(bench, image, max_block=256)
    events = bench.kinds("progress")
    assert len(events) <= 102 + bench.now_us // 250000
    assert (events[-1]["done"], events[-1]["total"]) == (60000, 60000)


def test_file_that_becomes_shorter():
    """A file that ends before its size is an error, not a short image."""
    image = Image(9000)
    image.data = image.data[:8500]
    try:
        transfer(Bench(Slave(1)), image)
    except BadFile as problem:
        assert problem.code == "file-changed"
    else:
        raise AssertionError


def test_ready_checksums_are_used():
    """A source may know the checksums of blocks; -1 where it does not."""
    slave, image = Slave(1), Image(20000)
    asked = []

    def block_crc(offset, n):
        asked.append((offset, n))
        return crc.crc16(image.data, 0, offset, offset + n) if offset else -1

    image.block_crc = block_crc
    transfer(Bench(slave), image)
    check(slave, image)
    assert asked == [(0, 8176), (8176, 8176), (16352, 3648)]


def test_blocks_come_back_to_the_grid():
    """Where checksums are ready on a grid, blocks begin and end there; after a residue one is summed."""
    slave, image = Slave(1, residues={1: 24}), Image(30000)
    ready, summed = [], []

    def block_crc(offset, n):
        if offset % 2016 or n % 2016:
            summed.append((offset, n))
            return -1
        ready.append((offset, n))
        return crc.crc16(image.data, 0, offset, offset + n)

    image.block_crc = block_crc
    image.grid = 2016
    transfer(Bench(slave), image)
    check(slave, image)
    assert ready == [(0, 8064), (8064, 8064), (16128, 8064)]
    assert summed == [(16104, 8088), (24192, 5808)]


def test_one_percent_damage():
    """With one message in a hundred damaged on both ways the image arrives whole."""
    for version in (1, 2):
        for seed in range(6):
            residues = dict([(number, 24) for number in range(3, 90, 11)])
            slave, image = Slave(version, residues=residues), Image(40000, seed + 1)
            bench = Bench(slave, damage=Faults(seed + 7 * version, 10))
            transfer(bench, image, max_block=512)
            check(slave, image)


def payload_share(size, max_block, delay_us):
    slave, image = Slave(1), Image(1)
    image.data = bytes(size)
    image.size = size
    bench = Bench(slave, delay_us=delay_us)
    sender = stp.Sender(Line(bench, bench, bench), max_block=max_block)
    sender.open()
    opened_us = bench.now_us
    assert opened_us < 2 * delay_us + 2000
    sender.send(image, stp.CONTAINER)
    check(slave, image)
    return size * bench.BYTE_US / (bench.now_us - opened_us)


def test_payload_share():
    """Of the line's 92160 bytes a second the payload gets its due: no needless wait in the good path."""
    assert payload_share(50 * 2016, 2016, 1000) >= 0.885
    assert payload_share(20 * 8176, 8176, 1000) >= 0.965
    assert payload_share(20 * 8176, 8176, 16000) >= 0.725


def test_modem_inside_a_transfer_is_found():
    """A modem whose updater died answers, wherever in a request it waits; and its session is ended."""
    for version in (1, 2):
        for idle_drop in (False, True):
            for cut in (0, 3, 15, 16, 17, 1000, 8191):
                slave = Slave(version, idle_drop=idle_drop)
                bench = Bench(slave)
                line = Line(bench, bench, bench)
                sender = stp.Sender(line)
                sender.open()
                sender._ask(2, 8176, 2)
                slave.feed(
                    bench.now_us, stp_slave.frame(b"fast", 3, 1, sender.transaction, bytes(8176))[:cut]
                )
                assert stp.in_transfer(line), (version, idle_drop, cut)
                assert slave.closed
                assert bench.now_us < 9000000
                filler = [data for _, data in bench.written if data[:4] == b"\xff" * 4]
                assert len(filler) * 64 < 8192 + 2016


def test_no_modem_inside_a_transfer():
    """Silence, text, noise and our own echo are no modem inside a transfer."""

    class Echo:
        def feed(self, now_us, data):
            return [(0, data)]

    class Talker:
        def feed(self, now_us, data):
            return [(0, b"\r\nERROR\r\n\xfe\x00tsa")]

    for slave in (None, Echo(), Talker()):
        bench = Bench(slave)
        assert not stp.in_transfer(Line(bench, bench, bench))
        assert bench.now_us < 9000000


class Quiet:
    """Port, clock and reporter that allocate nothing: what is measured is the sender."""

    max_burst = 0

    def __init__(self):
        self.answer = bytearray(b"tsaf" + bytes(16))
        self.left = 0
        self.length = 0
        self.time = 0

    def write(self, buf, off, n):
        op = buf[off + 4]
        answer = self.answer
        answer[4] = op | 0x80
        for i in range(8, 12):
            answer[i] = buf[off + i]
        answer[7] = 4 if op == 1 else 2 if op == 3 else 0
        answer[16] = 1 if op == 1 else 0
        answer[17] = 1 if op == 1 else 0
        answer[18] = 0x08 if op == 1 else 0  # max_transfer 2048
        self.length = self.left = 16 + answer[7]

    def readinto(self, buf, n, timeout_ms):
        if n > self.left:
            n = self.left
        first = self.length - self.left
        for i in range(n):
            buf[i] = self.answer[first + i]
        self.left -= n
        return n

    def drop_input(self):
        pass

    def ticks_ms(self):
        return self.time

    def ticks_diff(self, end, start):
        return end - start

    def sleep_ms(self, ms):
        pass

    def report(self, event):
        pass

    def tick(self, now):
        pass

    def stop_wanted(self):
        return 0


class Endless:
    """A file so long that no hundredth of it passes here, and that looks at the heap on its way."""

    name = "endless.dup"
    size = 100000 * 2032

    def __init__(self, look):
        self.looks = [0] * 700
        self.look = look

    def readinto(self, offset, buf):
        self.looks[offset // 2032] = self.look()
        return len(buf)


def test_no_heap_a_block():
    """The block loop allocates nothing: 0 bytes over 500 blocks."""
    import gc

    if not hasattr(gc, "mem_alloc"):
        return  # a PC counts no bytes; the 32-bit build has a board's figures
    port = Quiet()
    source = Endless(gc.mem_alloc)
    port.stop_wanted = lambda: 1 if source.looks[650] else 0
    sender = stp.Sender(Line(port, port, port))
    sender.open()
    gc.collect()
    gc.disable()
    try:
        sender.send(source, stp.CONTAINER)
    except Stopped:
        pass
    finally:
        gc.enable()
    assert sender.max_transfer == 2048 and sender.blocks > 600
    steps = [source.looks[i + 1] - source.looks[i] for i in range(100, 600)]
    assert steps == [0] * 500, steps
