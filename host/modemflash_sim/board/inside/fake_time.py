"""`utime` of a Pycom board: the simulator's clock."""

import time

import sim_link
from sim_link import link

_HALF = 1 << 31
_MASK = (1 << 32) - 1

localtime = gmtime = time.gmtime


def ticks_ms():
    return link.look()


def ticks_us():
    return link.look() * 1000 & _MASK


ticks_cpu = ticks_us


def ticks_diff(end, start):
    return ((end - start + _HALF) & _MASK) - _HALF


def ticks_add(ticks, delta):
    return ticks + delta & _MASK


def sleep_ms(ms):
    while ms > 1000000:
        link.ask(sim_link.SLEEP, 1000000000)
        ms -= 1000000
    link.ask(sim_link.SLEEP, ms * 1000)


def sleep(seconds):
    sleep_ms(int(seconds * 1000))


def sleep_us(us):
    link.ask(sim_link.SLEEP, us)


def time():
    return link.look() // 1000
