"""Whole transfers into the slave of these tests: what the tests of frames, exchange and transfer share."""

import stp_slave

from modemflash.errors import TransferProblem
from modemflash.line import Line
from modemflash.transfer import CONTAINER, Sender


def transfer(bench, image, data_type=CONTAINER, **options):
    """A whole transfer; the sender."""
    sender = Sender(Line(bench, bench, bench), **options)
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
