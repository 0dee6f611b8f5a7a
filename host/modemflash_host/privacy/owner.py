"""Takes out who runs the program: home folders, the user's name in paths, the passwords of addresses.

Rules: a home is anybody's home, written in any way: as HOME has it, as it really
is, below /home or Users, or of the one who called sudo; it becomes `~`. A user's
name that is a folder of a path becomes `user`, and so does whoever a disk was
mounted for. What stands before the @ of an address becomes `xxx`, wherever it came from.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from modemflash_host.privacy.words import mask_text

_ANY_HOME = re.compile(
    r"(?<![\w.~])(?:/(?:var/)?home/|/Users/|/export/home/|[A-Za-z]:[\\/]+Users[\\/]+)"
    r"[^/\\\s'\":]+(?:(?: [^/\\\s'\":]+){1,3}(?=[\\/]))?"
)
_ANY_MEDIA = re.compile(r"(?<![\w.~])((?:/run)?/media/)[^/\s'\":]+(?=/)")
# A word that may hold one; no pattern looks for a distant @ from each ://.
_ADDRESS = re.compile(r"[^\s'\"<>]+")
_WHOLE_USER_INFO = re.compile(r"(?<=[A-Za-z0-9])://.*@", re.DOTALL)
_SECRET_FIELD = re.compile(r"(?i)([?&](?:user|login|pass|passwd|password|pwd|pin|key|token)=)[^&#\s'\"]*")
_ADDRESS_VARIABLES = ("MODEMFLASH_PORT",)
_NAME_VARIABLES = ("SUDO_USER", "DOAS_USER", "LOGNAME", "USER", "USERNAME")
_HOME_VARIABLES = ("HOME", "USERPROFILE", "SUDO_USER", "DOAS_USER", "PKEXEC_UID")
_NO_NAMES = ("root", "user", "users", "admin", "home", "dev", "tmp", "usr", "media", "run", "mnt")
_SLASHES = r"[\\/]{1,8}"
_SHORTEST_NAME = 3
_SHORTEST_SECRET = 3
_named_addresses: set[str] = set()


def without_home(value: Any) -> Any:
    """An event with `~` for home folders, and no passwords in addresses; the original stays."""
    if isinstance(value, str):
        return _without_owner(without_passwords(value))
    if isinstance(value, Mapping):
        return {key: without_home(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_home(each) for each in value]
    return value


def without_passwords(text: str) -> str:
    """A text without user and password of the addresses in it, and of the port's own wherever they stand."""
    for secret in _secrets_of((*sys.argv[1:], *_values(_ADDRESS_VARIABLES), *sorted(_named_addresses))):
        text = text.replace(secret, "xxx")
    if "://" in text and "@" in text:
        text = _ADDRESS.sub(lambda word: _without_user(word[0]), text)
    return _SECRET_FIELD.sub(r"\1xxx", text)


def keep_secret(address: str) -> None:
    """From here on user and password of an address that stands on no command line are taken out, too."""
    if "@" in address:
        _named_addresses.add(address)


def _without_user(word: str) -> str:
    begin, end = word.find("://"), word.rfind("@")
    return f"{word[:begin]}://xxx{word[end:]}" if 0 <= begin < end else word


def mask_command_line(words: Sequence[str]) -> list[str]:
    """A command line without the user's name and passwords in paths and addresses."""
    return [mask_text(without_home(_WHOLE_USER_INFO.sub("://xxx@", word))) for word in words]


def _without_owner(text: str) -> str:
    for pattern, instead in _owner(_values(_HOME_VARIABLES), _values(_NAME_VARIABLES)):
        text = pattern.sub(instead, text)
    return text


def _values(variables: Sequence[str]) -> tuple[str, ...]:
    return tuple(os.environ.get(name, "") for name in variables)


@lru_cache(maxsize=8)
def _owner(homes_of: tuple[str, ...], names_of: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """What is replaced, and by what; kept while the environment stays, because every event asks.

    Args:
        homes_of: values of the variables that `_homes` reads: another one is another answer.
        names_of: values of the variables that may hold a name.
    """
    patterns = []
    homes = _homes()
    for home in homes:
        # Whatever stands between its folders: two slashes, or the other one.
        folders = [re.escape(part) for part in re.split(r"[\\/]+", home) if part not in ("", ".")]
        drive = "" if re.match(r"[A-Za-z]:", home) else _SLASHES
        path = drive + rf"{_SLASHES}(?:\.{_SLASHES}){{0,8}}".join(folders)
        patterns.append((re.compile(rf"(?<![\w.~]){path}(?![\w.-])"), "~"))
    patterns.append((_ANY_HOME, "~"))
    patterns.append((_ANY_MEDIA, r"\1user"))
    for name in _names(homes, names_of):
        patterns.append((re.compile(rf"(?<=[\\/]){re.escape(name)}(?=[\\/]|$|['\"\s])"), "user"))
    return tuple(patterns)


def _homes() -> list[str]:
    """The homes of whoever runs this, the longest first."""
    found = {os.environ.get("HOME", ""), os.environ.get("USERPROFILE", ""), *_homes_of_names()}
    try:
        found.add(str(Path.home()))
    except RuntimeError:
        pass  # nobody knows: then there is none to be told
    real = {os.path.realpath(home) for home in found if home and Path(home).is_absolute()}
    homes = {home for home in found | real if len(re.split(r"[\\/]+", home.strip("\\/."))) > 1}
    one_level = {home for home in found | real if re.fullmatch(r"/[\w.-]{3,}/*", home)}
    return sorted(homes | one_level, key=len, reverse=True)


def _homes_of_names() -> Iterator[str]:
    """The homes of the one who called sudo, and of the one that this runs as."""
    try:
        import pwd
    except ImportError:
        return
    for name in {os.environ.get("SUDO_USER", ""), os.environ.get("DOAS_USER", "")} - {""}:
        try:
            yield pwd.getpwnam(name).pw_dir
        except KeyError:
            continue
    for number in {os.environ.get("PKEXEC_UID", ""), str(os.getuid())}:
        try:
            yield pwd.getpwuid(int(number)).pw_dir
        except (KeyError, ValueError, OverflowError):
            continue


def _names(homes: Sequence[str], names_of: Sequence[str]) -> list[str]:
    """The user's names: as the system has them, and the last folders of the homes."""
    names = set(names_of) | {re.split(r"[\\/]+", home.rstrip("\\/."))[-1] for home in homes}
    return sorted(name for name in names if len(name) >= _SHORTEST_NAME and name.lower() not in _NO_NAMES)


@lru_cache(maxsize=8)
def _secrets_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """User and password of the addresses that this was called with, the longest first."""
    found = set()
    for word in words:
        for info in re.findall(r"(?<=[A-Za-z0-9])://(.*)@", word, re.DOTALL):
            user, _, password = info.partition(":")
            found |= {info, password} | ({user} if not password else set())
    return tuple(sorted((each for each in found if len(each) >= _SHORTEST_SECRET), key=len, reverse=True))
