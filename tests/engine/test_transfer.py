"""The sender brings the image over whole, or says why not; and it keeps its times."""

import stp_slave
from stp_slave import Bench, Faults, Image, Slave
from transfers import check, failure, only, transfer

from modemflash.errors import Stopped, TransferProblem
from modemflash.line import Line
from modemflash.transfer import CONTAINER, CONTAINER_ZLIB, ELF, ELF_ZLIB, Sender


def test_version_1_arrives_whole():
    """Version 1: no DATA_TYPE, blocks as large as the modem takes, RESET at the end."""
    slave, image = Slave(1), Image(20000)
    sender = transfer(Bench(slave), image)
    check(slave, image)
    assert slave.block_sizes == [8176, 8176, 3648]
    assert slave.data_type is None
    assert slave.closed
    assert (sender.version, sender.max_transfer) == (1, 8192)
    assert (sender.blocks, sender.exchange.repeats, sender.restarts, sender.residues, sender.step_downs) == (
        3,
        0,
        0,
        0,
        0,
    )


def test_version_2_names_the_data_type():
    """Version 2 is told what comes, compressed or not."""
    for data_type in (ELF, ELF_ZLIB, CONTAINER, CONTAINER_ZLIB):
        slave, image = Slave(2), Image(9000)
        transfer(Bench(slave), image, data_type)
        check(slave, image)
        assert slave.data_type == data_type


def test_version_1_gets_no_compressed_file():
    """A compressed file is refused before its first byte where the session knows no compression."""
    bench = Bench(Slave(1))
    sender = Sender(Line(bench, bench, bench))
    sender.open()
    try:
        sender.send(Image(100), CONTAINER_ZLIB)
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
        assert sender.exchange.repeats > 0


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


def test_stop_between_blocks():
    """A stop request ends the session with RESET, between two blocks."""
    slave = Slave(1)
    bench = Bench(slave)
    line = Line(bench, bench, bench)
    sender = Sender(line)
    sender.open()
    report = bench.report

    def request_stop(event):
        report(event)
        if event["event"] == "progress" and event["done"] > 9000:
            bench.stops = 1

    bench.report = request_stop
    try:
        sender.send(Image(50000), CONTAINER)
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
    sender = Sender(Line(bench, bench, bench), max_block=max_block)
    sender.open()
    opened_us = bench.now_us
    assert opened_us < 2 * delay_us + 2000
    sender.send(image, CONTAINER)
    check(slave, image)
    return size * bench.BYTE_US / (bench.now_us - opened_us)


def test_payload_share():
    """Of the line's 92160 bytes a second the payload gets its due: no needless wait in the good path."""
    assert payload_share(50 * 2016, 2016, 1000) >= 0.885
    assert payload_share(20 * 8176, 8176, 1000) >= 0.965
    assert payload_share(20 * 8176, 8176, 16000) >= 0.725
