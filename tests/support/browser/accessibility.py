"""What axe-core says of a page that is open: a foreign program that knows what everybody needs."""

from __future__ import annotations

from pathlib import Path

from support.browser.tab import Tab

SERIOUS = ("serious", "critical")
# https://github.com/dequelabs/axe-core/blob/develop/doc/API.md: results of `axe.run`.
_RUN = """
if (!window.axe) (0, eval)(words[0]);
const { violations } = await axe.run(document, { resultTypes: ['violations'] });
return violations.map(({ id, impact, help, nodes }) =>
  [impact, `${id}: ${help}: ` + nodes.map((node) => node.target.join(' ')).join(', ')]);
"""


def serious_faults(tab: Tab, axe_core: Path) -> list[str]:
    """Each serious or critical one, with what it is about.

    Args:
        tab: shows the page.
        axe_core: as `fetch.get("axe-core")` gives it.
    """
    found = tab.run(_RUN, (axe_core / "axe.min.js").read_text(encoding="utf-8"))
    assert isinstance(found, list)
    return [text for impact, text in found if impact in SERIOUS]
