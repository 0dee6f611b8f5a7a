"""How the site is made of the pages in this folder: `python3 tests/tools/docs_site.py dist/site`.

Rules: the pages stay as they are read in the repository; what the site needs
beyond them is added while they are read (`tests/tools/site_pages.py`); a warning is an
error; the site loads nothing from anywhere.
"""

import sys
from pathlib import Path

_DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(_DOCS), *(str(_DOCS.parent / room) for room in ("device", "host", "tests"))]

import modemflash  # noqa: E402

project = "modemflash"
author = "the modemflash maintainers"
copyright = author  # noqa: A001 (Sphinx's name)
version = release = modemflash.__version__
extensions = ["myst_parser", "tools.site_pages"]
root_doc = "index"
language = "en"
nitpicky = True
highlight_language = "none"  # a block says what it is, or it is text

myst_heading_anchors = 3

html_theme = "furo"
html_title = "modemflash"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False  # it would be fetched, which no browser allows for a file
html_theme_options = {"navigation_with_keys": True}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
