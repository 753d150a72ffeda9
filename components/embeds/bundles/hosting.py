"""The headers a bundle wants to be served with: as rules over paths, and as hosts of static files read them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

NAME = "headers.json"
VERSIONS = "public, max-age=31536000, immutable"
#: A minute fresh, ten more while it is asked again, a day where nobody answers.
LATEST = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".js": "text/javascript; charset=utf-8",
}
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
