"""A Pycom board's Python behind a console, in real time:
`micropython console_start.py ABOUT STATE FLASH READ_FD WRITE_FD [SCRIPT…]`.

Rules that hold here: the board's modules are those of `start.py`, answered here
instead of by the simulator; an interrupt ends what runs, never this loop; every
event is one line of JSON, written in one step.
"""

import builtins
import json
import os
import struct
import sys
import time

import sim_link

about_path, state_path, flash_path = sys.argv[1:4]
commands = open(int(sys.argv[4]), "rb")
events = open(int(sys.argv[5]), "wb")
scripts = sys.argv[6:]

with open(about_path) as file:
    profile = sim_link.profile = json.load(file)


class Local:
    """What the simulator answers elsewhere."""

    status = number = length = 0
    words = b""

    def __init__(self):
        try:
            with open(state_path) as file:
                self.state = json.load(file)
        except (OSError, ValueError):
            self.state = {}
        self._state_file = open(state_path, "w+b")
        self._keep()
        self.hash_alive = False

    def _keep(self):
        self._state_file.seek(0)
        # Never shorter than before: a file that is out of reach cannot be cut.
        self._state_file.write((json.dumps(self.state) + " " * 200).encode())
        self._state_file.flush()

    def ask(self, op, a=0, b=0, data=b"", off=0, n=-1, into=None):
        self.status = 0
        if op == sim_link.SLEEP:
            time.sleep_us(a)
        elif op == sim_link.RESET:
            tell("reset")
            time.sleep(60)
        elif op == sim_link.RESET_CAUSE:
            return 0
        elif op == sim_link.WATCHDOG:
            if a:
                self._set("watchdog", "timeout_ms", a)
        elif op == sim_link.FLAG:
            name = bytes(data).decode()
            if a < 2:
                self._set("flags", name, a)
            return self.state.get("flags", {}).get(name, 0)
        elif op == sim_link.HASH and a < 2:
            if a == 1 and self.hash_alive:
                self.status = 1
                self.words = b"only one active hash operation is permitted at a time"
            else:
                self.hash_alive = bool(a)
        return 0

    def fetch(self, op, a=0, b=0, data=b""):
        self.status = 0
        if op == sim_link.UNIQUE_ID:
            return bytes(int(profile["unique_id"][at : at + 2], 16) for at in range(0, 12, 2))
        if op == sim_link.NVS:
            key, value = json.loads(data)
            kept = self.state.get("nvs", {})
            if a == 1:
                self._set("nvs", key, value)
            elif key not in kept:
                self.status = 1
            elif a == 2:
                del kept[key]
                self._keep()
            else:
                return json.dumps(kept[key]).encode()
        return b"null"

    def look(self):
        return time.ticks_ms()

    def refuse(self):
        raise OSError(self.words.decode() or "the requested operation failed")

    def _set(self, group, name, value):
        self.state.setdefault(group, {})[name] = value
        self._keep()


class Image:
    """/flash as a block device."""

    def __init__(self, path):
        self._file = open(path, "r+b")
        self._sectors = os.stat(path)[6] // 512

    def readblocks(self, first, buf):
        self._file.seek(first * 512)
        self._file.readinto(buf)

    def writeblocks(self, first, buf):
        self._file.seek(first * 512)
        self._file.write(buf)
        self._file.flush()

    def ioctl(self, op, arg):
        return self._sectors if op == 4 else 512 if op == 5 else 0


def tell(*event):
    events.write((json.dumps(event) + "\n").encode())


def dupterm(*stream):
    tell("detach" if stream and stream[0] is None else "attach")


def kbd_intr(char):
    tell("deaf" if char < 0 else "hears")


sim_link.link = Local()
import fake_hashlib  # noqa: E402
import fake_machine  # noqa: E402
import fake_network  # noqa: E402
import fake_os  # noqa: E402
import fake_pycom  # noqa: E402
import fake_time  # noqa: E402
from sim_typed import run_typed  # noqa: E402

fake_os.dupterm = dupterm


def remove(path):
    """Pycom has one function for both."""
    try:
        (os.rmdir if os.stat(path)[0] & 0x4000 else os.remove)(path)
    except OSError as error:
        raise fake_os.explained(error, path)


fake_os.remove = fake_os.rmdir = fake_os.unlink = remove


class Micropython:
    """`micropython`, as far as programs of a board ask it."""

    def __init__(self):
        import micropython

        self.const, self.mem_info = micropython.const, micropython.mem_info
        self.kbd_intr = kbd_intr


def put_in_place():
    """The board's modules, files and nothing else."""
    blocks = Image(flash_path)
    try:
        os.mount(os.VfsFat(blocks), "/flash")
    except OSError:
        os.VfsFat.mkfs(blocks)
        os.mount(os.VfsFat(blocks), "/flash")
    os.chdir("/flash")
    if "lib" not in os.listdir():
        os.mkdir("lib")
    os.umount("/")
    for name in list(sys.modules):
        if name.startswith(("sim_", "fake_")):
            del sys.modules[name]
    for name, module in (("os", fake_os), ("time", fake_time), ("hashlib", fake_hashlib)):
        sys.modules[name] = sys.modules["u" + name] = module
    sys.modules["machine"] = sys.modules["umachine"] = fake_machine
    sys.modules["pycom"], sys.modules["network"] = fake_pycom, fake_network
    sys.modules["micropython"] = Micropython()
    sys.modules["ubinascii"] = __import__("binascii")
    sys.path[:] = ["", "/flash", "/flash/lib"]
    real_open = builtins.open

    def board_open(path, *args):
        try:
            return real_open(path, *args)
        except OSError as error:
            raise fake_os.explained(error, path)

    builtins.open = board_open


def boot():
    for script in scripts:
        try:
            with open("/flash/" + script) as file:
                text = file.read()
        except OSError:
            continue
        names["__name__"] = "__main__"
        words = run_typed(text, script, False, names)
        if words:
            return words
    return ""


put_in_place()
names = {"__name__": "__main__"}
# An interrupt comes after "begun" was sent, and then between any two steps: what was begun is
# always ended, once or twice (the number tells), with or without the words of the program.
number, words = 0, None
while True:
    try:
        if number < 0:
            head = commands.read(9)
            if len(head) < 9:
                break
            number, at_prompt, length = struct.unpack("<IBI", head)
            text = commands.read(length)
            tell("begun", number)
            words = run_typed(text, "<stdin>", at_prompt, names)
        elif words is None:
            tell("begun", 0)
            words = boot()
        tell("ended", number, words)
        number, words = -1, None
    except KeyboardInterrupt:
        if number >= 0 and words is None:
            words = "KeyboardInterrupt: \n"
