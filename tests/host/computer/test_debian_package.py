"""The Debian mirror is found in the machine's own apt sources, in both formats."""

import pytest

from modemflash_host.computer.debian_package import Source, deb822_sources, mirror, one_line_sources
from modemflash_host.computer.programs import Unavailable

ONE_LINE = """\
# deb http://old.example/debian stretch main
deb-src http://mirror.example/debian bookworm main
deb http://security.example/debian-security bookworm-security main
deb [arch=amd64 signed-by=/usr/share/keyrings/d.gpg] http://mirror.example/debian bookworm main contrib # ours
"""
DEB822 = """\
Types: deb
URIs: http://packages.example/sdk
Suites: stable
Components: rolling

# A comment
Types: deb deb-src
# one in between
URIs: http://mirror.example/debian
 http://second.example/debian
Suites: trixie trixie-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 Types: deb
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
"""


def test_one_line_format() -> None:
    """Options in brackets, comments and deb-src lines are no part of an archive."""
    assert list(one_line_sources(ONE_LINE)) == [
        Source("http://security.example/debian-security", ("bookworm-security",), ("main",)),
        Source("http://mirror.example/debian", ("bookworm",), ("main", "contrib")),
    ]


def test_deb822_format() -> None:
    """Each address of an enabled paragraph is an archive; a key inside it is no field."""
    suites = ("trixie", "trixie-updates")
    assert list(deb822_sources(DEB822)) == [
        Source("http://packages.example/sdk", ("stable",), ("rolling",)),
        Source("http://mirror.example/debian", suites, ("main",)),
        Source("http://second.example/debian", suites, ("main",)),
    ]


@pytest.mark.parametrize("sources", [list(one_line_sources(ONE_LINE)), list(deb822_sources(DEB822))])
def test_the_mirror_is_debians_main_archive(sources: list[Source]) -> None:
    """Neither the security archive nor somebody else's `stable` is taken for it."""
    assert mirror(sources) == "http://mirror.example/debian"


def test_without_a_debian_mirror() -> None:
    """Another distribution's sources end with the reason."""
    with pytest.raises(Unavailable, match="no Debian mirror"):
        mirror([Source("http://archive.example/ubuntu", ("noble",), ("main",))])
