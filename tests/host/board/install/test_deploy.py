"""The engine onto a board and off it again: nothing foreign is touched, and everything of ours can go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modemflash.errors import Problem
from modemflash_host.board.console.safe_boot import safe_boot
from modemflash_host.board.console.session import BoardSession
from modemflash_host.board.install import deploy as deploying
from modemflash_host.board.install.deploy import LIST, deploy, remove
from modemflash_host.board.install.package import deployed
from modemflash_host.board.ticking import at_board
from support.consoles import Served, Simulated, old_board, simulated
from support.sinks import reporter

PACKAGE = {
    "modemflash/__init__.py": b"VERSION = 1\n",
    "modemflash/crc.py": bytes(range(32, 127)) * 9,
    "modemflash/board/__init__.py": b"",
}
USERS = {
    "/main.py": b"print('the user program runs')\n",
    "/lib/mine.py": b"x = 1\n",
    "/cert/key.pem": b"secret\n",
}
Content = dict[str, "bytes | None"]


def quiet(_: str) -> None:
    """Nobody listens."""


@pytest.fixture
def board(request: pytest.FixtureRequest, tool: Callable[[str], Path], tmp_path: Path) -> Iterator[Simulated]:
    """A board with its owner's files; the oldest firmware, unless the test asks for more."""
    with simulated(tool, tmp_path, getattr(request, "param", "gpy-1.18.2"), files=USERS) as served:
        yield served


def everything(session: BoardSession) -> Content:
    """Every file of the board with its bytes, every folder."""
    found = session.files.walk("/flash")
    return {path: None if size < 0 else session.files.get(path) for path, size in found.items()}


@pytest.mark.parametrize("board", ["gpy-1.18.2", "gpy-1.20.0", "fipy-1.20.2"], indirect=True)
def test_deploy_then_remove_leaves_the_board_byte_for_byte(board: Simulated) -> None:
    with at_board(board.url, reporter()) as session:
        before = everything(session)
        done = deploy(session, PACKAGE)
        assert (done.written, done.unchanged) == (3, 0)
        for name, content in PACKAGE.items():
            assert session.files.holds("/flash/lib/" + name, content)
        again = deploy(session, PACKAGE)
        assert (again.written, again.unchanged, again.bytes) == (0, 3, 0)
        gone = remove(session)
        assert (gone.files, gone.kept) == (3, ())
        assert everything(session) == before
        assert remove(session).files == 0


def test_a_newer_package_replaces_what_changed_and_drops_what_is_no_more(board: Simulated) -> None:
    newer = {"modemflash/__init__.py": b"VERSION = 2\n", "modemflash/crc.py": PACKAGE["modemflash/crc.py"]}
    with at_board(board.url, reporter()) as session:
        before = everything(session)
        deploy(session, PACKAGE)
        done = deploy(session, newer)
        assert (done.written, done.unchanged, done.removed) == (1, 1, 1)
        remove(session)
        assert everything(session) == before


def test_a_foreign_file_is_not_overwritten(board: Simulated) -> None:
    with at_board(board.url, reporter()) as session:
        session.files.make_folder("/flash/lib/modemflash")
        session.files.put("/flash/lib/modemflash/crc.py", b"not ours\n")
        before = everything(session)
        with pytest.raises(Problem, match="board-foreign-files"):
            deploy(session, PACKAGE)
        assert everything(session) == before


def test_a_file_that_somebody_changed_is_kept_and_named(board: Simulated) -> None:
    with at_board(board.url, reporter()) as session:
        deploy(session, PACKAGE)
        session.files.put("/flash/lib/modemflash/crc.py", b"changed\n")
        gone = remove(session)
        assert gone.kept == ("/flash/lib/modemflash/crc.py",)
        assert session.files.get("/flash/lib/modemflash/crc.py") == b"changed\n"
        assert session.files.size("/flash/lib/modemflash/__init__.py") is None


def test_a_deployment_that_was_cut_can_be_removed_or_gone_on_with(
    board: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(session: BoardSession, folders: list[str], files: dict[str, bytes], *_: object) -> None:
        first = list(files)[:2]
        assert first[0] == LIST
        for folder in folders:
            session.files.make_folder(folder)
        for path in first:
            session.files.put(path, files[path])
        raise KeyboardInterrupt

    with at_board(board.url, reporter()) as session:
        before = everything(session)
        with monkeypatch.context() as patched:
            patched.setattr(deploying, "_write", cut)
            with pytest.raises(KeyboardInterrupt):
                deploy(session, PACKAGE)
        assert session.files.size(LIST)
        assert deploy(session, PACKAGE).written == 2
        remove(session)
        assert everything(session) == before


def test_the_users_program_runs_again_afterwards(board: Simulated) -> None:
    with at_board(board.url, reporter()):
        pass
    assert board.console.resets == ["plain", "plain"]


def test_safe_boot_gives_everything_back(tool: Callable[[str], Path], tmp_path: Path) -> None:
    """LTE autostart off and a safe boot for a job; the flag as it was afterwards, whatever happened."""
    with simulated(tool, tmp_path, "fipy-1.20.2", lte_modem_en_on_boot=True, wdt_on_boot=True) as board:
        with at_board(board.url, reporter()) as session:
            with pytest.raises(ZeroDivisionError), safe_boot(session.repl, quiet) as found:  # noqa: PT012 (the body fails)
                assert found.lte_on_boot and found.watchdog_on_boot
                assert board.console.resets[-1] == "safe"
                assert board.python.state["flags"]["lte_modem_en_on_boot"] == 0
                assert board.python.state["nvs"] == {"mf_lte_boot": 2}
                assert board.python.state["watchdog"] == {"timeout_ms": 600_000}
                raise ZeroDivisionError
            assert session.repl.run("print(1)") == b"1\r\n"
        assert board.python.state["flags"]["lte_modem_en_on_boot"] == 1
        assert board.python.state["nvs"] == {}


@pytest.mark.referee
def test_a_board_that_is_not_pycoms_is_refused_in_a_sentence(tool: Callable[[str], Path]) -> None:
    with old_board(tool) as served, pytest.raises(Problem) as caught:
        _deploy(served)
    assert caught.value.code == "board-not-pycom"
    assert "micro:bit" in caught.value.happened


def _deploy(served: Served) -> None:
    with at_board(served.url, reporter()) as session:
        deploy(session, PACKAGE)


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["gpy-1.18.2", "fipy-1.20.2"])
def test_the_installed_package_is_importable_on_the_board(
    profile: str, tool: Callable[[str], Path], tmp_path: Path
) -> None:
    with simulated(tool, tmp_path, profile) as board, at_board(board.url, reporter()) as session:
        before = everything(session)
        assert deploy(session).written == len(deployed())
        session.restarted()
        assert session.repl.value("modemflash.__version__", "import sys\nimport modemflash")
        assert remove(session).kept == ()
        assert everything(session) == before


@pytest.mark.parametrize("after", [0, 5, 25])
def test_a_stop_request_ends_a_deployment_before_the_next_request(board: Simulated, after: int) -> None:
    """Wherever it stands; what is on the board can be taken off again, and the rest is as it was."""
    asked: list[int] = []

    def stop_wanted() -> int:
        asked.append(0)
        return int(len(asked) > after)

    with at_board(board.url, reporter()) as session:
        before = everything(session)
        with pytest.raises(Problem, match="stopped-before-write"):
            deploy(session, PACKAGE, stop_wanted=stop_wanted)
        assert len(asked) == after + 1
        remove(session)
        assert everything(session) == before
