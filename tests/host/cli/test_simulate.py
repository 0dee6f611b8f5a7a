"""`simulate` on a system without pseudo terminals, as Windows is one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from modemflash_host.cli.app import modemflash_group
from modemflash_sim.endpoints.serve import open_endpoint, usual_endpoint


@pytest.fixture
def no_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pty", None)


def test_tcp_is_usual_where_there_are_none(no_terminals: None) -> None:
    endpoint = open_endpoint(usual_endpoint())
    assert endpoint.url.startswith("socket://127.0.0.1:")
    endpoint.close()


def test_a_board_is_served_and_takes_what_is_typed(no_terminals: None, interpreter: Path) -> None:
    """Windows cannot wait for a console with `select`; the end of the input is `quit`."""
    for typed in ("power off\nquit\n", ""):
        words = ["simulate", "board", "--micropython", str(interpreter)]
        done = CliRunner().invoke(modemflash_group, words, input=typed, prog_name="modemflash")
        assert done.exit_code == 0, done.output
        assert "socket://127.0.0.1:" in done.output and "Build" in done.output
