"""Questions to a DM port: the answer is found among whatever else comes, or there is none in time."""

from __future__ import annotations

import pytest

from modemflash.line import Line
from modemflash_host.families.quectel_edl.diag_port import DiagPort, Refused
from modemflash_host.families.quectel_edl.questions import ask_diag
from modemflash_host.reporters import Reporter
from modemflash_host.run.stop_requests import StopRequests
from modemflash_sim.endpoints.virtual import VirtualLine
from support.dm_port import BUILD, DmPort


def line_to(device: DmPort) -> Line:
    port = VirtualLine(device)
    return Line(port, port, Reporter([], StopRequests()))


@pytest.mark.parametrize("wire", [{}, {"flood": 50}, {"stray": 0}, {"again": 0}, {"noise-first": 100_000}])
def test_the_build_is_found_whatever_else_comes(wire: dict[str, int]) -> None:
    assert ask_diag(line_to(DmPort(wire=wire))) == BUILD


@pytest.mark.parametrize("wire", [{"silent-after": 0}, {"silent-after": 1}, {"damaged": 2}])
def test_a_port_that_does_not_answer_has_no_build(wire: dict[str, int]) -> None:
    line = line_to(DmPort(wire=wire))
    assert ask_diag(line) == ""
    assert line.clock.ticks_ms() <= 4_500


def test_a_refusal_of_another_question_is_not_ours() -> None:
    class Late(DmPort):
        def _answer(self, question: bytes) -> bytes:
            return b"\x13\x99\x99\x99\x99" if len(self.asked) == 1 else super()._answer(question)

    assert ask_diag(line_to(Late())) == BUILD
    with pytest.raises(Refused, match="no such command"):
        DiagPort(line_to(DmPort())).ask(b"\x99", lambda packet: False)
