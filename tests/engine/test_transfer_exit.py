"""A modem inside a transfer is found and led out; nothing else is taken for one."""

import stp_slave
from stp_slave import Bench, Slave

from modemflash.line import Line
from modemflash.transfer import Sender
from modemflash.transfer_exit import in_transfer


def test_modem_inside_a_transfer_is_found():
    """A modem whose updater died answers, wherever in a request it waits; and its session is ended."""
    for version in (1, 2):
        for idle_drop in (False, True):
            for cut in (0, 3, 15, 16, 17, 1000, 8191):
                slave = Slave(version, idle_drop=idle_drop)
                bench = Bench(slave)
                line = Line(bench, bench, bench)
                sender = Sender(line)
                sender.open()
                sender._ask(2, 8176, 2)
                transaction = sender.exchange.transaction
                slave.feed(
                    bench.now_us,
                    stp_slave.frame(b"fast", 3, 1, transaction, bytes(8176))[:cut],
                )
                assert in_transfer(line), (version, idle_drop, cut)
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
        assert not in_transfer(Line(bench, bench, bench))
        assert bench.now_us < 9000000
