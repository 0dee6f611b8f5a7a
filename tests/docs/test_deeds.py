"""Each place where the program deletes, opens, writes or starts something, and the test of its check."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.deeds import deeds_in
from matrix.safety_page import HOSTILE

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/decisions/0012-what-comes-from-outside.md"
FIXED = "a fixed place of the system, or of this package"
OWN = "a folder or a process of its own, that nobody else can name"
BOARD = "a name for what is done on a board, whose own deeds stand in their files"

# place → the test that holds the check before it (what is checked: docs/decisions/0012), or why none is due
PLACES = {
    "modemflash_host/board/firmware/archive.py read": "test_memory_stays_below_60_mb_for_any_file",
    "modemflash_host/board/install/kept_package.py _write": (
        "test_where_nothing_may_be_written_it_is_made_each_time"
    ),
    "modemflash_host/board/install/package.py deployed": FIXED,
    "modemflash_host/board/install/package.py main": "by hand, for maintainers",
    "modemflash_host/board/install/package.py programs": FIXED,
    "modemflash_host/board/install/package.py where": FIXED,
    "modemflash_host/board/relay/update.py uninstall": BOARD,
    "modemflash_host/board/tools/program.py _awaited": "test_nothing_in_the_current_folder_is_run",
    "modemflash_host/board/tools/program.py run_program": "test_nothing_in_the_current_folder_is_run",
    "modemflash_host/capture/file.py _opened": "test_no_file_is_overwritten_but_captures",
    "modemflash_host/cli/app.py _open_missing_streams": FIXED,
    "modemflash_host/cli/demonstration.py show": OWN,
    "modemflash_host/cli/output.py Output.end": FIXED,
    "modemflash_host/cli/simulate.py board": OWN,
    "modemflash_host/computer/battery.py _pmset": "test_a_program_of_the_system_is_not_looked_for_here",
    "modemflash_host/computer/battery.py _read": FIXED,
    "modemflash_host/computer/process.py is_running": "test_a_number_that_was_given_again_is_another_process",
    "modemflash_host/computer/process.py is_stopped": FIXED,
    "modemflash_host/computer/sleep_inhibitor.py _end": OWN,
    "modemflash_host/computer/sleep_inhibitor.py _start": (
        "test_a_program_of_the_system_is_not_looked_for_here"
    ),
    "modemflash_host/families/sequans/card/card_folder.py CardFolder.remove": (
        "test_a_list_names_nothing_but_what_is_ours"
    ),
    "modemflash_host/families/sequans/card/card_folder.py CardFolder.write": (
        "test_a_link_out_of_the_card_is_never_followed"
    ),
    "modemflash_host/files/archive.py Member.open": "test_nothing_is_written_under_a_name",
    "modemflash_host/files/archive.py _opened": "test_million_entries_are_refused_before_they_are_read",
    "modemflash_host/files/open_file.py packed": (
        "test_a_full_folder_for_temporary_files_costs_time_and_nothing_else"
    ),
    "modemflash_host/files/simulated.py make": "test_no_room_for_simulated_firmware_is_said",
    "modemflash_host/fleet/labgrid.py _run": OWN,
    "modemflash_host/fleet/labgrid.py _take_over": "test_only_what_is_over_is_given_back",
    "modemflash_host/fleet/labgrid.py release_leftovers": "test_only_what_is_over_is_given_back",
    "modemflash_host/fleet/place_record.py held": "test_only_what_is_over_is_given_back",
    "modemflash_host/fleet/results.py keep": "test_only_results_are_forgotten",
    "modemflash_host/fleet/worker.py Worker._run": "test_nothing_in_the_current_folder_is_run_by_a_fleet",
    "modemflash_host/links/linux.py _name_of": FIXED,
    "modemflash_host/links/linux.py _text": FIXED,
    "modemflash_host/links/linux.py may_be_serial": FIXED,
    "modemflash_host/links/ports.py _in_dfu_mode": FIXED,
    "modemflash_host/links/setup.py _content_of": FIXED,
    "modemflash_host/report/bundle.py _is_report": "test_report_overwrites_nothing_but_a_report",
    "modemflash_host/report/bundle.py make_report": "test_report_overwrites_nothing_but_a_report",
    "modemflash_host/report/environment.py _read": FIXED,
    "modemflash_host/report/page/markup.py page": FIXED,
    "modemflash_host/report/report_files.py _folder": "test_what_is_no_run_is_neither_read_nor_removed",
    "modemflash_host/rescue/arming.py put_back": BOARD,
    "modemflash_host/store/file_lock.py remove_unheld": "test_a_run_that_goes_on_is_never_forgotten",
    "modemflash_host/store/firmware_places.py remember": "test_what_is_not_ours_is_no_place",
    "modemflash_host/store/new_file.py _made": "test_no_folder_below_the_state_folder_is_a_link",
    "modemflash_host/store/new_file.py new_file": "test_nothing_but_a_regular_file_is_written_to",
    "modemflash_host/store/record_file.py RecordFile.remove": "test_what_was_saved_is_loaded_and_removed",
    "modemflash_host/store/record_file.py RecordFile.save": "test_what_was_saved_is_loaded_and_removed",
    "modemflash_host/store/regular_file.py open_regular": "test_a_small_file_is_small",
    "modemflash_host/store/state_folder.py _give": "test_by_sudo_nothing_that_was_there_is_given_away",
    "modemflash_host/store/state_folder.py _give_folder": (
        "test_root_makes_and_gives_away_nothing_through_a_link"
    ),
    "modemflash_sim/board/child.py start_python": OWN,
    "modemflash_sim/board/child.py Child.kill": OWN,
    "modemflash_sim/board/console_python.py ConsolePython.__init__": OWN,
    "modemflash_sim/board/console_python.py ConsolePython.close": OWN,
    "modemflash_sim/board/console_python.py ConsolePython.set_flag": OWN,
    "modemflash_sim/board/console_python.py ConsolePython.state": OWN,
    "modemflash_sim/board/drives.py Drive.__init__": OWN,
    "modemflash_sim/board/drives.py make_blank": OWN,
    "modemflash_sim/board/fat.py FatImage._do": OWN,
    "modemflash_sim/board/fat.py FatImage.get": OWN,
    "modemflash_sim/board/fat.py FatImage.get_tree": OWN,
    "modemflash_sim/board/fat.py FatImage.put": OWN,
    "modemflash_sim/board/interactive.py InteractiveBoard._take_card_out": (
        "test_a_card_comes_back_through_no_link"
    ),
    "modemflash_sim/board/modem_manager.py main": OWN,
    "modemflash_sim/board/modem_manager.py probe": OWN,
    "modemflash_sim/board/process.py BoardProcess._kill": OWN,
    "modemflash_sim/demonstration.py write_files": OWN,
    "modemflash_sim/endpoints/pipe.py run_child": OWN,
    "modemflash_sim/state_files.py SoleUser.close": "test_a_state_file_has_one_user",
    "modemflash_sim/state_files.py _opened": "test_nothing_is_written_through_a_link",
    "modemflash_host/families/quectel_edl/efs_copy.py copy_efs": "test_the_copy_is_the_tree",
    "modemflash_host/store/marked_block.py Edit._take_over": "test_rights_stay_as_they_were",
    "modemflash_host/store/marked_block.py Edit.apply": "test_no_link_is_followed",
    "modemflash_host/store/whole_file.py _name": "test_what_came_meanwhile_is_not_overwritten",
    "modemflash_host/store/whole_file.py whole_file": "test_what_was_not_finished_is_removed",
    "modemflash_host/cli/simulate_firmware.py simulate_firmware": "test_nothing_is_overwritten",
    "modemflash_host/computer/debian_package.py _machine_sources": FIXED,
    "modemflash_host/computer/debian_package.py _write_wrappers": OWN,
    "modemflash_host/computer/debian_package.py fetch_lists": OWN,
    "modemflash_host/computer/debian_package.py machine_architecture": FIXED,
    "modemflash_host/computer/debian_package.py unpack": OWN,
    "modemflash_host/computer/micropython.py _checked": "test_what_does_not_run_replaces_nothing",
    "modemflash_host/computer/micropython.py _from_apt": OWN,
    "modemflash_host/computer/micropython.py fetch": "test_what_does_not_run_replaces_nothing",
    "modemflash_host/computer/programs.py run": "test_a_program_of_the_system_is_not_looked_for_here",
    "modemflash_host/links/absent.py _text": FIXED,
    "modemflash_sim/quectel_edl/packages.py PackageMaker.pack": OWN,
    "modemflash_sim/quectel_edl/packages.py PackageMaker.packed": OWN,
    "modemflash_sim/quectel_edl/packages.py PackageMaker.write": OWN,
    "modemflash_host/cli/simulate_module.py _usb": OWN,
    "modemflash_sim/endpoints/usb_ports.py PtyEndpoints.meet": (
        "test_each_port_has_a_terminal_that_goes_with_it"
    ),
    "modemflash_sim/state_files.py read": "test_what_is_no_state_file_is_refused",
    "modemflash_sim/state_files.py write": "test_nothing_is_written_through_a_link",
    "modemflash_sim/subprocess_server.py serve_in_subprocess": OWN,
    "modemflash_web/build.py _earlier": "test_a_folder_with_something_else_is_left_alone",
    "modemflash_web/build.py _write_interpreter": OWN,
    "modemflash_web/build.py _write_list": OWN,
    "modemflash_web/build.py _write_lock": OWN,
    "modemflash_web/build.py _write_python": OWN,
    "modemflash_web/build.py build": "test_of_an_earlier_page_only_its_own_files_go",
    "modemflash_web/build.py download_bytes": "by hand, for maintainers",
    "modemflash_web/build.py is_of_this_release": "test_a_page_of_another_release_is_out_of_date",
    "modemflash_web/build.py sources_key": FIXED,
    "modemflash_web/interpreter.py fetched": "test_another_archive_is_not_unpacked",
    "modemflash_web/interpreter.py unpack": "test_another_archive_is_not_unpacked",
    "modemflash_web/serve.py Site.of_folder": "test_nothing_but_the_files_of_the_list",
}
WITHOUT_A_TEST = {FIXED, OWN, BOARD, "by hand, for maintainers"}


def found() -> set[str]:
    host = ROOT / "host"
    return {
        f"{path.relative_to(host).as_posix()} {function}"
        for package in ("modemflash_host", "modemflash_sim", "modemflash_web")
        for path in (host / package).rglob("*.py")
        if "inside" not in path.parts  # runs on a simulated board or in a browser, in a folder of its own
        for function, _ in deeds_in(path)
    }


def names_of_tests() -> set[str]:
    return {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)\(", path.read_text(encoding="utf-8"))
    }


def test_every_place_is_known() -> None:
    """A new one gets a row here and in the decision: which check stands before it, and what holds that."""
    assert sorted(found() ^ set(PLACES)) == []


def test_every_place_stands_in_the_table_for_people() -> None:
    known = set(re.findall(r"\w+\.py", PAGE.read_text(encoding="utf-8")))
    held = {place.split()[0] for place, why in PLACES.items() if why not in WITHOUT_A_TEST}
    assert sorted(place for place in held if place.rpartition("/")[2] not in known) == []


def test_every_check_is_held_by_a_test() -> None:
    assert sorted({*PLACES.values()} - WITHOUT_A_TEST - names_of_tests()) == []


def test_every_promise_is_held_by_a_test() -> None:
    assert sorted({row[2] for row in HOSTILE} - names_of_tests()) == []


@pytest.mark.parametrize(
    "line",
    [
        "os.remove(x)", "Path(x).unlink()", "x.rename(y)", "path.replace(y)", "shutil.rmtree(x)", "open(x)",
        "Path(x).open('w')", "subprocess.Popen(x)", "Popen(x)", "os.system(x)", "path.write_text(x)",
        "archive.extractall()", "tempfile.mkstemp()", "x.symlink_to(y)", "os.chown(a, b, c)", "exec(x)",
    ],
)  # fmt: skip
def test_a_deed_is_seen(tmp_path: Path, line: str) -> None:
    (tmp_path / "x.py").write_text(f"class A:\n    def b(self):\n        if 1:\n            {line}\n")
    assert [function for function, _ in deeds_in(tmp_path / "x.py")] == ["A.b"]
