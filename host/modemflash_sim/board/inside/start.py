"""Becomes a Pycom board: `micropython start.py READ_FD WRITE_FD`.

Rules that hold here: the board's modules are put in place before a line of its
program is read; afterwards the files of this computer are out of reach, only
/flash and what the program mounts are there; what a board lacks is refused.
"""

import builtins
import gc
import json
import os
import sys

import sim_link

# Names that no Pycom release knows, or not as this Python has them.
ABSENT = (
    "asyncio",
    "collections",
    "contextlib",
    "deflate",
    "io",
    "platform",
    "random",
    "traceback",
    "typing",
    "uasyncio",
    "uzlib",
    "vfs",
    "zlib",
)

link = sim_link.connect(int(sys.argv[1]), int(sys.argv[2]))
about = json.loads(link.fetch(sim_link.HELLO))
profile = sim_link.profile = about["profile"]

import fake_hashlib  # noqa: E402
import fake_machine  # noqa: E402
import fake_network  # noqa: E402
import fake_os  # noqa: E402
import fake_pycom  # noqa: E402
import fake_time  # noqa: E402
from sim_blocks import Blocks  # noqa: E402
from sim_typed import run_typed  # noqa: E402


def mount_flash():
    """/flash, formatted where it is blank, with what the firmware puts there."""
    blocks = Blocks(0, about["flash"])
    try:
        vfs = os.VfsFat(blocks)
    except OSError:
        os.VfsFat.mkfs(blocks)
        vfs = os.VfsFat(blocks)
    os.mount(vfs, "/flash")
    os.chdir("/flash")
    there = os.listdir()
    for folder in ("lib", "sys", "cert"):
        if folder not in there:
            os.mkdir(folder)
    for script, text in (
        ("boot.py", "# boot.py -- run on boot-up\n"),
        ("main.py", "# main.py -- put your code here!\n"),
    ):
        if script not in there:
            with open(script, "w") as file:
                file.write(text)


def replace_builtins():
    """print, open and import as the board has them."""
    real_print, real_open, real_import = builtins.print, builtins.open, builtins.__import__

    def board_print(*args, **kwargs):
        if "flush" in kwargs:
            if not profile["print_flush"]:
                raise TypeError("extra keyword arguments given")
            del kwargs["flush"]
        link.still_us = 0  # somebody may be waiting for just this
        real_print(*args, **kwargs)

    def board_open(path, *args):
        try:
            return real_open(path, *args)
        except OSError as error:
            raise fake_os.explained(error, path)

    def board_import(name, *args):
        if name in ABSENT:
            raise ImportError("no module named '%s'" % name)
        return real_import(name, *args)

    builtins.print, builtins.open, builtins.__import__ = board_print, board_open, board_import


def replace_modules():
    """The board's modules, and no others of ours."""
    for name in list(sys.modules):
        if name.startswith("sim_") or name.startswith("fake_"):
            del sys.modules[name]
    for name, module in (("os", fake_os), ("time", fake_time), ("hashlib", fake_hashlib)):
        sys.modules[name] = sys.modules["u" + name] = module
    sys.modules["machine"] = sys.modules["umachine"] = fake_machine
    sys.modules["pycom"] = fake_pycom
    sys.modules["network"] = fake_network
    sys.path[:] = ["", "/flash", "/flash/lib"]
    del sys.argv[:]


def run(text, name):
    """One script; whether it ended well. Its exception is printed, as the board does."""
    try:
        exec(compile(text, name, "exec"), {"__name__": "__main__"})
    except SystemExit:
        pass
    except BaseException as error:
        sys.print_exception(error)
        return False
    return True


def console(scripts):
    """boot.py and main.py, then what is typed, until somebody ends this process."""
    names = {"__name__": "__main__"}
    words = ""
    for script in scripts:
        with open("/flash/" + script) as file:
            words = run_typed(file.read(), script, False, names)
        if words:
            break
    room = bytearray(65536)
    while True:
        try:
            link.ask(sim_link.ENDED, 0, 0, words.encode())
            at_prompt = link.ask(sim_link.CODE, 0, 0, b"", 0, -1, room)
            text = bytes(memoryview(room)[: link.length])
        except KeyboardInterrupt:
            continue  # it came between two programs
        words = run_typed(text, "<stdin>", at_prompt, names)


class Micropython:
    """`micropython`, with the console's Ctrl-C."""

    def __init__(self):
        import micropython

        self.const, self.mem_info = micropython.const, micropython.mem_info

    def kbd_intr(self, char):
        link.ask(sim_link.CONSOLE, 2 if char < 0 else 3)


def run_file(name):
    """A script of /flash."""
    with open("/flash/" + name) as file:
        text = file.read()
    return run(text, name)


mount_flash()
os.umount("/")
replace_modules()
replace_builtins()
gc.collect()
if about["scripts"] is not None:
    sys.modules["micropython"] = Micropython()
    console(about["scripts"])
if about["program"] is not None:
    good = run(about["program"], "program")
else:
    run_file("boot.py")
    good = run_file("main.py")
link.ask(sim_link.OVER, 0 if good else 1)
