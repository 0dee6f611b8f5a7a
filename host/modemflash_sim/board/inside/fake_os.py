"""`os` of a Pycom board, over the file systems of this Python."""

import os
from collections import namedtuple

import sim_link
from sim_link import profile

sep = "/"
chdir = os.chdir
getcwd = os.getcwd
urandom = os.urandom

_Uname = namedtuple("uname", ("sysname", "nodename", "release", "version", "machine"))
_TEXTS = {2: "no such file or directory: '%s'", 17: "file exists: '%s'"}


def uname():
    name = profile["sysname"]
    return _Uname(name, name, profile["release"], profile["version"], name + " with ESP32")


def explained(error, path):
    """The error as this release tells it."""
    if profile["text_errors"] and error.args[0] in _TEXTS:
        return OSError(_TEXTS[error.args[0]] % path)
    return error


def _on_path(function):
    def call(path="."):
        try:
            return function(path)
        except OSError as error:
            raise explained(error, path)

    return call


listdir = _on_path(os.listdir)
mkdir = _on_path(os.mkdir)
stat = _on_path(os.stat)


def _remove(path):
    """Pycom has one function for files and folders."""
    (os.rmdir if os.stat(path)[0] & 0x4000 else os.remove)(path)


remove = unlink = rmdir = _on_path(_remove)


def rename(old, new):
    if not profile["rename_replaces"]:
        try:
            os.stat(new)
        except OSError:
            pass
        else:
            raise OSError("error renaming file '%s' to '%s'" % (old, new))
    try:
        os.rename(old, new)
    except OSError as error:
        raise explained(error, old)


def getfree(path):
    """Free KiB."""
    about = os.statvfs(path)
    return about[0] * about[3] // 1024


def sync():
    pass


def dupterm(*stream):
    """Give the console away (None), or a UART to it."""
    if stream:
        sim_link.link.ask(sim_link.CONSOLE, int(stream[0] is not None))


def mount(device, path, readonly=False):
    if path.strip("/") in os.listdir("/"):
        raise OSError("the requested operation is not possible" if profile["text_errors"] else 1)
    try:
        vfs = os.VfsFat(device._blocks)
    except OSError:
        raise OSError("the requested operation failed" if profile["text_errors"] else 19)
    os.mount(vfs, path, readonly=readonly)


def _unmount(path):
    try:
        os.umount(path)
    except OSError:
        raise OSError("the requested operation failed" if profile["text_errors"] else 22)


globals()[profile["unmount"]] = _unmount

if profile["has_ilistdir"]:

    def ilistdir(path="."):
        for entry in os.ilistdir(path):
            yield entry if len(entry) == 4 else entry + (0,)

    statvfs = _on_path(os.statvfs)


def mkfs(device):
    """Format a card (or a path, which here is the card's)."""
    os.VfsFat.mkfs(device._blocks)


if profile["unmount"] == "umount":
    mkfat = os.VfsFat
    del mkfs
