"""upgrade.py: one run looks, plans and carries out; its words are true wherever it ends."""

from talker import once, talker

from modemflash.errors import RECOVERABLE, UNTOUCHED, NoModem, Refusal, TransferProblem, UpdateFailed
from modemflash.image import Image
from modemflash.planning import Plan
from modemflash.upgrade import ATTEMPTS, Update

OK = b"\r\nOK\r\n"
BEGUN = {"step": "send", "route": 2, "target": 41065, "from_build": 38638, "files": ["a.dup"], "part": 1}


class Journal:
    """A record in memory."""

    def __init__(self, record=None, full=False):
        self.record = record
        self.full = full
        self.lost = []

    def read(self):
        return self.record

    def write(self, record):
        if self.full:
            raise OSError(28)
        self.record = record

    def not_kept(self, why):
        self.lost.append(why)

    def at_module(self, modem, identity, past):
        return past


def says(build=38638):
    """A modem in its application."""
    version = b"\r\nLR5.1.1.0-%d\r\n" % build
    return {
        b"AT+SMOD?": once(b"\r\n+SMOD: 2\r\n" + OK),
        b"ATI": once(b"\r\nFiPy\r\n" + OK),
        b"ATI1": once(b"\r\nUE5.0.0.0d\r\n" + version + OK),
        b'AT!="showver"': once(b"\r\nSoftware     : 5.1.1.0 [%d]\r\n" % build + OK),
    }


def update_of(script, journal=None, **options):
    scripted, line = talker(script)
    return scripted, Update(line, [], set(), journal or Journal(), options)


def problem_of(function, *arguments):
    try:
        function(*arguments)
    except Exception as problem:
        return problem
    raise AssertionError("no problem")


def test_a_look_writes_nothing():
    """Finding a modem and asking who it is changes neither its radio nor its boot mode."""
    scripted, update = update_of(says())
    update.look()
    assert update.modem.state == "application" and update.identity.build == 38638
    assert not [word for word in scripted.heard if b"CFUN=" in word or b"SMSWBOOT" in word]
    assert update.journal.record is None


def test_silence_is_called_by_what_the_journal_knows():
    """A modem that was never written is silent; one that was is lost, and not "untouched"."""
    _, update = update_of({b"AT": once(b"")}, find_ms=2000)
    problem = problem_of(update.look)
    assert isinstance(problem, NoModem) and problem.modem_state == UNTOUCHED
    _, update = update_of({b"AT": once(b"")}, Journal(BEGUN), find_ms=2000)
    problem = problem_of(update.look)
    assert isinstance(problem, UpdateFailed) and problem.code == "modem-lost"
    assert problem.modem_state != UNTOUCHED


def test_nothing_to_do_closes_the_journal():
    """A modem that runs the target has no unfinished update any more."""
    journal = Journal(BEGUN)
    _, update = update_of(says(41065), journal)
    update.look()
    plan = Plan()
    plan.nothing_to_do, plan.why, plan.target = True, "already-runs-it", 41065
    assert update.run(plan)["status"] == "nothing-to-do"
    assert journal.record is None


def test_a_consent_that_is_missing_stops_before_the_first_step():
    """The plan is checked before anything is sent."""
    scripted, update = update_of(says())
    update.look()
    heard = len(scripted.heard)
    plan = Plan()
    plan.steps, plan.needs = [("prepare", "")], [(("allow-downgrade", ""), "older")]
    problem = problem_of(update.run, plan)
    assert isinstance(problem, Refusal) and problem.consents == (("allow-downgrade", ""),)
    assert len(scripted.heard) == heard


def test_a_full_disk_stops_what_has_not_begun():
    """Without a place for the journal no step that writes is begun."""
    scripted, update = update_of(says(), Journal(full=True))
    update.look()
    plan = Plan()
    plan.route, plan.target, plan.origin = 2, 41065, 38638
    plan.roles = {"main": (Image("a.dup", 10), None)}
    plan.steps = [("enter-recovery", ""), ("send", "main")]
    problem = problem_of(update.run, plan)
    assert problem.code == "no-place-for-the-journal"
    assert not [word for word in scripted.heard if b"SMSWBOOT" in word]


def attempts_of(stops):
    """How many attempts begin when each fails in a way that may be tried again, by stop requests so far."""
    scripted, update = update_of(says())
    update.look()
    begun = []

    def fail(_plan):
        begun.append(1)
        scripted.stops = stops
        raise TransferProblem("transfer-silent").stamp(RECOVERABLE)

    update._carry_out = fail
    update._measure_again = Plan
    problem = problem_of(update.run, Plan())
    assert problem.code == "transfer-silent" and problem.modem_state == RECOVERABLE
    return len(begun)


def test_no_new_attempt_begins_after_a_stop_request():
    """The first one was only warned; when the attempt fails all the same, it ends the run."""
    assert attempts_of(0) == ATTEMPTS
    assert attempts_of(1) == 1
