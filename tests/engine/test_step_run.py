"""Rules of steps by their names: every step of the table can be carried out, and no other is known."""

from modemflash import phases, step_run


def test_every_step_of_the_table():
    """A step of `phases.STEPS` has one function, in one of the two tables or by its own name."""
    own = ["send", "install", "check-part-1", "read-back"]
    known = own + list(step_run._WITH_FILE) + list(step_run._ALONE)
    assert sorted(known) == sorted(phases.STEPS)
