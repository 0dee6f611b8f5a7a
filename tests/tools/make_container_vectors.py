"""Writes `tests/vectors/containers.json`: `python3 tests/tools/make_container_vectors.py`.

Rules: small containers of every form, with what the engine must say of each; made by the
simulator's maker of files, whose checksums are computed in another way than the engine's;
a test holds the file and this list together.
"""

import json
import sys
from pathlib import Path
from typing import Any

from modemflash_sim.sequans.images import ECDSA, FLETCHER, NO_CHECK, RSA, container

PATH = Path(__file__).resolve().parents[1] / "vectors" / "containers.json"

DATA = bytes(range(37))
NAMED = "LR5.1.1.0-41065"


def rows() -> list[dict[str, Any]]:
    """Every vector: name, bytes in hex, and what `examine` says."""
    inner = container("UPGR", DATA, description="fff upgrade package")
    pack = container("PACK", inner + inner, description=NAMED)
    deep = container("PACK", container("PACK", container("PACK", inner)))
    return [
        _whole("version 1", container("UPGR", DATA, version=1), ["good"], verified=True),
        _whole("version 1, odd and empty data", container("SFFF", b"", version=1), ["good"], verified=True),
        _whole("version 2, CRC", container("UPGR", DATA, version=2), ["good"], verified=True),
        _whole(
            "version 2, Fletcher", container("UPGR", DATA, version=2, check=FLETCHER), ["good"], verified=True
        ),
        _whole(
            "version 3, CRC", container("UPGR", DATA, description=NAMED), ["good"], verified=True, build=41065
        ),
        _whole("version 3, Fletcher", container("UPGR", DATA, check=FLETCHER), ["good"], verified=True),
        _whole("no checksum", container("UPGR", DATA, check=NO_CHECK), ["none"]),
        _whole("ECDSA", container("UPGR", DATA, check=ECDSA), ["modem-only"]),
        _whole("RSA", container("UPGR", DATA, check=RSA), ["modem-only"]),
        _whole("pack", pack, ["good"] * 3, verified=True, build=41065),
        _whole(
            "a pack around what only the modem checks",
            container("PACK", container("UPGR", DATA, check=RSA)),
            ["good", "modem-only"],
        ),
        _whole("a pack without checksum", container("PACK", inner, check=NO_CHECK), ["none", "good"]),
        _whole(
            "one behind the other",
            inner + container("UPGR", DATA, version=1),
            ["good", "good"],
            verified=True,
        ),
        _whole(
            "difference",
            container("DIFF", DATA, description="LR5.1.1.0-33080 to " + NAMED),
            ["good"],
            verified=True,
            kind="difference",
            build=41065,
            from_build=33080,
        ),
        _strange("unknown magic", b"WXYZ\3\0" + DATA, [], "image-unknown-magic"),
        _strange(
            "unknown magic in a pack", container("PACK", b"WXYZ" + DATA), ["good"], "image-unknown-magic"
        ),
        _strange("unknown version", container("UPGR", DATA, version=4), [], "image-unknown-version"),
        _strange("unknown signature", container("UPGR", DATA, check=9), ["none"], "image-unknown-signature"),
        _strange("one byte behind", pack + b"\0", ["good"] * 3, "image-trailing-bytes"),
        _strange("bytes behind", pack + b"\xff" * 40, ["good"] * 3, "image-trailing-bytes"),
        _strange(
            "bytes behind, in a pack", container("PACK", inner + b"\0"), ["good"] * 2, "image-trailing-bytes"
        ),
        _strange("too deep", deep, ["good"] * 3, "image-nested-too-deep"),
        _strange("one component", inner, ["good"], "image-one-component"),
        _strange("no firmware", container("TEST", DATA), ["good"], "image-no-firmware"),
        _strange(
            "boot ROM of a few bytes",
            container("UPGR", DATA, description="bootrom upgrade package"),
            ["good"],
            "image-odd-boot-rom",
        ),
        _damaged("CRC", _flip(pack, -1), "file-checksum"),
        _damaged("data", _flip(pack, 100), "file-checksum"),
        _damaged("header of version 1", _flip(container("UPGR", DATA, version=1), 6), "file-checksum"),
        _damaged("data of version 1", _flip(container("UPGR", DATA, version=1), 30), "file-checksum"),
        _damaged("one byte short", pack[:-1], "file-truncated"),
        _damaged("half a header", pack[:9], "file-truncated"),
        _damaged("half a magic", pack[:3], "file-truncated"),
        _damaged("inner one too long", container("PACK", inner[:-1]), "file-inner-length"),
        _damaged("absurd length", _flip(pack, 11), "file-absurd-length"),
        _damaged("empty", b"", "file-empty"),
        _damaged("zip", b"PK\3\4\x14\0\0\0\x08\0" + DATA, "file-zip"),
        _damaged("gzip", b"\x1f\x8b\x08\0" + DATA, "file-archive"),
        _damaged("rar", b"Rar!\x1a\7\1\0" + DATA, "file-archive"),
        _damaged("7z", b"7z\xbc\xaf\x27\x1c" + DATA, "file-archive"),
        _damaged("twin of macOS", b"\0\5\x16\7\0\2\0\0" + DATA, "file-apple-twin"),
        _damaged("web page", b"\xef\xbb\xbf\r\n <!DOCTYPE html><html><body>404</body></html>", "file-html"),
        _damaged("text", b'{"message": "Not Found", "status": 404}', "file-text"),
        _damaged("erased flash", b"\xff" * 100, "file-blank"),
        _damaged("NULs", b"\0" * 100, "file-blank"),
    ]


def _whole(
    name: str,
    data: bytes,
    checks: list[str],
    *,
    verified: bool = False,
    kind: str = "full",
    build: int | None = None,
    from_build: int | None = None,
) -> dict[str, Any]:
    return {
        "name": name,
        "hex": data.hex(),
        "kind": kind,
        "build": build,
        "from_build": from_build,
        "checks": checks,
        "verified": verified,
    }


def _strange(name: str, data: bytes, checks: list[str], reason: str) -> dict[str, Any]:
    return {"name": name, "hex": data.hex(), "checks": checks, "reason": reason}


def _damaged(name: str, data: bytes, code: str) -> dict[str, Any]:
    return {"name": name, "hex": data.hex(), "code": code}


def _flip(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 0x20
    return bytes(changed)


def text() -> str:
    """The file's whole content: one vector a line."""
    return "[\n" + ",\n".join(json.dumps(row) for row in rows()) + "\n]\n"


if __name__ == "__main__":
    PATH.write_text(text())
    sys.stdout.write(f"{len(rows())} vectors\n")
