"""A scripted modem for tests of the dialogue: what it says to which command, in virtual time.

Not the simulated modem of the product: it knows no state and no protocol, so a
test says every byte that arrives, and when.
"""

from test_line import Bench

from modemflash.line import Line


class Talker(Bench):
    """Answers each command by its script.

    Attributes:
        says: command -> list of replies, each a list of (delay_ms, bytes); the last reply repeats.
        heard: the commands that came, in order.
        rate: the only rate at which it listens, 0 for any.
    """

    def __init__(self, says, leftover=(), rate=0):
        Bench.__init__(self, leftover)
        self.says = says
        self.heard = []
        self.rate = rate
        self.baud = 0
        self.turn = {}
        self.half = b""

    def set_baud(self, rate):
        self.baud = rate
        return True

    def write(self, buf, off, n):
        if self.rate and self.baud != self.rate:
            return
        self.half += bytes(buf[off : off + n])
        if self.half == b"+++":
            self.answer(b"+++")
            self.half = b""
        while self.half.find(b"\r") >= 0:
            at = self.half.find(b"\r")
            command = self.half[:at].replace(b"\n", b"")
            self.half = self.half[at + 1 :]
            if command:
                self.answer(command)

    def answer(self, command):
        self.heard.append(command)
        replies = self.says.get(command)
        if not replies:
            return
        turn = self.turn.get(command, 0)
        self.turn[command] = turn + 1
        for delay_ms, data in replies[min(turn, len(replies) - 1)]:
            self.due.append((self.now_ms + delay_ms, data))
        self.due.sort(key=lambda item: item[0])


def once(data, delay_ms=5):
    """A script entry: always the same reply, in one piece."""
    return [[(delay_ms, data)]]


def talker(says, leftover=(), rate=0):
    """A talker that answers AT, and a line to it."""
    table = {b"AT": once(b"\r\nOK\r\n")}
    table.update(says)
    modem = Talker(table, leftover, rate)
    return modem, Line(modem, modem, modem)
