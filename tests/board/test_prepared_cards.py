"""Cards that a PC prepared: checked in seconds, with consents, parts and an updater of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from board.routes import FILES, PARTS, PARTS_CONSENTS, prepared
from support.card_board import IMAGE, RED, RUNS, SECOND_US, YELLOW, Bench, fill, quick_modem

Build = Callable[..., Bench]
PROFILES = ("gpy-1.18.2", "gpy-1.20.0", "fipy-1.20.2")


@pytest.mark.parametrize("profile", PROFILES)
def test_a_prepared_card(bench: Build, tmp_path: Path, profile: str) -> None:
    """Checked by the chip's hash, which is free again afterwards."""
    with bench(card=prepared(tmp_path, FILES), profile=profile) as table:
        assert table.boot() == "over", table.board.printed
        assert table.verdict.build == 41065, table.board.printed
        assert not table.board.hardware.hash_alive
        assert RUNS in table.board.printed


def test_the_hash_is_busy(bench: Build, tmp_path: Path) -> None:
    """Another program holds the chip's only hash: the card is checked the long way."""
    with bench(card=prepared(tmp_path, FILES)) as table:
        program = "import hashlib\nh = hashlib.sha256()\n" + 'exec(open("/flash/main.py").read())\n'
        assert table.board.boot(program) == "over"
        assert table.verdict.build == 41065, table.board.printed


def test_one_changed_byte(bench: Build, tmp_path: Path) -> None:
    """A byte that changed on the card is found before the modem is touched."""
    card = prepared(tmp_path, FILES)
    card["/firmware/CATM1-41065.dup"] = IMAGE[:9000] + b"!" + IMAGE[9001:]
    with bench(card=card) as table:
        table.boot()
        assert "(card-file-changed)" in table.board.printed
        assert table.board.uart.tally.sent == 0


@pytest.mark.parametrize(("code", "colour"), [("card-file-changed", RED), ("modem-silent", YELLOW)])
def test_a_bad_end_is_held_in_sight_like_a_good_one(
    bench: Build, tmp_path: Path, code: str, colour: int
) -> None:
    """With `hold_light` red and yellow flash on until the card is taken out; then the user's program runs."""
    card = prepared(tmp_path, FILES, hold_light=True)
    if colour == RED:
        card["/firmware/CATM1-41065.dup"] = IMAGE[:9000] + b"!" + IMAGE[9001:]
    with bench(card=card) as table:
        table.silence(colour == YELLOW)
        table.board.boot(for_us=SECOND_US)
        while f"({code})" not in table.board.printed:
            assert table.board.go_on(for_us=5 * SECOND_US) == "running"
        assert table.board.go_on(for_us=60 * SECOND_US) == "running"
        since = len(table.board.hardware.light)
        assert table.board.go_on(for_us=10 * SECOND_US) == "running"
        assert table.colours(since) == [colour]
        assert RUNS not in table.board.printed
        assert table.board.card
        table.board.card.present = False
        assert table.board.go_on() == "over"
        assert RUNS in table.board.printed


def test_imei_only_on_stop_request(bench: Build, tmp_path: Path) -> None:
    """The IMEI stands in the results where the card was prepared for that, and nowhere else."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    for folder, stop_request in (("a", True), ("b", False)):
        with bench(card=prepared(tmp_path / folder, FILES, with_imei=stop_request)) as table:
            table.boot()
        row = table.results()[-1]
        assert (len(str(row.get("imei", ""))) == 15) is stop_request
        if not stop_request:
            assert "imei" not in row


def test_two_parts_need_a_journal(bench: Build, tmp_path: Path) -> None:
    """Where nothing keeps the note that part 1 is in, a package in parts is refused."""
    modem = quick_modem("pycom-catm1", build=41065)
    with bench(card=prepared(tmp_path, PARTS, consents=PARTS_CONSENTS), modem=modem) as table:
        assert table.board.card
        table.board.card.read_only = True
        fill(table.flash)
        assert table.boot() == "over"
        assert "(journal-needed)" in table.board.printed, table.board.printed
        assert not table.verdict.images


def test_a_consent_that_was_not_given(bench: Build, tmp_path: Path) -> None:
    """A board refuses what the card has no word for; red counts 4."""
    with bench(card=prepared(tmp_path, FILES), modem=quick_modem("pycom-nb1")) as table:
        assert table.boot() == "over"
        assert "(consent-missing)" in table.board.printed
        assert table.flashes(0x300000) == {4}
        assert not table.verdict.images


def test_the_updater_on_the_card(bench: Build, tmp_path: Path) -> None:
    """A card with an engine is carried out by that engine, not by the one on /flash."""
    card = prepared(tmp_path, FILES, with_engine=True)
    with bench(card=card) as table:
        old = table.flash.get("/lib/modemflash/upgrade.py")
        table.flash.put({"/lib/modemflash/upgrade.py": old + b"\nraise ValueError('the old one ran')\n"})
        assert table.boot() == "over"
        assert table.verdict.build == 41065, table.board.printed
        assert "the old one" not in table.board.printed
        assert RUNS in table.board.printed


def test_a_damaged_updater_on_the_card(bench: Build, tmp_path: Path) -> None:
    """An engine whose hash is wrong is not used; the one on /flash does the job."""
    card = prepared(tmp_path, FILES, with_engine=True)
    card["/engine/modemflash/upgrade.py"] = b"raise ValueError('damaged')\n"
    with bench(card=card) as table:
        assert table.boot() == "over"
        assert table.verdict.build == 41065, table.board.printed
        assert "the updater on the card is damaged" in table.board.printed


def test_prepared_anew_is_a_new_job(bench: Build, tmp_path: Path) -> None:
    """After three failures a card that was prepared anew is tried again."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    soon = {"find_ms": 10_000}
    with bench(card=prepared(tmp_path / "a", FILES, options=soon)) as table:
        table.silence()
        for _ in range(4):
            table.boot()
            table.off()
        assert "(tries-used-up)" in table.board.printed
        assert YELLOW in table.colours()
        table.silence(False)
        table.boot()
        assert table.verdict.build == 38638
        table.off()
        table.card.put(prepared(tmp_path / "b", FILES))
        table.boot()
        assert table.verdict.build == 41065
