"""Files and cards on the simulated board fail as on the real one, each release in its own way."""

from pathlib import Path

import pytest

from modemflash_sim.board.drives import make_blank
from support.programmed_board import BOARDS, HELP, OLD, on, said, workshop


def test_this_computer_is_out_of_reach(interpreter: Path) -> None:
    """Only /flash and the card are there."""
    lines = on(
        interpreter,
        """
print(os.listdir('/'))
ends(open, '/etc/passwd')
print(os.getcwd(), sorted(os.listdir()))
""",
    )
    assert lines == ["['flash']", "OSError 19", "/flash ['boot.py', 'cert', 'lib', 'main.py', 'sys']"]


@pytest.mark.parametrize("profile", BOARDS)
def test_errors_of_files(interpreter: Path, profile: str) -> None:
    """File errors are texts on 1.18 and numbers later; rename replaces on the later ones only."""
    lines = on(
        interpreter,
        """
ends(os.stat, '/flash/none')
ends(os.mkdir, '/flash/lib')
open('a', 'w').close()
open('b', 'w').close()
ends(os.rename, 'a', 'b')
""",
        profile,
    )
    if profile == OLD:
        assert lines == [
            "OSError \"no such file or directory: '/flash/none'\"",
            "OSError \"file exists: '/flash/lib'\"",
            "OSError \"error renaming file 'a' to 'b'\"",
        ]
    else:
        assert lines == ["OSError 2", "OSError 17", "None"]


@pytest.mark.parametrize("profile", BOARDS)
def test_names_in_os(interpreter: Path, profile: str) -> None:
    """ilistdir, statvfs and umount are of later releases, unmount of earlier ones; getfree is everywhere."""
    names = ("ilistdir", "statvfs", "umount", "unmount", "mkfat", "mkfs")
    lines = on(
        interpreter,
        f"""
print([hasattr(os, name) for name in {names}])
print(os.getfree('/flash') > 3000)
""",
        profile,
    )
    later = profile != OLD
    assert lines == [str([later, later, later, not later, later, not later]), "True"]


@pytest.mark.parametrize("profile", BOARDS)
def test_card(interpreter: Path, profile: str) -> None:
    """A card is read and written; mounted twice it fails in the release's words; readblocks came later."""
    card = workshop(interpreter).image({"/a.txt": b"hello"})
    lines = on(
        interpreter,
        """
sd = machine.SD()
os.mount(sd, "/sd")
print(open("/sd/a.txt").read(), hasattr(sd, "readblocks"))
ends(os.mount, sd, "/sd")
with open("/sd/b.txt", "w") as file:
    file.write("back")
getattr(os, "umount", None) and os.umount("/sd") or hasattr(os, "unmount") and os.unmount("/sd")
print(os.listdir("/"))
""",
        profile,
        card.path,
    )
    refused = "'the requested operation is not possible'" if profile == OLD else "1"
    assert lines == [f"hello {profile != OLD}", f"OSError {refused}", "['flash']"]
    assert card.get("/b.txt") == b"back"


def test_cards_that_fail(interpreter: Path) -> None:
    """No card, no file system, read-only, pulled out: each fails where the real one does."""
    mount = "os.mount(machine.SD(), '/sd')\n"
    assert on(interpreter, "ends(machine.SD)\n") == ["OSError 'the requested operation failed'"]
    shop = workshop(interpreter)
    blank = make_blank(shop.folder / "blank", 1 << 20)
    assert on(interpreter, "ends(os.mount, machine.SD(), '/sd')\n", card=blank) == ["OSError 19"]
    write = (
        HELP
        + mount
        + """
def write():
    with open('/sd/x', 'wb') as file:
        file.write(bytes(9000))
    return os.stat('/sd/x')[6]
ends(write)
"""
    )
    for fault, value in (("read_only", True), ("fails_after_writes", 3)):
        with shop.board(card=shop.image({"/a.txt": b"hello"})) as board:
            assert board.card is not None
            setattr(board.card, fault, value)
            assert said(board, write)[0].startswith("OSError")
    small = shop.image({}, 128 << 10)
    assert on(
        interpreter,
        mount
        + """
def write():
    with open('/sd/x', 'wb') as file:
        for _ in range(200): file.write(bytes(1000))
ends(write)
""",
        card=small.path,
    ) == ["OSError 28"]
