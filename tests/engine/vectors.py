"""The test vectors of `tests/vectors/`, for tests that run on CPython and on MicroPython."""

import binascii
import json

FOLDER = __file__.replace("\\", "/").rsplit("/", 1)[0] + "/../vectors/"


def load(name):
    """The content of a JSON file of `tests/vectors/`; bytes stand in it as hex text."""
    with open(FOLDER + name) as file:
        return json.load(file)


def unhex(text):
    """The bytes that hex text stands for; blanks and line ends between them do not count."""
    return binascii.unhexlify("".join(text.split()))
