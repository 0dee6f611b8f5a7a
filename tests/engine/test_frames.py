"""Frames are those of the vectors, both ways."""

import stp_slave
from stp_slave import Bench, Image, Slave
from transfers import check, transfer

import vectors
from modemflash.line import Line
from modemflash.transfer import Sender


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
        sender = Sender(Line(bench, bench, bench))
        exchange = sender.exchange
        exchange.session, exchange.transaction = 1, row["transaction"]
        sender._size = 2016
        exchange.frames.early_probe = True
        bench.say(vectors.unhex(row["bytes"]))
        got = ("done", "refused", "damaged", "in doubt", "strays", "silent")[exchange.wait(row["op"], 1000)]
        assert got == row["verdict"], (row["what"], got)
