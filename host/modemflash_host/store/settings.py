"""Settings that a user gives once: which there are, and where each value comes from.

Search order, first found counts, each setting for itself:

    1. the command line
    2. the environment: MODEMFLASH_PORT and so on
    3. the file that MODEMFLASH_CONFIG names; where it is set, 4 and 5 are not read
    4. the user's config.toml (below MODEMFLASH_HOME where that is set)
    5. the computer's config.toml, e.g. /etc/xdg/modemflash/config.toml
    6. the default

Rules: no file of the current folder is read, because firmware is unpacked
there; no consent to a danger can be a setting; a name that is not known is a
warning, a value that cannot be used is an error.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modemflash_host.errors import Refusal
from modemflash_host.families.plan import AUTO, LONGEST_ANSWER_S, VIAS
from modemflash_host.store.regular_file import NotRegular, TooLarge, read_regular

_toml: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
_PREFIX = "MODEMFLASH_"
_FILE_NAME = "config.toml"
_NOT_SETTINGS = ("MODEMFLASH_HOME", "MODEMFLASH_CONFIG")
_LARGEST_BYTES = 1 << 16


Plain = str | int | bool


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set.

    Attributes:
        name: as on the command line, without dashes in front.
        default: the value when nobody says anything; its type is the allowed type.
        about: one sentence.
        choices: the allowed words; () for any.
        lowest, highest: of a number.
    """

    name: str
    default: Plain
    about: str
    choices: tuple[str, ...] = ()
    lowest: int = 0
    highest: int = 0

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return _PREFIX + self.name.upper().replace("-", "_")


SETTINGS = (
    Setting("port", "", "The port of every command that needs one."),
    Setting("via", AUTO, "How the modem is reached.", VIAS),
    Setting(
        "answer-timeout",
        0,
        "Seconds that a modem may be silent; 0: as each phase needs.",
        (),
        0,
        LONGEST_ANSWER_S,
    ),
    Setting("color", "auto", "Colours: auto, always or never.", ("auto", "always", "never")),
    Setting("verbose", False, "Every probe, repeat and reply."),
)


@dataclass(frozen=True, slots=True)
class Value:
    """A setting's value and who gave it: "default", a variable's name, or a file's path."""

    setting: Setting
    value: Plain
    source: str


@dataclass(frozen=True, slots=True)
class Config:
    """All values.

    Attributes:
        values: by name.
        warnings: sentences about names that are not known.
        files: where was looked, in order, and whether there was a file.
    """

    values: dict[str, Value]
    warnings: tuple[str, ...]
    files: tuple[tuple[Path, bool], ...]

    def defaults(self) -> dict[str, Plain]:
        """What replaces the defaults of command line options, by their parameter names."""
        given = (value for value in self.values.values() if value.source != "default")
        return {value.setting.name.replace("-", "_"): value.value for value in given}


def load(environ: Mapping[str, str] = os.environ, files: Sequence[Path] | None = None) -> Config:
    """Collect every value.

    Args:
        environ: the environment.
        files: the files in order; by default those of this computer.

    Raises:
        Refusal: `config-broken`: a file or a value cannot be used.
    """
    values = {setting.name: Value(setting, setting.default, "default") for setting in SETTINGS}
    warnings: list[str] = []
    looked = []
    paths = config_files(environ) if files is None else files
    for path in reversed(paths):
        content = _read(path, must_exist=_PREFIX + "CONFIG" in environ and files is None)
        looked.append((path, content is not None))
        for key, given in (content or {}).items():
            setting = _find(key.replace("_", "-"))
            if setting is None:
                warnings.append(_unknown(key, str(path), [each.name for each in SETTINGS]))
            else:
                values[setting.name] = Value(setting, _checked(setting, given, str(path)), str(path))
    for variable, text in sorted(environ.items()):
        if not variable.startswith(_PREFIX) or variable in _NOT_SETTINGS:
            continue
        setting = _find(variable[len(_PREFIX) :].lower().replace("_", "-"))
        if setting is None:
            names = [each.variable for each in SETTINGS]
            warnings.append(_unknown(variable, "the environment", [*names, *_NOT_SETTINGS]))
        else:
            values[setting.name] = Value(
                setting, _checked(setting, _typed(setting, text), variable), variable
            )
    return Config(values, tuple(warnings), tuple(reversed(looked)))


def config_files(environ: Mapping[str, str]) -> list[Path]:
    """The files that are read, the most important first."""
    named = environ.get(_PREFIX + "CONFIG")
    if named:
        return [Path(named)]
    import platformdirs  # costs start-up time

    home = environ.get(_PREFIX + "HOME")
    try:
        user = Path(home or platformdirs.user_config_dir("modemflash", appauthor=False))
    except RuntimeError:  # there is no home folder
        user = Path("~")
    site = Path(platformdirs.site_config_dir("modemflash", appauthor=False))
    folders = [user, site] if home or user.is_absolute() else [site]  # no home: nothing of the current folder
    return [folder / _FILE_NAME for folder in folders]


def _read(path: Path, must_exist: bool) -> dict[str, object] | None:
    """A file's content; None where there is no file."""
    try:
        return loads_toml(read_regular(path, _LARGEST_BYTES).decode("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError, NotRegular) as error:
        if must_exist:
            raise Refusal("config-broken", f"{path}: there is no such file") from error
        return None
    except TooLarge as error:
        raise Refusal("config-broken", f"{path} is larger than any settings") from error
    except OSError as error:
        raise Refusal("config-broken", f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise Refusal("config-broken", f"{path}: {error}") from error


def loads_toml(text: str) -> dict[str, object]:
    """The table of a TOML text, on every Python.

    Raises:
        ValueError: it is none.
    """
    content: dict[str, object] = _toml.loads(text)
    return content


def _find(name: str) -> Setting | None:
    return next((setting for setting in SETTINGS if setting.name == name), None)


def _unknown(name: str, place: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"{place}: {name} is no setting" + (f"; {close[0]} is one" if close else "")


def _typed(setting: Setting, text: str) -> Plain:
    """A variable's text as the setting's type, or left as text for `_checked` to refuse."""
    if isinstance(setting.default, bool):
        return {"1": True, "true": True, "0": False, "false": False, "": False}.get(text.lower(), text)
    if isinstance(setting.default, int) and text.isascii() and text.isdigit() and len(text) < 9:
        return int(text)
    return text


def _checked(setting: Setting, given: object, place: str) -> Plain:
    """The value, where it is one that the setting allows.

    Raises:
        Refusal: `config-broken`.
    """
    kind = type(setting.default)
    wanted = {
        bool: "true or false",
        int: f"a number from {setting.lowest} to {setting.highest}",
        str: "a text",
    }[kind]
    if setting.choices:
        wanted = "one of " + ", ".join(setting.choices)
    if (
        not isinstance(given, str | int)
        or type(given) is not kind
        or (setting.choices and given not in setting.choices)
        or (isinstance(given, int) and kind is int and not setting.lowest <= given <= setting.highest)
    ):
        raise Refusal("config-broken", f"{place}: {setting.name} is {wanted}, not {given!r:.60}")
    return given
