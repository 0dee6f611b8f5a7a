"""Every error has its words, and no word from outside reaches a screen as a command."""

from modemflash.errors import CATALOGUE, RECOVERABLE, UNKNOWN, UNTOUCHED, Problem, Refusal, harmless


def test_words_come_from_the_catalogue():
    """What happened, with the detail; what to do; and the state of the modem."""
    problem = Problem("modem-silent", "921600 baud")
    assert problem.happened == CATALOGUE["modem-silent"][0] + " (921600 baud)."
    assert problem.hint == CATALOGUE["modem-silent"][1]
    assert problem.modem_state == UNTOUCHED
    assert str(problem) == "modem-silent: " + problem.happened
    assert Refusal("no-image").happened == CATALOGUE["no-image"][0] + "."


def test_the_first_stamp_stands():
    """Who is nearest to the modem knows best."""
    problem = Problem("modem-silent")
    assert problem.stamp(RECOVERABLE) is problem
    assert problem.stamp(UNKNOWN).modem_state == RECOVERABLE


def test_a_detail_is_never_a_control_code():
    """A file's name or a modem's word can hold anything; letters of any language stay."""
    assert harmless("a\x1b[2Jb\x07\x9b\n") == "a\\x1b[2Jb\\x07\\x9b\\x0a"
    assert harmless("f\u00fcr \u4e2d.dup") == "f\u00fcr \u4e2d.dup"
    assert harmless("gnp\u202e.dup") == "gnp\\x202e.dup"
    assert "\x1b" not in Problem("modem-noise", "\x1b]0;x\x07").happened
