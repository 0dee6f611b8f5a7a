"""Where the program keeps what must outlive a run: journals and crash files.

`MODEMFLASH_HOME` names the folder; without it, it is the user's state folder
of the operating system.
"""

from __future__ import annotations

import os
from pathlib import Path


def state_folder(*parts: str) -> Path:
    """The folder (or a folder below it), made when it is not there.

    Raises:
        OSError: it cannot be made.
    """
    home = os.environ.get("MODEMFLASH_HOME")
    if home:
        root = Path(home)
    else:
        import platformdirs  # costs start-up time, and most commands never need it

        root = Path(platformdirs.user_state_dir("modemflash", appauthor=False))
    folder = root.joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
