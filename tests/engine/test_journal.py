"""The journal gives back the newest whole record, whatever a power cut left of the slots."""

from modemflash.crc import crc32
from modemflash.journal import Journal


class Store:
    """Two slots in memory; `cut` bytes of the next save arrive."""

    def __init__(self):
        self.slots = [None, None]
        self.cut = None

    def load(self, slot):
        return self.slots[slot]

    def save(self, slot, data):
        self.slots[slot] = data if self.cut is None else data[: self.cut]


RECORD = {
    "route": 2,
    "step": "transfer",
    "part": 1,
    "attempts": 2,
    "files": [["CATM1-41065.dup", 5835531, "00ff"], ["updater.elf", 371307, "ab"]],
    "from_build": 33080,
    "note": '\u00e9\u4e2d " \\ \n',
    "to_build": None,
}


def test_empty():
    """Nothing begun: None, and no complaint."""
    told = []
    journal = Journal(Store(), "board-1", lambda kind, **fields: told.append(fields))
    assert journal.read() is None
    assert told == []


def test_write_and_read():
    """What was written is read, by the next program run too."""
    store = Store()
    Journal(store, "board-1").write(RECORD)
    assert Journal(store, "board-1").read() == RECORD


def test_newest_counts():
    """Each record takes the place of the one before, for many of them."""
    store = Store()
    for number in range(23):
        Journal(store, "COM3").write({"step": str(number)})
        assert Journal(store, "COM3").read() == {"step": str(number)}


def test_clear():
    """After clear nothing is open, and the next record counts again."""
    store = Store()
    journal = Journal(store, "board-1")
    journal.write(RECORD)
    journal.write(None)
    assert journal.read() is None
    journal.write({"step": "1"})
    assert journal.read() == {"step": "1"}


def test_torn_write_keeps_the_record_before():
    """A cut anywhere in a write leaves the record before it, and is told; the next write heals it."""
    whole = Store()
    Journal(whole, "board-1").write(RECORD)
    length = len(whole.slots[0])
    for cut in range(length):
        store = Store()
        Journal(store, "board-1").write({"step": "before"})
        store.cut = cut
        Journal(store, "board-1").write(RECORD)
        store.cut = None
        told = []
        journal = Journal(
            store, "board-1", lambda kind, told=told, **fields: told.append((kind, fields["code"]))
        )
        assert journal.read() == {"step": "before"}, cut
        assert told == ([("warning", "journal-passed-over")] if cut else []), cut
        journal.write({"step": "after"})
        assert Journal(store, "board-1").read() == {"step": "after"}


def test_any_changed_byte_is_seen():
    """A record with one byte changed does not count."""
    store = Store()
    Journal(store, "board-1").write(RECORD)
    data = store.slots[0]
    for at in range(len(data)):
        store.slots[0] = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert Journal(store, "board-1").read() is None, at


def test_foreign_slots_are_passed_over():
    """Rubbish, another version and another modem's record are told and passed over."""
    store = Store()
    Journal(store, "board-2").write(RECORD)
    told = []
    journal = Journal(store, "board-1", lambda kind, **fields: told.append(fields["text"]))
    assert journal.read() is None
    assert told == ["slot 0 of the journal is of another modem"]
    for rubbish in (b"\x00" * 100, b"\xff\xfe", b"modemflash 2 00000000\n[]", b"modemflash 1 ", b"{}"):
        store.slots = [rubbish, rubbish]
        assert journal.read() is None
        journal.write({"step": "1"})
        assert journal.read() == {"step": "1"}


def test_a_whole_slot_that_somebody_else_wrote_is_passed_over():
    """The right head and the right sum around foreign content: a warning, never an error."""
    for body in (
        b"7",
        b"[1, 2]",
        b'["board-1", "x", {}]',
        b'["board-1", -1, {}]',
        b'["board-1", 1, 5]',
        b"{",
        b"\xff",
    ):
        store = Store()
        store.slots[0] = b"modemflash 1 " + ("%08x" % crc32(body)).encode() + b"\n" + body
        told = []
        journal = Journal(store, "board-1", lambda kind, told=told, **fields: told.append(fields["code"]))
        assert journal.read() is None, body
        assert told == ["journal-passed-over"], body
        journal.write(RECORD)
        assert journal.read() == RECORD, body
