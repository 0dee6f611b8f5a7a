"""Tries and records: kept where anything can keep them, and never in the way."""

import json
import os

import fakes

from modemflash.board.card import Card
from modemflash.board.records import LOG_MOST, Log, Results
from modemflash.board.store import Nvs, SlotFiles
from modemflash.board.tries import Stores, Tries
from modemflash.board.words import CardProblem
from modemflash.interface import TRIES
from modemflash.journal import Journal


def card():
    fakes.fresh_card(1024)
    os.mount(fakes.machine.card, "/sd")
    fakes.pycom.nvs = {}


def mounted():
    """The card as a run sees it."""
    medium = Card()
    try:
        medium.mount()
    except CardProblem:
        pass  # it may be empty
    return medium


class NoNvs:
    def get(self, name, default=None):
        return default

    def set(self, name, value):
        return False


FILE = "/sd/tries"


def tries(job="1", nvs=None):
    return Tries(nvs or Nvs(), mounted(), FILE, job)


def test_three_tries():
    """Three are counted across power cuts, then none is left."""
    card()
    for left in (2, 1, 0):
        each = tries()
        each.begin()
        assert each.kept and tries().left == left == TRIES - tries().used


def test_only_success_or_another_job_resets():
    """A changed job begins anew; success is remembered."""
    card()
    tries().begin()
    assert tries("2").used == 0
    tries("2").succeed()
    again = tries("2")
    assert again.done and again.used == 0
    assert not tries("1").done


def test_given_back():
    """A refusal costs no try."""
    card()
    each = tries()
    each.begin()
    each.give_back()
    assert tries().used == 0


def test_card_alone():
    """Without NVS the card counts."""
    card()
    each = tries(nvs=NoNvs())
    each.begin()
    assert each.kept and not each.in_nvs
    assert tries(nvs=NoNvs()).used == 1


def test_nvs_alone():
    """With a read-only card NVS counts."""
    card()
    fakes.machine.card.read_only = True
    for used in (1, 2, 3):
        each = tries()
        each.begin()
        assert each.kept and each.used == used
    assert not tries().left


def test_no_store():
    """Nothing that counts is told."""
    card()
    fakes.machine.card.read_only = True
    each = tries(nvs=NoNvs())
    each.begin()
    assert not each.kept


def test_the_higher_one_counts():
    """A card that was in another board's NVS's place does not hide tries."""
    card()
    tries().begin()
    tries().begin()
    fakes.pycom.nvs["mf_tries"] = 1
    assert tries().used == 2


def test_torn():
    """A torn file on the card counts for nothing."""
    card()
    tries().begin()
    fakes.put(FILE, b'["1",')
    assert tries().used == 1
    fakes.put(FILE, b"7")
    assert tries().used == 1


def test_journal_on_two_media():
    """A note is kept when one of them took it; the surer one is read."""
    card()
    fakes.fresh_flash()
    medium = mounted()
    stores = Stores(SlotFiles("/flash"), SlotFiles("/sd"), medium)
    stores.save(0, b"one")
    assert stores.kept and stores.load(0) == b"one"
    fakes.machine.card.read_only = True
    stores.save(0, b"two")
    assert stores.kept and stores.load(0) == b"two"
    stores = Stores(SlotFiles("/nowhere"), SlotFiles("/sd"), mounted())
    assert not stores.save(0, b"three")
    assert not stores.kept and stores.load(0) == b"one"


def test_a_journal_that_nothing_keeps_is_said_once():
    """Neither /flash nor the card takes it: a warning, and the update goes on."""
    card()
    fakes.machine.card.read_only = True
    told = []
    stores = Stores(SlotFiles("/nowhere"), SlotFiles("/sd"), mounted())
    journal = Journal(stores, "aabb", lambda kind, **fields: told.append(fields["code"]))
    for step in ("stage", "send"):
        journal.write({"step": step})
    assert told == ["journal-not-kept"]


def test_a_failed_write_does_not_stop_reading():
    """FAT keeps a sector that it could not write and then refuses all: the card is mounted anew."""
    card()
    fakes.put("/sd/a", b"1234")
    medium = mounted()
    fakes.machine.card.read_only = True
    assert not medium.append("/sd/b", "x")
    assert fakes.get("/sd/a") == b"1234"
    assert not medium.writable


def test_log_is_bounded():
    """It grows to its limit, and one old log is kept."""
    card()
    for turn in range(3):
        fakes.put("/sd/modemflash.log", b"%d" % turn + b"x" * LOG_MOST)
        Log(mounted()).write("first")
    assert fakes.get("/sd/modemflash.log") == b"first\n"
    assert fakes.get("/sd/modemflash.log.old")[:1] == b"2"


def test_log_falls_silent():
    """On a read-only, full or vanished card it only stops."""
    card()
    medium = mounted()
    log = Log(medium)
    fakes.machine.card.read_only = True
    log.write("x")
    assert not medium.writable
    fakes.unmount("/sd")
    log.write("x")


def test_results():
    """Every attempt is kept, and ended ones stand in the table."""
    card()
    for code in ("modem-silent", "updated"):
        results = Results(mounted(), "aabb", "GPy")
        results.begin({"result": "begun"})
        assert results.end(
            {"result": "x", "code": code, "seconds": 3, "from_build": None, "phases": {"find": 1}}
        )
    rows = [json.loads(line) for line in fakes.get("/sd/results/aabb.jsonl").decode().split("\n") if line]
    assert [(row["attempt"], row["result"]) for row in rows] == [
        (1, "begun"),
        (1, "x"),
        (2, "begun"),
        (2, "x"),
    ]
    table = fakes.get("/sd/results.csv").decode().split("\n")
    assert table[0] == "schema,board,type,attempt,from_build,to_build,result,code,modem_state,seconds,imei"
    assert table[2] == "1,aabb,GPy,2,,,x,updated,,3,"


def test_results_on_a_full_card():
    """A card without room says so and stops nothing."""
    card()
    try:
        with open("/sd/filler", "wb") as file:
            while True:
                file.write(bytes(4096))
    except OSError:
        pass
    results = Results(mounted(), "aabb", "GPy")
    results.begin({"result": "begun"})
    assert not results.end({"result": "x"})
