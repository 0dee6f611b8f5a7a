"""Makes and fills FAT images: `micropython fat_tool.py IMAGE`, with jobs on its input as a list in JSON.

    [["mkfs"], ["put", FROM, TO], …]

    mkfs            format it
    put FROM TO     copy a file of this computer into the image, folders are made
    get FROM TO     the other way
    rm NAME         remove a file
    ls              print every file and folder as JSON: {name: size}, folders end with a slash

Names in the image are full paths from its root, `/boot.py`.
"""

import json
import os
import sys

PIECE = 32768


class File:
    """A block device in a file."""

    def __init__(self, path):
        self._file = open(path, "r+b")
        self._sectors = self._file.seek(0, 2) // 512

    def readblocks(self, first, buf):
        self._file.seek(first * 512)
        self._file.readinto(buf)

    def writeblocks(self, first, buf):
        self._file.seek(first * 512)
        self._file.write(buf)

    def ioctl(self, op, arg):
        if op == 3:
            self._file.flush()
        return self._sectors if op == 4 else 512 if op == 5 else 0

    def close(self):
        self._file.close()


def copy(source, target):
    buf = bytearray(PIECE)
    with open(source, "rb") as read, open(target, "wb") as write:
        while True:
            got = read.readinto(buf)
            if not got:
                return
            write.write(buf, 0, got)


def make_folders(path):
    at = path.find("/", 1)
    while at > 0:
        try:
            os.mkdir("/image" + path[:at])
        except OSError:
            pass
        at = path.find("/", at + 1)


def tree(folder, found):
    for entry in os.ilistdir(("/image" + folder).rstrip("/")):
        name = folder + entry[0]
        if entry[1] & 0x4000:
            found[name + "/"] = 0
            tree(name + "/", found)
        else:
            found[name] = os.stat("/image" + name)[6]
    return found


device = File(sys.argv[1])
jobs = json.loads(sys.stdin.read())
if jobs and jobs[0][0] == "mkfs":
    os.VfsFat.mkfs(device)
    del jobs[0]
os.mount(os.VfsFat(device), "/image")
for job in jobs:
    if job[0] == "put":
        make_folders(job[2])
        copy(job[1], "/image" + job[2])
    elif job[0] == "get":
        copy("/image" + job[1], job[2])
    elif job[0] == "rm":
        os.remove("/image" + job[1])
    elif job[0] == "ls":
        print(json.dumps(tree("/", {})))
os.umount("/image")
device.close()
