"""Updates of a simulated GNSS module in virtual time: how each ends, and that its words are true."""

from __future__ import annotations

from typing import Any

import pytest

from modemflash.errors import CATALOGUE, Problem
from modemflash_host.families.plan import Outcome, Plan
from modemflash_host.families.quectel_gnss import frames
from modemflash_sim.quectel_gnss.address import GnssLine
from modemflash_sim.quectel_gnss.assumptions import ASSUMPTIONS
from modemflash_sim.quectel_gnss.module import COMMAND, SimGnss
from support.gnss import VERSION, bench, package


def updated(result: Outcome | Problem | Plan) -> bool:
    return isinstance(result, Outcome) and result.status == "updated" and result.to_version == VERSION


@pytest.mark.parametrize("profile", ["lg290p", "lg290p-115200"])
def test_an_update_ends_with_what_the_module_says(profile: str) -> None:
    at = bench(profile)
    assert updated(at.run())
    assert at.module.verdict.version == VERSION
    assert at.module.verdict.violations == ()
    assert at.journal.begun is None


def test_the_same_version_is_nothing_to_do() -> None:
    at = bench()
    at.run()
    again = at.run()
    assert isinstance(again, Outcome) and again.code == "gnss-already-runs-it"
    assert at.module.verdict.erases == 1
    assert updated(at.run(repair=True))


def test_another_build_of_the_same_version_is_written() -> None:
    at = bench()
    at.run()
    assert updated(at.run(package(date="2025/12/13")))
    assert at.module.verdict.build == "2025/12/13 11:21:01"


@pytest.mark.parametrize("name", ASSUMPTIONS)
def test_every_assumption_the_other_way(name: str) -> None:
    """No promise rests on what is only believed."""
    for behaviour in ASSUMPTIONS[name][0]:
        at = bench(assume=f"{name}:{behaviour}", hand_s=30)
        assert updated(at.run()), behaviour
        assert at.module.verdict.violations == ()


@pytest.mark.parametrize(
    "fault",
    [
        "boot-noise:300",
        "drop:info",
        "drop:erase",
        "drop:data=2",
        "drop:last",
        "drop:reset",
        "lose:info",
        "lose:erase",
        "lose:data=4",
        "lose:last",
        "lose:reset",
        "late:data=3:450",
        "late:data=3:900",
        "late:data=3:3000",
        "corrupt:info",
        "corrupt:data=1",
        "corrupt:last",
        "twice:info",
        "twice:erase",
        "twice:data=3",
        "twice:last",
        "stray",
        "flip:9000",
        "swallow:9000",
        "power-cut:9000",
        "reset-at:9000",
        "hang-at:9000",
        "endless:data=2",
        "wrong-echo:data=2",
        "flood",
        "echo-0",
    ],
)
def test_a_fault_on_the_way(fault: str) -> None:
    """With somebody there who presses RESET when asked, the same command ends well, by its second run."""
    at = bench(fault=fault, hand_s=40)
    first = at.run()
    assert updated(first) or updated(at.run()), first
    assert at.module.verdict.version == VERSION


@pytest.mark.parametrize(
    ("fault", "code", "state"),
    [
        ("silent", "gnss-no-window", "untouched"),
        ("status:info:4", "gnss-refused", "untouched"),
        ("status:info:5", "gnss-refused", "untouched"),
        ("other-class:info", "gnss-no-answer", "untouched"),
        ("long:info", "gnss-bad-answer", "untouched"),
        ("status:erase:20", "gnss-refused", "recoverable"),
        ("status:data=2:5", "gnss-refused", "recoverable"),
        ("status:data=2:99", "gnss-refused", "recoverable"),
        ("bad-write", "gnss-image-refused", "recoverable"),
        ("status:last:2", "gnss-refused", "recoverable"),
        ("other-version", "gnss-other-version", "updated"),
    ],
)
def test_what_does_not_pass_is_named(fault: str, code: str, state: str) -> None:
    """Stage and status in words and number, and what it means for the module."""
    at = bench(fault=fault, hand_s=40)
    result = at.run()
    assert isinstance(result, Problem)
    assert (result.code, result.modem_state) == (code, state), result.happened
    if fault.startswith("status"):
        assert f"status 0x{fault.split(':')[2]:0>2}" in result.happened
    if state == "untouched":
        assert at.module.verdict.version == "LG290P03AANR01A06S"


def test_no_application_afterwards_is_never_called_updated() -> None:
    for behaviour, said in (("silent", "installed-unconfirmed"), ("loop", "gnss-no-application")):
        result = bench(fault="dead-after", assume=f"bare:{behaviour}").run()
        assert not isinstance(result, Plan)
        assert said == (result.status if isinstance(result, Outcome) else result.code)
        assert result.modem_state == CATALOGUE[result.code][2]  # what `modemflash explain` says of it


def test_a_command_that_opens_no_window_leads_to_the_hand() -> None:
    at = bench(assume="command-reset:no-window", hand_s=30)
    assert updated(at.run())
    assert any("press RESET" in event.get("text", "") for event in at.sink.events)
    nobody = bench(assume="command-reset:no-window")
    result = nobody.run()
    assert isinstance(result, Problem)
    assert (result.code, result.modem_state) == ("gnss-no-window", "untouched")
    assert nobody.module.verdict.erases == 0


def test_a_module_that_says_nothing_needs_its_model() -> None:
    at = bench("lg290p-interrupted", hand_s=30)
    result = at.run()
    assert isinstance(result, Problem) and result.code == "gnss-model-not-said"
    result = at.run(model="LG580P")
    assert isinstance(result, Problem) and result.code == "gnss-other-model"
    assert updated(at.run(model="lg290p"))


def test_another_model_is_refused() -> None:
    result = bench("lg580p").run()
    assert isinstance(result, Problem)
    assert (result.code, result.modem_state) == ("gnss-other-model", "untouched")


OLDER = package("LG290P03AANR01A03S", "2024/05/22")


def test_an_older_file_needs_a_consent() -> None:
    """The job itself holds to it, whoever calls it."""
    at = bench()
    plan = at.run(OLDER, only_look=True)
    assert isinstance(plan, Plan) and plan.direction == "downgrade"
    assert [need.consent.name for need in plan.needs] == ["allow-downgrade"]
    refused = at.run(OLDER)
    assert isinstance(refused, Problem)
    assert (refused.code, refused.modem_state) == ("consent-missing", "untouched")
    assert at.module.verdict.erases == 0
    assert isinstance(at.run(OLDER, ("allow-downgrade",)), Outcome)
    assert at.module.verdict.version == "LG290P03AANR01A03S"


@pytest.mark.parametrize("file", [package(), package(date="2027/01/01")])
def test_a_newer_file_needs_none(file: bytes) -> None:
    plan = bench().run(file, only_look=True)
    assert isinstance(plan, Plan) and (plan.direction, plan.needs) == ("upgrade", ())


def test_a_retry_says_what_went_wrong() -> None:
    """Stage, packet, and what was answered; the code alone tells nobody anything."""
    at = bench(fault="drop:data=2", hand_s=40)
    assert updated(at.run())
    [retry] = [event for event in at.sink.events if event["event"] == "retry"]
    assert retry["reason"] == "gnss-no-answer" and "data packet 3 of 7" in retry["text"]


def test_a_relative_is_never_written() -> None:
    result = bench("lg290p-interrupted").run(package("LC76G03AANR01A01S"), model="LC76G")
    assert isinstance(result, Problem) and result.code == "gnss-chip-unverified"


@pytest.mark.parametrize("only_look", [True, False])
def test_a_boot_loader_that_was_entered_only_to_look_is_left_again(only_look: bool) -> None:
    """A dry run has a file, too, and leaves the module as it was."""
    at = bench("lg290p-interrupted", hand_s=1)
    result = at.run(only_look=only_look, model="LG290P")
    assert isinstance(result, Plan) if only_look else updated(result)
    assert at.module.mode != COMMAND
    assert at.module.verdict.updates == (not only_look)


class LateAdapter:
    """A USB adapter that says sent when it is not: a new rate within 20 ms damages what was written."""

    def __init__(self, line: GnssLine) -> None:
        self._line = line
        self._waiting: list[tuple[int, bytes]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)

    def _send_on(self, until_us: int) -> None:
        while self._waiting and self._waiting[0][0] <= until_us:
            _, data = self._waiting.pop(0)
            self._line.write(data, 0, len(data))

    def write(self, buf: bytes, off: int, n: int) -> None:
        self._waiting.append((self._line.now_us + 20_000, bytes(buf[off : off + n])))

    def readinto(self, buf: bytearray, n: int, timeout_ms: int) -> int:
        deadline_us = self._line.now_us + timeout_ms * 1000
        while self._waiting and self._waiting[0][0] <= deadline_us:
            self._line.jump(self._waiting[0][0])
            self._send_on(self._line.now_us)
        left_ms = (deadline_us - self._line.now_us) // 1000
        return self._line.readinto(buf, n, left_ms)

    def sleep_ms(self, ms: int) -> None:
        self._line.sleep_ms(ms)
        self._send_on(self._line.now_us)

    def set_baud(self, rate: int) -> bool:
        self._waiting.clear()
        return self._line.set_baud(rate)


def test_a_reset_is_on_the_wire_before_the_rate_changes() -> None:
    """Nobody is there to press RESET; the command at the application's rate has to be enough."""
    at = bench("lg290p-115200")
    at.wrap = LateAdapter
    assert updated(at.run())


def test_a_session_that_waits_for_half_a_packet_is_left_without_a_hand() -> None:
    at = bench(fault="swallow:9000", assume="half-frame:waits")
    assert updated(at.run())


def test_an_open_session_that_waits_for_the_end_of_a_packet_is_found_at_once() -> None:
    """At the first rate: words at another rate would be damaged frames to it."""
    at = bench("lg290p-interrupted", assume="half-frame:waits")
    at.module.resume(in_session=True)
    packet = frames.frame(frames.DATA, frames.data_payload(0, bytes(4096)))
    at.module.feed(0, packet[: -len(frames.frame(frames.QUERY))], 460_800)
    assert isinstance(at.run(only_look=True, model="LG290P"), Plan)
    assert [event["baud"] for event in at.sink.events if event["event"] == "probe"] == [460_800]
    [found] = [event for event in at.sink.events if event["event"] == "found"]
    assert found["state"] == "boot-loader"


class WiredLine(GnssLine):
    """A line whose RTS and DTR lead to the module's reset.

    Args:
        module: it is off while it is held.
        holds_at: the level that holds it.
    """

    def __init__(self, module: SimGnss, holds_at: bool) -> None:
        super().__init__(module)
        self._holds_at = holds_at
        self._level = not holds_at
        self.jump(module.now_us)

    def set_control_line(self, name: str, level: bool) -> bool:
        """See `modemflash_host.links.serial_port`."""
        if level != self._level:
            self._level = level
            self.module.power(level != self._holds_at, self.now_us)
        return True


@pytest.mark.parametrize("way", ["rts", "dtr"])
@pytest.mark.parametrize("holds_at", [True, False])
def test_a_board_that_wires_a_control_line_to_its_reset(way: str, holds_at: bool) -> None:
    """Whichever level holds the module in reset, it is let go, and nobody has to press anything."""
    at = bench(assume="command-reset:no-window")
    at.wrap = lambda line: WiredLine(line.module, holds_at)
    assert updated(at.run(reset=way))
    assert "waiting" not in at.sink.names()
