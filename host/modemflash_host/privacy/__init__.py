"""What is kept, sent or shown names nobody: of what is not known to be harmless, only the shape.

    shapes   what is left of a text that nobody understands: letters, digits and blanks, and how many
    talk     what a module and this PC say to each other: known commands and known fields stay
    words    our own sentences: numbers and a module's words in them go
    owner    home folders, user names, and the passwords of addresses
    event    an event, field by field
    crash    a crash file: where it happened, not with what

Rule: what stays is listed (`modemflash_host.families.vocabulary.Readable`), never
what goes; in doubt the shape is all that is kept.
"""

from modemflash_host.privacy.crash import mask_crash
from modemflash_host.privacy.event import mask_event
from modemflash_host.privacy.owner import keep_secret, mask_command_line, without_home, without_passwords
from modemflash_host.privacy.shapes import shape
from modemflash_host.privacy.talk import Masker, mask
from modemflash_host.privacy.words import mask_name, mask_quotes, mask_text

__all__ = [
    "Masker",
    "keep_secret",
    "mask",
    "mask_command_line",
    "mask_crash",
    "mask_event",
    "mask_name",
    "mask_quotes",
    "mask_text",
    "shape",
    "without_home",
    "without_passwords",
]
