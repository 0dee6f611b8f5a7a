"""The hook in main.py: two lines in, byte for byte out, whatever the file looks like."""

import os

import fakes

from modemflash.board import install
from modemflash.board.install import install_hook, remove_hook
from modemflash.interface import MAIN

PROGRAMS = {
    "empty": b"",
    "plain": b"print(1)\n",
    "no end of line": b"print(1)",
    "crlf": b"import x\r\nprint(1)\r\n",
    "docstring": b'"""What it does."""\n',
    "encoding": b"#!/usr/bin/python\n# -*- coding: utf-8 -*-\nx = 1\n",
    "like us": b"# not #>modemflash\nprint('#<modemflash')\n",
    "binary": bytes(range(256)) * 3,
    "huge": b"x = 1234567890\n" * 8000,
    "one line": b"#" + b"y" * 40000,
}


def fresh(program=None):
    fakes.fresh_flash()
    if program is not None:
        fakes.put(MAIN, program)


def names():
    return sorted(os.listdir("/flash"))


def test_in_and_out():
    """The program stands untouched below the lines, and is itself again afterwards."""
    for name in PROGRAMS:
        fresh(PROGRAMS[name])
        install_hook()
        data = fakes.get(MAIN)
        assert data == install.lines("P10", False) + PROGRAMS[name], name
        remove_hook()
        assert fakes.get(MAIN) == PROGRAMS[name], name
        assert names() == ["main.py"], names()


def test_made_and_unmade():
    """A main.py that there was none of goes again, unless somebody wrote into it."""
    fresh()
    install_hook()
    assert names() == ["main.py"]
    remove_hook()
    assert names() == []
    install_hook()
    with open(MAIN, "ab") as file:
        file.write(b"mine")
    remove_hook()
    assert fakes.get(MAIN) == b"mine"


def test_twice():
    """Installing twice changes nothing; another button replaces the lines."""
    fresh(b"x")
    install_hook()
    before = fakes.get(MAIN)
    install_hook()
    assert fakes.get(MAIN) == before
    install_hook("P14")
    assert fakes.get(MAIN) == install.lines("P14", False) + b"x"


def test_an_editor_was_there():
    """Lines above, and other line ends, do not hide it."""
    fresh(b"x\n")
    install_hook()
    fakes.put(MAIN, b"import y\r\n" + fakes.get(MAIN).replace(b"\n", b"\r\n"))
    remove_hook()
    assert fakes.get(MAIN) == b"import y\r\nx\r\n"


def test_markers_across_chunks():
    """The markers are found wherever a chunk ends."""
    for n in range(480, 530):
        fresh(b"x\n")
        install_hook()
        fakes.put(MAIN, b"z" * n + b"\n" + fakes.get(MAIN))
        remove_hook()
        assert fakes.get(MAIN) == b"z" * n + b"\nx\n", n


def test_nothing_to_remove():
    """Removing what is not there is told, and harms nothing."""
    fresh(b"x")
    remove_hook()
    assert fakes.get(MAIN) == b"x"
    os.remove(MAIN)
    remove_hook()


class Cut(Exception):
    pass


def test_power_cut_at_every_step():
    """At every file operation a cut leaves the old file or the new one, after the next call at the latest."""
    for at in range(40):
        fresh(b"print(1)\n" * 100)
        real, count = install.os, [0]

        class Cutting:
            def __getattr__(self, name):
                return getattr(real, name)

            def step(self):
                count[0] += 1
                if count[0] > at:
                    raise Cut

            def rename(self, old, new):
                self.step()
                if fakes_18 and new in [MAIN] and "main.py" in real.listdir("/flash"):
                    raise OSError("error renaming file")
                real.rename(old, new)
                self.step()

            def remove(self, path):
                self.step()
                real.remove(path)
                self.step()

        for fakes_18 in (False, True):
            count[0] = 0
            install.os = Cutting()
            try:
                install_hook()
            except Cut:
                pass
            finally:
                install.os = real
            install_hook()
            assert fakes.get(MAIN) == install.lines("P10", False) + b"print(1)\n" * 100
            remove_hook()
            assert fakes.get(MAIN) == b"print(1)\n" * 100
            assert names() == ["main.py"]


def test_half_a_new_file():
    """A cut while the new file was written leaves half of it, which is dropped."""
    fresh(b"x\n")
    fakes.put(MAIN + ".new", install.lines("P10", False)[:40])
    remove_hook()
    assert fakes.get(MAIN) == b"x\n" and names() == ["main.py"]


def test_the_lines_guard():
    """Whatever happens in the hook, the program below runs."""
    space = {}
    text = install.lines("P10", False).decode() + "x = 1\n"
    exec(text.replace('"modemflash"', '"no_such_module"', 1), space)
    assert space["x"] == 1


def test_a_wrong_button():
    """A button is the name of a pin: nothing else gets into the file."""
    fresh(b"x")
    for wrong in ('P10"', "10", 10, None):
        install_hook(wrong)
        assert fakes.get(MAIN) == b"x"
