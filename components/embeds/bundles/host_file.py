"""The `_headers` of a folder: the rules of all its versions, under a checksum that tells this file from another's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from components.embeds.bundles import hosting
from components.embeds.bundles.hosting import Rule
from components.embeds.bundles.manifest import NAME as MANIFEST
from components.embeds.bundles.manifest import read_manifest, sha256

NAME = "_headers"
_SEAL = b"# Written by nightdesk publish, to be replaced by it; SHA-256 of the lines below: "


def host_text(rules: Iterable[Rule]) -> bytes:
    """These rules as Netlify and Cloudflare Pages read them, under their seal."""
    body = hosting.netlify_text(rules)
    return _seal(body) + body


def is_own(text: bytes) -> bool:
    """Whether publishing wrote this, and nobody has changed it since."""
    head, newline, body = text.partition(b"\n")
    return head + newline == _seal(body)


def agrees(text: bytes, asked: bytes, unknown: Iterable[str]) -> bool:
    """Whether this gives every path the headers asked for, but those that only places of unknown rules may name."""
    found, wanted = _blocks(text), _blocks(asked)
    places = tuple(f"/{place}/" for place in unknown)
    latest = tuple(f"/{place.partition('/')[0]}/latest/" for place in unknown)
    more = {path for path in found.keys() - wanted.keys() if not path.startswith((*places, *latest))}
    return not more and all(found.get(path) == headers or path.startswith(places) for path, headers in wanted.items())


def host_rules(places: Iterable[str], read: Callable[[str], bytes | None]) -> tuple[list[Rule], list[str]]:
    """The rules of these folders of versions, the last winning, and the folders whose rules nothing vouches for."""
    rules: list[Rule] = []
    unknown: list[str] = []
    for place in places:
        try:
            rules += _published_rules(read(f"{place}/{MANIFEST}") or b"", read(f"{place}/{hosting.NAME}") or b"")
        except ValueError:
            unknown.append(place)
    return rules, unknown


def _published_rules(manifest: bytes, headers: bytes) -> tuple[Rule, ...]:
    """The rules of a version whose manifest vouches for them; ValueError where it does not."""
    entry = read_manifest(manifest).files.get(hosting.NAME)
    if not entry or entry.sha256 != sha256(headers):
        raise ValueError(f"{hosting.NAME} is not what was published")
    return hosting.read_rules(headers)


def _seal(body: bytes) -> bytes:
    return _SEAL + sha256(body).encode() + b"\n"


def _blocks(text: bytes) -> Mapping[str, list[str]]:
    """The headers of each path, as they are written."""
    found: dict[str, list[str]] = {}
    path = ""
    for line in text.decode(errors="replace").split("\n")[1:]:
        path = path if line.startswith("  ") else line
        found.setdefault(path, []).append(line)
    return found
