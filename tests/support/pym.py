"""The real pym.js parent, for browser tests: `python -m tests.support.pym` fetches the npm package, by checksum."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import tarfile
import time
import urllib.request
from pathlib import Path

VERSION = "1.3.2"
SHA512 = (
    "fdf1731c5078053b0940fe62774c3351d62c0d3e153e47c0c64fae10d044f7f6"
    "8fe986ef84012972e247763c6a8aca9f5ce0ab733eddb932b57dbb45dabcfc45"
)
_REGISTRY = "https://registry.npmjs.org"
_MEMBER = "package/dist/pym.v1.js"
#: With the environment that the tests run in, so that a new environment fetches it and a second run does not.
_KEPT = Path(sys.prefix) / "share" / "nightdesk" / f"pym.js-{VERSION}.tgz"
_TRIES, _SECONDS, _MOST_BYTES = 3, 60, 1_000_000


def parent_script() -> str:
    """The library as a news site would load it. RuntimeError, which says what to run, where it was not fetched."""
    if not (_KEPT.is_file() and _is_the_package(_KEPT.read_bytes())):
        raise RuntimeError(
            f"pym.js {VERSION} is not in {_KEPT.parent}: with a network, run `python -m tests.support.pym`"
        )
    with tarfile.open(fileobj=io.BytesIO(_KEPT.read_bytes())) as package:
        member = package.extractfile(_MEMBER)
        assert member
        return member.read().decode()


def _is_the_package(body: bytes) -> bool:
    return hashlib.sha512(body).hexdigest() == SHA512


def _address() -> str:
    """Where the tarball is, in the registry that npm itself would ask."""
    environ = {name.lower(): value for name, value in os.environ.items()}
    return f"{(environ.get('npm_config_registry') or _REGISTRY).rstrip('/')}/pym.js/-/pym.js-{VERSION}.tgz"


def _fetched(address: str) -> bytes:
    for attempt in range(1, _TRIES + 1):
        try:
            with urllib.request.urlopen(address, timeout=_SECONDS) as answer:
                return bytes(answer.read(_MOST_BYTES))
        except OSError as error:
            if attempt == _TRIES:
                raise SystemExit(f"pym.js {VERSION} could not be fetched from the npm registry: {error}") from error
            time.sleep(attempt)
    raise AssertionError


def main() -> None:
    if _KEPT.is_file() and _is_the_package(_KEPT.read_bytes()):
        return
    body = _fetched(_address())
    if not _is_the_package(body):
        raise SystemExit(f"the npm registry gave another file for pym.js {VERSION} than before: its SHA-512 differs")
    _KEPT.parent.mkdir(parents=True, exist_ok=True)
    part = _KEPT.with_suffix(f".{os.getpid()}")
    part.write_bytes(body)
    part.replace(_KEPT)


if __name__ == "__main__":
    main()
