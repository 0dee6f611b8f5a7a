"""What people read about Quectel modems in EDL and their packages, as tables."""

from __future__ import annotations

from modemflash_host.families.quectel_edl.file_rows import package_rows
from modemflash_host.families.vocabulary import Vocabulary

WORDS = Vocabulary(family="quectel-edl", file_rows=package_rows)
