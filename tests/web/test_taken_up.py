"""What ends a page in the middle of an update: nothing is lost, and nothing is asked a second time.

Rule: after each, the modem has taken one image, whole, from its first to its last byte.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest

from modemflash_sim.endpoints.pty import PtyEndpoint
from modemflash_sim.endpoints.serve import serve
from modemflash_sim.sequans import images
from support.browser.chromium import Chromium
from support.browser.firefox import Firefox
from support.browser.page import Page
from support.browser.tab import wait_for
from support.browser.table import BoardOnTable, board_on_table, quick_modem
from support.browser.usb_ports import UsbPorts

pytestmark = [pytest.mark.referee, pytest.mark.slow, pytest.mark.timeout(300)]
OTHER_MAC = bytes.fromhex("240ac4040506")
PULLED = ("port-lost", "port-absent")  # while it was used, or when it was opened anew
SLEEPS_S = 8.0  # longer than a board waits for a sign of life
WITHOUT_POWER_S = 12  # a modem that is wedged needs ten
_WORKER_IN_REACH = (
    "window.Worker = class extends Worker { constructor(...of) { window.theWorker = super(...of); } }"
)
_STILL_TO_PRESS = """return [...document.querySelectorAll('button:enabled, input:enabled')]
    .filter((each) => each.checkVisibility()).map((each) => each.id)"""
OnTable = Callable[..., AbstractContextManager[BoardOnTable]]


@pytest.fixture
def on_table(interpreter: Path, tmp_path: Path, ports: UsbPorts) -> OnTable:
    """`on_table(name, …)`: see `board_on_table`."""

    @contextmanager
    def put(name: str, **how: object) -> Iterator[BoardOnTable]:
        (tmp_path / name).mkdir()
        with board_on_table(interpreter, tmp_path / name, ports, name, **how) as board:  # type: ignore[arg-type]
            yield board

    return put


def begin(page: Page, firmware: Path, *, slow: bool = False) -> None:
    """An update that is agreed to."""
    page.open()
    page.choose_firmware(firmware)
    if slow:
        page.tab.click("#stay-slow")
    page.connect("board-a")
    page.agree()


def make_firmware(folder: Path, size: int) -> None:
    """Larger than that of the other tests."""
    (folder / "CATM1-41065.dup").write_bytes(images.make_full_image(41065, size_bytes=size))
    (folder / "updater.elf").write_bytes(images.make_updater_elf(66_000))


def pull_and_plug(page: Page, board: BoardOnTable) -> None:
    """Until the page goes on by itself."""
    board.cable.pull()
    wait_for(page.tab, "document.body.dataset.state == 'result'", 30)
    assert page.error()[0] in PULLED
    board.cable.plug()
    wait_for(page.tab, "document.body.dataset.state != 'result'", 30)


def images_taken(board: BoardOnTable) -> list[tuple[int, bool]]:
    return board.ask(lambda: [(each.size_bytes, each.complete) for each in board.modem.verdict.images])  # type: ignore[return-value]


def test_tab_and_plug(page: Page, window: Chromium, on_table: OnTable, firmware: Path) -> None:
    """Plug pulled, tab closed, tab crashed, page loaded anew: each time it goes on at the byte, unasked."""
    size = (firmware / "CATM1-41065.dup").stat().st_size
    with on_table("board-a") as board:
        begin(page, firmware, slow=True)
        pull_and_plug(page, board)
        for share, ended in ((0.15, window.close_tab), (0.35, window.crash_tab), (0.55, lambda: None)):
            page.wait_share(share)
            assert page.state() == "updating"
            ended()
            page.open(state="connecting")
        page.wait_share(0.75)
        pull_and_plug(page, board)
        assert page.outcome() == "updated", page.error()
        assert images_taken(board) == [(size, True)] and board.build() == 41065


def test_in_firefox(
    open_firefox: Callable[[str], AbstractContextManager[Firefox]],
    origin: str,
    on_table: OnTable,
    firmware: Path,
) -> None:
    """As in the other browser; a new page, or a port of another path, has to be chosen, no more is asked."""
    size = (firmware / "CATM1-41065.dup").stat().st_size
    with on_table("board-a") as board, open_firefox(origin) as tab:
        page = Page(tab, origin)
        begin(page, firmware, slow=True)
        page.wait_share(0.1)
        page.open(state="files")
        page.connect("board-a")
        page.wait_share(0.4)
        board.cable.pull()
        assert page.outcome() == "failed" and page.error()[0] in PULLED
        board.cable.plug()
        with suppress(AssertionError):  # its path may be the one of before: then the page goes on by itself
            wait_for(tab, "document.body.dataset.state != 'result'", 5)
        if page.state() == "result":
            page.connect("board-a")
        assert page.outcome() == "updated", page.error()
        assert images_taken(board) == [(size, True)] and board.build() == 41065


def test_the_module_itself(page: Page, window: Chromium, ports: UsbPorts, tmp_path: Path) -> None:
    """At an adapter, without a board: its tab closed, hidden, asleep; it goes on, and asks once alone."""
    make_firmware(tmp_path, 1_200_000)
    modem, endpoint = quick_modem(), PtyEndpoint()
    with serve(modem, endpoint):
        ports.plug("board-a", endpoint.url)
        page.open()
        page.choose_firmware(tmp_path)
        page.tab.click("#via-direct")
        page.tab.click("#stay-slow")
        page.connect("board-a")
        page.agree()
        page.wait_share(0.2)
        window.close_tab()
        page.open(state="connecting")
        page.wait_share(0.1)
        with window.behind_another_tab():
            page.wait_share(0.4)
        assert page.state() == "updating"
        with window.asleep():
            time.sleep(SLEEPS_S)
        assert page.outcome() == "updated", page.error()
    cut, whole = modem.verdict.images  # this modem takes no image from its middle
    assert (cut.complete, whole.complete, modem.verdict.build) == (False, True, 41065)


def test_two_boards_in_two_tabs(page: Page, window: Chromium, on_table: OnTable, tmp_path: Path) -> None:
    """Of one kind, which no browser tells apart: each tab is loaded anew, and both go on, unasked."""
    folder = tmp_path / "firmware"
    folder.mkdir()
    make_firmware(folder, 400_000)
    with on_table("board-a") as board, on_table("board-b", mac=OTHER_MAC) as other:
        tabs = []
        for number in range(2):
            if number:
                window.new_tab()
            page.open()
            page.tab.run("window.chosenPort = %d" % number)
            page.choose_firmware(folder)
            page.tab.click("#stay-slow")
            page.connect("")
            page.agree()
            page.wait_share(0.02)
            tabs.append(window.driver.current_window_handle)
        for tab in tabs:  # in the same moment
            window.driver.switch_to.window(tab)
            window.run("setTimeout(() => location.reload(), 50)")
        for tab in tabs:
            window.driver.switch_to.window(tab)
            wait_for(window, "['updating', 'result'].includes(document.body?.dataset.state)", 60)
        for tab in tabs:
            window.driver.switch_to.window(tab)
            assert page.outcome() == "updated", (page.error(), page.text("main")[-900:])
        taken = [images_taken(each) for each in (board, other)]
        assert taken == [[(400_000, True)]] * 2


def test_the_same_board_at_another_port(page: Page, on_table: OnTable, firmware: Path) -> None:
    """A system may give a board that comes back as a new port: it is known by its address."""
    size = (firmware / "CATM1-41065.dup").stat().st_size
    with on_table("board-a") as board:
        begin(page, firmware, slow=True)
        page.wait_share(0.1)
        board.cable.pull()
        wait_for(page.tab, "document.body.dataset.state == 'result'", 30)
        board.cable.url = "board-b"
        board.cable.plug()
        wait_for(page.tab, "document.body.dataset.state != 'result'", 30)
        assert page.outcome() == "updated", page.error()
        assert images_taken(board) == [(size, True)] and board.build() == 41065


def test_storage_cleared(page: Page, window: Chromium, on_table: OnTable, firmware: Path) -> None:
    """In the middle: the board goes on, and a page that knows nothing takes it up with the same files."""
    size = (firmware / "CATM1-41065.dup").stat().st_size
    with on_table("board-a") as board:
        begin(page, firmware, slow=True)
        page.wait_share(0.2)
        window.forget(page.origin)
        page.open()
        page.choose_firmware(firmware)
        page.connect("board-a")
        assert page.outcome() == "updated", page.error()
        assert images_taken(board) == [(size, True)] and board.build() == 41065


def test_hidden_tab_and_sleep(page: Page, window: Chromium, on_table: OnTable, tmp_path: Path) -> None:
    """Behind another tab the update goes on; after a sleep of the computer the page takes it up."""
    size = 400_000
    make_firmware(tmp_path, size)
    with on_table("board-a") as board:
        begin(page, tmp_path, slow=True)
        page.wait_share(0.1)
        with window.behind_another_tab():
            assert page.tab.run("return document.visibilityState") == "hidden"
            page.wait_share(0.4)
        assert page.state() == "updating"
        with window.asleep():
            time.sleep(SLEEPS_S)
        assert page.outcome() == "updated", page.error()
        assert images_taken(board) == [(size, True)] and board.build() == 41065


@pytest.mark.timeout(600)
def test_rescue(page: Page, on_table: OnTable, firmware: Path) -> None:
    """A modem that only a power cut wakes: the page says when, then shows the plan of the update and asks."""
    with on_table("board-a", modem=quick_modem(faults="wedged:10")) as board:
        page.open()
        page.choose_firmware(firmware)
        page.connect("board-a", "#start-rescue")
        page.agree()
        wait_for(page.tab, "!document.getElementById('turn').hidden", 300)
        board.cable.pull()
        board.cut_power()
        time.sleep(WITHOUT_POWER_S)
        board.switch_on()
        board.cable.plug()
        page.agree()
        assert page.outcome() == "updated", page.error()
        assert board.build() == 41065


def test_board_that_restarts_at_open(page: Page, on_table: OnTable, firmware: Path, tmp_path: Path) -> None:
    """Its reset hangs on DTR: it is noticed, the port stays open at 115200, and nothing is asked twice."""
    (tmp_path / "CATM1-41065.dup").write_bytes(images.make_full_image(41065, size_bytes=30_000))
    shutil.copy(firmware / "updater.elf", tmp_path)
    with on_table("board-a") as board:
        board.resets_at_open = True
        begin(page, tmp_path)
        assert page.outcome() == "updated", page.error()
        assert board.build() == 41065


def test_the_worker_dies(page: Page, window: Chromium, on_table: OnTable, firmware: Path) -> None:
    """It is said at once, with nothing left to press; a page that is loaded then goes on, unasked."""
    size = (firmware / "CATM1-41065.dup").stat().st_size
    with on_table("board-a") as board, window.before_pages(_WORKER_IN_REACH):
        begin(page, firmware, slow=True)
        page.wait_share(0.1)
        window.run("theWorker.terminate()")
        wait_for(page.tab, "document.getElementById('error').dataset.code == 'page-failed'", 2)
        assert window.run(_STILL_TO_PRESS) == []
        page.open(state="connecting")
        assert page.outcome() == "updated", page.error()
        assert images_taken(board) == [(size, True)] and board.build() == 41065


def test_another_board(page: Page, window: Chromium, on_table: OnTable, firmware: Path) -> None:
    """Plugged in instead of the one that was pulled: its plan is shown, and nobody has agreed to it."""
    with on_table("board-a") as board, on_table("board-b", mac=OTHER_MAC) as other:
        other.cable.pull()
        begin(page, firmware, slow=True)
        page.wait_share(0.05)
        board.cable.pull()
        wait_for(window, "document.body.dataset.state == 'result'", 30)
        other.cable.plug()
        wait_for(window, "!document.getElementById('question').hidden", 30)
        page.tab.click("#decline")
        assert page.outcome() == "refused" and not images_taken(other)
