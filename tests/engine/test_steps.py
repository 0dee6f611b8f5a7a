"""steps.py: each step leaves the modem where it says, and names what went wrong by its own code."""

from talker import once, talker

from modemflash import steps
from modemflash.errors import ModemProblem, UpdateFailed
from modemflash.modem import Modem

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"


def context_of(says, state="application"):
    """The context of a run on a modem with a script, found at its rate."""
    scripted, line = talker(says)
    modem = Modem(line)
    modem.state, modem.baud = state, 921600
    return scripted, steps.StepContext(line, modem)


def code_of(step, *arguments):
    try:
        step(*arguments)
    except (ModemProblem, UpdateFailed) as problem:
        return problem.code
    return ""


def prepared():
    says = {command.encode(): once(OK) for command in steps.PREPARATION}
    says[b"AT+CFUN?"] = once(b"\r\n+CFUN: 1\r\n" + OK)
    says[b'AT+FSRDFILE="/fs/crashdump"'] = once(ERROR)
    says[b"AT+CFUN=1"] = once(OK)
    return says


def test_the_preparation_gives_the_radio_back():
    """What AT+CFUN said before is what it is set to again; a modem that was off stays off."""
    scripted, context = context_of(prepared())
    steps.prepare(context)
    assert context.radio == "1" and scripted.heard.count(b"AT+CFUN=4") == 1
    steps.restore_radio(context)
    assert scripted.heard[-1] == b"AT+CFUN=1" and context.radio == ""
    steps.restore_radio(context)
    assert scripted.heard.count(b"AT+CFUN=1") == 1


def test_the_radio_is_left_alone_outside_of_the_application():
    """A modem that waits in recovery has no radio to give back."""
    scripted, context = context_of(prepared())
    steps.prepare(context)
    context.modem.state = "recovery"
    steps.restore_radio(context)
    assert b"AT+CFUN=1" not in scripted.heard


def test_an_install_that_is_refused_says_so():
    """ERROR to the order is `install-refused`, and nothing is waited for."""
    scripted, context = context_of({b"AT+SMUPGRADE": once(ERROR)})
    assert code_of(steps.install_staged, context) == "install-refused"
    assert scripted.now_ms < 60000


def test_an_install_ends_with_what_the_modem_reports():
    """Success ends the wait, failure is named; on-going is waited for."""
    going = [(5, b"\r\n+SMUPGRADE: on-going\r\n" + OK)]
    for word, code in ((b"success", ""), (b"fail", "install-failed")):
        end = [(5, b"\r\n+SMUPGRADE: " + word + b"\r\n" + OK)]
        scripted, context = context_of({b"AT+SMUPGRADE?": [going, going, end]}, "recovery")
        assert code_of(steps.await_install, context, "recovery") == code
        assert scripted.heard.count(b"AT+SMUPGRADE?") == 3


def test_an_install_that_never_ends_ends():
    """A modem that only says on-going is given up after the allowed time, not before."""
    going = once(b"\r\n+SMUPGRADE: on-going\r\n" + OK)
    scripted, context = context_of({b"AT+SMUPGRADE?": going}, "recovery")
    assert code_of(steps.await_install, context, "recovery") == "install-timeout"
    assert steps.INSTALL_MS <= scripted.now_ms < steps.INSTALL_MS + 60000


def test_a_transfer_that_is_refused_is_ordered_three_times():
    """ERROR to the order of a session is asked again in step, then it is `transfer-refused`."""
    scripted, context = context_of({b"AT+SMSTPU": once(ERROR)})
    assert code_of(steps.stage, context, None, None) == "transfer-refused"
    assert scripted.heard.count(b"AT+SMSTPU") == 3
