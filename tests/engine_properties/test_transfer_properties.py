"""Whatever happens on the line: the modem holds exactly the image, or there is an error."""

import sys
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from modemflash import transfer
from modemflash.errors import TransferProblem
from modemflash.line import Line

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "engine"))

import stp_slave
from stp_slave import Bench, Image, Slave

KINDS = st.sampled_from(["drop", "flip", "double", "lose"])
PLACES = st.integers(0, 8191 * 8)
# (direction, number of the message in it) -> (kind, place)
PLANS = st.dictionaries(
    st.tuples(st.sampled_from("><"), st.integers(0, 60)), st.tuples(KINDS, PLACES), max_size=12
)
# At least two bits each: where one flip turns a residue into 0, only the image's own checksum can tell.
RESIDUES = st.dictionaries(st.integers(0, 12), st.sampled_from([3, 24, 48, 255, 2016, 2032]), max_size=4)
IMAGE = Image(9000, 77)


def send(slave: Slave, plan: dict, max_burst: int, careful: bool, noise: bytes = b"", hours: int = 0) -> bool:
    """Whether the sender calls it a success."""

    def damage(direction: str, count: int, data: bytes) -> list[bytes]:
        pieces = [data]
        if (direction, count) in plan:
            pieces = stp_slave.damaged(*plan[direction, count], data)
            if noise:
                pieces.insert(0, noise)
        return pieces

    bench = Bench(slave, max_burst=max_burst, damage=damage)
    sender = transfer.Sender(
        Line(bench, bench, bench), careful=careful, answer_timeout_ms=hours * 3600000 or 300000
    )
    try:
        sender.open()
        sender.send(IMAGE, transfer.CONTAINER)
        sender.close()
    except TransferProblem:
        return False
    return True


SWITCHES = {
    "version": st.sampled_from([1, 2]),
    "max_transfer": st.sampled_from([8192, 2048, 1000]),
    "max_burst": st.sampled_from([0, 2016, 8064]),
    "idle_drop": st.booleans(),
    "computed": st.booleans(),
    "residues": RESIDUES,
    "plan": PLANS,
    "noise": st.sampled_from([b"", b"\r\n+CEREG: 1\r\n", b"tsaf", b"tsa", b"fast", b"\x00\xff"]),
}


@settings(max_examples=300)
@given(**SWITCHES, repeats=st.sampled_from(["acknowledge", "refuse"]), careful=st.booleans())
def test_never_a_wrong_success(
    version: int,
    max_transfer: int,
    max_burst: int,
    idle_drop: bool,
    computed: bool,
    residues: dict,
    plan: dict,
    noise: bytes,
    repeats: str,
    careful: bool,
) -> None:
    """A modem that stores nothing twice: success means that it holds the image, byte for byte."""
    slave = Slave(
        version, max_transfer, idle_drop=idle_drop, computed=computed, residues=residues, repeats=repeats
    )
    if send(slave, plan, max_burst, careful, noise):
        assert slave.image == IMAGE.data


@settings(max_examples=200)
@given(**SWITCHES)
def test_a_dozen_damages_are_healed(
    version: int,
    max_transfer: int,
    max_burst: int,
    idle_drop: bool,
    computed: bool,
    residues: dict,
    plan: dict,
    noise: bytes,
) -> None:
    """A modem as it is believed to be: a dozen damaged messages do not keep the image from arriving.

    With an hour for each answer: where each copy must wait for two minutes, four losses of one
    take longer than the usual time.
    """
    slave = Slave(version, max_transfer, idle_drop=idle_drop, computed=computed, residues=residues)
    assert send(slave, plan, max_burst, careful=False, noise=noise, hours=1)
    assert slave.image == IMAGE.data


ONCE = PLANS.map(lambda plan: {key: what for key, what in plan.items() if what[0] != "double"})


@settings(max_examples=200)
@given(
    version=SWITCHES["version"],
    max_burst=SWITCHES["max_burst"],
    computed=SWITCHES["computed"],
    residues=RESIDUES,
    plan=ONCE,
)
@example(version=1, max_burst=0, computed=False, residues={}, plan={("<", 3): ("drop", 0)})
def test_careful_never_stores_twice(
    version: int, max_burst: int, computed: bool, residues: dict, plan: dict
) -> None:
    """A modem that stores repeated blocks twice: a careful success means that it holds the image."""
    slave = Slave(version, 8192, computed=computed, residues=residues, repeats="store")
    if send(slave, plan, max_burst, careful=True):
        assert slave.image == IMAGE.data
