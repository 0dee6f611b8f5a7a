"""Every place in the program that waits is known, and the screen moves there, or the wait is short.

Rule: a new wait is found by its call, and fails until it stands in the table with how it is shown.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

HOST = Path(__file__).resolve().parents[2] / "host" / "modemflash_host"
CALLS = {"sleep_ms", "sleep", "select", "wait", "communicate", "run", "poll"}
OF_MODULES = {"run": ("subprocess",), "select": ("select",), "sleep": ("time", "line", "HOME")}

SHOWN, SHORT, NO_SCREEN = "the screen moves in it", "two seconds at most", "there is no live screen"
BY_LINE = "`modemflash.line` ticks"
BY_PORT = "the board's port ticks, see `board.ticking`"
WAITS = {
    "board/console/repl.py:_begin": BY_PORT,
    "board/console/safe_boot.py:safe_boot": BY_PORT,
    "board/install/file_sender.py:_raise_rate": BY_PORT,
    "board/mirror.py:ping": BY_PORT,
    "board/mirror.py:write": BY_PORT,
    "board/pic.py:_pulse": BY_PORT,
    "board/pic.py:_send": BY_PORT,
    "board/relay/conversation.py:start": BY_PORT,
    "board/relay/line.py:_raise_rate": BY_PORT,
    "board/ticking.py:sleep_ms": SHOWN,
    "board/tools/program.py:_awaited": SHOWN,
    "capture/export.py:export": NO_SCREEN,
    "cli/demonstration.py:show": NO_SCREEN,
    "cli/simulate_module.py:simulate_module": NO_SCREEN,
    "cli/simulated_port.py:serve_until_ended": NO_SCREEN,
    "cli/web.py:_until_interrupted": NO_SCREEN,
    "computer/clock.py:sleep_ms": "whoever calls it is in this table",
    "computer/programs.py:run": NO_SCREEN,
    "computer/sleep_inhibitor.py:_end": SHORT,
    "computer/sleep_inhibitor.py:_start": SHORT,
    "families/quectel_edl/job.py:_read_back": "by `sleep` of module_ports, which ticks",
    "families/quectel_edl/module_ports.py:sleep": SHOWN,
    "families/quectel_gnss/job.py:_read_back": BY_LINE,
    "families/quectel_gnss/resetting.py:_by_boot_loader": BY_LINE,
    "families/quectel_gnss/resetting.py:_by_command": BY_LINE,
    "families/quectel_gnss/resetting.py:_by_control_line": BY_LINE,
    "fleet/labgrid.py:_run": "a thread of its own; the supervisor's table moves",
    "fleet/place_record.py:alone": "a thread of its own; the supervisor's table moves",
    "fleet/place_record.py:wait_for": "a thread of its own; the supervisor's table moves",
    "fleet/worker.py:_pass_on": "a thread of its own; the supervisor's table moves",
    "fleet/worker.py:_run": "a thread of its own; the supervisor's table moves",
    "links/open.py:settle": SHORT,
    "links/serial_port.py:_read_descriptor": "the engine's line or a board's port says how long, and ticks",
    "links/serial_port.py:_wait_until_sent": SHOWN,
    "links/serial_port.py:drain": SHORT,
    "links/serial_port.py:write": SHOWN,
    "links/usb2tcp.py:_receive": "the engine's line says how long, and ticks; the greeting has three seconds",
    "links/usb2tcp.py:write": SHOWN,
    "links/wait.py:open_patiently": SHOWN,
    "rescue/port_monitor.py:_look": "a quarter of a second; its caller ticks after each look",
    "rescue/retry.py:_wait": SHOWN,
    "run/console_window.py:handle": "another thread, which Windows gives a few seconds",
    "store/module_notes.py:_salt": SHORT,
}


def waits() -> Iterator[str]:
    """file:function of each call that waits."""
    for path in sorted(HOST.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [
            node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        ]
        for node in ast.walk(tree):
            if not (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in CALLS
            ):
                continue
            owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            if owner not in OF_MODULES.get(node.func.attr, (owner,)):
                continue
            around = [each for each in functions if each.lineno <= node.lineno <= (each.end_lineno or 0)]
            name = max(around, key=lambda each: each.lineno).name if around else "-"
            yield f"{path.relative_to(HOST)}:{name}"


def test_every_wait_is_in_the_table() -> None:
    assert sorted(set(waits())) == sorted(WAITS)


def test_what_shows_its_wait_ticks() -> None:
    """The words of the table are held by the code."""
    for place in (place for place, how in WAITS.items() if how == SHOWN):
        file, _, function = place.partition(":")
        text = (HOST / file).read_text(encoding="utf-8")
        tree = ast.parse(text)
        bodies = [
            ast.get_source_segment(text, node) or ""
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and node.name == function
        ]
        assert any("tick(" in body or "on_wait(" in body for body in bodies), place


def test_every_console_of_a_board_ticks() -> None:
    """Whoever opens a board's port does so through `ticking`, or hands the opener on to somebody who does."""
    openers = {
        str(path.relative_to(HOST))
        for path in HOST.rglob("*.py")
        if "open_port(8)" in path.read_text(encoding="utf-8")
    }
    assert openers == {"board/console/connect.py", "board/detect.py", "board/relay/open.py"}
    for name in (
        "board/relay/open.py",
        "board/access.py",
        "board/mirror.py",
        "cli/board.py",
        "rescue/with_board.py",
    ):
        text = (HOST / name).read_text(encoding="utf-8")
        assert "ticking(" in text or "at_board(" in text, name
