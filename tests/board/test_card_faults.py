"""What can be wrong with a card: each has its words and its light, and none can make a board loop."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from modemflash_sim.board.drives import make_blank
from modemflash_sim.board.hardware import Refused
from support.card_board import GREEN, IMAGE, PLAIN, RED, RUNS, SECOND_US, YELLOW, Bench, fill

Build = Callable[..., Bench]
SECTOR = 512


def exfat(path: Path) -> None:
    """A partition table with exFAT behind it, as Windows formats a large card."""
    make_blank(path, 2 << 20)
    with path.open("r+b") as file:
        file.seek(446 + 4)
        file.write(bytes([7, 0, 0, 0]) + struct.pack("<II", 64, 4000))
        file.seek(510)
        file.write(b"\x55\xaa")
        file.seek(64 * SECTOR + 3)
        file.write(b"EXFAT   ")


def rubbish(path: Path) -> None:
    """A directory that is no list of names any more."""
    data = bytearray(path.read_bytes())
    at = data.find(b"CATM1-~1DUP")
    data[at - 64 : at + 32] = bytes([0x12, 0x13, 2, 0x22, 0x50, 0x23, 1, 6, 0x20, 0x20, 0x20, 0x20] * 8)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("spoil", "code", "flashes"),
    [
        (exfat, "card-exfat", 1),
        (lambda path: make_blank(path, 2 << 20), "card-no-partition", 1),
        (rubbish, "card-unreadable", 1),
    ],
)
def test_unreadable_cards(bench: Build, spoil: Callable[[Path], object], code: str, flashes: int) -> None:
    """exFAT, no partition, rubbish: named, red counts 1, and the user's program runs."""
    with bench() as table:
        spoil(table.card.path)
        assert table.boot() == "over"
        assert f"({code})" in table.board.printed, table.board.printed
        assert table.flashes(RED) == {flashes}
        assert RUNS in table.board.printed
        assert not table.verdict.images


@pytest.mark.parametrize("profile", ["gpy-1.18.2"])
def test_exfat_where_nothing_can_be_read(bench: Build, profile: str) -> None:
    """1.18 has no readblocks: the card cannot be mounted, and no reason is invented."""
    with bench(profile=profile) as table:
        exfat(table.card.path)
        table.boot()
        assert "(card-not-mountable)" in table.board.printed
        assert table.flashes(RED) == {1}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (IMAGE[:20_000], "file-truncated"),
        (IMAGE[:20_000] + b"!" + IMAGE[20_001:], "file-checksum"),
        (b"<!doctype html>" * 3000, "file-html"),
        (b"", "file-empty"),
    ],
)
def test_damaged_files(bench: Build, data: bytes, code: str) -> None:
    """A damaged file is found before the modem is touched; red counts 2."""
    with bench(card={**PLAIN, "/CATM1-41065.dup": data}) as table:
        assert table.boot() == "over"
        assert table.flashes(RED) == {2}
        assert table.board.uart.tally.sent == 0
    assert f"({code})" in table.log
    assert table.results()[-1]["code"] == code


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ({"/modemflash.json": b"{}"}, "card-manifest"),
        ({"/CATM1-41065.zip": b"PK"}, "card-no-firmware"),
        ({"/CATM1-41065.dup": b""}, "file-empty"),
    ],
)
def test_an_end_before_anything_began_can_be_seen_later(
    bench: Build, card: dict[str, bytes | Path], code: str
) -> None:
    """Red counts 2 at each power-up with this card; the log has it, and so has the board."""
    with bench(card=card) as table:
        for _ in range(2):
            since = len(table.board.hardware.light)
            assert table.boot() == "over"
            assert RED in table.colours(since)
            table.off()
        assert table.flashes(RED) == {2}
        assert table.board.hardware.nvs["mf_end"] == f"{code} None None"
        assert RUNS in table.board.printed
    assert f"({code})" in table.log


def test_a_refusal_costs_no_try(bench: Build) -> None:
    """A wrong file can be replaced by one of the same name and size, however often it was tried."""
    bad = IMAGE[:20_000] + b"!" + IMAGE[20_001:]
    with bench(card={**PLAIN, "/CATM1-41065.dup": bad}) as table:
        for _ in range(4):
            table.boot()
            table.off()
        table.card.put({"/CATM1-41065.dup": IMAGE})
        table.boot()
        assert table.verdict.build == 41065


def test_read_only(bench: Build) -> None:
    """A card that cannot be written updates the modem all the same."""
    with bench() as table:
        assert table.board.card
        table.board.card.read_only = True
        assert table.boot() == "over"
        assert table.verdict.build == 41065, table.board.printed
        assert GREEN in table.colours()
        assert RUNS in table.board.printed


def test_full(bench: Build) -> None:
    """A full card updates the modem all the same; it just writes no log."""
    with bench() as table:
        fill(table.card)
        assert table.boot() == "over"
        assert table.verdict.build == 41065
        assert GREEN in table.colours()


@pytest.mark.parametrize("nvs", [True, False])
def test_a_read_only_card_cannot_make_a_board_loop(bench: Build, nvs: bool) -> None:
    """Dead modem, read-only card: with NVS three tries in all, without it one at each power-up."""
    with bench() as table:
        assert table.board.card
        table.board.card.read_only = True
        if not nvs:
            table.board.hardware.access_nvs = _no_nvs  # type: ignore[method-assign]
        table.silence()
        boots = []
        for _ in range(5):
            before, sent = len(table.board.boots), table.board.uart.tally.sent
            assert table.boot() == "over"
            boots.append((len(table.board.boots) - before, table.board.uart.tally.sent > sent))
            assert table.board.printed.rstrip().endswith(RUNS)
            table.off()
        assert boots == [(1, True)] * 3 + [(1, not nvs)] * 2
        if nvs:
            assert "(tries-used-up)" in table.board.printed
            assert 4 in table.flashes(RED)


def test_silent_modem(bench: Build) -> None:
    """A silent modem asks for a power cycle as long as one is followed by a try, then red counts 3."""
    with bench() as table:
        table.silence()
        for shown in (YELLOW, YELLOW, RED):
            light = len(table.board.hardware.light)
            assert table.boot() == "over"
            assert shown in table.colours(light), table.board.printed
            table.off()
        assert table.flashes(RED) == {3}
        assert [row["code"] for row in table.results() if row["result"] == "failed"] == ["modem-silent"] * 3


def test_the_card_goes_and_comes_back(bench: Build) -> None:
    """Pulled out in the middle of the transfer and put back in: run, log and results go on."""
    with bench() as table:
        table.board.boot(for_us=SECOND_US)
        while "transfer" not in table.board.printed:
            assert table.board.go_on(for_us=100_000) == "running"
        assert table.board.card
        table.board.card.present = False
        assert table.board.go_on(for_us=20 * SECOND_US) == "running"
        assert "the card is gone" in table.board.printed
        assert RED in table.colours()
        table.board.card.present = True
        assert table.board.go_on() == "over"
        assert table.verdict.build == 41065
        assert "the card is back" in table.board.printed
    assert "the card is back" in table.log
    assert "retry" not in table.log
    assert table.results()[-1]["result"] == "updated"


def test_the_card_goes_for_good(bench: Build) -> None:
    """It ends in words; put in at the next power-up, the update is finished."""
    with bench() as table:
        table.board.boot(for_us=SECOND_US)
        while "transfer" not in table.board.printed:
            table.board.go_on(for_us=100_000)
        assert table.board.card
        table.board.card.present = False
        assert table.board.go_on() == "over"
        assert "(card-gone)" in table.board.printed
        assert table.board.printed.rstrip().endswith(RUNS)
        assert 1 in table.flashes(RED)
        table.off()
        table.board.card.present = True
        assert table.boot() == "over"
        assert table.verdict.build == 41065, table.board.printed


def test_the_card_may_go_during_install(bench: Build) -> None:
    """Once the modem installs, the card is not needed any more."""
    with bench() as table:
        table.board.boot(for_us=SECOND_US)
        while "install:" not in table.board.printed:
            assert table.board.go_on(for_us=200_000) == "running"
        assert "You can remove the card, but keep the power on" in table.board.printed
        assert table.board.card
        table.board.card.present = False
        assert table.board.go_on() == "over"
        assert table.verdict.build == 41065
        assert "updated (updated)" in table.board.printed


def _no_nvs(what: int, request: bytes) -> bytes:
    raise Refused


def test_ctrl_c_while_it_installs_is_no_end_before_a_write(bench: Build) -> None:
    """On a board that cannot hold Ctrl-C back, the words are those of the step that it struck."""
    program = (
        "import modemflash.steps as steps\n"
        "def stop(*words): raise KeyboardInterrupt\n"
        "steps.await_install = stop\n" + 'exec(open("/flash/main.py").read())\n'
    )
    with bench() as table:
        assert table.board.boot(program) == "over"
        assert table.board.printed.rstrip().endswith(RUNS)
        assert YELLOW not in table.colours()
    ended = table.results()[-1]
    assert (ended["code"], ended["modem_state"]) == ("stopped-watching", "unknown")


def test_weak_supply(bench: Build) -> None:
    """After a brown-out nothing is begun; red counts 5."""
    with bench() as table:
        table.board.boot(
            "import machine\nmachine.reset_cause = lambda: machine.BROWN_OUT_RESET\n"
            'exec(open("/flash/main.py").read())\n'
        )
        assert "(power-weak)" in table.board.printed
        assert table.flashes(RED) == {5}
        assert table.board.uart.tally.sent == 0
