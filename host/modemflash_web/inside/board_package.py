"""The files for a board, made when the page was built: to pack them takes seconds."""

from __future__ import annotations

import base64
import json
import pkgutil
from collections.abc import Mapping

NAME = "board_package.json"


def encoded(files: Mapping[str, bytes]) -> bytes:
    """As the page carries them."""
    return json.dumps({name: base64.b64encode(content).decode() for name, content in files.items()}).encode()


def read_package() -> dict[str, bytes] | None:
    """What was put beside this file; None where nothing was."""
    try:
        content = pkgutil.get_data(__package__ or "", NAME)
    except OSError:
        return None
    if content is None:
        return None
    return {name: base64.b64decode(each) for name, each in json.loads(content).items()}
