"""One request and its answer: what is asked again, when, and what never is."""

from stp_slave import Bench, Image, Slave
from transfers import check, failure, only, transfer

from modemflash.line import Line
from modemflash.transfer import CONTAINER, Sender


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
    assert sender.exchange.repeats == 1
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
    assert sender.exchange.repeats <= 6  # a late answer makes no new copy


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
    sender = Sender(line)
    sender.open()
    for at_ms in range(200, 1800, 200):
        bench._due.append((at_ms * 1000, b"\r\n+CEREG: 5\r\n"))
    sender.send(image, CONTAINER)
    check(slave, image)
    assert sender.exchange.repeats == 1


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


class Deserter(Slave):
    """A slave that is back in its AT dialogue from message `number` on."""

    def __init__(self, number, words, greeting=b""):
        Slave.__init__(self, 1)
        self.left = number
        self.words = words
        self.greeting = greeting

    def feed(self, now_us, data):
        self.left -= 1
        if self.left >= 0:
            return Slave.feed(self, now_us, data)
        greeting, self.greeting = self.greeting, b""
        said = greeting + self.words if bytes(data).find(b"\rAT\r") >= 0 else greeting
        return [(1000, said)] if said else []


def test_a_partner_that_speaks_at_has_left_the_transfer():
    """Within seconds, wherever it left, careful or not; never waited for as for a stall."""
    for number in (2, 3, 4, 7):
        for words, greeting in (
            (b"\r\nERROR\r\n", b""),
            (b"ERROR\r\n", b"+SYSFFH\r\n"),
            (b"", b"\r\n+SYSSTART\r\n"),
        ):
            for careful in (False, True):
                bench = Bench(Deserter(number, words, greeting))
                problem = failure(bench, Image(30000), careful=careful)
                assert problem.code == "text-in-transfer", (number, words, problem.code)
                assert bench.now_us < 25000000, (number, words, careful, bench.now_us)


def test_words_that_no_dialogue_makes_end_no_transfer():
    """Unasked lines of a modem that goes on, and the end of a reply from before the session."""
    slave, image = Slave(1, stalls={1: 20000}), Image(5000)
    bench = Bench(slave)
    line = Line(bench, bench, bench)
    sender = Sender(line)
    bench._due.append((1000, b"\r\nOK\r\n"))
    sender.open()
    bench._due.append((bench.now_us + 5000000, b"\r\n+CEREG: 5\r\n^EXIT: File: rfcChar.c@107\r\n"))
    sender.send(image, CONTAINER)
    check(slave, image)
