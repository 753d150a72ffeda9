"""The headers a bundle wants to be served with: as rules over paths, and as hosts of static files read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from components.embeds.bundles.manifest import NAME as MANIFEST
from components.embeds.bundles.manifest import read_manifest, sha256
from components.embeds.formats import FORMS, MEDIA_TYPES

NAME = "headers.json"
VERSIONS = "public, max-age=31536000, immutable"
#: A minute fresh, ten more while it is asked again, a day where nobody answers.
LATEST = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
#: By the ending of a file's name; a bundle has no form that moves.
TYPES = {f".{form}": MEDIA_TYPES[form] for form in FORMS} | {".js": "text/javascript; charset=utf-8"}
#: Opened by itself, an image shows itself and does nothing.
IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; sandbox"
_ALL = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Headers for every path that a pattern matches; `*` is any text. No two rules give a path the same header."""

    path: str
    headers: Mapping[str, str]


def rules_of(story: str, version: str, policies: Mapping[str, str]) -> tuple[Rule, ...]:
    """The rules for one version and for `latest` while it is this one; `policies` are the documents' own, by file name.

    Paths begin at the folder or prefix that was published to.
    """
    kinds = [Rule(f"/{story}/*{suffix}", {"Content-Type": kind}) for suffix, kind in TYPES.items()]
    return (
        Rule(f"/{story}/*", _ALL),
        Rule(f"/{story}/v/*", {"Cache-Control": VERSIONS}),
        Rule(f"/{story}/latest/*", {"Cache-Control": LATEST}),
        *kinds,
        Rule(f"/{story}/*.svg", {"Content-Security-Policy": IMAGE_POLICY}),
        *(
            Rule(f"/{story}/{place}/{name}", {"Content-Security-Policy": policy})
            for name, policy in sorted(policies.items())
            for place in (f"v/{version}", "latest")
        ),
    )


def headers_for(rules: Iterable[Rule], path: str) -> dict[str, str]:
    """Every header that a path wants."""
    return {name: value for rule in rules if fnmatchcase(path, rule.path) for name, value in rule.headers.items()}


def rules_text(rules: Iterable[Rule]) -> bytes:
    """headers.json."""
    listed = [{"path": rule.path, "headers": dict(rule.headers)} for rule in rules]
    return json.dumps({"format": 1, "rules": listed}, indent=1, ensure_ascii=False).encode() + b"\n"


def read_rules(text: bytes) -> tuple[Rule, ...]:
    """The rules of a headers.json; ValueError where it is none."""
    try:
        return tuple(Rule(str(rule["path"]), dict(rule["headers"])) for rule in json.loads(text)["rules"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"{NAME} lacks what it should hold: {error}") from error


def netlify_text(rules: Iterable[Rule]) -> bytes:
    """The same rules as Netlify and Cloudflare Pages read them from `_headers`; types they know by themselves.

    There a `*` may only end a path, so an image's own policy is left out.
    """
    merged: dict[str, dict[str, str]] = {}
    for rule in rules:
        if "*" not in rule.path[:-1]:
            merged.setdefault(rule.path, {}).update(rule.headers)
    blocks = (
        "\n".join((path, *(f"  {name}: {value}" for name, value in headers.items())))
        for path, headers in merged.items()
    )
    return ("\n".join(blocks) + "\n").encode()


HOST_FILE = "_headers"
_SEAL = b"# Written by nightdesk publish, to be replaced by it; SHA-256 of the lines below: "


def host_text(rules: Iterable[Rule]) -> bytes:
    """These rules as Netlify and Cloudflare Pages read them, under their seal."""
    body = netlify_text(rules)
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
            rules += _published_rules(read(f"{place}/{MANIFEST}") or b"", read(f"{place}/{NAME}") or b"")
        except ValueError:
            unknown.append(place)
    return rules, unknown


def _published_rules(manifest: bytes, headers: bytes) -> tuple[Rule, ...]:
    """The rules of a version whose manifest vouches for them; ValueError where it does not."""
    entry = read_manifest(manifest).files.get(NAME)
    if not entry or entry.sha256 != sha256(headers):
        raise ValueError(f"{NAME} is not what was published")
    return read_rules(headers)


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
